"""Early exits: who leaves where at a confidence, what it costs, and how good it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.compression import exits, models
from core.data import digits
from core.nets import from_model
from core.record import Record

CONFIDENCES = (50, 60, 70, 80, 85, 90, 92, 94, 95, 96, 97, 98, 99, 99.5, 99.9)  # percent: where the slider stops


@dataclass(frozen=True)
class Answers:
    """What the exits answer to the test digits: p (exits, 1000, 10). costs: multiply–adds until each. full: of the network
    without early exits."""

    p: np.ndarray
    costs: list[int]
    full: int


def answers(record: Record) -> Answers:
    """Of a run with early exits."""
    net, branches = record.run.net("model"), from_model(record.run.models["branches"], exits.make)
    p = exits.probabilities(net, branches, digits.load().test_x)
    return Answers(p.numpy(), exits.macs(net, branches), models.macs(net))


@dataclass(frozen=True)
class Passed:
    """At one confidence, in percent. leaves, right: test digits that leave at each exit, and how many of them are right.
    accuracy: percent. macs: on average. work: of the network without exits, in percent."""

    confidence: float
    leaves: list[int]
    right: list[int]
    accuracy: float
    macs: float
    work: float


def passed(found: Answers, confidence: float) -> Passed:
    """What happens to the test digits."""
    at, well = _ways(found, confidence)
    leaves = [int((at == e).sum()) for e in range(len(found.costs))]
    right = [int(well[at == e].sum()) for e in range(len(found.costs))]
    macs = exits.mean_macs(torch.from_numpy(at), found.costs)
    return Passed(confidence, leaves, right, 100 * sum(right) / len(at), macs, 100 * macs / found.full)


def curve(found: Answers, confidences: Sequence[float] = CONFIDENCES) -> list[Passed]:
    """At every confidence of the slider."""
    return [passed(found, each) for each in confidences]


def alone(found: Answers) -> list[tuple[int, float]]:
    """(multiply–adds, accuracy in percent) of each exit when all digits leave there."""
    y = digits.load().test_y.numpy()
    return [(cost, 100 * float((p.argmax(1) == y).mean())) for cost, p in zip(found.costs, found.p)]


@dataclass(frozen=True)
class Example:
    """A test digit: its picture, 8-bit (28, 28), what is answered to it and what it is."""

    picture: np.ndarray
    said: int
    label: int


def examples(found: Answers, confidence: float, exit_: int, many: int = 20) -> list[Example]:
    """Test digits that leave at one exit, wrong ones first, in the order of the test set otherwise."""
    at, well = _ways(found, confidence)
    data, places = digits.load(), np.flatnonzero(at == exit_)
    places = sorted(places.tolist(), key=lambda place: bool(well[place]))[:many]
    said = found.p.argmax(2)
    return [
        Example((255 * data.test_x[i, 0]).round().to(torch.uint8).numpy(), int(said[exit_, i]), int(data.test_y[i]))
        for i in places
    ]


def _ways(found: Answers, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Of each test digit its exit, and whether its answer is right."""
    p = torch.from_numpy(found.p)
    at = exits.leave(p, confidence / 100)
    return at.numpy(), (exits.said(p, at) == digits.load().test_y).numpy()
