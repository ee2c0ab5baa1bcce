"""The same objects drawn twice, in ten classes: as flat pictures (Twemoji), and as line drawings by other hands (OpenMoji).

A picture may also be seen as its outlines, computed by Canny's edge detector. Grey, ink 1 and paper 0, as MNIST's digits are.
Licences and origin in assets/data/README.md.
"""

import math
from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.digits import CLASSES, Digits
from core.loop import seeded

FILE = Path(__file__).resolve().parents[2] / "assets" / "data" / "drawings.npz"
DRAWN = ("pictures", "outlines", "drawings")
KEPT = 0.3  # of the objects of a class, for the test part alone
EACH = {"train": 400, "test": 100}  # pictures of each class, made from its objects
TURN, SCALE, SHIFT = 15, (0.85, 1.1), 2 / 28  # how far each is turned (degrees), zoomed, and shifted (of its side)


@cache
def load(name: str) -> Digits:
    """name: one of DRAWN. Images (N, 1, 28, 28) in [0, 1], 400 of each class to train and 100 to test.

    There are only a few dozen objects of a class, so each comes several times, turned, zoomed, shifted and mirrored at random.
    No object of the test part is in the training part, in whatever way it is drawn. Always the same: never write into it.
    """
    with np.load(FILE, allow_pickle=False) as file:
        x = torch.from_numpy(file[name]).float().div_(255).unsqueeze(1)
    return parts(x, labels(), seeded(DRAWN.index(name)))


def labels() -> Tensor:
    """The class of each object, (447,)."""
    with np.load(FILE, allow_pickle=False) as file:
        return torch.from_numpy(file["labels"]).long()


def parts(x: Tensor, y: Tensor, generator: torch.Generator) -> Digits:
    """Both parts of objects x (N, 1, 28, 28) of the classes y (N,)."""
    test, found = unseen(y), []
    for part, each in (("train", EACH["train"]), ("test", EACH["test"])):
        own = [torch.nonzero((y == which) & (test == (part == "test"))).squeeze(1) for which in range(CLASSES)]
        places = torch.cat([objects.repeat(-(-each // len(objects)))[:each] for objects in own])
        found += [varied(x[places], generator), y[places]]
    return Digits(*found)


def unseen(y: Tensor) -> Tensor:
    """True where an object belongs to the test part, (N,): drawn once with a fixed seed, the same for pictures and drawings."""
    test, generator = torch.zeros(len(y), dtype=torch.bool), seeded(2021)
    for which in range(CLASSES):
        own = torch.nonzero(y == which).squeeze(1)
        test[own[torch.randperm(len(own), generator=generator)[: round(KEPT * len(own))]]] = True
    return test


def varied(x: Tensor, generator: torch.Generator) -> Tensor:
    """Each picture (N, 1, 28, 28) turned, zoomed, shifted, and half of them mirrored, at random."""

    def between(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(len(x), generator=generator)

    angle, scale = between(-math.radians(TURN), math.radians(TURN)), 1 / between(*SCALE)
    mirror = torch.where(between(0, 1) < 0.5, -1.0, 1.0)
    rows = [
        torch.stack([mirror * scale * angle.cos(), -scale * angle.sin(), between(-2 * SHIFT, 2 * SHIFT)], 1),
        torch.stack([mirror * scale * angle.sin(), scale * angle.cos(), between(-2 * SHIFT, 2 * SHIFT)], 1),
    ]
    grid = F.affine_grid(torch.stack(rows, 1), list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, align_corners=False).clamp_(0, 1).contiguous(memory_format=torch.channels_last)
