"""What else can be asked of a digit than its class: its slant, the thickness of its strokes, a closed loop, its place."""

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import label
from torch import Tensor

from core.explain.settings import ANSWERS

INK = 0.3  # a pixel above this belongs to a stroke: the hole of an 8 stays open, its strokes stay closed
MOVES = (-3, 0, 3)  # pixels to the right


def slant(x: Tensor) -> Tensor:
    """How far each digit leans to the right, in pixels across for each pixel up: −μ₁₁ / μ₀₂ of its ink (Hu 1962). x: (N, 1, 28, 28)."""
    ink, at = x[:, 0].double(), torch.arange(x.shape[-1], dtype=torch.float64)
    whole = ink.sum((1, 2))
    down, across = ((ink.sum(axis) * at).sum(1) / whole for axis in (2, 1))
    dy, dx = at - down[:, None], at - across[:, None]
    return -torch.einsum("nyx,ny,nx->n", ink, dy, dx) / torch.einsum("nyx,ny->n", ink, dy**2)


def thickness(x: Tensor) -> Tensor:
    """Mean ink of each picture, in [0, 1]: digits of one class differ in it by the width of the pen. x: (N, 1, 28, 28)."""
    return x.double().mean((1, 2, 3))


def loops(x: Tensor) -> Tensor:
    """How many parts of the ground each digit's strokes enclose, (N,) int64. x: (N, 1, 28, 28)."""
    ground = np.pad(x[:, 0].numpy() < INK, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    return torch.tensor([label(each)[1] - 1 for each in ground])


def moved(x: Tensor, pixels: Tensor) -> Tensor:
    """Each picture moved to the right by so many pixels, (N,) from −3 to 3; black comes in. x: (N, 1, 28, 28)."""
    side, edge = x.shape[-1], max(MOVES)
    wide = F.pad(x, (edge, edge))
    return torch.stack([each[..., edge - by : edge - by + side] for each, by in zip(wide, pixels.tolist())])


def above_median(values: Tensor, y: Tensor, known: int) -> Tensor:
    """1 where a digit has more than the median of its class, else 0: so the class itself says nothing about the answer.

    values, y: (N,). The medians are those of the first `known` digits.
    """
    medians = torch.stack([values[:known][y[:known] == digit].median() for digit in range(10)])
    return (values > medians[y]).long()


def answers(name: str, x: Tensor, y: Tensor, known: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(pictures, their answers (N,)). Only for “place” are the pictures others than x; half of the rest get each answer, or so."""
    match name:
        case "slant":
            return x, above_median(slant(x), y, known)
        case "thickness":
            return x, above_median(thickness(x), y, known)
        case "loop":
            return x, (loops(x) > 0).long()
        case "place":
            where = torch.randint(len(MOVES), (len(x),), generator=generator)
            return moved(x, torch.tensor(MOVES)[where]), where
        case _:
            raise ValueError(f"“{name}” cannot be asked of a digit; known are {', '.join(ANSWERS)}.")
