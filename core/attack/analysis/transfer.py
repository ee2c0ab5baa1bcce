"""The transfer matrix: made on one network, tried on another."""

from dataclasses import dataclass

import numpy as np

from core.attack.pictures import MATRIX
from core.record import Record
from core.verdict import Verdict, verdict

RESULT = "ensemble"  # what the summary of a run holds that came to its end


@dataclass(frozen=True)
class Matrix:
    """right: accuracy in %, (made on + 1, tried on), the last row made on all others together; NaN where it is not known
    yet. labels: the networks. clean: their accuracy in % without an attack, of `count` digits."""

    right: np.ndarray
    labels: list[str]
    clean: list[float]
    count: int


def matrix(record: Record) -> Matrix | None:
    """As far as it is known; None before the first row."""
    right, facts = record.last(MATRIX), record.facts
    if right is None or "labels" not in facts:
        return None
    return Matrix(right.astype(float), facts["labels"], facts["clean"], facts["count"])


def carries(found: Matrix) -> list[Verdict]:
    """What the diagonal is; which foreign network lends its gradients best, and which worst, as far as any pair is known."""
    single = found.right[:-1]
    apart = np.where(np.eye(len(single), dtype=bool), np.nan, single)
    if not np.isfinite(apart).any():
        return [verdict("white-box")]
    (i, j), (k, m) = (np.unravel_index(choose(apart), apart.shape) for choose in (np.nanargmin, np.nanargmax))
    most = verdict("carries-most", made=found.labels[i], tried=found.labels[j], right=apart[i, j])
    least = verdict("carries-least", made=found.labels[k], tried=found.labels[m], right=apart[k, m])
    return [verdict("white-box"), most, least]
