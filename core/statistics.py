"""Statistics that several labs need."""

import numpy as np


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rank correlation of two arrays of one size, over all their numbers, in [−1, 1]: 1 is the same order.

    0 when one of them is constant or holds fewer than two numbers: no order is in it. To tell that from an order that has
    nothing to do with the other one, ask numpy.ptp first.
    """
    from scipy.stats import spearmanr  # takes a second to load, and whoever draws a curve needs the rest only

    first, second = np.ravel(a), np.ravel(b)
    if first.size < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(spearmanr(first, second).statistic)


def area(values: np.ndarray) -> float:
    """Area under a curve over the shares from 0 to 1, by the trapezoid rule: in [0, 1].

    Low is good for deletion, high for insertion (Petsiuk et al. 2018) — compared with the controls.
    """
    return float(np.trapezoid(values, dx=1 / (len(values) - 1)))
