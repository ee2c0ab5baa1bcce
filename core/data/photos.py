"""The photos that scikit-image and scikit-learn ship; licences in assets/data/README.md."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

SIDE = 224  # pixels; what EfficientNet-Lite0 was trained on
FILES = {
    "chelsea": ("skimage", "chelsea.png"),
    "coffee": ("skimage", "coffee.png"),
    "motorcycle": ("skimage", "motorcycle_left.png"),
    "temple": ("sklearn", "china.jpg"),
    "flower": ("sklearn", "flower.jpg"),
    "camera": ("skimage", "camera.png"),
    "rocket": ("skimage", "rocket.jpg"),
    "clock": ("skimage", "clock_motion.png"),
    "horse": ("skimage", "horse.png"),
    "coins": ("skimage", "coins.png"),
    "galaxies": ("skimage", "hubble_deep_field.jpg"),
    "chessboard": ("skimage", "chessboard_RGB.png"),
}
COLOUR_ONLY = {"astronaut": ("skimage", "astronaut.png")}  # read for its colours; nothing asks what is on it


@cache
def load(name: str) -> Tensor:
    """A shipped photo, (3, 224, 224) in [0, 1]. Shared by everybody in the process: never write into it."""
    return to_tensor(Image.open(path(name)))


def path(name: str) -> Path:
    """Where the package that ships the photo keeps it."""
    package, file = (FILES | COLOUR_ONLY)[name]
    return _folder(package) / file


def every() -> Tensor:
    """All shipped photos in the order of FILES, (N, 3, 224, 224)."""
    return torch.stack([load(name) for name in FILES])


def to_tensor(picture: Image.Image) -> Tensor:
    """The middle square of a picture, as the network wants it: (3, 224, 224) in [0, 1]."""
    width, height = picture.size
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    square = (
        picture.convert("RGB").crop((left, top, left + side, top + side)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    )
    return torch.from_numpy(np.array(square)).permute(2, 0, 1).float().div_(255)


def _folder(package: str) -> Path:
    """Where the package keeps its pictures; it is not imported for that, which would take a second."""
    inside = {"skimage": "data", "sklearn": "datasets/images"}[package]
    return Path(find_spec(package).origin).parent / inside
