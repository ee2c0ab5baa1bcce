"""Concepts as pictures: one drawing, moved, turned and made smaller at random; and strokes at random, to hold them against."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw
from torch import Tensor

from core.data import digits, pictures
from core.explain.settings import Concept

SIDE, FINE, PEN = 28, 8, 2.4  # pixels of a picture; drawn so much larger first; width of the pen in pixels
SHIFT, ANGLE, SMALLEST = 5, 15, 0.5  # at most, in pixels and degrees; and how small a copy may be
MARGIN = 4  # pixels from the edge to where a random stroke may begin

Line = list[tuple[float, float]]


def drawing(concept: Concept) -> Tensor:
    """The concept as it is drawn once, (1, 28, 28) in [0, 1]. Raises BadPicture where one's own is not drawn yet."""
    match concept.concept:
        case "own":
            return pictures.unpack_digit(concept.sketch)
        case "bar":
            return drawn([(5, 14), (23, 14)])
        case "stroke":
            return drawn([(14, 4), (14, 24)])
        case _:
            around = np.linspace(0, 2 * math.pi, 40)
            return drawn(list(zip(14 + 6 * np.cos(around), 14 + 7 * np.sin(around))))


def drawn(line: Line) -> Tensor:
    """A line with a pen of even width, (1, 28, 28) in [0, 1]. line: places (x, y) in pixels."""
    paper = Image.new("L", (SIDE * FINE, SIDE * FINE))
    ink = ImageDraw.Draw(paper)
    ink.line([(FINE * x, FINE * y) for x, y in line], fill=255, width=round(FINE * PEN), joint="curve")
    return torch.from_numpy(np.array(paper.resize((SIDE, SIDE), Image.Resampling.BOX))).float().div(255).unsqueeze(0)


def examples(x: Tensor, many: int, generator: torch.Generator) -> Tensor:
    """Copies (many, 1, 28, 28) of a drawing (1, 28, 28), each moved, turned and made smaller at random."""
    size, turn, across, down = torch.rand(4, many, generator=generator)
    angle, zoom = torch.deg2rad(ANGLE * (2 * turn - 1)), 1 / (SMALLEST + (1 - SMALLEST) * size)
    dx, dy = (2 * SHIFT / SIDE * (2 * each - 1) for each in (across, down))
    cos, sin = zoom * angle.cos(), zoom * angle.sin()
    rows = torch.stack([cos, -sin, -zoom * dx], 1), torch.stack([sin, cos, -zoom * dy], 1)
    grid = F.affine_grid(torch.stack(rows, 1), [many, 1, SIDE, SIDE], align_corners=False)
    return F.grid_sample(x.expand(many, 1, SIDE, SIDE), grid, align_corners=False).clamp(0, 1)


def strokes(many: int, generator: torch.Generator) -> Tensor:
    """Pictures of one stroke each, straight or bent (a Bézier curve of two to four random places), (many, 1, 28, 28)."""
    return torch.stack([drawn(_stroke(generator)) for _ in range(many)])


def _stroke(generator: torch.Generator) -> Line:
    count = int(torch.randint(2, 5, (1,), generator=generator))
    places = MARGIN + (SIDE - 2 * MARGIN) * torch.rand(count, 2, generator=generator).double().numpy()
    at = np.linspace(0, 1, 20)[:, None]
    bend = sum(math.comb(count - 1, i) * at**i * (1 - at) ** (count - 1 - i) * place for i, place in enumerate(places))
    return [(float(x), float(y)) for x, y in bend]


def random_set(against: str, many: int, generator: torch.Generator) -> Tensor:
    """Random pictures (many, 1, 28, 28): strokes, or training digits of any class."""
    if against == "strokes":
        return strokes(many, generator)
    data = digits.load()
    return data.train_x[torch.randperm(len(data.train_y), generator=generator)[:many]]
