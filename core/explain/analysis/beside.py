"""The maps of several methods of one picture, and how far they agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core import runs
from core.attribution import methods, trust
from core.attribution.settings import METHODS
from core.explain.analysis.asked import Asked
from core.explain.pictures import MAP
from core.record import Record

MOST = 8  # maps at once


@dataclass(frozen=True, eq=False)
class Map:
    """values: (H, W); None where the method does not fit the network. note: how far to trust it, or why it does not fit.

    A map is equal to itself only: what is computed of it is remembered as long as it is.
    """

    values: np.ndarray | None
    note: str = ""


@dataclass(frozen=True)
class Maps:
    """The maps that can be seen at once. stored: by their methods, from other runs. methods: all that can be seen."""

    asked: Asked
    stored: Mapping[str, Map]
    methods: tuple[str, ...]

    def of(self, method: str) -> Map:
        """The map of one of the methods."""
        return self.stored.get(method) or answer(self.asked, method)

    def first(self) -> list[str]:
        """The methods to begin with: of a photo all that there are, of a digit one of each kind."""
        return [m for m in self.methods if self.asked.subject.photo or METHODS[m].typical][:MOST]


def maps(record: Record, asked: Asked) -> Maps:
    """Of a photo the quick methods and what stored runs hold: what is slow is not done twice. Of a digit every method."""
    if not asked.subject.photo:
        return Maps(asked, {}, tuple(METHODS))
    stored, net = stored_maps(record), asked.subject.net
    return Maps(
        asked, stored, tuple(m for m in METHODS if m in stored or METHODS[m].quick and not METHODS[m].fits(net))
    )


@lru_cache(maxsize=300)
def answer(asked: Asked, method: str) -> Map:
    """The map of a method with its default knobs. Shared: never write into it."""
    try:
        found = methods.answer(asked.subject, asked.target, METHODS[method]())
    except methods.CannotExplain as error:
        return Map(None, str(error))
    return Map(found.map, found.note)


def stored_maps(record: Record) -> dict[str, Map]:
    """Maps of the same picture, network and answer from stored runs, by their methods."""
    wanted = record.settings.subject.model_dump() | {"answer": record.settings.answer}
    wanted["subject"] = wanted.pop("name")
    found = {}
    for about in runs.listing("explain")[0]:
        if all(about.settings.get(name) == value for name, value in wanted.items()) and "note" in about.summary:
            if stored := _stored(about.id, about.created):
                found.setdefault(about.settings["method"], stored)
    return found


@lru_cache(maxsize=50)
def _stored(run_id: str, created: float) -> Map | None:
    """The map of a stored run, (H, W) float32; None when it has none. created: another run may have had its id."""
    maps = runs.load(run_id).pictures(MAP.name)
    return Map(np.array(maps[-1].array, np.float32)) if maps else None


def agreement(maps: Mapping[str, np.ndarray]) -> np.ndarray:
    """Spearman's rank correlation of every two maps (n, n), in their order."""
    return trust.agreement(dict(maps))[1]
