"""The attacks against torchattacks: the same network, digits, ε and steps; the library gets the network as it is, as its user has it.

Run in an environment that has torchattacks. Where not said otherwise both take a hundred digits at a time, which suits the
caches; a user who hands over all at once waits longer still.
"""

import time
from collections.abc import Callable
from functools import cache

import torch
import torch.nn.functional as F
import torchattacks
from torch import Tensor, nn

from core.attack import apgd, gradient, minimal, models
from core.attack.apgd import CrossEntropy
from core.attack.ball import Ball, lengths
from core.attack.craft import last
from core.attack.models import DIGITS_AT_ONCE, Aim, Victims
from core.loop import seeded
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK
from tests.bench.peers.rows import Row

EPSILON, STEPS, STRIDE = (
    0.12,
    10,
    0.25,
)  # a third to all of the digits fall; ten steps as in the README, 2.5 ε long together
KAPPA, RATE, SEARCH = 0, 0.05, 40  # of Carlini and Wagner's
OVERSHOOT, CROSSING = 0.02, 50  # of DeepFool's, both the library's defaults
Attack = Callable[[Victims, int], Tensor]
Judge = Callable[[nn.Module, Victims, Tensor], float]


@cache
def victims(count: int) -> tuple[nn.Module, Victims]:
    """The shipped digit classifier as it is, and the first test digits with its folded copy."""
    net = digit_net(SHIPPED_NETWORK)
    return net, models.first_digits(net, count)


def fooled(net: nn.Module, found: Victims, attacked: Tensor) -> float:
    """The share in % that the network as it is gets wrong."""
    return 100 * float((models.answers(net, attacked) != found.y).float().mean())


def length(_: nn.Module, found: Victims, attacked: Tensor) -> float:
    """Mean ‖δ‖₂ of the changes."""
    return float(lengths(attacked - found.x).mean())


def ours(attack: Attack, count: int, judge: Judge = fooled) -> Callable[[int], tuple[float, float]]:
    """A way of a row: `attack` on the folded network, as a run does it."""

    def way(seed: int) -> tuple[float, float]:
        net, found = victims(count)
        started = time.process_time()
        attacked = attack(found, seed)
        return time.process_time() - started, judge(net, found, attacked)

    return way


def library(
    make: Callable[[nn.Module], torchattacks.attack.Attack],
    count: int,
    judge: Judge = fooled,
    at_once: int = DIGITS_AT_ONCE,
):
    """A way of a row: the library's attack as its README calls it, on `at_once` digits a call."""

    def way(seed: int) -> tuple[float, float]:
        net, found = victims(count)
        attack = make(net)
        attack.seed = seed  # APGD seeds the global generator with it, and the others draw from that
        torch.manual_seed(seed)
        started = time.process_time()
        attacked = torch.cat([attack(x, y) for x, y in zip(found.x.split(at_once), found.y.split(at_once))])
        return time.process_time() - started, judge(net, found, attacked.detach())

    return way


def gradients(count: int, steps: int) -> Callable[[], float]:
    """CPU seconds of so many gradients of the cross entropy to `count` digits, of the folded network."""

    def alone() -> float:
        _, found = victims(count)
        parts = [
            (x.clone().requires_grad_(), y) for x, y in zip(*(all.split(DIGITS_AT_ONCE) for all in (found.x, found.y)))
        ]
        started = time.process_time()
        for x, y in parts:
            for _ in range(steps):
                torch.autograd.grad(F.cross_entropy(found.net(x), y, reduction="sum"), x)
        return time.process_time() - started

    return alone


def pgd(found: Victims, seed: int) -> Tensor:
    """With the best of all steps kept and a last look at the last, which the library does not."""
    ball = Ball("inf", EPSILON)
    return last(gradient.pgd(found.net, found.x, Aim(found.y), ball, STEPS, STRIDE, 1, seeded(seed)))


def their_pgd(net: nn.Module) -> torchattacks.PGD:
    return torchattacks.PGD(net, eps=EPSILON, alpha=STRIDE * EPSILON, steps=STEPS)


def mifgsm(found: Victims, seed: int) -> Tensor:
    return last(gradient.mifgsm(found.net, found.x, Aim(found.y), Ball("inf", EPSILON), STEPS, 1 / STEPS, 1.0))


def auto_pgd(found: Victims, seed: int) -> Tensor:
    aim = CrossEntropy.of(Aim(found.y))
    return last(apgd.apgd(found.net, found.x, aim, Ball("inf", EPSILON), STEPS, 1, seeded(seed)))


def deepfool(found: Victims, seed: int) -> Tensor:
    return last(minimal.deepfool(found.net, found.x, Aim(found.y), CROSSING, OVERSHOOT))


def carlini_wagner(found: Victims, seed: int) -> Tensor:
    """One c, the library's, since it does not search."""
    return last(minimal.carlini_wagner(found.net, found.x, Aim(found.y), KAPPA, 1, SEARCH, RATE))


SHARE = "fooled, %"
GRADIENT = (
    "Both compute the same number of gradients; ours of the network with BatchNorm folded into its convolutions and ReLU after the "
    "pooling, which is what could be taken away"
)
ROWS = [
    Row(
        f"PGD-{STEPS} on 1,000 digits, the library in one call as its README has it",
        "torchattacks",
        ours(pgd, 1000),
        library(their_pgd, 1000, at_once=1000),
        SHARE,
        close=2,  # ours keeps the best of all steps, the library the last; seeds differ by half a point
    ),
    Row(
        f"PGD-{STEPS} on 500 digits, the library in calls of 100",
        "torchattacks",
        ours(pgd, 500),
        library(their_pgd, 500),
        SHARE,
        close=2,
        note=GRADIENT,
        passes=gradients(500, STEPS),
    ),
    Row(
        f"MI-FGSM, {STEPS} steps, on 500 digits",
        "torchattacks",
        ours(mifgsm, 500),
        library(lambda net: torchattacks.MIFGSM(net, eps=EPSILON, alpha=EPSILON / STEPS, steps=STEPS, decay=1.0), 500),
        SHARE,
        close=1,  # nothing is drawn, and pixels whose gradient is zero but for rounding are few
        note=GRADIENT,
        passes=gradients(500, STEPS),
    ),
    Row(
        f"APGD on the cross entropy, {STEPS} steps, on 500 digits",
        "torchattacks",
        ours(auto_pgd, 500),
        library(lambda net: torchattacks.APGD(net, norm="Linf", eps=EPSILON, steps=STEPS, loss="ce"), 500),
        SHARE,
        close=2,
        note=GRADIENT,
        passes=gradients(500, STEPS),
    ),
    Row(
        "DeepFool on 30 digits, to the end",
        "torchattacks",
        ours(deepfool, 30, length),
        library(lambda net: torchattacks.DeepFool(net, steps=CROSSING, overshoot=OVERSHOOT), 30, length),
        "mean length of the change, L2",
        close=0.05,
    ),
    Row(
        f"Carlini–Wagner, {SEARCH} steps, on 200 digits",
        "torchattacks",
        ours(carlini_wagner, 200),
        library(lambda net: torchattacks.CW(net, c=1, kappa=KAPPA, steps=SEARCH, lr=RATE), 200),
        SHARE,
        close=2,
        note=GRADIENT,
        passes=gradients(200, SEARCH),
    ),
]
