"""Square attack: squares of colour at random places, kept where the answer gets worse. It asks for scores and never for a gradient."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from core.attack.ball import Ball
from core.attack.models import Aim, ask

FIRST = 0.8  # p: share of the picture that the first squares cover
SCHEDULED = 10_000  # queries for which the schedule of p is written
HALVED = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)  # after so many of them p is halved


def square(
    net: nn.Module, x: Tensor, aim: Aim, ball: Ball, queries: int, generator: torch.Generator
) -> Iterator[Tensor]:
    """Square attack in L∞ (Andriushchenko et al. 2020, algorithms 1 and 2), `queries` questions about each of x (N, C, H, W).

    The first question is about vertical stripes of ±ε; each other one puts ±ε into a square of the best picture so far, one
    sign for each colour. A change is kept when the wanted answer's lead grows. Yields the best after each question. A picture
    that is fooled rests, and the attack ends when all are. Each picture has squares of its own.
    """
    n, channels, height, width = x.shape
    if not queries:
        return
    best = ball.project(x, x + ball.epsilon * signs((n, channels, 1, width), generator))
    lead = aim.lead(ask(net, best))
    yield best
    for query in range(queries - 1):
        left = torch.nonzero(lead <= 0)[:, 0]
        if not len(left):
            return
        here = windows(len(left), side(query, queries, height), height, width, generator)
        colour = ball.epsilon * signs((len(left), channels, 1, 1), generator)
        tried = ball.project(x[left], torch.where(here, x[left] + colour, best[left]))
        now = aim.only(left).lead(ask(net, tried))
        won = now > lead[left]
        best, lead = best.clone(), lead.clone()
        best[left[won]], lead[left[won]] = tried[won], now[won]
        yield best


def side(query: int, queries: int, height: int) -> int:
    """The side of the square at a question, in pixels: the largest whole number next to √p of the picture's side, at least 1.

    p is halved as the questions go on: the schedule for 10,000 questions, stretched to `queries`, as the authors' program has it.
    """
    at = int(query / queries * SCHEDULED)
    p = FIRST / 2 ** sum(at > limit for limit in HALVED)
    return max(round(math.sqrt(p) * height), 1)


def signs(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """−1 or 1, each half of the time."""
    return 2.0 * torch.randint(0, 2, shape, generator=generator) - 1


def windows(count: int, side: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """Where a square of this side lies, at a random place for each of `count` pictures: truth values (count, 1, H, W)."""
    top = torch.randint(0, height - side + 1, (count, 1), generator=generator)
    left = torch.randint(0, width - side + 1, (count, 1), generator=generator)
    rows, columns = torch.arange(height), torch.arange(width)
    inside = (rows >= top) & (rows < top + side), (columns >= left) & (columns < left + side)
    return inside[0][:, None, :, None] & inside[1][:, None, None, :]
