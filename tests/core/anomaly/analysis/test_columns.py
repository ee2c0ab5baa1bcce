"""Which columns of a patient made the score high."""

import numpy as np
import pytest
import torch

from core.anomaly import detectors
from core.anomaly.analysis import columns
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.anomaly.detector import scores
from tests.core.anomaly.analysis.conftest import record

PLACE = 3


def parts():
    """The detector, the patient, and the standard deviation of held-out scores."""
    current = record("tumours")
    return detectors.of_record(current), dataset_of(current.settings).test_x[PLACE], final(current).calibration.std()


def asked(method):
    return columns.columns(record("tumours"), PLACE, method)


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("tumours", ("expected", "integrated_gradients", "feature_ablation", "kernel_shap", "lime")),
        ("forest", ("feature_ablation", "kernel_shap", "lime")),
    ],
)
def test_only_methods_that_fit_are_offered(name, wanted):
    assert columns.fitting(record(name)) == wanted


def test_the_squared_error_of_a_patient_is_the_score():
    (detector, x, __), found = parts(), asked("expected")
    assert found.values.shape == (30,) and found.squares
    assert found.values.sum() == pytest.approx(float(scores(detector, x[None])[0]), rel=1e-4)


@pytest.mark.parametrize("method", ["integrated_gradients", "kernel_shap"])
def test_columns_add_up_to_the_distance_from_the_mean_patient(method):
    (detector, x, sd), found = parts(), asked(method)
    rise = float(scores(detector, x[None])[0] - scores(detector, torch.zeros(1, 30))[0]) / sd
    assert found.values.sum() == pytest.approx(rise, rel=0.02, abs=0.02) and not found.squares
    assert found.note.numbers == {"total": pytest.approx(found.values.sum()), "rise": pytest.approx(rise, rel=1e-4)}


def test_ablation_puts_one_column_back_to_the_mean():
    (detector, x, sd), found = parts(), asked("feature_ablation")
    for i in (0, 7, 29):
        changed = x.clone()
        changed[i] = 0
        fall = float(scores(detector, x[None])[0] - scores(detector, changed[None])[0]) / sd
        assert found.values[i] == pytest.approx(fall, abs=1e-4)


def test_lime_finds_the_gradients_of_a_quadratic():
    (detector, x, sd), found = parts(), asked("lime")
    gradients = (2 * (x - detector.expects(x[None])[0]) / sd).numpy()
    assert np.corrcoef(found.values, gradients)[0, 1] > 0.95 and 0 < found.note.numbers["fit"] <= 100
    assert np.array_equal(found.values, asked("lime").values), "the same seed, the same neighbours"


def test_the_largest_and_the_rest_in_one():
    values = np.arange(30.0) - 15
    found, rest = columns.largest(values)
    assert found[0] == 0 and len(found) == 10 and values[found].sum() + rest == pytest.approx(values.sum())


def test_how_few_columns_hold_half():
    said = columns.about_half(np.array([5.0, 1, 1, -9]), ("a", "b", "c", "d"))
    assert said.numbers == {"n": 1, "columns": 4, "names": ("a",)}
    assert columns.about_half(-np.ones(3), ("a", "b", "c")).case == "columns-none"
