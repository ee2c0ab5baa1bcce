"""How well each task is known, look by look."""

import numpy as np

from core.events import Metrics
from core.lifelong.analysis.tape import tape
from core.lifelong.settings import LifelongSettings
from core.record import Record


def test_looks_that_are_evenly_apart_and_nothing_that_comes_later():
    log = [Metrics(step, {"task_1": 10.4 + step}) for step in (0, 1, 5, 10, 20)]
    log += [Metrics(30, {"task_1": 35.6, "task_2": 12.0}), Metrics(40, {"task_1": 20.0, "task_2": 77.7})]
    found = tape(Record("lifelong-x", LifelongSettings(tasks=2), log, None))
    assert found.steps == [0, 10, 20, 30, 40]
    first, nan = [10, 20, 30, 36, 20], np.nan
    np.testing.assert_array_equal(found.known, [first, [nan, nan, nan, 12, 78]])
    np.testing.assert_array_equal(found.until(3), [[*first[:4], nan], [nan, nan, nan, 12, nan]])
    np.testing.assert_array_equal(found.until(0)[1], [nan] * 5)
    assert found.known[0, 4] == 20, "what was measured is not written over"
