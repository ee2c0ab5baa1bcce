"""The best D there could be, against densities that are known."""

import numpy as np
import pytest

from core.gan.analysis import optimal
from tests.core.gan.tiny import cases, record


def test_the_best_d_against_known_densities():
    """Real points on the left half with density 3 : 1 against fakes, on the right 1 : 3: the best D is right about 75 %."""
    rng = np.random.default_rng(1)
    left = lambda n: np.stack([rng.uniform(-0.999, -0.001, n), rng.uniform(-0.999, 0.999, n)], 1)  # noqa: E731
    real = np.concatenate([left(60_000), -left(20_000)])
    fake = np.concatenate([left(20_000), -left(60_000)])
    rng.shuffle(real), rng.shuffle(fake)
    perfect = [np.where(x[:, 0] < 0, 0.75, 0.25) for x in (real, fake)]
    found = optimal.compared(real, fake, *perfect)
    assert found.optimal_right == pytest.approx(75, abs=1) and found.own_right == pytest.approx(75, abs=1)
    assert found.difference < 0.05 and cases(found.verdicts) == ["optimal-right", "optimal-good"]
    middle = optimal.CELLS // 2
    assert np.nanmean(found.optimal[:, :middle]) == pytest.approx(0.75, abs=0.02), "columns from the left"
    blind = optimal.compared(real, fake, np.full(len(real), 0.5), np.full(len(fake), 0.5))
    assert blind.own_right == pytest.approx(50, abs=1) and blind.verdicts[1].case == "optimal-weak"
    same = optimal.compared(real, real.copy(), *[np.full(len(real), 0.5)] * 2)
    assert same.optimal_right < 60 and same.verdicts[1].case == "optimal-blind"


def test_rows_are_from_below_and_what_lies_outside_is_one_place():
    near, last = optimal.REACH - 0.01, optimal.CELLS**2
    corners = np.array([[-near, -near], [near, -near], [-near, near]])
    assert optimal.cells(corners).tolist() == [0, optimal.CELLS - 1, last - optimal.CELLS]
    assert optimal.cells(np.array([[0, 1.6], [-9, 0]])).tolist() == [last, last]


def test_where_it_can_be_counted():
    assert optimal.optimal(record("digits")) is None is optimal.optimal(record("critic"))
    found = optimal.optimal(record("packed"))
    assert found.optimal.shape == (optimal.CELLS, optimal.CELLS) and found.optimal_right > 50
