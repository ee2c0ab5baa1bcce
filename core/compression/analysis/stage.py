"""What a method changes while it trains: answers to ten digits, the γ of every channel, the weights of the largest layer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.compression import pictures
from core.pictures import Kind
from core.record import Record

DRAWN = (  # what a stage shows, one kind for each method
    pictures.SAYS,
    pictures.GAMMA,
    pictures.WEIGHTS,
    pictures.TICKETS,
    pictures.EXITS,
    pictures.SPECTRUM,
    pictures.WIDTHS,
)


def changed(record: Record) -> Kind | None:
    """The picture of what the run's method changes; None for a run of an older version, which has only CONFUSION."""
    return next((kind for kind in DRAWN if record.pictures(kind)), None)


def changes(what: str) -> Callable[[Record], bool]:
    """A function of a record: whether the run's method changes what the analysis of this name looks into."""
    return lambda record: record.settings is not None and record.settings.method.analysis == what


@dataclass(frozen=True)
class Answers:
    """One network asked. name: “model”, “teacher” or “control”. p (10, 10): digit, class. right: how many digits it
    answers rightly, of ten."""

    name: str
    p: np.ndarray
    right: int


def answers(record: Record) -> list[Answers]:
    """Of the networks that are asked, the run's own one last."""
    both = zip(record.facts["says"], record.last(pictures.SAYS).astype(np.float32))
    return [Answers(name, p, int((p.argmax(1) == np.arange(10)).sum())) for name, p in both][::-1]


@dataclass(frozen=True)
class Layer:
    """|γ| of one layer's channels or neurons (width,), NaN where it was cut. left: how many stay; None before the cut."""

    name: str
    gammas: np.ndarray
    left: int | None


@dataclass(frozen=True)
class Channels:
    """Every layer's, and the largest |γ| at the beginning."""

    layers: list[Layer]
    top: float


def channels(record: Record) -> Channels:
    """The γ as measured last."""
    gammas, keep = record.last(pictures.GAMMA), record.last(pictures.KEPT)
    values = gammas.astype(float) if keep is None else np.where(keep == 0, np.nan, gammas).astype(float)
    widths = record.facts["widths"]
    names = record.facts.get("layers") or [""] * len(widths)
    parts = np.split(values, np.cumsum(widths)[:-1])
    layers = [
        Layer(name, part, None if keep is None else int(np.isfinite(part).sum())) for name, part in zip(names, parts)
    ]
    return Channels(layers, float(np.abs(record.pictures(pictures.GAMMA)[0].array).max()) or 1.0)


@dataclass(frozen=True)
class Weights:
    """A piece of the largest weight matrix (rows, columns), before and now. top: magnitude that few of the weights
    before exceed. values: how many different ones there are now. zeros: percent of them that are zero now."""

    before: np.ndarray
    now: np.ndarray
    top: float
    values: int
    zeros: float


def weights(record: Record) -> Weights:
    """As measured first and last."""
    before, now = _first_and_last(record, pictures.WEIGHTS)
    top = float(np.quantile(np.abs(before), 0.98)) or 1.0
    return Weights(before, now, top, len(np.unique(now)), 100 * float((now == 0).mean()))


def spread(record: Record) -> tuple[np.ndarray, np.ndarray] | None:
    """|γ|, or the weights without those that are zero now, before and now; None where something else is shown."""
    kind = changed(record)
    if kind not in (pictures.GAMMA, pictures.WEIGHTS):
        return None
    before, now = (np.ravel(each) for each in _first_and_last(record, kind))
    return before, now[now != 0] if kind is pictures.WEIGHTS else now


def _first_and_last(record: Record, kind: Kind) -> Sequence[np.ndarray]:
    return [np.array(record.pictures(kind)[i].array, np.float32) for i in (0, -1)]


def smaller(before: float, now: float) -> int | None:
    """How many times smaller a size became, rounded; None where that is less than one and a half times."""
    return round(before / now) if before >= 1.5 * now else None
