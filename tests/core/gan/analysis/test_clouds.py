"""Two clouds as a view shows them: where they lie, how strongly each loss pushes, and what is said of it."""

import math

import numpy as np
import pytest

from core.gan.analysis import clouds
from core.gan.analysis.clouds import FULL, measured
from core.gan.analysis.plane import LONGEST, arrows
from tests.core.gan.tiny import cases, record


def test_where_the_clouds_of_a_run_lie():
    place = clouds.place(record("clouds"))
    assert (place.distance, place.angle, place.width, place.spread) == (0.5, 0.0, 0.1, 0.1)
    assert clouds.place(record("plane")) is None


def test_what_is_measured_is_said():
    said = measured(1.0, 0.0, 0.1, 0.1).verdicts
    assert cases(said) == ["clouds-measured", "clouds-gone"]
    assert said[0].numbers["js"] == pytest.approx(math.log(2), abs=1e-5) and said[0].numbers["w1"] == pytest.approx(1)
    assert cases(measured(0.3, 90.0, 0.1, 0.1).verdicts) == ["clouds-measured", "clouds-pushed"]
    assert cases(measured(0.0, 0.0, 0.1, 0.1).verdicts) == ["clouds-measured", "clouds-same"]


def test_fields_are_blue_at_the_real_cloud_and_orange_at_the_fakes():
    """Rows from below, 1 is real: fakes above, as 90° says."""
    found = measured(0.9, 90.0, 0.1, 0.1)
    for field in found.fields.values():
        assert field.shape == (41, 41) and field[20, 20] > 0.6 > 0.4 > field[32, 20]
    assert np.ptp(found.fields["saturating"]) > 0.99, "D is sure, a critic is not"


def test_arrows_of_one_scale_show_that_a_push_is_gone():
    found, lengths = measured(0.7, 0.0, 0.1, 0.1), {}
    for loss, push in found.pushes.items():
        start_end = np.array([arrow[:2] for arrow in arrows(found.fake, push, FULL)])
        lengths[loss] = np.linalg.norm(start_end[:, 1] - start_end[:, 0], axis=1).mean()
    assert lengths["wasserstein"] == lengths["nonsaturating"] == pytest.approx(LONGEST, abs=0.002)
    assert lengths["saturating"] < 0.01
