"""Few bits for each weight, and the report of eight-bit inference."""

import numpy as np
import pytest

from core.compression.analysis import bits
from core.compression.models import weighted
from tests.core.compression.analysis.conftest import shipped

TEACHER = shipped("teacher")


def test_the_layers_are_those_with_weights():
    assert bits.layer_names(TEACHER, "model") == ["convolution 1", "convolution 2", "convolution 3", "dense 4", "head"]


@pytest.mark.parametrize(("scheme", "values"), [("per layer", 3), ("k-means", 4)])
def test_two_bits_leave_few_values(scheme, values):
    found = bits.rounded(TEACHER, "model", 1, 2, scheme)
    exact = weighted(TEACHER.run.net())[1].weight.detach().flatten().numpy()
    assert np.array_equal(found.weights, exact) and len(found.values) == values
    assert (np.diff(found.values) > 0).all() and np.abs(found.values).max() <= np.abs(exact).max() + 1e-6


def test_a_grid_for_each_channel_has_values_of_its_own():
    values = bits.rounded(TEACHER, "model", 1, 2, "per channel").values
    assert len(np.unique(np.abs(values))) == 32 + 1, "the scale of each, and zero"


def test_every_engine_has_a_row(small_teacher):
    plain, ordered, *eight = bits.int8_report(small_teacher, repeats=1)
    assert [plain.name, ordered.name] == ["float32", "float32, channels last"]
    assert plain.accuracy == ordered.accuracy and plain.speed_up == 1
    assert eight and all(row.bytes < plain.bytes / 3 for row in eight)
    assert all(row.name.startswith("int8, ") and row.name.endswith(", scales per channel") for row in eight)
    assert all(row.speed_up == plain.latency_64 / row.latency_64 for row in eight)
