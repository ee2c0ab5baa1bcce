"""Statistics that several labs need."""

import numpy as np
from scipy.stats import spearmanr


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation of two arrays of one size, over all their numbers, in [−1, 1]: 1 is the same order.

    0 when one of them is constant or holds fewer than two numbers: no order is in it. To tell that from an order that has
    nothing to do with the other one, ask numpy.ptp first.
    """
    first, second = np.ravel(a), np.ravel(b)
    if first.size < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(spearmanr(first, second).statistic)
