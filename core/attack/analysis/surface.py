"""What lies around a picture: the answers in a plane that the gradient and a second direction span, and an attack's path.

The picture itself is the origin. A coordinate is a length in levels of 255: u levels along the first direction move
every pixel that can move by u levels, up or down, since that direction is made of signs.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from core.attack import models
from core.attack.ball import LEVELS, TINY, Ball
from core.attack.gradient import gradient, ifgsm
from core.attack.models import Aim, ask
from core.attack.settings import Goal, Subject
from core.loop import seeded
from core.record import Record
from core.verdict import Verdict, verdict

STEPS, STRIDE = 10, 0.2  # of I-FGSM, and the size of each in ε
BEYOND = 1.5  # how far the map reaches, in ε
POINTS = {False: 41, True: 13}  # of a side of the map: of a digit, of a photo
WHOLE = 0.99  # share of the change from which the plane holds all of it
NAMED = 6  # answers to a photo that are told apart


@dataclass(frozen=True)
class Way:
    """A straight way from the picture: at (points,) in levels of 255, the loss that the attack raises, and the lead of what it
    wants, positive beyond the border."""

    at: np.ndarray
    loss: np.ndarray
    lead: np.ndarray


@dataclass(frozen=True)
class Around:
    """at: (points,), classes, lead: (points, points), as `decision_map` gives them. path: (steps + 1, 2) of the attack, from
    the picture on, edge: (n, 2) of the ball, all coordinates in levels of 255. share: of the length of the whole change that
    lies in the plane. ended: the answer where the attack ended. gradient, random: the ways along the gradient's sign, and
    with signs at random."""

    at: np.ndarray
    classes: np.ndarray
    lead: np.ndarray
    path: np.ndarray
    edge: np.ndarray
    share: float
    targeted: bool
    ended: int
    gradient: Way
    random: Way


def around(record: Record, subject: Subject, goal: Goal, level: int, second: str, seed: int) -> Around:
    """The plane around one picture, and I-FGSM in it. level: ε in levels of 255. second: "end" or "random", the second
    direction. seed: of the random ones. Raises RunError or BadPicture."""
    victims = models.victims(subject)
    net, x, points = victims.net, victims.x, POINTS[victims.photo]
    aim, ball = models.aim_for(victims, goal), Ball("inf", level / LEVELS)
    steps = torch.cat([x, *ifgsm(net, x, aim, ball, STEPS, STRIDE)])
    first, across = plane(net, x, aim, second, seeded(seed), steps[-1:])
    at, classes, lead = decision_map(net, x, aim, first, across, BEYOND * level, points)
    ways = [
        Way(*(numbers.numpy() for numbers in along(net, x, aim, direction, BEYOND * level, points)))
        for direction in (first, random_signs(x[0], seeded(seed)))
    ]
    return Around(
        at.numpy(),
        classes.numpy(),
        lead.numpy(),
        path(steps, x, first, across).numpy(),
        outline(ball, first, across).numpy(),
        share(steps[-1] - x[0], first, across),
        aim.targeted,
        int(models.answers(net, steps[-1:])[0]),
        *ways,
    )


def answers(found: Around, photo: bool) -> list[int]:
    """The classes that are told apart in the map: of a digit's all, in order; of a photo's the commonest, the commonest first."""
    numbers, counts = np.unique(found.classes, return_counts=True)
    return numbers[np.argsort(-counts)][:NAMED].tolist() if photo else numbers.tolist()


def groups(found: Around, photo: bool) -> dict[int | None, tuple[np.ndarray, np.ndarray]]:
    """The points of the map by answer, as `answers` tells them apart and `where` gives them, in tenths of a level; None: all other
    answers, where there are any."""
    told_apart = answers(found, photo)
    points = {each: where(found, [each]) for each in told_apart} | {None: where(found, told_apart, others=True)}
    return {each: (along.round(1), across.round(1)) for each, (along, across) in points.items() if len(along)}


def where(found: Around, classes: list[int], others: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The points of the map whose answer is one of the classes, or with `others` none of them: coordinates along the first and
    along the second direction, each (n,) in levels of 255."""
    rows, columns = np.nonzero(np.isin(found.classes, classes, invert=others))
    return found.at[columns], found.at[rows]


def reached(found: Around) -> list[Verdict]:
    """Where the attack reaches its goal along the gradient's sign, and with signs at random."""
    return [along_gradient(found.gradient), at_random(found.random)]


def along_gradient(way: Way) -> Verdict:
    """Where the goal is reached along the gradient's sign."""
    border = crossing(way)
    if border is None:
        return verdict("gradient-never", most=way.at[-1])
    return verdict("gradient-reaches", levels=border) if border else verdict("gradient-from-start")


def at_random(way: Way) -> Verdict:
    """Where the goal is reached with signs at random."""
    border = crossing(way)
    if border is None:
        return verdict("random-never", most=way.at[-1])
    return verdict("random-reaches", levels=border) if border else verdict("random-from-start")


def crossing(way: Way) -> float | None:
    """The length of the way in levels where the goal is first reached, between two points on the straight line; 0 when it is
    reached from the start, None when never."""
    beyond = np.flatnonzero(way.lead > 0)
    if not len(beyond):
        return None
    i = int(beyond[0])
    return float(np.interp(0.0, way.lead[i - 1 : i + 1], way.at[i - 1 : i + 1])) if i else 0.0


def plane_share(found: Around) -> Verdict | None:
    """How much of the change the plane holds; None when it holds all."""
    return verdict("plane-share", share=100 * found.share) if found.share <= WHOLE else None


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
