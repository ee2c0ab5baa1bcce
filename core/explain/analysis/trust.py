"""How far to trust a map: hide what it names, shake the picture, and hold it against maps that know no network."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from torch import Tensor

from core.attribution import methods, trust
from core.attribution.inputs import baseline
from core.attribution.settings import METHODS
from core.explain.analysis.asked import Asked
from core.explain.analysis.beside import Map
from core.explain.analysis.stage import Curve, Curves, measured_by
from core.explain.pictures import CURVES
from core.explain.train import POINTS
from core.record import Record
from core.subject.models import Subject

PASSES_OF_PHOTOS, PASSES_OF_DIGITS = 4, 500  # of methods that are quick enough to be asked eleven times


def curves(record: Record, asked: Asked, method: str, map: Map, hide: str) -> Curves:
    """The six curves of a method's map: the run's own when it has measured just these, or else measured now."""
    own = record.settings
    if (method, hide) == (own.method.name, own.hide) and len(found := measured_by(record)) == len(CURVES):
        return found
    return _examined(asked, map, hide)


@lru_cache(maxsize=100)
def _examined(asked: Asked, map: Map, hide: str) -> Curves:
    return {
        ("insertion" if insert else "deletion", name): Curve.of(curve)
        for name, insert, curve in trust.examine(asked.subject, asked.target, map.values, hide, 0, POINTS)
    }


@dataclass(frozen=True)
class Scores:
    """In %, whose map (“map”, “random”, “input only”) → score. infidelity: the share of the answer's changes that the map
    does not predict, when squares are painted over. sensitivity: how far the map moves when each pixel moves by 2 % at most;
    none for a method that is too slow to be asked again."""

    infidelity: dict[str, float]
    sensitivity: dict[str, float]


@lru_cache(maxsize=100)
def scores(asked: Asked, method: str, map: Map, hide: str) -> Scores:
    """Of a method's map and of what knows no network."""
    subject, target, how = asked.subject, asked.target, METHODS[method]()
    hidden = baseline(subject.x, hide)
    samples, most = (24, PASSES_OF_PHOTOS) if subject.photo else (64, PASSES_OF_DIGITS)
    every = {"map": (map.values, hidden if how.times_picture else None)}
    every |= {name: (control, None) for name, control in trust.controls(map.values, subject.x, 0).items()}
    missed = {
        name: trust.unpredicted(subject, target, values, samples=samples, hidden=hidden, reference=factor)
        for name, (values, factor) in every.items()
    }

    def again(x: Tensor) -> np.ndarray:
        return methods.answer(Subject(subject.net, x, subject.names), target, how).map

    moved = {}
    if methods.cost(subject, how) <= most:
        asks = {"map": again, "input only": trust.input_only}
        moved = {name: 100 * trust.sensitivity(subject.x, ask) for name, ask in asks.items()}
    return Scores(missed, moved)
