"""Digits in colour, in the manner of MNIST-M: |patch of a photo − digit|, channel by channel (Ganin et al. 2016, section 5.2.4).

The published set takes its patches from BSDS500. Ours come from the colour photos that scikit-image and scikit-learn
ship, so the set is our own and its figures are not those of MNIST-M.
"""

from functools import cache

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from core.data import digits, photos
from core.data.digits import Digits

COLOURED = ("chelsea", "coffee", "motorcycle", "temple", "flower", "rocket", "astronaut")
TRAINED_ON = 0.75  # of each photo's width, from the left; patches of test digits come from the rest
SIDE = 28


@cache
def load() -> Digits:
    """The 5,000 digits, each over a patch of its own: images (N, 3, 28, 28). The same pictures for ever."""
    plain, rng = digits.load(), np.random.default_rng(2016)
    train = blended(plain.train_x, patches(len(plain.train_y), 0.0, TRAINED_ON, rng))
    test = blended(plain.test_x, patches(len(plain.test_y), TRAINED_ON, 1.0, rng))
    return Digits(train, plain.train_y, test, plain.test_y)


def blended(x: Tensor, patch: Tensor) -> Tensor:
    """|patch − digit|: the stroke turns its ground to the opposite colour. x: (N, 1, 28, 28), patch: (N, 3, 28, 28)."""
    return (patch - x).abs().contiguous(memory_format=torch.channels_last)


def patches(count: int, left: float, right: float, rng: np.random.Generator) -> Tensor:
    """Patches (count, 3, 28, 28) in [0, 1] at the photos' own resolution, from between two shares of their widths."""
    found = np.empty((count, SIDE, SIDE, 3), np.uint8)
    for place, which in enumerate(rng.integers(len(COLOURED), size=count)):
        photo = _pixels(COLOURED[which])
        height, width, _ = photo.shape
        row = rng.integers(height - SIDE + 1)
        column = rng.integers(int(left * width), int(right * width) - SIDE + 1)
        found[place] = photo[row : row + SIDE, column : column + SIDE]
    return torch.from_numpy(found).permute(0, 3, 1, 2).float().div_(255)


@cache
def _pixels(name: str) -> np.ndarray:
    return np.array(Image.open(photos.path(name)).convert("RGB"))
