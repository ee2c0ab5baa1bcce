"""What the training loops of all labs share: their own randomness, batches, a score, and what to do when a run breaks."""

import math
from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from core import together
from core.data import digits
from core.events import Event, Finished, Warned

N = TypeVar("N", bound=nn.Module)
LEARNED = 0.05  # share of the way from guessing to always right below which nothing was learned


def seeded(seed: int) -> torch.Generator:
    """The run's own source of random numbers, so that nobody else in the process can change its course."""
    return torch.Generator().manual_seed(seed)


def fresh(make, seed: int, *args) -> N:
    """A newly initialised network; PyTorch's global random state is left as it was, also of other threads that make one."""
    with together.own_draws():
        torch.manual_seed(seed)
        return make(*args)


def one_cycle(parameters, rate: float, steps: int, decay: float = 1e-4):
    """SGD with Nesterov momentum; the learning rate rises for a quarter of the run, then falls to zero (Smith 2018)."""
    optimizer = torch.optim.SGD(parameters, lr=rate, momentum=0.9, nesterov=True, weight_decay=decay, fused=True)
    return optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=max(steps, 2), pct_start=0.25)


def adam_cycle(parameters, rate: float, steps: int, beta: float = 0.9):
    """Adam; its rate rises for a fifth of the run, then falls to zero (Smith 2018). beta: how long its memory is, β₁."""
    optimizer = torch.optim.Adam(parameters, rate, betas=(beta, 0.999), fused=True)
    return optimizer, torch.optim.lr_scheduler.OneCycleLR(
        optimizer, rate, total_steps=max(steps, 10), pct_start=0.2, cycle_momentum=False
    )


def steps_of(n: int, size: int, epochs: int) -> int:
    """How many batches of `size` the given number of passes over n digits are."""
    return epochs * math.ceil(n / size)


def batches(
    n: int, size: int, epochs: int, generator: torch.Generator, first: int = 0
) -> Iterator[tuple[int, Tensor, bool]]:
    """(step, indices of the batch, last of its epoch), counting steps from first + 1."""
    step = first
    for _ in range(epochs):
        parts = digits.batches(n, size, generator)
        for i, index in enumerate(parts):
            step += 1
            yield step, index, i == len(parts) - 1


def hits(logits: Tensor, y: Tensor) -> float:
    """Share of correct answers in percent."""
    return 100 * int((logits.argmax(1) == y).sum()) / len(y)


def confusion(y: Tensor, said: Tensor, classes: int = 10) -> np.ndarray:
    """How often class i was taken for j: (classes, classes) int64, rows true. y, said: (N,) numbers of classes."""
    return torch.bincount(classes * y + said, minlength=classes**2).reshape(classes, classes).numpy()


def broken(*losses: Tensor) -> bool:
    """True when a loss is NaN or infinite."""
    return not all(math.isfinite(loss.item()) for loss in losses)


def diverged(step: int) -> Iterator[Event]:
    """The end of a run whose loss is no longer a number."""
    yield Warned(
        step,
        "diverged",
        f"The loss is no longer a number after {step} steps: the steps were too long and "
        "the weights ran away. A lower learning rate helps. The run ends here.",
    )
    yield Finished(step, {"diverged": True})


def no_better_than_guessing(
    step: int,
    accuracy: float,
    chance: float,
    hint: str = "Most often the learning rate is too high; try a tenth of it.",
) -> Iterator[Event]:
    """A warning when the network has hardly gone a twentieth of the way from guessing to always right (Cohen's κ < 0.05).

    accuracy, chance: in percent; `chance` is what guessing gets on the same test examples. hint: what to try.
    """
    if accuracy - chance < LEARNED * (100 - chance):
        yield Warned(
            step, "guessing", f"The network gets {accuracy:.1f} % right, no better than guessing ({chance:g} %). {hint}"
        )
