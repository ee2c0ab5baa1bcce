"""Test examples in the order of their scores, and what either end of the order teaches."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from core.anomaly.analysis.scores import PROMISE, Scores, border
from core.verdict import Verdict, verdict

Group = Literal["normal", "odd", "alarms", "missed"]  # the ends of the order, of normals and of anomalies


def ordered(group: Group, scores: np.ndarray, is_anomaly: np.ndarray) -> np.ndarray:
    """Places in the test part (N,) of the normals (“normal”, “alarms”) or of the anomalies, those first that the group is about:
    by falling scores for “odd” and “alarms”, by rising ones for the others."""
    own = np.flatnonzero(is_anomaly == (group in ("odd", "missed")))
    return own[np.argsort((-1 if group in ("odd", "alarms") else 1) * scores[own], kind="stable")]


def lesson(group: Group, scores: Scores, kinds: Sequence[str] | np.ndarray) -> list[Verdict]:
    """What this end of the order teaches. kinds: what each test example is, by whatever anomalies are told apart (N,)."""
    threshold = border(scores)
    normal, anomalous = scores.normal, scores.anomalous
    match group:
        case "normal":
            low = int((anomalous < np.median(normal)).sum())
            return [verdict("order-normal", n=low, anomalies=len(anomalous))]
        case "odd":
            clear = 100 * float((anomalous > normal.max()).mean())
            return [verdict("order-odd", share=clear) if clear else verdict("order-odd-none")]
        case "alarms":
            return [verdict("order-alarms", n=int((normal >= threshold).sum()), normals=len(normal))]
    missed, chance = int((anomalous < threshold).sum()), (1 - PROMISE) * len(anomalous)
    by_kind = missed_kinds(scores, threshold, np.asarray(kinds))
    return [verdict("order-missed", n=missed, anomalies=len(anomalous), chance=chance), *([by_kind] if by_kind else [])]


def missed_kinds(scores: Scores, threshold: float, kinds: np.ndarray) -> Verdict | None:
    """Which kind of anomaly passes most often and which least; None where there is only one. kinds: (N,)."""
    own = kinds[scores.is_anomaly]
    shares = {str(kind): 100 * float((scores.anomalous[own == kind] < threshold).mean()) for kind in np.unique(own)}
    if len(shares) < 2:
        return None
    worst, best = max(shares, key=shares.get), min(shares, key=shares.get)
    return verdict("order-missed-kinds", worst=worst, missed=shares[worst], best=best, least=shares[best])
