"""A sweep: one knob, a few values, a few seeds, and what came out of it, with its spread.

A sweep keeps nothing of its own. Each of its runs is known by its settings, so runs that the store holds count at once, and a
sweep that was cut short goes on where it ended. `python -m core sweep` trains the same runs.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

import numpy as np

from core import jobs, labs, runs, yardsticks
from core.jobs import View
from core.record import Record
from core.runs import RunError
from core.settings import BadSettings, Repeated, Settings, key, laid_over
from core.verdict import Verdict, verdict

VALUES, SEEDS = 6, 5  # at most
LEVEL = 0.05  # of all sweeps over a knob that does nothing, so many at most show a difference


@dataclass(frozen=True)
class Cell:
    """One run of a sweep."""

    value: Any
    seed: int
    settings: Settings
    id: str


@dataclass(frozen=True)
class Sweep:
    """All else stays as in `base`; each value of the knob is trained with the seeds 0, 1 … seeds − 1."""

    base: Settings
    lab: str
    knob: str
    values: tuple[Any, ...]
    seeds: int

    def __post_init__(self) -> None:
        if not 2 <= len(self.values) <= VALUES:
            raise BadSettings([f"A sweep takes 2 to {VALUES} values of its knob."], {self.knob})
        if not 1 <= self.seeds <= SEEDS:
            raise BadSettings([f"A sweep takes 1 to {SEEDS} seeds."], {"seed"})

    def cells(self) -> list[Cell]:
        """Its runs, all values with the first seed first, so that a picture of all is there soon. Raises BadSettings. Each has one
        seed, also where several could learn at once: those of one run would be among those of the next."""
        alone = {"seeds": 1} if isinstance(self.base, Repeated) else {}
        return [
            self._cell(laid_over(self.base, {self.knob: value, "seed": seed} | alone), value, seed)
            for seed in range(self.seeds)
            for value in self.values
        ]

    def _cell(self, settings: Settings, value: Any, seed: int) -> Cell:
        return Cell(value, seed, settings, key(self.lab, settings, labs.code_version()))


@dataclass(frozen=True)
class Progress:
    """How far a sweep is. ended: its runs that have finished. failed: why others did not. live: the run that trains now."""

    cells: Sequence[Cell]
    ended: Mapping[str, Record]
    failed: Mapping[str, str]
    live: View | None

    @property
    def left(self) -> list[Cell]:
        """The runs that have neither finished nor failed, in the order in which they train."""
        return [cell for cell in self.cells if cell.id not in self.ended and cell.id not in self.failed]

    @property
    def seconds(self) -> float | None:
        """What one run takes, as measured; None where none has finished."""
        return mean(record.run.about.seconds for record in self.ended.values()) if self.ended else None


def look(cells: Sequence[Cell], viewer: str) -> Progress:
    """What the server and its store know of these runs. viewer: as `core.jobs.watch` takes it."""
    ended: dict[str, Record] = {}
    failed: dict[str, str] = {}
    live = None
    for cell in cells:
        view = jobs.watch(cell.id, viewer)
        if view and view.live:
            live = live or view
        elif view and view.state == "failed":
            failed[cell.id] = view.message
        elif found := _finished(cell, view):
            ended[cell.id] = found
    return Progress(cells, ended, failed, live)


def _finished(cell: Cell, view: View | None) -> Record | None:
    """The run where it went to its end; a stopped one would be held against longer ones."""
    try:
        run = view.run if view and view.run else runs.load(cell.id)
    except RunError:
        return None
    return Record(cell.id, cell.settings, list(run.events), run) if run.about.state == "finished" else None


def go_on(cells: Sequence[Cell], viewer: str) -> Progress:
    """Looks, and where none of these runs trains, starts the next. Raises JobError."""
    progress = look(cells, viewer)
    if progress.live is None and progress.left:
        jobs.start(cells[0].id.partition("-")[0], progress.left[0].settings, viewer)
        return look(cells, viewer)
    return progress


# ---- what came out ----


@dataclass(frozen=True)
class Point:
    """What one value of the knob led to: the result of each seed."""

    value: Any
    results: Mapping[int, float]

    @property
    def mean(self) -> float:
        return mean(self.results.values())

    @property
    def sd(self) -> float | None:
        """Standard deviation over the seeds; None of one seed."""
        return stdev(self.results.values()) if len(self.results) > 1 else None


def result(record: Record, metric: str) -> float | None:
    """What a run reached in a metric: as its summary says it, or else the last value that it reported."""
    said = record.summary.get(metric)
    if isinstance(said, (int, float)) and math.isfinite(said):
        return float(said)
    return (record.series(metric)[1] or [None])[-1]


def points(progress: Progress, metric: str) -> list[Point]:
    """One point for each value of which a run has measured this, in the order of the values."""
    found: dict[Any, dict[int, float]] = {cell.value: {} for cell in progress.cells}
    for cell in progress.cells:
        record = progress.ended.get(cell.id)
        if record and (value := result(record, metric)) is not None:
            found[cell.value][cell.seed] = value
    return [Point(value, results) for value, results in found.items() if results]


def stored(lab: str, table: str, column: str, of: str, values: Iterable[Any]) -> list[Point]:
    """Points of a table of assets/yardsticks/<lab>, for those of these values of its column `of` that it holds."""
    found: dict[Any, dict[int, float]] = {value: {} for value in values}
    for row in yardsticks.read(lab, table):
        if row["state"] == "finished" and row[of] in found:
            found[row[of]][int(row["seed"])] = float(row[column])
    return [Point(value, results) for value, results in found.items() if results]


@dataclass(frozen=True)
class Band:
    """A curve over the steps that all seeds reported: their mean, and the standard deviation (zero of one seed)."""

    value: Any
    steps: Sequence[int]
    mean: Sequence[float]
    sd: Sequence[float]


def bands(progress: Progress, metric: str) -> list[Band]:
    """The curves of the seeds of each value as one."""
    found = []
    for value in dict.fromkeys(cell.value for cell in progress.cells):
        records = [
            progress.ended[cell.id] for cell in progress.cells if cell.value == value and cell.id in progress.ended
        ]
        curves = [dict(zip(*record.series(metric))) for record in records]
        steps = sorted(set.intersection(*map(set, curves))) if curves else []
        if steps:
            rows = np.array([[curve[step] for step in steps] for curve in curves])
            spread = rows.std(0, ddof=1) if len(rows) > 1 else np.zeros(len(steps))
            found.append(Band(value, steps, rows.mean(0).tolist(), spread.tolist()))
    return found


@dataclass(frozen=True)
class Change:
    """The mean difference to the first value over the seeds that both have, and its confidence interval."""

    value: Any
    difference: float
    low: float
    high: float
    seeds: int


def changes(found: Sequence[Point]) -> list[Change]:
    """Each value against the first, seed by seed; only values that share two seeds with it.

    The interval is Student's for paired differences. It is as wide as several comparisons at once need (Bonferroni): where the
    knob does nothing, at most one sweep in twenty has an interval without 0.
    """
    from scipy.stats import t  # heavy, and needed nowhere else

    first, *others = found or [Point(None, {})]
    made = []
    for other in others:
        pairs = [other.results[seed] - first.results[seed] for seed in first.results if seed in other.results]
        if len(pairs) > 1:
            half = t.ppf(1 - LEVEL / (2 * len(others)), len(pairs) - 1) * stdev(pairs) / math.sqrt(len(pairs))
            made.append(Change(other.value, mean(pairs), mean(pairs) - half, mean(pairs) + half, len(pairs)))
    return made


def conclude(found: Sequence[Point]) -> Verdict | None:
    """What the sweep shows: the change that is surest, or that none is shown. None before two values have a result."""
    if len(found) < 2:
        return None
    if not (made := changes(found)):
        return verdict("one-seed")
    shown = [change for change in made if change.low > 0 or change.high < 0]
    largest = max(shown or made, key=lambda change: abs(change.difference))
    return verdict("shown" if shown else "not-shown", first=found[0].value, **vars(largest))


# ---- in a link ----


def to_text(sweep: Sweep) -> str:
    """The sweep as a link holds it: knob, values, seeds. The rest of the link says what the other knobs are."""
    return ":".join([sweep.knob, ",".join(_plain(value) for value in sweep.values), str(sweep.seeds)])


def _plain(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def from_text(text: str) -> tuple[str, list[str], int] | None:
    """Knob, values as text, and seeds, as `to_text` writes them; None where it is anything else."""
    knob, __, rest = text.partition(":")
    values, __, seeds = rest.rpartition(":")
    if not (knob.isidentifier() and values and seeds.isdecimal() and 1 <= int(seeds) <= SEEDS):
        return None
    return knob, values.split(",")[:VALUES], int(seeds)
