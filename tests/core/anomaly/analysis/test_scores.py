"""The scores of a run, as the analyses read them."""

import numpy as np
import pytest

from core.anomaly import datasets, decide, pictures
from core.anomaly.analysis import scores
from tests.core.anomaly.analysis.conftest import ONE_HELD, made, record, stopped


def test_the_scores_of_a_run_are_those_of_its_pictures():
    current = record("digit")
    found, dataset = scores.final(current), datasets.dataset_of(current.settings)
    assert (found.is_anomaly == dataset.test_is_anomaly.numpy()).all()
    assert (len(found.learned), len(found.calibration)) == (len(dataset.train_x), len(dataset.calibration_x))
    assert found.test.dtype == np.float64 and found.prevalence == pytest.approx(
        dataset.test_is_anomaly.float().mean().item()
    )
    assert sorted([*found.normal, *found.anomalous]) == sorted(current.last(pictures.TEST_SCORES).astype(float))


def test_a_stopped_run_has_the_scores_of_its_last_evaluation():
    current = stopped(record("moons"), 8)
    assert scores.final(current) is None
    found, is_anomaly = scores.newest(current)
    assert np.array_equal(found, current.last(pictures.EVALUATION).astype(float))
    dataset, places = datasets.dataset_of(current.settings), current.last(pictures.EVALUATED)
    assert np.array_equal(is_anomaly, dataset.test_is_anomaly.numpy()[places])
    assert scores.newest(stopped(current, 1)) is None
    whole = record("moons")
    assert np.array_equal(scores.newest(whole)[0], scores.final(whole).test)


def test_a_few_far_scores_stand_at_the_edge():
    drawn = scores.clipped(np.array([*range(99), np.inf, 1e30]))
    assert drawn.max() == np.quantile([*range(99), 3e38, 1e30], 0.98) and (drawn[:99] == range(99)).all()


def test_the_border_is_the_conformal_threshold_of_a_tenth():
    found = made(range(5), range(99), range(10), range(5))
    assert decide.p_values(np.array([scores.border(found)]), found.calibration)[0] <= 0.1
    assert (found.calibration >= scores.border(found)).sum() == 9 and scores.border(ONE_HELD) == np.inf
