"""Without anomalies: a threshold that promises how many false alarms there will be, and what such a promise is worth."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from core.anomaly import datasets, decide
from core.anomaly.analysis.scores import Scores
from core.record import Record
from core.verdict import Verdict, verdict

ALPHAS = np.arange(1, 51)  # %: false alarm rates that can be promised
BARS = 10  # of the histogram of p-values at most
SURE = 0.95


@dataclass(frozen=True)
class Kept:
    """A threshold, of how many fresh normals it raises the alarm, within which rates that is likely (95 %, Wilson), and which share
    of the anomalies it finds; all but the threshold in [0, 1]."""

    threshold: float
    alarms: float
    low: float
    high: float
    found: float


@dataclass(frozen=True)
class Ways:
    """The two ways to choose a threshold without anomalies: above held-out normals, or above those that were learned."""

    calibration: Kept
    learned: Kept


@dataclass(frozen=True)
class Rates:
    """Kept false alarm rates in % at each of ALPHAS (A,), of both ways; between low and high lie those of nine of ten draws of
    held-out normals, not a number where nothing can be promised."""

    calibration: np.ndarray
    learned: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class PValues:
    """Conformal p-values of fresh normals and of anomalies, the edges of their histogram's bars, and how high each bar would be if
    all values were equally likely, in %."""

    normal: np.ndarray
    anomalous: np.ndarray
    edges: np.ndarray
    flat: float


def both(scores: Scores, alpha: float) -> Ways:
    """What the two ways to choose a threshold keep of the promised rate, in (0, 1)."""
    return Ways(
        kept(scores, decide.conformal_threshold(scores.calibration, alpha)),
        kept(scores, decide.quantile_threshold(scores.learned, alpha)),
    )


def kept(scores: Scores, threshold: float) -> Kept:
    """How this threshold fares with the test part's normals, which no detector and no threshold was chosen by."""
    raised = scores.normal >= threshold
    likely = binomtest(int(raised.sum()), len(raised)).proportion_ci(SURE, "wilson")
    share = float((scores.anomalous >= threshold).mean()) if len(scores.anomalous) else 0.0
    return Kept(threshold, float(raised.mean()), max(0.0, float(likely.low)), min(1.0, float(likely.high)), share)


def rates(scores: Scores) -> Rates:
    """Share of fresh normals that raise the alarm at each promised rate, of both ways to choose the threshold."""
    found = [
        [(scores.normal >= decide.conformal_threshold(scores.calibration, alpha)).mean() for alpha in ALPHAS / 100],
        [(scores.normal >= decide.quantile_threshold(scores.learned, alpha)).mean() for alpha in ALPHAS / 100],
    ]
    return Rates(*(100 * np.array(each) for each in found), *(100 * decide.luck(len(scores.calibration), ALPHAS / 100)))


def p_values(scores: Scores) -> PValues:
    """How the p-values of fresh normals and of anomalies are distributed."""
    normal, anomalous = (decide.p_values(part, scores.calibration) for part in (scores.normal, scores.anomalous))
    edges = p_edges(len(scores.calibration))
    return PValues(normal, anomalous, edges, 100 / (len(edges) - 1))


def p_edges(n: int) -> np.ndarray:
    """Where the bars of p-values from n held-out normals begin and end: each holds equally many of the n + 1 values where that goes
    with five to ten bars, one of them where there are few, and nearly equally many otherwise."""
    even = next((bars for bars in range(BARS, 4, -1) if (n + 1) % bars == 0), None)
    bars = even or (n + 1 if n < 3 * BARS else BARS)
    return np.linspace(0, 1, bars + 1) + 0.5 / (n + 1)  # between the values, that none lies on an edge


# ---- what it teaches ----


def verdicts(scores: Scores, alpha: float) -> list[Verdict]:
    """Which of the two promises was kept, and why the other was not."""
    ways, fresh = both(scores, alpha), len(scores.normal)
    learned, calibration = float(np.median(scores.learned)), float(np.median(scores.calibration))
    said = [
        of_calibration(ways.calibration, alpha, len(scores.calibration), fresh),
        of_learned(ways.learned, alpha, fresh),
    ]
    if learned < calibration and ways.learned.low > alpha:
        said.append(verdict("promise-learned-lower", learned=learned, calibration=calibration))
    return said


def of_calibration(each: Kept, alpha: float, n: int, fresh: int) -> Verdict:
    """Whether the promise from n held-out normals was kept, as far as so many fresh normals can tell."""
    shares = {"kept": 100 * each.alarms, "promised": 100 * alpha}
    if np.isinf(each.threshold):
        return verdict("promise-impossible", n=n, whole=n + 1, least=100 / (n + 1))
    if each.low > alpha:
        lucky = decide.surprise(n, fresh, round(each.alarms * fresh), alpha) > (1 - SURE) / 2
        return verdict("promise-calibration-unlucky" if lucky else "promise-calibration-broken", **shares)
    if each.alarms > alpha:
        return verdict("promise-calibration-chance", **shares, fresh=fresh)
    return verdict("promise-calibration-careful" if each.high < alpha else "promise-calibration-kept", **shares)


def of_learned(each: Kept, alpha: float, fresh: int) -> Verdict:
    """The same of the threshold from learned normals, for which no draw can be blamed."""
    shares = {"kept": 100 * each.alarms, "promised": 100 * alpha}
    if each.low > alpha:
        return verdict("promise-learned-broken", **shares)
    if each.alarms > alpha:
        return verdict("promise-learned-chance", **shares, fresh=fresh)
    return verdict("promise-learned-careful" if each.high < alpha else "promise-learned-kept", **shares)


def at_alpha(scores: Scores, alpha: float) -> Verdict:
    """How many fresh normals and how many anomalies have a p-value of at most alpha."""
    found = p_values(scores)
    normal, anomalous = (100 * float((p <= alpha).mean()) for p in (found.normal, found.anomalous))
    return verdict("promise-p", alpha=alpha, normal=normal, anomalous=anomalous)


def fine_print(current: Record, scores: Scores, alpha: float) -> list[Verdict]:
    """What the promise says, what it does not say, and what breaks it."""
    said = [verdict("promise-average", n=len(scores.calibration)), luck(len(scores.calibration), alpha)]
    return [*said, hidden(current, scores, alpha)] if current.settings.contamination > 0 else said


def luck(n: int, alpha: float) -> Verdict:
    """How far the rate of these very held-out normals may be from the promised one."""
    if not decide.allowed(n, alpha):
        return verdict("promise-too-few", least=100 / (n + 1), n=n, whole=n + 1)
    (low, high), (closer_low, closer_high) = (100 * decide.luck(each, alpha) for each in (n, 10 * n))
    return verdict("promise-luck", n=n, low=low, high=high, more=10 * n, closer_low=closer_low, closer_high=closer_high)


def hidden(current: Record, scores: Scores, alpha: float) -> Verdict:
    """What anomalies among the held-out examples did to the threshold, measured by taking them out."""
    among = datasets.dataset_of(current.settings).calibration_hidden.numpy()
    if len(among) != len(scores.calibration) or not among.any():
        return verdict("promise-none-hidden", share=current.settings.contamination)
    with_them = kept(scores, decide.conformal_threshold(scores.calibration, alpha))
    clean = kept(scores, decide.conformal_threshold(scores.calibration[~among], alpha))
    return verdict(
        "promise-hidden",
        n=int(among.sum()),
        clean=clean.threshold,
        threshold=with_them.threshold,
        found=100 * with_them.found,
        found_clean=100 * clean.found,
    )
