"""Calibration by hand and by closed forms: bins, the error, and the one temperature."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.anomaly import calibration, datasets, detectors
from core.anomaly import settings as s
from core.anomaly.calibration import answers, calibration_error, fitted_temperature, reliability, surprise
from core.anomaly.networks import answers as of_turns
from core.anomaly.settings import AnomalySettings, at_random
from core.anomaly.train import train
from core.events import Finished, Metrics
from core.loop import seeded


def test_the_error_by_hand():
    """Three bins: (0, ⅓] with one answer, (⅓, ⅔] with two, (⅔, 1] with one; an edge belongs to the bin below it."""
    found = reliability(np.array([0.2, 0.5, 2 / 3, 0.9]), np.array([False, True, False, True]), bins=3)
    assert found.share.tolist() == [0.25, 0.5, 0.25]
    assert found.sure == pytest.approx([0.2, (0.5 + 2 / 3) / 2, 0.9]) and found.right.tolist() == [0, 0.5, 1]
    assert calibration_error(found) == pytest.approx(0.25 * 0.2 + 0.5 * ((0.5 + 2 / 3) / 2 - 0.5) + 0.25 * 0.1)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_the_error_is_at_least_the_distance_of_the_means_and_at_most_one(pairs):
    """By the triangle inequality, and with one bin the two are the same."""
    sure, right = map(np.array, zip(*pairs))
    apart, error = abs(sure.mean() - right.mean()), calibration_error(reliability(sure, right))
    assert apart - 1e-9 <= error <= 1 + 1e-9
    assert calibration_error(reliability(sure, right, bins=1)) == pytest.approx(apart, abs=1e-9)


def test_who_gives_every_class_the_same_probability_has_no_error():
    """The base rate of k equally frequent classes: right in 1 of k cases, and as sure."""
    y = torch.arange(9).repeat(10)
    assert calibration_error(reliability(*answers(torch.zeros(90, 9), y))) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("a, right", [(3.0, 0.8), (0.5, 0.9), (8.0, 0.6)])
def test_of_two_classes_the_temperature_has_a_closed_form(a, right):
    """Logits (a, 0) of which a share q is right: σ(a / T) = q, so T = a / log(q / (1 − q))."""
    many = round(right * 1000)
    logits, y = torch.tensor([[a, 0.0]]).repeat(1000, 1), torch.tensor([0] * many + [1] * (1000 - many))
    assert fitted_temperature(logits, y) == pytest.approx(a / math.log(right / (1 - right)), rel=1e-6)


def test_it_is_the_least_surprise_follows_the_logits_scale_and_stays_in_its_range():
    logits, y = 5 * torch.randn(200, 4, generator=seeded(0)), torch.randint(4, (200,), generator=seeded(1))
    logits[torch.arange(200), y] += 4
    best = fitted_temperature(logits, y)
    assert surprise(logits, y, best) < min(surprise(logits, y, t * best) for t in (0.5, 0.99, 1.01, 2))
    assert fitted_temperature(3 * logits, y) == pytest.approx(3 * best)
    assert fitted_temperature(logits, logits.argmax(1)) == pytest.approx(calibration.COLDEST), "all answers right"
    assert fitted_temperature(logits, logits.argmin(1)) == pytest.approx(calibration.HOTTEST)


def test_no_temperature_changes_an_answer():
    logits, y = torch.randn(50, 5, generator=seeded(0)), torch.arange(50) % 5
    right = [answers(logits, y, t)[1].tolist() for t in (0.1, 1.0, 7.0)]
    assert right[0] == right[1] == right[2]


def test_turned_pictures_are_answers_about_turns():
    logits, y = of_turns(torch.arange(4 * 3 * 2.0).view(4, 3, 2), torch.tensor([7, 7, 7]), True)
    assert logits.shape == (12, 2) and y.tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3
    assert of_turns(torch.zeros(1, 3, 2), torch.tensor([0, 1, 1]), False)[1].tolist() == [0, 1, 1]


@pytest.mark.parametrize("normal, layers", [("01", "conv"), ("01", "dense"), ("3", "dense")])
def test_a_run_says_how_sure_and_how_right_it_is(normal, layers):
    """Of all test normals at the end, by the stored network once more; the temperature never sees the test part."""
    method = s.Confidence(steps=20, batch=16, layers=layers, temperature=1.5)
    settings = AnomalySettings(data=s.OneClass(normal=normal), method=method)
    log = list(train(settings))
    end, last = log[-1], [e for e in log if isinstance(e, Metrics)][-1]
    there = datasets.dataset_of(settings)
    detector = detectors.NETWORKS[s.Confidence](method, 0)
    detector.net = detectors.models.from_model(end.models["model"])
    normals = ~there.test_is_anomaly
    with torch.inference_mode():
        held = detector.answers(there.calibration_x, there.calibration_y)
        sure, right = answers(*detector.answers(there.test_x[normals], there.test_y[normals]), 1.5)
    assert isinstance(end, Finished) and last.values["right"] == pytest.approx(100 * right.mean())
    assert last.values["sure"] == pytest.approx(100 * sure.mean(), abs=0.01)
    assert last.values["fitted"] == pytest.approx(fitted_temperature(*held), rel=1e-3)
    assert len(held[1]) == len(there.calibration_x) * (1 if normal == "01" else 4)
    assert at_random(settings) == (50 if normal == "01" else 25)
    assert end.models["model"].reads_digits == (normal == "01")


def test_held_out_digits_keep_their_own_classes():
    there = datasets.dataset_of(AnomalySettings(data=s.OneClass(normal="47")))
    pool = datasets.pool(s.OneClass(normal="47"))
    for x, y in zip(there.calibration_x[:20], there.calibration_y[:20]):
        assert int(pool.y[(pool.x == x).flatten(1).all(1)][0]) == int(y)


def test_a_classifier_of_another_lab_is_not_fitted_to_what_it_may_have_learned():
    method = s.Confidence(network="lifelong-split-finetune")
    settings = AnomalySettings(data=s.OneClass(normal="012345678"), method=method)
    there, detector = datasets.dataset_of(settings), detectors.learned(settings)
    x, y = detector.held_out(there)
    judged = detector.judged(there)
    assert len(x) == len(y) == len(judged) == 450 and not there.test_is_anomaly[judged].any()
    tested = {row.numpy().tobytes() for row in there.test_x[judged]}
    assert not tested & {row.numpy().tobytes() for row in x}
    end = list(train(settings))[-1].summary
    assert end["sure"] > 90 and end["right"] < 20 and end["fitted"] > 10, "it is sure of what it has forgotten"
