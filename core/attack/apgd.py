"""Auto-PGD: PGD that chooses the length of its steps by itself, with the cross entropy or the DLR loss.

PGD with a step size that does not fit, or on a network whose cross entropy is flat, makes a defence look better than it is.
These two attacks are half of AutoAttack (Croce, Hein 2020, sections 3 and 4).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.attack.ball import TINY, Ball
from core.attack.gradient import better
from core.attack.models import Aim, by_parts

FIRST_STEP = 2.0  # in ε
KEPT = 0.75  # α: share of the new step; the rest goes on in the direction of the last one
RISING = 0.75  # ρ: the share of steps between two checkpoints that must raise the loss
PERIOD, SHORTER, SHORTEST = 0.22, 0.03, 0.06  # of all steps: the first period, by how much each is shorter, the least


class CrossEntropy(Aim):
    """Raises the cross entropy, as PGD does."""

    @classmethod
    def of(cls, aim: Aim) -> "CrossEntropy":
        """What `aim` wants, with this loss."""
        return cls(aim.label, aim.targeted)

    def only(self, index: Tensor) -> "CrossEntropy":
        return type(self)(self.label[index], self.targeted)


class DLR(CrossEntropy):
    """Raises the difference of logits ratio (Croce, Hein 2020, equations 6 and 7): neither a larger scale of the logits
    nor a shift of all of them changes it, so a very sure network does not hide its gradient."""

    def loss(self, logits: Tensor) -> Tensor:
        """(N,): −(z_y − max z_i) / (z_π1 − z_π3); targeted, with t wanted and π the order of the logits:
        (z_t − max z_i) / (z_π1 − (z_π3 + z_π4) / 2), whose lead is over the best other answer instead of the truth, which
        a targeted aim does not know. logits: (N, classes)."""
        order = logits.sort(1, descending=True).values
        below = (order[:, 2] + order[:, 3]) / 2 if self.targeted else order[:, 2]
        return self.lead(logits) / (order[:, 0] - below + TINY)


LOSSES = {"ce": CrossEntropy, "dlr": DLR}


@dataclass(frozen=True)
class Point:
    """Where the attack stands: pictures x (N, C, H, W), their loss and the wanted answer's lead (N,), the gradient (N, C, H, W)."""

    x: Tensor
    loss: Tensor
    lead: Tensor
    gradient: Tensor


def apgd(
    net: nn.Module, x: Tensor, aim: Aim, ball: Ball, steps: int, restarts: int, generator: torch.Generator
) -> Iterator[Tensor]:
    """APGD (Croce, Hein 2020, algorithm 1). aim: a `CrossEntropy` or a `DLR`.

    Yields, after each step, of each picture the point with the largest lead among all that were visited.
    """
    best, lead = x, torch.full((len(x),), -torch.inf)
    for _ in range(restarts):
        for step, (point, _) in enumerate(climb(net, x, aim, ball, steps, ball.anywhere(x, generator))):
            best, lead = better(best, lead, point.x, point.lead)
            if step:
                yield best


def climb(net: nn.Module, x: Tensor, aim: Aim, ball: Ball, steps: int, start: Tensor) -> Iterator[tuple[Point, Tensor]]:
    """Every point of one start, the start first, and the size of the step that led there, in ε: (N,).

    A picture's step is halved at a checkpoint where fewer than ρ of the steps since the last one raised its loss, or where
    neither its step nor its best loss changed; it goes on from its best point then. As its authors' program has it, whole
    numbers of steps are rounded down, and a share of exactly ρ is too little.
    """
    here = best = look(net, start, aim)
    before, size = here.x, torch.full((len(x),), FIRST_STEP)
    yield here, size
    rises, last, checked, halved = torch.zeros(len(x)), best.loss, best.loss, torch.ones(len(x), dtype=torch.bool)
    period, since = max(int(PERIOD * steps), 1), 0
    for step in range(steps):
        target = ball.project(x, here.x + wide(size) * ball.steepest(here.gradient))
        kept = KEPT if step else 1.0
        moved = ball.project(x, here.x + kept * (target - here.x) + (1 - kept) * (here.x - before))
        before, now = here.x, look(net, moved, aim)
        yield now, size
        rises, last, since = rises + (now.loss > last), now.loss, since + 1
        best, here = chosen(now.loss > best.loss, now, best), now
        if since == period:
            weak = (rises <= RISING * period) | (~halved & (best.loss <= checked))
            halved, checked, size = weak, best.loss, torch.where(weak, size / 2, size)
            here = chosen(weak, best, here)
            rises, since = torch.zeros_like(rises), 0
            period = max(period - max(int(SHORTER * steps), 1), int(SHORTEST * steps), 1)


def look(net: nn.Module, x: Tensor, aim: Aim) -> Point:
    """The loss, the lead and the gradient at the pictures x (N, C, H, W)."""

    def seen(part: Tensor, here: slice) -> tuple[Tensor, ...]:
        part, mine = part.detach().requires_grad_(), aim.only(here)
        logits = net(part)
        loss = mine.loss(logits)
        gradient = torch.autograd.grad(loss.sum(), part)[0]
        return part.detach(), loss.detach(), mine.lead(logits.detach()), gradient

    return Point(*map(torch.cat, zip(*by_parts(net, x, seen))))


def chosen(where: Tensor, one: Point, other: Point) -> Point:
    """Of each picture the one point where `where` (N,) is true, else the other."""
    there = where[:, None, None, None]
    return Point(
        torch.where(there, one.x, other.x),
        torch.where(where, one.loss, other.loss),
        torch.where(where, one.lead, other.lead),
        torch.where(there, one.gradient, other.gradient),
    )


def wide(values: Tensor) -> Tensor:
    """One number for each picture, (N,), as (N, 1, 1, 1)."""
    return values[:, None, None, None]
