"""What a run that tests a concept has found so far: a table over layers and classes."""

from dataclasses import dataclass

import numpy as np

from core.explain.pictures import TCAV
from core.explain.settings import LEVEL
from core.record import Record


@dataclass(frozen=True)
class Scores:
    """values: TCAV scores in %, (layers, classes). shown: whether each differs from random concepts, by the t-test at 0.05 over the
    ten classes together. false_alarms: how many of as many cells did so for random pictures in the concept's place."""

    layers: list[str]
    values: np.ndarray
    shown: np.ndarray
    false_alarms: int


def scores(record: Record) -> Scores | None:
    """None before two random sets are done."""
    found = record.last(TCAV)
    if found is None:
        return None
    concept, __, __, p, false = found
    level = LEVEL / concept.shape[1]
    return Scores(record.facts["layers"], concept, p < level, int((false < level).sum()))
