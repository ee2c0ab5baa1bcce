"""Kinds of oddity among the digits 0 to 7, and how well each is told from these; needs no network and no picture."""

from collections.abc import Mapping
from typing import get_args

import numpy as np

from core.anomaly import decide
from core.anomaly.data_settings import Oddities

KINDS: tuple[str, ...] = get_args(Oddities.model_fields["kind"].annotation)
CALLED = ("8", "9", "patched digit", "turned digit", "piece of a photo")  # one of each kind
NORMAL = 8  # digits from 0 on; in the test part the class of the first kind of oddity is this number
EACH = 100  # examples of each kind that may be learned, and as many that are tested


def kinds_of(is_anomaly: np.ndarray) -> np.ndarray:
    """The number of each test example's kind (N,), −1 of normals: kind by kind they come one after the other, EACH of each.
    is_anomaly: (N,), of the whole test part."""
    return np.where(is_anomaly, (np.cumsum(is_anomaly, dtype=np.int64) - 1) // EACH, -1)


def kinds_among(y: np.ndarray) -> np.ndarray:
    """The same (N,) of any test examples, by their classes y (N,)."""
    return np.where(y < NORMAL, -1, y - NORMAL)


def auroc_by_kind(scores: np.ndarray, kinds: np.ndarray) -> dict[str, float]:
    """How well each kind is told from normals, in %. scores, kinds: (N,), of normals and of all kinds."""
    owns = {name: (kinds < 0) | (kinds == i) for i, name in enumerate(KINDS)}
    return {name: 100 * decide.auroc(scores[own], kinds[own] >= 0) for name, own in owns.items()}


def on_known(found: Mapping[str, float], known: str) -> dict[str, float]:
    """The AUROC of the known kind, and the mean of all others, in %."""
    return {"on_known": found[known], "on_unseen": float(np.mean([v for name, v in found.items() if name != known]))}
