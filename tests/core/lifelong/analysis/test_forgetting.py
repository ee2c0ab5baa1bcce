"""What was forgotten, by hand."""

import numpy as np

from core import runs
from core.events import Finished, Metrics
from core.lifelong import pictures
from core.lifelong.analysis.forgetting import forgetting
from core.lifelong.settings import LifelongSettings
from core.record import Record
from core.settings import flatten


def recorded(settings, log, state="finished"):
    run = runs.make("lifelong-x", "lifelong", flatten(settings), log, 1.0, state)
    return Record("lifelong-x", settings, log, run)


def test_what_was_forgotten_by_hand():
    matrices = [np.full((3, 3), np.nan) for _ in range(3)]
    rows = [[90, 10, 10], [70, 80, 10], [60, 50, 85]]
    for i, each in enumerate(matrices):
        each[: i + 1] = rows[: i + 1]
    task_1 = {10: 90, 11: 20, 15: 65, 20: 70, 21: 30, 30: 60}
    log = [event for step, value in task_1.items() for event in _reported(step, value, matrices)]
    record = recorded(LifelongSettings(tasks=3), [*log, Finished(30, {"average": 65.0})])
    found = forgetting(record)
    assert found.learned.tolist() == [90, 80, 85] and found.final.tolist() == [60, 50, 85]
    assert found.lowest == [20, 30] and found.after == [70, 60]
    assert forgetting(recorded(LifelongSettings(tasks=3), log, "stopped")) is None, "its last task is not known"


def _reported(step, value, matrices):
    yield Metrics(step, {"task_1": float(value)})
    if step % 10 == 0:
        yield pictures.MATRIX.at(step, matrices[step // 10 - 1])
