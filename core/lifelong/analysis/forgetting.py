"""What the matrix of accuracies says: what is left of each task, and how deep the first one fell on the way."""

from dataclasses import dataclass

import numpy as np

from core.events import Metrics
from core.lifelong import pictures
from core.record import Record


@dataclass(frozen=True)
class Forgetting:
    """Accuracies in percent. learned, final: (tasks,), of each task just after it was learned, and at the end. lowest,
    after: (tasks − 1,), of the first task while each later one was learned, and at that one's end."""

    learned: np.ndarray
    final: np.ndarray
    lowest: list[float]
    after: list[float]


def forgetting(record: Record) -> Forgetting | None:
    """None of a run that was stopped before its end: its last task is not known."""
    known = record.pictures(pictures.MATRIX)
    if "average" not in record.summary or not known:
        return None
    matrix, ends = np.array(known[-1].array), [picture.step for picture in known]
    reports = [(e.step, e.values["task_1"]) for e in record.events if isinstance(e, Metrics) and "task_1" in e.values]
    later = [[value for step, value in reports if start < step <= end] for start, end in zip(ends, ends[1:])]
    return Forgetting(np.diag(matrix), matrix[-1], [min(each) for each in later], [each[-1] for each in later])
