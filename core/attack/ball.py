"""How far an attack may go: a ball around the picture, and the 8 bits in which a picture is saved."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.attack.settings import LEVELS

TINY = 1e-12  # keeps a gradient of zero from being divided by zero


@dataclass(frozen=True)
class Ball:
    """Changes δ with ‖δ‖∞ ≤ ε (norm "inf"), or ‖δ‖₂ ≤ ε √d (norm "2"), d numbers in a picture.

    epsilon: in [0, 1], of the range from black to white. So ε has the same meaning in both norms: how far a pixel goes,
    at most or in the root mean square.
    """

    norm: str
    epsilon: float

    def radius(self, x: Tensor) -> float:
        """The radius in the norm's own unit for pictures x (N, C, H, W)."""
        return self.epsilon if self.norm == "inf" else self.epsilon * math.sqrt(x[0].numel())

    def project(self, x: Tensor, attacked: Tensor) -> Tensor:
        """The point of the ball around x, and of [0, 1], nearest to `attacked`; both (N, C, H, W).

        In L2 the picture is clamped last, which only brings it nearer to x, since x itself lies in [0, 1].
        """
        return (x + self.inside(attacked - x)).clamp(0, 1)

    def inside(self, change: Tensor) -> Tensor:
        """The change within the radius that is nearest to `change`; both (N, C, H, W)."""
        if self.norm == "inf":
            return change.clamp(-self.epsilon, self.epsilon)
        return change * (self.radius(change) / lengths(change).clamp_min(TINY)).clamp_max(1)

    def steepest(self, gradient: Tensor) -> Tensor:
        """The direction (N, C, H, W) of size ε in which the loss rises fastest: ε sign g, or ε √d g / ‖g‖₂."""
        if self.norm == "inf":
            return self.epsilon * gradient.sign()
        return gradient * (self.radius(gradient) / lengths(gradient).clamp_min(TINY))

    def anywhere(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """x moved to a random point of the ball, (N, C, H, W): uniform in L∞; in L2 uniform in direction and volume."""
        if self.norm == "inf":
            change = self.epsilon * (2 * torch.rand(x.shape, generator=generator) - 1)
        else:
            change = torch.randn(x.shape, generator=generator)
            share = torch.rand(len(x), generator=generator)[:, None, None, None] ** (1 / x[0].numel())
            change = change * (self.radius(x) * share / lengths(change).clamp_min(TINY))
        return (x + change).clamp(0, 1)

    def noise(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """The control: x moved by noise on the edge of the ball, ±ε at random, or a Gaussian direction of full length."""
        change = self.steepest(torch.randn(x.shape, generator=generator))
        return (x + change).clamp(0, 1)


def lengths(change: Tensor) -> Tensor:
    """‖δ‖₂ of every picture's change (N, C, H, W), as (N, 1, 1, 1)."""
    return change.flatten(1).norm(dim=1)[:, None, None, None]


def largest(change: Tensor) -> Tensor:
    """‖δ‖∞ of every picture's change (N, C, H, W), in levels of 255: (N,)."""
    return LEVELS * change.flatten(1).abs().amax(1)


def saved(x: Tensor, attacked: Tensor, ball: Ball | None = None) -> Tensor:
    """What is left of the attack when the picture is saved with 8 bits: (N, C, H, W), multiples of 1/255.

    Rounded to the nearest level; where that leaves the ball around x, rounded towards x. x itself must be an 8-bit picture.
    """
    levels = LEVELS * (attacked - x)
    nearest = levels.round()
    if ball is None:
        return x + nearest / LEVELS
    towards = levels.trunc()
    if ball.norm == "inf":
        outside = nearest.abs() > LEVELS * ball.epsilon + 1e-3  # a whole level is 0.99999 of a level in 32 bits
    else:
        outside = lengths(nearest / LEVELS) > ball.radius(x) * (1 + 1e-6)
    return x + torch.where(outside, towards, nearest) / LEVELS
