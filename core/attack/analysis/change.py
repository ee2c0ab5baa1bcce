"""How far two 8-bit pictures are apart, and the change between them, magnified."""

from dataclasses import dataclass

import numpy as np

GREY, ROOM = 128, 127  # the middle grey, and the levels from there to black or white


@dataclass(frozen=True)
class Magnified:
    """picture: the change on middle grey, uint8 (H, W[, 3]). factor: by how much it was magnified, at least 1."""

    picture: np.ndarray
    factor: float


@dataclass(frozen=True)
class Size:
    """largest: change of one number, in levels of 255. length: of the whole change, L2, where one pixel from black to white
    is 1. pixels: how many changed, in whatever colour."""

    largest: int
    length: float
    pixels: int


def magnified(clean: np.ndarray, attacked: np.ndarray) -> Magnified:
    """The change as strong as fits; by a whole number, where it can be doubled at all. Pictures: uint8 (H, W[, 3])."""
    change = attacked.astype(np.int16) - clean
    factor = max(1, ROOM // max(1, int(np.abs(change).max())))
    return Magnified(np.clip(GREY + factor * change, 0, 255).astype(np.uint8), float(factor))


def size_of(clean: np.ndarray, attacked: np.ndarray) -> Size:
    """How far two pictures, uint8 (H, W[, 3]), are apart."""
    change = attacked.astype(np.int16) - clean
    pixels = change.any(-1) if change.ndim == 3 else change != 0
    return Size(int(np.abs(change).max()), float(np.sqrt(((change / 255) ** 2).sum())), int(pixels.sum()))
