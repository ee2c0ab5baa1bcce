"""The plane of the moons: where the network changes its answer, at each evaluation of a run."""

from dataclasses import dataclass

import numpy as np

from core.record import Record
from core.settings import COIN
from core.transfer import pictures
from core.transfer.analysis.cloud import measured_at
from core.transfer.pictures import REACH
from core.transfer.settings import Moons
from core.verdict import Verdict, verdict


@dataclass(frozen=True)
class Border:
    """axis: (G,), the places along each side of the plane. sure: (G, G), how sure the network is of class 1 there, in [0, 1],
    rows from below; 0.5 where it diverged. points: (N, 2). who: (2, N), the domain (0 source, 1 target) and the class of
    each point."""

    axis: np.ndarray
    sure: np.ndarray
    points: np.ndarray
    who: np.ndarray


def moons(record: Record) -> bool:
    """Whether the target of the run is the two moons."""
    return record.settings is not None and isinstance(record.settings.target, Moons)


def steps(record: Record) -> list[int]:
    """After how many steps the border was measured; none where it never was."""
    return [] if record.last(pictures.POINTS) is None else list(record.by_step(pictures.BORDER))


def border(record: Record, step: int | None = None) -> Border | None:
    """The border after so many steps, the newest by default; None where it was not measured."""
    known, points = steps(record), record.last(pictures.POINTS)
    if not known or step not in (None, *known):
        return None
    values = record.by_step(pictures.BORDER)[known[-1] if step is None else step]
    sure = np.nan_to_num(np.array(values, np.float64), nan=0.5)
    return Border(np.linspace(-REACH, REACH, len(sure)), sure, points, record.last(pictures.WHO))


def about_border(record: Record, step: int) -> list[Verdict]:
    """Both accuracies after so many steps, and what the target is; nothing where nothing was measured."""
    values, said = measured_at(record, step), []
    if {"source", "target"} <= set(values):
        numbers = {"source": values["source"], "target": values["target"], "guessing": COIN.value}
        said.append(verdict("border", step=step, **numbers) if step else verdict("border-untrained", **numbers))
    if moons(record):
        said.append(verdict("moons", turn=record.settings.target.turn))
    return said
