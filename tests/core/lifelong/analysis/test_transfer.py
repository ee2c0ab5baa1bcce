"""What tasks give one another, against the matrix by hand and against the lab's own scores; the first steps of each task."""

import numpy as np
import pytest

from core.events import Metrics, Started
from core.lifelong import pictures, scores
from core.lifelong.analysis.transfer import starts, transfer
from core.lifelong.settings import Finetune, LifelongSettings
from core.lifelong.train import train
from core.record import Record

MATRIX = np.array([[90.0, 12.0, 11.0], [95.0, 80.0, 20.0], [60.0, 70.0, 88.0]])
UNTRAINED = np.array([9.0, 10.0, 8.0])


def record(rows, *more):
    known = np.where(np.arange(3)[:, None] < rows, MATRIX, np.nan)
    events = [pictures.UNTRAINED.at(0, UNTRAINED), *(pictures.MATRIX.at(i, known) for i in range(rows)), *more]
    return Record("lifelong-x", LifelongSettings(tasks=3), events, None)


def test_the_means_are_the_scores_of_the_paper():
    found = transfer(record(3))
    assert found.forward[1:].mean() == scores.forward_transfer(MATRIX, UNTRAINED)
    assert found.backward[:-1].mean() == scores.backward_transfer(MATRIX)
    np.testing.assert_array_equal(found.before, [9, 12, 20])
    np.testing.assert_array_equal(found.now, MATRIX[-1])


def test_while_it_trains_what_is_known_is_told():
    found, nan = transfer(record(2)), np.nan
    np.testing.assert_array_equal(found.before, [9, 12, 20])
    np.testing.assert_array_equal(found.now, [95, 80, nan])
    np.testing.assert_array_equal(found.backward, [5, 0, nan])
    assert transfer(record(0)) is None


def test_the_first_steps_of_each_task_count_from_its_own_beginning():
    log = [Started(30, {"marks": [10, 20]})]
    log += [Metrics(s, {"task_1": 1.0 * s, "task_2": 50.0 + s, "average": 0.0}) for s in (0, 1, 10, 11, 20)]
    first, second = starts(record(0, *log))
    assert (first.task, first.steps, first.accuracy) == (1, [1, 10], [1.0, 10.0])
    assert (second.task, second.steps, second.accuracy) == (2, [1, 10], [61.0, 70.0])


@pytest.fixture(scope="module")
def related():
    """Forward and backward transfer of a small run for close and for distant angles."""
    found = {}
    for turn in (20, 180):
        settings = LifelongSettings(stream="rotated", turn=turn, tasks=3, epochs=1, method=Finetune())
        *_, end = train(settings)
        found[turn] = end.summary
    return found


def test_the_closer_the_angles_the_more_is_transferred(related):
    near, far = related[20], related[180]
    assert near["forward_transfer"] > 60 > far["forward_transfer"] + 20
    assert near["backward_transfer"] > far["backward_transfer"] + 20
    assert near["before_2"] - near["untrained"][1] > 60 and {"before_2", "before_3"} <= set(near)
