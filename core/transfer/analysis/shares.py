"""How frequent the classes are in the target: the truth, the network's answers, and what a method makes of these, live."""

from dataclasses import dataclass

import numpy as np

from core.record import Record
from core.transfer import pictures


@dataclass(frozen=True)
class Shares:
    """Percent of each class (classes,) in the target's training part. estimated: None where it could not be."""

    true: np.ndarray
    answered: np.ndarray
    estimated: np.ndarray | None


def shares(record: Record) -> Shares | None:
    """As of the last evaluation; None for a run that is not about class shares."""
    found = record.last(pictures.SHARES)
    if found is None:
        return None
    true, answered, estimated = found
    return Shares(true, answered, estimated if np.isfinite(estimated).all() else None)
