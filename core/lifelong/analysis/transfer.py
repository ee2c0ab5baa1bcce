"""What tasks give one another: forward transfer, backward transfer, and the head start of a task that was not trained yet."""

from dataclasses import dataclass

import numpy as np

from core.events import Metrics
from core.lifelong import pictures
from core.record import Record


@dataclass(frozen=True)
class Transfer:
    """Accuracies in percent, one for each task, NaN of what is not known yet.

    untrained: of the network before its first step. before: just before the task's own first step. learned: when it had
    just been learned. now: the newest of all.
    """

    untrained: np.ndarray
    before: np.ndarray
    learned: np.ndarray
    now: np.ndarray

    @property
    def forward(self) -> np.ndarray:
        """A[j−1, j] − b_j of each task, in points: what was there before it was trained."""
        return self.before - self.untrained

    @property
    def backward(self) -> np.ndarray:
        """A[now, j] − A[j, j] of each task, in points: what later tasks gave it, or took away."""
        return self.now - self.learned


def transfer(record: Record) -> Transfer | None:
    """As far as it is known; None where no task has ended, or where a task that was not trained yet has no outputs at all."""
    known, untrained = record.pictures(pictures.MATRIX), record.last(pictures.UNTRAINED)
    if untrained is None:  # runs of an older version say it at their end
        untrained = np.array(record.summary.get("untrained", ()))
    if not known or len(untrained) == 0 or not np.isfinite(untrained).all():
        return None
    matrix, done = np.array(known[-1].array), len(known)
    before = np.concatenate([untrained[:1], np.diag(matrix, 1)])
    return Transfer(
        untrained, before, np.diag(matrix), np.where(np.arange(len(matrix)) < done, matrix[done - 1], np.nan)
    )


@dataclass(frozen=True)
class Start:
    """How fast a task was learned: steps since it began, and the accuracy on it in percent."""

    task: int
    steps: list[int]
    accuracy: list[float]


def starts(record: Record) -> list[Start]:
    """Of each task that has begun, in the order of training: its first steps are those that tell."""
    begins = [0, *record.facts.get("marks", [])]
    ends = [*begins[1:], float("inf")]
    found = []
    for number, (begin, end) in enumerate(zip(begins, ends), 1):
        name = f"task_{number}"
        pairs = [
            (e.step - begin, e.values[name])
            for e in record.events
            if isinstance(e, Metrics) and begin < e.step <= end and name in e.values
        ]
        if pairs:
            found.append(Start(number, *map(list, zip(*pairs))))
    return found
