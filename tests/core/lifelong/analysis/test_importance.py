"""The importance on the pixels, and the weights of which importance and way are shown."""

import numpy as np

from core import runs
from core.lifelong import pictures
from core.lifelong.analysis.importance import BRIGHTEST, POINTS, moved, pixels
from core.record import Record


def shipped(run_id):
    run = runs.load(run_id)
    return Record(run_id, run.settings, list(run.events), run)


def test_the_importance_is_that_of_the_first_five_tasks():
    record = shipped("lifelong-ewc-against-forgetting")
    found, measured = pixels(record), record.pictures(pictures.OMEGA)
    assert len(found) == 5
    for each, picture in zip(found, measured):
        np.testing.assert_array_equal(each.omega, picture.array)
        assert (each.omega > each.top).mean() <= 1 - BRIGHTEST + 1 / 784
    assert pixels(shipped("lifelong-replay")) == [] == moved(shipped("lifelong-replay"))


def test_weights_without_importance_or_without_a_way_are_left_out():
    sample = np.ones((2, POINTS + 5), np.float32)
    sample[0, 3] = sample[1, 7] = 0
    (found,) = moved(Record("lifelong-x", None, [pictures.MOVED.at(1, sample)], None))
    assert found.shape == (2, POINTS - 2) and (found > 0).all()
