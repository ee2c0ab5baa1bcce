"""From scores to decisions: thresholds, what they promise and what they cost. Scores: higher is more anomalous."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta, betabinom, norm, rankdata

Array = np.ndarray


@dataclass(frozen=True)
class Confusion:
    """Shares of all that comes, in [0, 1], together 1."""

    found: float  # anomalies that raise the alarm
    missed: float
    alarms: float  # normals that raise it
    passed: float

    @property
    def precision(self) -> float:
        """Of what raises the alarm the share that is anomalous; 1 where nothing raises it."""
        return self.found / (self.found + self.alarms) if self.found + self.alarms > 0 else 1.0

    @property
    def recall(self) -> float:
        """Of the anomalies the share that is found."""
        return self.found / (self.found + self.missed) if self.found + self.missed > 0 else 0.0

    @property
    def false_alarms(self) -> float:
        """Of the normals the share that raises the alarm."""
        return self.alarms / (self.alarms + self.passed) if self.alarms + self.passed > 0 else 0.0

    @property
    def silent(self) -> bool:
        """Whether nothing raises the alarm: then there is no precision."""
        return self.found + self.alarms <= 0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, in [0, 1]: 2 found / (2 found + missed + false alarms)."""
        whole = 2 * self.found + self.missed + self.alarms
        return 2 * self.found / whole if whole > 0 else 0.0

    @property
    def accuracy(self) -> float:
        """Of all that come the share that is decided rightly."""
        return self.found + self.passed


def auroc(scores: Array, is_anomaly: Array) -> float:
    """How often an anomaly scores higher than a normal, ties counting half, in [0, 1] (Mann, Whitney 1947).

    scores, is_anomaly: (N,). Raises ValueError unless there are both.
    """
    scores, is_anomaly = np.asarray(scores), np.asarray(is_anomaly, bool)
    strange, normal = np.sort(scores[is_anomaly]), np.sort(scores[~is_anomaly])
    if not len(strange) or not len(normal):
        raise ValueError("a curve needs normals and anomalies")
    below, up_to = (np.searchsorted(normal, strange, side).sum(dtype=np.int64) for side in ("left", "right"))
    return float(below + up_to) / (2 * len(strange) * len(normal))


def placements(scores: Array, is_anomaly: Array) -> tuple[Array, Array]:
    """Of each anomaly the share of normals below it, of each normal the share of anomalies above it, ties counting half.

    Both average to the AUROC, and their spread says how far another test part would move it (DeLong, DeLong,
    Clarke-Pearson 1988, equations 5 and 6).
    """
    every, own = rankdata(scores), np.empty(len(scores))
    for part in (is_anomaly, ~is_anomaly):
        own[part] = rankdata(scores[part])
    below = (every - own) / np.where(is_anomaly, (~is_anomaly).sum(), is_anomaly.sum())
    return below[is_anomaly], 1 - below[~is_anomaly]


def error_of(first: tuple[Array, Array], second: tuple[Array, Array] | None = None) -> float:
    """Standard error of an AUROC, or of the difference of two on the same examples, in [0, 1]; from their placements."""
    parts = first if second is None else [a - b for a, b in zip(first, second)]
    return float(np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts)))


def error_of_pixels(scores: Array, truth: Array) -> float:
    """Standard error of the AUROC of all pixels together of n pictures, both (n, D), in [0, 1]: another draw is one of pictures, and
    the pixels of each depend on one another (Obuchowski 1997)."""
    above, below = placements(scores.ravel(), truth.ravel())
    parts = np.empty(truth.shape)
    parts[truth], parts[~truth] = (above - above.mean()) / len(above), (below - below.mean()) / len(below)
    return float(np.sqrt(len(parts) / (len(parts) - 1) * np.square(parts.sum(1)).sum()))


def leads(first: tuple[Array, Array], second: tuple[Array, Array], others: int = 1) -> bool:
    """Whether the AUROC of the first placements is above that of the second, on the same examples, by more than chance.

    By DeLong's test, one-sided, at 5 % divided by how many `others` the first is held against (Bonferroni): the first is mostly
    whichever came out on top.
    """
    lead = float(first[0].mean() - second[0].mean())
    return bool(lead > norm.isf(0.05 / others) * error_of(first, second))


def interval(scores: Array, is_anomaly: Array, level: float = 0.95) -> tuple[float, float] | None:
    """Confidence interval of the AUROC, in [0, 1]: how it would vary with other test examples, the detector staying as it is.

    None where it cannot be told: fewer than two of either sort, or no pair in disorder.
    """
    if min(is_anomaly.sum(), (~is_anomaly).sum()) < 2:
        return None
    above, below = placements(scores, is_anomaly)
    width = norm.ppf((1 + level) / 2) * error_of((above, below))
    return (max(0.0, float(above.mean() - width)), min(1.0, float(above.mean() + width))) if width else None


def roc(scores: Array, is_anomaly: Array) -> tuple[Array, Array, Array]:
    """(false alarms, found, thresholds), each (T,): shares in [0, 1] of normals and anomalies with a score ≥ threshold.

    From the threshold ∞, where nothing raises the alarm, down to the lowest score, where everything does.
    """
    is_anomaly = np.asarray(is_anomaly, bool)
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # of each group of equal scores
    found, alarms = np.cumsum(is_anomaly[order])[last], np.cumsum(~is_anomaly[order])[last]
    return (
        np.append(0, alarms / max(1, (~is_anomaly).sum())),
        np.append(0, found / max(1, is_anomaly.sum())),
        np.append(np.inf, scores[order][last]),
    )


def average_precision(scores: Array, is_anomaly: Array, share: float | None = None) -> float:
    """Σ (R_n − R_{n−1}) P_n over falling thresholds, in [0, 1]. share: of anomalies in what comes, that of the examples when left out."""
    alarms, found, _ = roc(scores, is_anomaly)
    share = float(np.mean(is_anomaly)) if share is None else share
    alarm = share * found + (1 - share) * alarms
    precision = np.divide(share * found, alarm, out=np.ones_like(alarm), where=alarm > 0)
    return float((np.diff(found) * precision[1:]).sum())


def confusion(scores: Array, is_anomaly: Array, threshold: float, share: float | None = None) -> Confusion:
    """What happens to normals and anomalies when a score ≥ threshold raises the alarm. share: as in `average_precision`."""
    is_anomaly = np.asarray(is_anomaly, bool)
    share = float(np.mean(is_anomaly)) if share is None else share
    raised = np.asarray(scores, float) >= threshold
    found, alarms = (float(raised[part].mean()) if part.any() else 0.0 for part in (is_anomaly, ~is_anomaly))
    return Confusion(share * found, share * (1 - found), (1 - share) * alarms, (1 - share) * (1 - alarms))


def cost(table: Confusion, miss: float, alarm: float) -> float:
    """What a decision costs on average: a missed anomaly costs `miss`, a false alarm `alarm`."""
    return miss * table.missed + alarm * table.alarms


def costs(
    scores: Array, is_anomaly: Array, miss: float, alarm: float, share: float | None = None
) -> tuple[Array, Array]:
    """(thresholds, cost on average at each of them), from ∞ down to the lowest score."""
    alarms, found, thresholds = roc(scores, is_anomaly)
    share = float(np.mean(is_anomaly)) if share is None else share
    return thresholds, miss * share * (1 - found) + alarm * (1 - share) * alarms


def cheapest(
    scores: Array, is_anomaly: Array, miss: float, alarm: float, share: float | None = None
) -> tuple[float, float]:
    """(threshold, cost on average) of the cheapest threshold, of equals the highest."""
    thresholds, cost = costs(scores, is_anomaly, miss, alarm, share)
    at = int(np.argmin(np.round(cost, 12)))  # equal but for rounding is equal
    return float(thresholds[at]), float(cost[at])


def cost_elsewhere(
    scores: Array, is_anomaly: Array, miss: float, alarm: float, share: float, halves: int = 20
) -> float | None:
    """Mean cost of thresholds that are the cheapest on random halves of the examples, each tried on the other half.

    Each half has its share of normals and of anomalies; None where there are fewer than four of either.
    """
    sorts = [np.flatnonzero(is_anomaly == truth) for truth in (False, True)]
    if min(map(len, sorts)) < 4:
        return None
    rng, paid = np.random.default_rng(0), []
    for _ in range(halves):
        mixed = [rng.permutation(sort) for sort in sorts]
        one, other = (np.concatenate([sort[half::2] for sort in mixed]) for half in (0, 1))
        for chosen, tried in ((one, other), (other, one)):
            threshold, _ = cheapest(scores[chosen], is_anomaly[chosen], miss, alarm, share)
            paid.append(cost(confusion(scores[tried], is_anomaly[tried], threshold, share), miss, alarm))
    return float(np.mean(paid))


def missed_at(scores: Array, is_anomaly: Array, recall: float = 0.95) -> float:
    """The share of normals that raise the alarm at the highest threshold that finds this share of the anomalies."""
    alarms, found, _ = roc(scores, is_anomaly)
    return float(alarms[np.argmax(found >= recall)])


# ---- without a single anomaly ----


def p_values(scores: Array, calibration: Array) -> Array:
    """Conformal p-values (N,): (1 + how many held-out normals (n,) score at least as high) / (n + 1).

    Of a fresh normal p ≤ α happens in at most a share α of the cases, whatever the detector and the distribution, as long
    as it comes from where the held-out ones came from (Vovk et al. 2005; Bates et al. 2023, equation 2).
    """
    below = np.searchsorted(np.sort(calibration), scores, side="left")
    return (1 + len(calibration) - below) / (len(calibration) + 1)


def conformal_threshold(calibration: Array, alpha: float) -> float:
    """The lowest threshold at which p ≤ α: a score ≥ it raises the alarm; ∞ when n held-out normals are too few for α, −∞ at α = 1."""
    ordered = np.sort(np.asarray(calibration, float))
    place = int(allowed(len(calibration), alpha))  # one less than so many held-out normals may score as high
    if place > len(calibration):
        return -np.inf
    return (
        np.nextafter(ordered[len(calibration) - place], np.inf) if place else np.inf
    )  # a float64: a score in single precision is no match


def allowed(n: int, alpha: float | Array) -> Array:
    """Which of the n held-out normals, counted from the oddest, the threshold lies at: l = ⌊α (n + 1)⌋. At 0 it is infinite."""
    return np.floor(np.asarray(alpha) * (n + 1) + 1e-9).astype(int)


def luck(n: int, alpha: float | Array, share: float = 0.9) -> Array:
    """Within which two rates the false alarms of all fresh normals lie for this share of draws of n held-out ones: (2, ...), not a
    number where nothing can be promised. Over draws the rate is distributed as Beta(l, n + 1 − l) (Vovk 2012, proposition 2a).
    """
    place = allowed(n, alpha)
    return np.stack([beta.ppf(edge, place, n + 1 - place) for edge in ((1 - share) / 2, (1 + share) / 2)])


def surprise(n: int, fresh: int, alarms: int, alpha: float) -> float:
    """How likely it is that of so many fresh normals so many or more raise the alarm, over draws of these and of n held-out ones:
    a beta-binomial distribution, whatever the scores are, as long as no two are equal."""
    place = int(allowed(n, alpha))
    return float(betabinom.sf(alarms - 1, fresh, place, n + 1 - place)) if place else float(alarms == 0)


def quantile_threshold(scores: Array, share: float) -> float:
    """What leaves this share of the given scores at or above it: of training scores, the “contamination” of many programs."""
    return float(np.quantile(scores, 1 - share))
