"""From a method's knobs to the attack that does it."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from core.attack import apgd, gradient, minimal, pixel, square
from core.attack import settings as s
from core.attack.ball import LEVELS, Ball
from core.attack.models import Aim
from core.loop import seeded


def ball_of(method: s.Method) -> Ball | None:
    """The ball that the attack stays in; None for an attack that looks for the smallest change instead."""
    if isinstance(method, s.Bounded | s.Square):
        return Ball(getattr(method, "norm", "inf"), method.epsilon / LEVELS)
    return None


def craft(net: nn.Module, x: Tensor, aim: Aim, method: s.Method, seed: int) -> Iterator[Tensor]:
    """The attacked pictures (N, C, H, W) in [0, 1] after every step. net: whose gradients, or answers, the attack may use."""
    return (smallest if ball_of(method) is None else within)(net, x, aim, method, seeded(seed))


def within(net: nn.Module, x: Tensor, aim: Aim, method: s.Method, generator: torch.Generator) -> Iterator[Tensor]:
    """The attacks that may go anywhere in a ball."""
    ball = ball_of(method)
    match method:
        case s.Noise():
            return gradient.noise(x, ball, generator)
        case s.FGSM():
            return gradient.fgsm(net, x, aim, ball)
        case s.IFGSM(steps=steps, stride=stride):
            return gradient.ifgsm(net, x, aim, ball, steps, stride / 100)
        case s.PGD(steps=steps, stride=stride, restarts=restarts):
            return gradient.pgd(net, x, aim, ball, steps, stride / 100, restarts, generator)
        case s.APGD(loss=loss, steps=steps, restarts=restarts):
            return apgd.apgd(net, x, apgd.LOSSES[loss].of(aim), ball, steps, restarts, generator)
        case s.MIFGSM(steps=steps, stride=stride, momentum=momentum):
            return gradient.mifgsm(net, x, aim, ball, steps, stride / 100, momentum)
        case s.DIM(steps=steps, stride=stride, momentum=momentum, often=often):
            return gradient.dim(net, x, aim, ball, steps, stride / 100, momentum, often / 100, generator)
        case s.Square(queries=queries):
            return square.square(net, x, aim, ball, queries, generator)
    raise TypeError(f"no attack within a ball: {method!r}")


def smallest(net: nn.Module, x: Tensor, aim: Aim, method: s.Method, generator: torch.Generator) -> Iterator[Tensor]:
    """The attacks that look for the smallest change."""
    match method:
        case s.DeepFool(steps=steps, overshoot=overshoot):
            return minimal.deepfool(net, x, aim, steps, overshoot / 100)
        case s.CW(confidence=confidence, searches=searches, steps=steps, learning_rate=learning_rate):
            return minimal.carlini_wagner(net, x, aim, confidence, searches, steps, learning_rate)
        case s.OnePixel(pixels=pixels, population=population, generations=generations):
            return pixel.few_pixels(net, x, aim, pixels, population, generations, generator)
    raise TypeError(f"no attack on pictures: {method!r}")


def steps_of(method: s.Method) -> int:
    """After how many steps the attack ends at the latest."""
    match method:
        case s.PGD(steps=steps, restarts=restarts) | s.APGD(steps=steps, restarts=restarts):
            return steps * restarts
        case s.CW(steps=steps, searches=searches):
            return steps * searches
        case s.OnePixel(generations=generations):
            return generations
        case s.Square(queries=queries):
            return queries
        case s.FGSM() | s.Noise():
            return 1
        case _:
            return method.steps


def gradients_of(method: s.Method, count: int) -> float:
    """What the attack on `count` pictures costs at most, in gradients of one picture; a pass without a gradient is a third of one."""
    if isinstance(method, s.OnePixel):
        return count * method.population * method.generations / 3
    return count * steps_of(method) / (3 if isinstance(method, s.Square) else 1)


def last(attack: Iterator[Tensor]) -> Tensor:
    """The attacked pictures after the last step."""
    *_, attacked = attack
    return attacked
