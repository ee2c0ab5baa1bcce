"""Adam for networks so small that what an optimizer object looks up at each step takes as long as the step."""

from collections.abc import Iterable
from math import cos, pi

import torch
from torch import nn


class Adam:
    """The steps of `torch.optim.Adam(parameters, rate, betas=(beta, 0.999), fused=True)`, bit for bit (Kingma, Ba 2015, algorithm 1).

    Each step is told its learning rate, and reads the gradients that lie in `grad` by then: every parameter must have one.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], beta: float = 0.9):
        self.parameters, self.beta, self.t = list(parameters), beta, torch.zeros(())
        self.means = [torch.zeros_like(p) for p in self.parameters]  # m, of gradients
        self.squares = [torch.zeros_like(p) for p in self.parameters]  # v, of gradients squared

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """θ ← θ − η m̂ / (√v̂ + ε), with m̂ and v̂ made up for having begun at 0."""
        self.t += 1
        torch._fused_adam_(
            self.parameters,
            [p.grad for p in self.parameters],
            self.means,
            self.squares,
            [],
            [self.t] * len(self.parameters),
            lr=rate,
            beta1=self.beta,
            beta2=0.999,
            weight_decay=0,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )


def one_cycle(rate: float, steps: int) -> list[float]:
    """The learning rate of each step, as PyTorch's OneCycleLR has it: it rises from rate / 25 for a fifth of the run, then falls to
    almost nothing, both along half a cosine (Smith 2018)."""
    total = max(steps, 10)
    top, end, first, last = 0.2 * total - 1, total - 1, rate / 25, rate / 25 / 1e4
    return [
        _between(first, rate, i / top) if i <= top else _between(rate, last, (i - top) / (end - top))
        for i in range(steps)
    ]


def _between(start: float, end: float, part: float) -> float:
    return end + (start - end) / 2 * (cos(pi * part) + 1)
