"""Why D says “fake” at a place of the plane."""

import numpy as np
import pytest
import torch

from core.gan.analysis import players, why_plane
from tests.core.gan.tiny import cases, record


@pytest.mark.parametrize("name", ["plane", "packed", "critic"])
def test_x_and_y_add_up_to_the_score_of_a_point(name):
    there = players.of(record(name))
    found = why_plane.at(there, np.array([0.7, -0.4], np.float32))
    assert [a - b for a, b in zip(found.for_real, found.for_fake)] == [found.x, found.y]
    assert min(*found.for_real, *found.for_fake) == 0
    assert found.x + found.y == pytest.approx(found.score - found.middle, abs=5e-3)
    with torch.no_grad():
        low, high = there.scores(torch.tensor([[0.7, -0.4], [0.7001, -0.4]])).tolist()
    assert found.gradient[0] == pytest.approx((high - low) / 1e-4, abs=0.05 + 0.05 * abs(found.gradient[0]))


def test_the_place_of_a_fake():
    there, found = players.of(record("plane")), why_plane.reason(record("plane"), 5)
    says, share = (each.numbers for each in found.verdicts[:2])
    assert (says["x"], says["y"]) == pytest.approx(there.fake[5].tolist())
    larger = max(abs(found.x), abs(found.y))
    assert share["share"] == pytest.approx(100 * larger / (abs(found.x) + abs(found.y)))
    assert share["coordinate"] == ("x" if larger == abs(found.x) else "y")


def test_which_loss_has_no_gradient_where_d_is_sure():
    """The saturating loss where D is sure of a fake, the non-saturating one where it is sure of a real point."""

    def said(score, name="plane"):
        there = players.of(record(name))
        return cases(why_plane.about(there, np.zeros(2), (score, 0.0), (1.0, 0.0), (1.0, 0.0)))[-1]

    assert (said(-6.0), said(6.0), said(0.5)) == ("place-refused", "place-believed", "place-gradient")
    assert said(-6.0, "critic") == "place-gradient", "a critic is never sure"
    assert said(-6.0, "packed") == "place-gradient", "least squares has a gradient everywhere"
