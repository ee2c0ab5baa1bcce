"""Explain before and after: every case by hand, and the maps of a shipped run."""

import numpy as np
import pytest

from core.attack import settings as s
from core.attack.analysis import explanation, stored
from core.attack.analysis.explanation import Explained, meaning, moved
from core.attack.pictures import ATTACKED, CLEAN

RAMP = np.arange(16.0).reshape(4, 4)


def told(said, values=RAMP):
    return Explained(np.zeros((4, 4), np.uint8), values, said, 90.0)


@pytest.mark.parametrize(
    "agreement, noise, after, case",
    [
        (0.1, 0.9, "3", "answer-stayed"),
        (0.9, 0.9, "5", "map-stayed"),
        (0.3, 0.2, "5", "noise-moves-map"),
        (0.3, 0.3, "5", "noise-moves-map"),
        (0.3, 0.8, "5", "map-moved"),
    ],
)
def test_what_the_correlations_mean(agreement, noise, after, case):
    assert meaning(agreement, noise, told("3"), told(after)).case == case


def test_the_correlations_are_those_of_the_order_of_pixels():
    number, case = moved(told("3"), told("5", -(RAMP**3)), told("3", np.exp(RAMP)))
    assert number.numbers == pytest.approx({"agreement": -1, "noise": 1}) and case.case == "map-moved"


@pytest.mark.parametrize("method", [member.model_fields["name"].default for member in explanation.METHODS])
def test_each_picture_is_explained_by_its_own_answer(method):
    record = stored.record_of("attack-one-pixel")
    clean, attacked, noisy = explanation.explained(record, record.settings.subject, method)
    assert (clean.said, attacked.said, noisy.said) == ("1", "6", "1")
    assert attacked.sure == pytest.approx(record.summary["answers_after"][0][1], abs=0.01)
    assert all(each.map.shape == each.picture.shape == (28, 28) for each in (clean, attacked, noisy))
    assert not np.array_equal(clean.map, attacked.map)


def test_noise_is_as_long_as_the_change():
    record = stored.record_of("attack-universal")
    clean, attacked = record.last(CLEAN), record.last(ATTACKED)
    noisy = explanation.noisy(clean, attacked)
    lengths = [np.linalg.norm((picture.astype(float) - clean) / 255) for picture in (attacked, noisy)]
    assert lengths[1] == pytest.approx(lengths[0], rel=0.02) and noisy.dtype == np.uint8


def test_a_method_that_does_not_fit_says_so():
    record = stored.record_of("attack-one-pixel")
    dense = s.Digit(network="lifelong-forget-everything/model")
    assert "convolution" in explanation.explained(record, dense, "grad_cam")
