"""What lies around a picture: the answers in a plane that the gradient and a second direction span, and an attack's path.

The picture itself is the origin. A coordinate is a length in levels of 255: u levels along the first direction move
every pixel that can move by u levels, up or down, since that direction is made of signs.
"""

import math

import torch
from torch import Tensor, nn

from core.attack.ball import LEVELS, TINY, Ball
from core.attack.gradient import gradient
from core.attack.models import Aim, ask


def plane(
    net: nn.Module, x: Tensor, aim: Aim, second: str, generator: torch.Generator, end: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Two orthogonal directions of one length, each (C, H, W), at one picture x (1, C, H, W).

    The first: the sign of the gradient at x where a pixel can follow it, 0 where it is black or white already, so the very
    way that FGSM goes (Liu et al. 2017, figure 3, draw the same plane with the gradient itself). The second, "random": signs
    at random. "end": where an attack ended, `end` (1, C, H, W), seen from x; at random again when that lies on the first
    direction. Of each, the part orthogonal to the first.
    """
    first = gradient(net, x, aim)[0][0].sign()
    first = torch.where(moved(x, torch.ones(1), first)[0] == x[0], 0.0, first)
    if not first.any():  # where the loss is flat any direction is as good
        first = random_signs(first, generator)
    across = random_signs(first, generator)
    if second == "end" and end is not None:
        ended = orthogonal(end[0] - x[0], first)
        across = ended if ended.norm() > 1e-4 * (end - x).norm() else across
    across = orthogonal(across, first)
    return first, across * (first.norm() / across.norm().clamp_min(TINY))


def random_signs(like: Tensor, generator: torch.Generator) -> Tensor:
    """±1 with equal chance, in the shape of `like`."""
    return 2.0 * torch.randint(0, 2, like.shape, generator=generator) - 1


def orthogonal(change: Tensor, first: Tensor) -> Tensor:
    """The part of a change that does not lie along `first`; both (C, H, W)."""
    change, flat = change.double(), first.double()
    return (change - (change * flat).sum() / (flat * flat).sum() * flat).float()


def decision_map(
    net: nn.Module, x: Tensor, aim: Aim, first: Tensor, second: Tensor, reach: float, points: int
) -> tuple[Tensor, Tensor, Tensor]:
    """What the network says in the plane around x (1, C, H, W), every picture clamped to [0, 1].

    reach: of the map, in levels of 255, to each side; points: odd, so that x itself is the middle one. Returns the
    coordinates (points,) in levels, the answers (points, points) int64, and the lead (points, points) of what the attack
    wants (`Aim.lead`): zero on the border. Row: coordinate along `second`; column: along `first`; both ascending.
    """
    at = torch.linspace(-reach, reach, points)
    rows = [ask(net, moved(x, at, first, float(v) * second)) for v in at]  # row by row: all photos at once need 100 MB
    logits = torch.cat(rows)
    lead = repeated(aim, len(logits)).lead(logits)
    return at, logits.argmax(1).view(points, points), lead.view(points, points)


def along(
    net: nn.Module, x: Tensor, aim: Aim, direction: Tensor, reach: float, points: int
) -> tuple[Tensor, Tensor, Tensor]:
    """What a straight way from x (1, C, H, W) does to the loss: lengths 0 … reach in levels, the loss that the attack
    raises, and the lead of what it wants, each (points,)."""
    at = torch.linspace(0, reach, points)
    logits = ask(net, moved(x, at, direction))
    many = repeated(aim, points)
    return at, many.loss(logits), many.lead(logits)


def moved(x: Tensor, at: Tensor, direction: Tensor, besides: Tensor | float = 0.0) -> Tensor:
    """Pictures (points, C, H, W): x moved by each of `at` levels along the direction, and by `besides`, clamped to [0, 1]."""
    return (x + (at[:, None, None, None] * direction + besides) / LEVELS).clamp(0, 1)


def repeated(aim: Aim, count: int) -> Aim:
    """The aim of one picture for `count` of them."""
    return Aim(aim.label[:1].expand(count), aim.targeted)


def path(points: Tensor, x: Tensor, first: Tensor, second: Tensor) -> Tensor:
    """The points (steps, C, H, W) of an attack on x (1, C, H, W) seen in the plane: (steps, 2) coordinates in levels."""
    change, directions = (points - x).flatten(1), torch.stack([first, second]).flatten(1)
    return LEVELS * change @ directions.T / directions.square().sum(1)


def outline(ball: Ball, first: Tensor, second: Tensor, points: int = 180) -> Tensor:
    """The edge of the ball in the plane, a closed line of coordinates in levels: (points + 1, 2).

    At angle φ the edge lies where ‖r (cos φ first + sin φ second)‖ is the radius of the ball, in its own norm. [0, 1] is
    left out of account.
    """
    angle = torch.linspace(0, 2 * math.pi, points + 1)
    ways = torch.stack([angle.cos(), angle.sin()], 1)
    change = ways[:, :1] * first.flatten() + ways[:, 1:] * second.flatten()
    size = change.abs().amax(1) if ball.norm == "inf" else change.norm(dim=1)
    return ways * (LEVELS * ball.radius(first[None]) / size)[:, None]


def share(change: Tensor, first: Tensor, second: Tensor) -> float:
    """How much of a change (C, H, W) lies in the plane, of its length in L2, in [0, 1]; 1 for no change at all."""
    u, v = path(change[None], torch.zeros_like(change)[None], first, second)[0] / LEVELS
    return float((u * first + v * second).norm() / change.norm().clamp_min(TINY)) if change.any() else 1.0
