"""How long PGD takes on a thousand digits: ours, and torchattacks on the same network, start and steps."""

import time

import torch
import torchattacks

from core.attack import gradient, models
from core.attack.ball import Ball
from core.attack.craft import last
from core.loop import seeded
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK

DIGITS, EPSILON, STEPS, STRIDE = 1000, 0.2, 40, 0.1
AT_ONCE = 100  # digits: what suits the caches of most processors, and what we take


def seconds(work) -> float:
    """CPU time on one thread: other visitors of the machine do not count."""
    started = time.process_time()
    work()
    return time.process_time() - started


def ours(net: torch.nn.Module, found: models.Victims, steps: int = STEPS) -> torch.Tensor:
    """As a run does it: the network folded, the best of all steps, a last look at the last; (N, 1, 28, 28)."""
    ball = Ball("inf", EPSILON)
    return last(gradient.pgd(models.folded(net), found.x, models.Aim(found.y), ball, steps, STRIDE, 1, seeded(0)))


def library(net: torch.nn.Module, found: models.Victims, at_once: int = DIGITS, steps: int = STEPS) -> torch.Tensor:
    """As its README does it: the network as it is, all digits in one call, or `at_once` in each; (N, 1, 28, 28)."""
    attack = torchattacks.PGD(net, eps=EPSILON, alpha=STRIDE * EPSILON, steps=steps)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return torch.cat([attack(x, y) for x, y in zip(found.x.split(at_once), found.y.split(at_once))])


def pgd(rounds: int, at_once: int = DIGITS, steps: int = STEPS) -> tuple[list[float], list[float]]:
    """(ours, the library's) CPU seconds, turns taken. at_once: how many digits the library gets in one call.

    With AT_ONCE instead of all, what is left of the difference is the folded network.
    """
    torch.set_num_threads(1)
    net = digit_net(SHIPPED_NETWORK)
    found = models.first_digits(net, DIGITS)
    ours(net, found, 1), library(net, found, at_once, 1)
    mine, theirs = [], []
    for _ in range(rounds):
        mine.append(seconds(lambda: ours(net, found, steps)))
        theirs.append(seconds(lambda: library(net, found, at_once, steps)))
    return mine, theirs
