"""The 5,000 MNIST digits that ship with Lectern: 4,000 to train, 1,000 to test, stratified, the same split for ever.

Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits"; licence and origin in assets/data/README.md.
"""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

FILE = Path(__file__).resolve().parents[2] / "assets" / "data" / "digits.npz"
TEST_PER_CLASS = 100
CLASSES = 10


@dataclass(frozen=True)
class Digits:
    """Images (N, 1, 28, 28) float32 in [0, 1] and labels (N,) int64, of the training and of the test part."""

    train_x: Tensor
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor


@cache
def load() -> Digits:
    """The whole set as tensors in memory. Shared by everybody in the process: never write into it."""
    with np.load(FILE, allow_pickle=False) as file:
        images, labels = file["images"], file["labels"]
    test = split(labels)
    x = torch.from_numpy(images).float().div_(255).unsqueeze(1)
    y = torch.from_numpy(labels).long()
    return Digits(x[~test], y[~test], x[test], y[test])


def split(labels: np.ndarray) -> np.ndarray:
    """True where a digit belongs to the test part: 100 of each class, drawn once with a fixed seed, the same for ever."""
    rng = np.random.default_rng(2021)
    test = np.zeros(len(labels), dtype=bool)
    for digit in range(CLASSES):
        test[rng.choice(np.flatnonzero(labels == digit), TEST_PER_CLASS, replace=False)] = True
    return test


def batches(n: int, size: int, generator: torch.Generator):
    """One epoch of index tensors of `size` (the last may be smaller), in a random order: the whole data loader."""
    return torch.randperm(n, generator=generator).split(size)


def rotated(x: Tensor, degrees: float) -> Tensor:
    """Every digit turned counter-clockwise about the middle of the image. x: (N, C, 28, 28), also the result."""
    if degrees == 0:
        return x
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = torch.tensor([[cos, -sin, 0], [sin, cos, 0]])
    parts = [
        F.grid_sample(
            part,
            F.affine_grid(turn.expand(len(part), 2, 3), list(part.shape), align_corners=False),
            align_corners=False,
        )
        for part in x.split(500)
    ]
    return torch.cat(parts).clamp_(0, 1)
