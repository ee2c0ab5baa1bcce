"""The threshold: one number turns scores into decisions, and how good those are depends on how many anomalies come."""

from dataclasses import dataclass

import numpy as np

from core.anomaly import decide
from core.anomaly.analysis.scores import Scores, border
from core.anomaly.decide import Confusion
from core.anomaly.settings import AnomalySettings
from core.verdict import Verdict, verdict

PLACES = 51  # positions of a slider among normals, and as many among anomalies
RARE, COMMON = 0.01, 0.5  # prevalences that the test part's is held against
DRAWN = 150  # points of a smooth curve
HUNDREDTH = 2  # digits of a percentage on a curve, as many as a screen has room for


@dataclass(frozen=True)
class Decisions:
    """What a threshold does. shares: of all that come, at a chosen prevalence; counts: of test examples, ((anomalies found, missed),
    (false alarms, normals passed))."""

    shares: Confusion
    counts: tuple[tuple[int, int], tuple[int, int]]
    verdicts: list[Verdict]


@dataclass(frozen=True)
class Curve:
    """A curve through every threshold, both axes in %, with its corners alone: the rest lies on straight lines between these.
    guessing: what a random order has at x = 0 and at x = 100."""

    x: np.ndarray
    y: np.ndarray
    guessing: tuple[float, float]


def positions(scores: np.ndarray, is_anomaly: np.ndarray) -> np.ndarray:
    """Thresholds (P,) for a slider: ascending, from one at which everything raises the alarm to ∞, at which nothing does.

    They are scores of examples, evenly many of them between any two normals and between any two anomalies: every step moves a
    few examples, however far apart the scores lie, and however few of one sort there are.
    """
    steps = np.linspace(0, 1, PLACES)
    parts = [
        np.quantile(part, steps, method="nearest") for part in (scores[~is_anomaly], scores[is_anomaly]) if len(part)
    ]
    return np.append(np.unique(np.concatenate(parts)), np.inf)


def first_position(scores: Scores, places: np.ndarray) -> int:
    """Which of the positions (P,) raises the alarm for a tenth of the held-out normals."""
    return int(min(np.searchsorted(places, border(scores)), len(places) - 1))


def found_at_promise(scores: Scores) -> float:
    """Share of anomalies in % that are found where a tenth of the held-out normals raises the alarm."""
    return 100 * decide.confusion(scores.test, scores.is_anomaly, border(scores)).recall


def decisions(scores: Scores, threshold: float, prevalence: float) -> Decisions:
    """What happens at this threshold. prevalence: of anomalies among what comes, in [0, 1]."""
    raised, table = scores.test >= threshold, decide.confusion(scores.test, scores.is_anomaly, threshold, prevalence)
    parts = (scores.is_anomaly, ~scores.is_anomaly)
    counts = tuple((int((raised & part).sum()), int((~raised & part).sum())) for part in parts)
    return Decisions(table, counts, _what_prevalence_does(scores, table, threshold, prevalence))


def _what_prevalence_does(scores: Scores, table: Confusion, threshold: float, prevalence: float) -> list[Verdict]:
    """What the share of anomalies does to these decisions, against the test part's own share or against a rarer one."""
    own = scores.prevalence
    if table.silent:
        return [verdict("threshold-silent"), *misled(table, prevalence)]
    tested = np.isclose(prevalence, own)
    other = own if not tested else RARE if own > 2 * RARE else COMMON
    there = decide.confusion(scores.test, scores.is_anomaly, threshold, other)
    same = verdict("threshold-same") if tested else verdict("threshold-same-tested", tested=100 * own)
    false = [false_alarms(table, prevalence), false_alarms(there, other)]
    return [*false, same, *misled(table, prevalence)]


def false_alarms(table: Confusion, prevalence: float) -> Verdict:
    """How many alarms are false, out of the smallest number of alarms that says it within a tenth."""
    share, percent = 1 - table.precision, 100 * prevalence
    if share <= 0:
        return verdict("threshold-false-none", prevalence=percent)
    if share >= 1:
        return verdict("threshold-false-all", prevalence=percent)
    for whole in (10, 100, 1_000, 10_000):
        n = round(share * whole)
        if 0 < n < whole and abs(n / whole - share) <= 0.1 * min(share, 1 - share):
            return verdict("threshold-false" if n > 1 else "threshold-false-one", prevalence=percent, n=n, whole=whole)
    return verdict("threshold-false-few" if share < 0.5 else "threshold-false-most", prevalence=percent)


def misled(table: Confusion, prevalence: float) -> list[Verdict]:
    """Where deciding always the same would be right more often than this threshold: what accuracy is worth then."""
    always, here = 100 * max(prevalence, 1 - prevalence), 100 * table.accuracy
    if here >= always - 0.05:
        return []
    return [
        verdict("threshold-all-normal" if prevalence < 0.5 else "threshold-all-anomalies", always=always, here=here)
    ]


def of_a_thousand(table: Confusion, prevalence: float) -> Verdict:
    """How many of 1,000 that come are found, missed, false alarms and passed."""
    shares = {"found": table.found, "missed": table.missed, "alarms": table.alarms, "passed": table.passed}
    counts = {name: 1000 * share for name, share in shares.items()}
    return verdict("threshold-of-a-thousand", prevalence=100 * prevalence, **counts)


# ---- at every threshold ----


def roc(scores: np.ndarray, is_anomaly: np.ndarray) -> Curve:
    """Anomalies found (y) against normals that raise the alarm (x)."""
    alarms, found, _ = decide.roc(scores, is_anomaly)
    return _in_percent(alarms, found, corners(alarms, found), (0, 1))


def precision_and_recall(scores: np.ndarray, is_anomaly: np.ndarray, prevalence: float | None = None) -> Curve:
    """Precision (y) against the anomalies found (x), from the first alarm on. prevalence: as in `decisions`, that of the test part
    when left out."""
    prevalence = float(is_anomaly.mean()) if prevalence is None else prevalence
    alarms, found, _ = (
        part[1:] for part in decide.roc(scores, is_anomaly)
    )  # where nothing raises it there is no precision
    precision = prevalence * found / (prevalence * found + (1 - prevalence) * alarms)
    keep = np.union1d(corners(found, precision), np.arange(0, len(found), max(1, len(found) // DRAWN)))
    return _in_percent(found, precision, keep, (prevalence, prevalence))


def _in_percent(x: np.ndarray, y: np.ndarray, keep: np.ndarray, guessing: tuple[float, float]) -> Curve:
    first, last = guessing
    return Curve(*(np.round(100 * each[keep], HUNDREDTH) for each in (x, y)), (100 * first, 100 * last))


def corners(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Places of the points (N,) at which a curve turns, its ends among them."""
    dx, dy = np.diff(x), np.diff(y)
    turns = np.abs(dx[:-1] * dy[1:] - dx[1:] * dy[:-1]) > 1e-12
    return np.unique(np.concatenate([[0], np.flatnonzero(turns) + 1, [len(x) - 1]]))


def auroc(scores: np.ndarray, is_anomaly: np.ndarray) -> Verdict:
    """The AUROC with its 95 % interval, where that can be told."""
    found, interval = 100 * decide.auroc(scores, is_anomaly), decide.interval(scores, is_anomaly)
    if interval is None:
        return verdict("threshold-auroc-alone", auroc=found)
    return verdict("threshold-auroc", auroc=found, low=100 * interval[0], high=100 * interval[1])


def average_precision(scores: np.ndarray, is_anomaly: np.ndarray, prevalence: float) -> Verdict:
    """The average precision at a prevalence."""
    found = decide.average_precision(scores, is_anomaly, prevalence)
    return verdict("threshold-precision", precision=100 * found, prevalence=100 * prevalence)


def against_the_mean(scores: Scores, settings: AnomalySettings) -> Verdict:
    """The AUROC of the trivial rival, and whether the detector is better."""
    from core.anomaly import trivial  # with PyTorch, for which the first picture need not wait

    rival, own = trivial.auroc(settings), 100 * decide.auroc(scores.test, scores.is_anomaly)
    return verdict("threshold-mean" if own > rival else "threshold-mean-no-better", rival=rival)
