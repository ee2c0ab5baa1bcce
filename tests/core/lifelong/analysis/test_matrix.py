"""The matrix of accuracies as it fills, and what each task looks like."""

import numpy as np
import pytest

from core.events import Metrics
from core.lifelong import pictures
from core.lifelong.analysis.matrix import filled, looks
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import stream
from core.record import Record
from core.settings import build


def test_the_row_of_the_task_that_is_learned_moves():
    matrix = np.full((3, 3), np.nan)
    matrix[0] = 90, 11, 12
    log = [Metrics(40, {"average": 90.0, "task_1": 90.0}), pictures.MATRIX.at(40, matrix)]
    record = Record("lifelong-x", LifelongSettings(tasks=3), log, None)
    array, learning = filled(record)
    np.testing.assert_array_equal(array, matrix)
    assert learning is None
    log += [Metrics(41, {"average": 55.0, "task_1": 80.0, "task_2": 30.0}), Metrics(41, {"loss": 1.0})]
    array, learning = filled(record)
    assert learning == 1 and array[1, :2].tolist() == [80, 30] and np.isnan(array[1, 2]) and np.isnan(array[2]).all()
    assert np.isnan(matrix[1]).all(), "what was measured is not written over"


@pytest.mark.parametrize("flat", [{"stream": "split", "tasks": 3}, {"stream": "rotated", "tasks": 4}, {}])
def test_a_task_looks_as_its_test_digits_do(flat):
    settings = build(LifelongSettings, flat)
    found = looks(settings)
    assert len(found) == settings.tasks and all(each.dtype == np.uint8 for each in found)
    for each, task in zip(found, stream(settings)):
        digits = (255 * task.test_x[:, 0]).round().byte().numpy()
        assert (digits == each[:28, :28]).all((1, 2)).any()
