"""Detectors side by side: how well each tells anomalies from normals, what they say of one example, and how far they agree."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.stats import rankdata

from core.anomaly import decide, trivial
from core.anomaly.analysis.rivals import Rival, rivals
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.record import Record
from core.verdict import Verdict, verdict

DISPUTED = 6  # examples about which they disagree most
SURE = 2.0  # standard errors from which on a difference is more than chance


@dataclass(frozen=True)
class Row:
    """How well a detector tells the test part apart: AUROC, its standard error, and the share of normals that raise the alarm
    where 95 % of the anomalies do, all in %; and how long it takes to learn."""

    auroc: float
    error: float
    alarms: float
    seconds: float

    @property
    def taken(self) -> str:
        """How long a detector has learned; nothing of what has learned elsewhere."""
        return "–" if math.isnan(self.seconds) else f"{self.seconds:.0f}" if self.seconds >= 1 else "< 1"


@dataclass(frozen=True, eq=False)
class Comparison:
    """rivals: the best first. rows: one for each of them, one for all together, one for the distance to the mean. lessons,
    agreement: what follows; detectors stand in them by their ids. disputed: places in the test part, the most
    disputed first. correlations: (R, R) between the scores that they give to anomalies, not a number on the diagonal."""

    rivals: tuple[Rival, ...]
    rows: tuple[Row, ...]
    lessons: tuple[Verdict, ...]
    disputed: np.ndarray
    correlations: np.ndarray
    agreement: tuple[Verdict, ...]


def compare(current: Record, chosen: Sequence[str]) -> Comparison:
    """The chosen detectors, by their ids as `rivals.candidates` has them, those left out that are gone."""
    is_anomaly, dataset = final(current).is_anomaly, dataset_of(current.settings)
    those = sorted(rivals(current, chosen), key=lambda each: -decide.auroc(each.test, is_anomaly))
    if not those:
        return Comparison((), (), (), np.empty(0, int), np.empty((0, 0)), ())
    whole = together(those)
    scored = [(each.test, each.seconds) for each in those]
    scored += [(whole, sum(each.seconds for each in those)), (trivial.mean_distance(dataset), 0.0)]
    classes = dataset.test_y.numpy() if current.settings.data.name in ("digits", "damaged") else None
    found = rank_correlations(those, is_anomaly)
    return Comparison(
        tuple(those),
        tuple(row(scores, is_anomaly, seconds) for scores, seconds in scored),
        (*about_best(those, is_anomaly), *about_together(those, is_anomaly)),
        most_disputed(those, classes),
        found,
        tuple(about_agreement(those, found)),
    )


def row(scores: np.ndarray, is_anomaly: np.ndarray, seconds: float) -> Row:
    """Of scores (N,) of the test part."""
    error = decide.error_of(decide.placements(scores, is_anomaly))
    alarms = decide.missed_at(scores, is_anomaly)
    return Row(100 * decide.auroc(scores, is_anomaly), 100 * error, 100 * alarms, seconds)


def together(those: Sequence[Rival]) -> np.ndarray:
    """The score (N,) of all in one: minus the mean of their p-values, each of which is a rank among the held-out normals."""
    return -np.mean([each.p for each in those], 0)


def about_best(those: Sequence[Rival], is_anomaly: np.ndarray) -> list[Verdict]:
    """Which detector tells best, and from which others chance alone may part it. those: the best first."""
    first, near = decide.placements(those[0].test, is_anomaly), []
    for each in those[1:]:
        if not decide.leads(first, decide.placements(each.test, is_anomaly), len(those) - 1):
            near.append(each.id)
    best = verdict("beside-best", best=those[0].id)
    if not near:
        return [best, verdict("beside-best-alone")]
    return [best, verdict("beside-best-near", n=len(near), others=len(those) - 1, names=tuple(near))]


def about_together(those: Sequence[Rival], is_anomaly: np.ndarray) -> list[Verdict]:
    """Whether all together are better than the best of them. those: the best first."""
    whole, best = (decide.placements(scores, is_anomaly) for scores in (together(those), those[0].test))
    lead, error = 100 * (whole[0].mean() - best[0].mean()), 100 * decide.error_of(whole, best)
    better = sum(decide.auroc(each.test, is_anomaly) < whole[0].mean() for each in those)
    said = verdict("beside-together", better=better, n=len(those), lead=lead, error=error)
    if lead > SURE * error:
        return [said, verdict("beside-together-better")]
    if lead >= -SURE * error:
        return [said, verdict("beside-together-alike")]
    return [said, verdict("beside-together-safe" if 2 * better >= len(those) else "beside-together-worse")]


# ---- one example ----


def most_disputed(those: Sequence[Rival], classes: np.ndarray | None = None, many: int = DISPUTED) -> np.ndarray:
    """Places (≤ many,) in the test part whose p-values spread most over the detectors, the most disputed first.

    classes: (N,), of each class only the first is taken.
    """
    order = np.argsort(-np.std([each.p for each in those], 0), kind="stable")
    if classes is not None:
        order = order[np.sort(np.unique(classes[order], return_index=True)[1])]
    return order[:many]


def votes(p: Mapping[str, float], alpha: float, is_anomaly: bool | None) -> list[Verdict]:
    """How many detectors raise the alarm, who does not join them, and who is right where that is known.

    p: id → p-value. alpha: the alarm is raised from p ≤ alpha on. is_anomaly: None where nobody knows.
    """
    loud, quiet = ([name for name in p if (p[name] <= alpha) is wanted] for wanted in (True, False))
    n = len(p)
    if not loud:
        said = [verdict("votes-none", n=n)]
    elif not quiet:
        said = [verdict("votes-all", n=n)]
    else:
        said = [verdict("votes-some", raised=len(loud), n=n)]
        few = len(loud) < len(quiet)
        said.append(verdict("votes-loud" if few else "votes-quiet", names=tuple(loud if few else quiet)))
    if is_anomaly is None:
        return said
    right = len(loud) if is_anomaly else len(quiet)
    return [*said, _right(right, n, is_anomaly)]


def _right(right: int, n: int, is_anomaly: bool) -> Verdict:
    if right == n:
        return verdict("votes-anomaly-all-right" if is_anomaly else "votes-normal-all-right")
    if right == 0:
        return verdict("votes-anomaly-all-wrong" if is_anomaly else "votes-normal-all-wrong")
    return verdict("votes-anomaly-some-right" if is_anomaly else "votes-normal-some-right", right=right, n=n)


def p_together(p: Sequence[float]) -> float:
    """A p-value of all together: twice the mean of theirs is one, however they depend on one another (Vovk, Wang
    2020)."""
    return min(1.0, 2 * float(np.mean(p)))


def surprise(p: float) -> float:
    """−log₁₀ of a p-value: 0 of what surprises nobody."""
    return max(0.0, -float(np.log10(p)))


# ---- agreement ----


def rank_correlations(those: Sequence[Rival], is_anomaly: np.ndarray) -> np.ndarray:
    """Spearman's ρ between the detectors' scores of the anomalies, (R, R); not a number where a detector gives all the same
    score, and on the diagonal."""
    ranks = np.array([rankdata(each.test[is_anomaly]) for each in those])
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.atleast_2d(np.corrcoef(ranks))
    np.fill_diagonal(found, np.nan)
    return found


def about_agreement(those: Sequence[Rival], found: np.ndarray) -> list[Verdict]:
    """Who agrees most and least, and whether families hold together. found: as `rank_correlations` gives it."""
    pairs = [(found[i, j], i, j) for i, j in combinations(range(len(those)), 2) if np.isfinite(found[i, j])]
    if not pairs:
        return []
    (most, a, b), (least, c, d) = max(pairs), min(pairs)
    said = [verdict("agreement-most", first=those[a].id, second=those[b].id, rho=float(most))]
    if len(pairs) > 1:
        said.append(verdict("agreement-least", first=those[c].id, second=those[d].id, rho=float(least)))
    kin, rest = ([rho for rho, i, j in pairs if _kin(those[i], those[j]) is wanted] for wanted in (True, False))
    if kin and rest:
        said.append(verdict("agreement-families", kin=float(np.mean(kin)), rest=float(np.mean(rest))))
    return said


def _kin(first: Rival, second: Rival) -> bool:
    return first.method.FAMILY == second.method.FAMILY
