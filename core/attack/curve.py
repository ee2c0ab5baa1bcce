"""Robust accuracy against ε: what several attacks leave of a network's right answers, and what noise of that size leaves.

One attack alone says little: a network that one of them cannot fool may fall to the next (Athalye, Carlini, Wagner 2018).
So the worst counts, picture by picture, over everything that was tried (Carlini et al. 2019, section 4.4).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from core.attack import gradient, minimal, pictures
from core.attack.ball import LEVELS, Ball, lengths, saved
from core.attack.craft import last
from core.attack.metrics import METRICS
from core.attack.models import Aim, Victims, answers
from core.attack.notes import note
from core.attack.report import confusion
from core.attack.settings import Curve
from core.events import Event, Finished, Metrics, Started, Warned
from core.loop import seeded
from core.verdict import Verdict, verdict

POINTS = 11  # values of ε for digits, closer together where it is small
MOMENTUM_STEPS = 10  # of MI-FGSM at most, as in its paper
PHOTO_STEPS = 6  # of PGD and MI-FGSM on photos at most: each costs as much as on 80 digits
DEEPFOOL = 30, 0.02  # steps, overshoot
CW = 0.0, 2, 100, 0.2  # confidence, searches, steps, learning rate: in twice the time the changes become 2 % shorter
LONGER = (1.0, 1.02, 1.05, 1.1, 1.2)  # how much longer a smallest change is tried when rounding undoes it
MASKED = 10  # points by which one step beats many: gradients that lead nowhere


def curve(method: Curve, victims: Victims, seed: int) -> Iterator[Event]:
    """Robust accuracy in % for one ε after the other, from 0 to method.highest; the event's step is ε in levels of 255.

    A picture that an attack has fooled at some ε stays fooled at every larger one, since the same change lies in the
    larger ball too: each attack works on the pictures only that still withstand it, which takes a fraction of the time
    and changes nothing about what the attack could have done. The noise is drawn anew for all pictures at every ε.

    `worst`: a picture counts as right only if it withstood everything up to this ε, the noise included: a fooled
    picture is one, whoever found it. Every attacked picture is judged as it would be saved, in 8 bits (`ball.saved`).
    """
    trial, grid = Trial(method, victims, seed), levels(method.highest, victims.photo)
    yield Started(
        grid[-1], {"axis": "ε, of 255", "count": len(victims.x), "photo": victims.photo, "attacks": trial.names}
    )
    worst, strongest, warned = {}, {}, False
    for level in grid:
        right = trial.at(level)
        worst[level] = right["worst"]
        yield Metrics(level, right)
        if level:
            strongest[str(level)] = trial.strongest(right)
        if not victims.photo:
            yield pictures.BECOMES.at(level, trial.becomes(strongest.get(str(level), "noise")))
        if not warned and right["pgd"] - right["fgsm"] > MASKED:
            warned = True
            yield Warned(level, "masked", masked(level, right))
    half = crossing(list(worst), list(worst.values()), 50)
    yield Finished(
        grid[-1],
        {"count": len(victims.x), "strongest": strongest, "half": half, "note": note([result(worst, half, strongest)])},
    )


def levels(highest: float, photo: bool) -> list[int]:
    """The values of ε in whole levels, ascending from 0 to `highest`.

    A photo's answers fall within a few levels, so there ε doubles; a digit's take longer.
    """
    if photo:
        doubled = [2**i for i in range(8) if 2**i < highest]
        return [0, *doubled, round(highest)]
    return sorted({round(highest * share**1.5) for share in np.linspace(0, 1, POINTS)})


def left(lost: Tensor) -> float:
    """The share in % that is not lost; lost: (N,) truth values."""
    return 100 * int((~lost).sum()) / len(lost)


@dataclass
class Outcome:
    """What one attack has done so far: which pictures (N,) it has fooled, and what the network said then."""

    lost: Tensor
    said: Tensor

    def right(self) -> float:
        return left(self.lost)


@dataclass
class Trial:
    """All attacks on the same pictures, from small ε to large."""

    method: Curve
    victims: Victims
    seed: int
    records: dict[str, Outcome] = field(init=False)
    sizes: dict[str, tuple[Tensor, Tensor]] = field(
        init=False, default_factory=dict
    )  # of the smallest changes, once known

    def __post_init__(self) -> None:
        self.generator = seeded(self.seed)
        clean = answers(self.victims.net, self.victims.x)
        wrong = clean != self.victims.y
        self.records = {name: Outcome(wrong.clone(), clean.clone()) for name in ("noise", *self.names)}
        self.touched = wrong.clone()  # by noise or any attack

    @property
    def names(self) -> list[str]:
        """The attacks, from weak to strong; the noise is none of them."""
        if self.method.norm == "inf":
            return ["fgsm", "mifgsm", "pgd"]
        return ["fgsm", "pgd"] if self.victims.photo else ["fgsm", "deepfool", "pgd", "cw"]

    def at(self, level: int) -> dict[str, float]:
        """The accuracy in % under the noise, under each attack, and under the worst of all."""
        if level:
            self.shake(level)
            for name in self.names:
                self.attack(name, level)
        for record in self.records.values():
            self.touched |= record.lost
        right = {name: record.right() for name, record in self.records.items()}
        return right | {"worst": left(self.touched)}

    def shake(self, level: int) -> None:
        """Noise on all pictures, fresh at every ε: what it has fooled before it may miss now."""
        ball = Ball(self.method.norm, level / LEVELS)
        said = self.judge(self.victims.x, ball.noise(self.victims.x, self.generator), ball)
        self.records["noise"] = Outcome(said != self.victims.y, said)

    def attack(self, name: str, level: int) -> None:
        """One attack on the pictures that still withstand it."""
        record = self.records[name]
        there = torch.nonzero(~record.lost)[:, 0]
        if not len(there):
            return
        if name in ("deepfool", "cw"):
            size, said = self.smallest(name)
            now = there[size[there] <= level]
            said = said[now]
        else:
            ball, x = Ball(self.method.norm, level / LEVELS), self.victims.x[there]
            said = self.judge(x, self.within(name, x, Aim(self.victims.y[there]), ball), ball)
            fooled = said != self.victims.y[there]
            now, said = there[fooled], said[fooled]
        record.lost[now], record.said[now] = True, said

    def within(self, name: str, x: Tensor, aim: Aim, ball: Ball) -> Tensor:
        """The attacked pictures (N, C, H, W) of an attack that stays in a ball."""
        net, steps = self.victims.net, min(self.method.steps, PHOTO_STEPS if self.victims.photo else self.method.steps)
        match name:
            case "fgsm":
                return last(gradient.fgsm(net, x, aim, ball))
            case "mifgsm":
                steps = min(steps, MOMENTUM_STEPS)
                return last(gradient.mifgsm(net, x, aim, ball, steps, 1 / steps, 1.0))
            case "pgd":
                return last(gradient.pgd(net, x, aim, ball, steps, gradient.REACH / steps, 1, self.generator))

    def judge(self, x: Tensor, attacked: Tensor, ball: Ball) -> Tensor:
        """What the network says to the attacked pictures as they would be saved, (N,)."""
        return answers(self.victims.net, saved(x, attacked, ball))

    def smallest(self, name: str) -> tuple[Tensor, Tensor]:
        """Of an attack that looks for the smallest change: the size (N,) that each picture needed, in levels, and the answer.

        One run serves every ε: a picture is lost at ε when its own smallest change fits into the ball.
        """
        if name not in self.sizes:
            net, x, aim = self.victims.net, self.victims.x, Aim(self.victims.y)
            found = (
                minimal.deepfool(net, x, aim, *DEEPFOOL)
                if name == "deepfool"
                else minimal.carlini_wagner(net, x, aim, *CW)
            )
            self.sizes[name] = smallest_saved(self.victims, last(found))
        return self.sizes[name]

    def strongest(self, right: dict[str, float]) -> str:
        """The attack that leaves the least; among equals the last of `names`."""
        return min(reversed(self.names), key=right.get)

    def becomes(self, name: str) -> np.ndarray:
        """How often which true class (row) got which answer (column), int32 (10, 10).

        A picture lost at a smaller ε counts with the answer that it was lost with.
        """
        return confusion(self.victims, self.records[name].said)


def smallest_saved(victims: Victims, attacked: Tensor) -> tuple[Tensor, Tensor]:
    """How large the change is with which a saved picture is fooled, (N,) in levels (root mean square), and the answer (N,).

    Infinite where none was found. A change that only just crosses the border may fall back when it is rounded to 8 bits,
    so the same direction is also tried a little longer.
    """
    size, said = torch.full((len(attacked),), torch.inf), victims.y.clone()
    for factor in reversed(LONGER):
        tried = saved(victims.x, (victims.x + factor * (attacked - victims.x)).clamp(0, 1))
        answer = answers(victims.net, tried)
        change = tried - victims.x
        reach = LEVELS * lengths(change).flatten() / change[0].numel() ** 0.5
        shorter = (answer != victims.y) & (reach < size)
        size, said = torch.where(shorter, reach, size), torch.where(shorter, answer, said)
    return size, said


def crossing(x: list[float], y: list[float], height: float) -> float | None:
    """Where a curve through the points first falls to `height`, on the straight line between two points; None if never."""
    if y[0] <= height:
        return float(x[0])
    for i in range(1, len(x)):
        if y[i] <= height:
            return float(x[i - 1] + (y[i - 1] - height) / (y[i - 1] - y[i]) * (x[i] - x[i - 1]))
    return None


def masked(level: int, right: dict[str, float]) -> str:
    return (
        f"At ε = {level} the single step of FGSM leaves {right['fgsm']:.0f} % right, and the many of PGD {right['pgd']:.0f} %: "
        "one step should never beat many. The gradients of this network seem to lead nowhere (gradient masking), so no curve "
        "here can be trusted as robustness; attacks without gradients, or carried over from other networks, would tell."
    )


def result(worst: dict[int, float], half: float | None, strongest: dict[str, str]) -> Verdict:
    """Where half of the answers are lost, and which attack is the strongest at the largest ε."""
    end = max(worst)
    attack = METRICS[strongest[str(end)]].label if strongest else ""
    if half is None:
        return verdict("half-withstand", end=end, attack=attack)
    return verdict("half-lost", half=half, end=end, worst=worst[end], attack=attack)
