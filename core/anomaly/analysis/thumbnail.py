"""The lab in one small picture: some digits in the order of their scores, over the scores of all normals and anomalies."""

from dataclasses import dataclass

import numpy as np

from core.anomaly.datasets import dataset_of
from core.anomaly.pictures import IS_ANOMALY, TEST_SCORES
from core.record import Record
from core.subject.models import as_bytes

BINS = 39
FARTHEST = 0.98  # share of the scores that the axis shows; larger ones stand at its end
NORMALS, ANOMALIES = 3, 5  # digits that are shown


@dataclass(frozen=True, eq=False)
class Example:
    """place: of its score on the axis, 0 to 1. picture: 8-bit (28, 28)."""

    place: float
    picture: np.ndarray
    is_anomaly: bool


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """normal, anomalous: heights (BINS,) of each kind's bars, the highest is 1. examples: the lowest score first."""

    normal: np.ndarray
    anomalous: np.ndarray
    examples: list[Example]


def thumbnail(record: Record) -> Thumbnail:
    """Of a finished run on digits."""
    scores, odd = record.last(TEST_SCORES), record.last(IS_ANOMALY).astype(bool)
    low, high = float(scores.min()), float(np.quantile(scores, FARTHEST))
    edges = np.linspace(low, high, BINS + 1)
    heights = []
    for group in (scores[~odd], scores[odd]):
        count, _ = np.histogram(np.minimum(group, high), edges)
        heights.append(count / count.max())
    pictures = dataset_of(record.settings).test_x
    examples = [
        Example(min(1, (float(scores[i]) - low) / (high - low)), as_bytes(pictures[i]), bool(odd[i]))
        for i in chosen(scores, odd)
    ]
    return Thumbnail(*heights, examples)


def chosen(scores: np.ndarray, odd: np.ndarray) -> list[int]:
    """Places of a few normals and anomalies, each kind spread over its own scores; the lowest score first."""
    found: list[int] = []
    for kind, many in ((False, NORMALS), (True, ANOMALIES)):
        own = np.flatnonzero(odd == kind)
        own = own[np.argsort(scores[own])]
        found += [int(own[round(share * (len(own) - 1))]) for share in np.linspace(0.1, 0.9, many)]
    return sorted(found, key=lambda place: float(scores[place]))
