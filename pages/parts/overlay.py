"""A map over the picture that it explains: orange speaks for the answer, blue against it."""

import base64
import io

import numpy as np
from PIL import Image

from pages.parts.figures import DIVERGING

WIDE = 448  # pixels of the finished picture


def overlay(
    picture: np.ndarray, values: np.ndarray, limit: float | None = None, strength: float = 1.0, wide: int = WIDE
) -> np.ndarray:
    """The picture in grey with the map over it, (wide, wide, 3) 8-bit.

    picture: 8-bit, (H, W, 3) or (H, W). values: the map (h, w), whose sides divide the picture's. limit: the value of
    full colour, the 99th percentile of what is not zero when left out. strength: from 0, the picture, to 1, the map on grey.
    """
    grey = (picture.mean(2) if picture.ndim == 3 else picture).astype(np.float32)
    factor = wide // len(grey)
    grey = np.kron(grey, np.ones((factor, factor), np.float32))[..., None]
    values = np.kron(values.astype(np.float32), np.ones((len(grey) // len(values),) * 2, np.float32))[..., None]
    share = np.clip(values / (limit or top_of(values)), -1, 1)
    blue, __, orange = (np.array(list(bytes.fromhex(stop[1:])), np.float32) for stop in DIVERGING)
    hue = np.where(share > 0, orange, blue)
    alpha = np.abs(share) ** 0.7  # faint parts stay visible
    mapped = (60 + 0.62 * grey) * (1 - alpha) + hue * alpha
    return (strength * mapped + (1 - strength) * enlarged(picture, wide)).astype(np.uint8)


def enlarged(picture: np.ndarray, wide: int = WIDE) -> np.ndarray:
    """The picture itself, each pixel a square, (wide, wide, 3)."""
    colour = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, 2)
    factor = wide // len(colour)
    return colour.repeat(factor, 0).repeat(factor, 1)


def inline(picture: np.ndarray) -> str:
    """An 8-bit picture as an address that holds it. For live pictures: a file is gone when the next one has taken its place, and
    a browser that asks for it a moment later gets nothing."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG", compress_level=3)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def pixels(picture: np.ndarray) -> np.ndarray:
    """A picture (C, H, W) in [0, 1], of one colour or three, as 8-bit (H, W, 3)."""
    coloured = np.broadcast_to(picture, (3, *picture.shape[1:]))
    return np.ascontiguousarray(np.rint(255 * coloured).astype(np.uint8).transpose(1, 2, 0))


def top_of(*maps: np.ndarray) -> float:
    """The value that gets full colour in all of these maps together: one hot pixel must not darken the rest."""
    sizes = np.abs(np.concatenate([np.ravel(values).astype(np.float32) for values in maps]))
    sizes = sizes[sizes > 0]
    return float(np.quantile(sizes, 0.99)) if len(sizes) else 1.0
