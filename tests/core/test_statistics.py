"""Statistics that several labs share, beside other ways to compute them."""

import numpy as np
import pytest
from scipy.stats import rankdata

from core.statistics import rank_correlation


def test_the_rank_correlation_is_that_of_the_ranks():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(9, 9)), rng.integers(0, 4, (9, 9))
    by_hand = np.corrcoef(rankdata(a.ravel()), rankdata(b.ravel()))[0, 1]
    assert rank_correlation(a, b) == pytest.approx(by_hand) == rank_correlation(b, a)
    assert rank_correlation(a, np.exp(a)) == pytest.approx(1) and rank_correlation(a, -a) == pytest.approx(-1)


@pytest.mark.parametrize("other", [np.zeros((9, 9)), np.full((9, 9), 3)])
def test_a_constant_has_no_order(other):
    a = np.random.default_rng(0).normal(size=(9, 9))
    assert rank_correlation(a, other) == 0.0 == rank_correlation(other, a)
    assert rank_correlation(a[:1, :1], a[:1, 1:2]) == 0.0, "a single number has none"
