"""Detectors ranked over several data sets, and which differences of mean ranks are more than chance.

After Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets" (2006), section 3.2.2.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, rankdata, studentized_range

LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class Ranking:
    """Of k detectors on N data sets: mean ranks (k,), 1 is the best; Friedman's χ² and its p-value; and the critical difference, by
    which two mean ranks must differ at least."""

    ranks: np.ndarray
    chi_square: float
    p: float
    critical: float
    datasets: int


def ranking(scores: np.ndarray, level: float = LEVEL) -> Ranking:
    """Of scores (N, k), higher is better, N ≥ 2 and k ≥ 2."""
    each = ranks_of(scores)
    statistic = friedman(each)
    p = float(chi2.sf(statistic, scores.shape[1] - 1))
    return Ranking(each.mean(0), statistic, p, critical_difference(scores.shape[1], len(scores), level), len(scores))


def ranks_of(scores: np.ndarray) -> np.ndarray:
    """The rank (N, k) of each detector on each data set, 1 for the highest score; equals share the mean of their ranks."""
    return rankdata(-np.asarray(scores, float), axis=1)


def friedman(ranks: np.ndarray) -> float:
    """12 N / (k (k + 1)) · (Σ_j R_j² − k (k + 1)² / 4) of mean ranks R_j, of ranks (N, k), less what ties take away
    (Friedman 1937; Demšar 2006, section 3.2.2; Conover 1999 for ties). 0 where every data set has ties only."""
    n, k = ranks.shape
    ties = sum(float((many**3 - many).sum()) for many in (np.unique(row, return_counts=True)[1] for row in ranks))
    whole = 1 - ties / (n * k * (k**2 - 1))
    plain = 12 * n / (k * (k + 1)) * (np.square(ranks.mean(0)).sum() - k * (k + 1) ** 2 / 4)
    return float(plain / whole) if whole > 0 else 0.0


def critical_difference(k: int, n: int, level: float = LEVEL) -> float:
    """q √(k (k + 1) / 6 N), where q is the quantile of the studentized range with ∞ degrees of freedom over √2
    (Nemenyi 1963; Demšar 2006, section 3.2.2)."""
    return float(studentized_range.ppf(1 - level, k, np.inf) / math.sqrt(2) * math.sqrt(k * (k + 1) / (6 * n)))


def cliques(ranks: np.ndarray, critical: float) -> list[tuple[int, int]]:
    """The largest groups whose mean ranks lie closer together than the critical difference, as (first, last) place in the order of
    the ranks; groups of one are left out."""
    ordered, found = np.sort(ranks), []
    for first in range(len(ordered)):
        last = int(np.searchsorted(ordered, ordered[first] + critical, side="left")) - 1
        if last > first and (not found or last > found[-1][1]):
            found.append((first, last))
    return found
