"""Figures of ours beside published ones: each comes from a table that `python -m core sweep` wrote.

`python -m core yardsticks <lab>` makes all tables of a lab again.
"""

import csv
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from statistics import mean, stdev
from typing import Any, TextIO

from core import labs, runs
from core.settings import SCORED

FOLDER = Path(__file__).resolve().parents[1] / "assets" / "yardsticks"


@dataclass(frozen=True)
class Yardstick:
    """One line of the table.

    sweep: the arguments after `python -m core sweep <lab>`. column: of the sweep's table. where: which rows count,
    column → value as text. minus: a second column that is subtracted row by row. digits: after the point.
    file: the table, when it is not the sweep's own but what the lab's `measured_tables` makes of it. of: what its rows are.
    within: rows with the same value in this column are averaged first; “seed” where a sweep goes over several data sets.
    chance: what a trivial rival reaches, in words with its number; “–” where the figure is no score.
    """

    title: str
    sweep: str
    column: str
    unit: str
    published: str
    why: str
    where: dict[str, str] = field(default_factory=dict)
    minus: str | None = None
    digits: int = 1
    file: str = ""
    of: str = "seeds"
    within: str = ""
    chance: str = ""

    def __post_init__(self) -> None:
        if self.unit in SCORED and not self.chance:
            raise TypeError(
                f"“{self.title}” is a number in {self.unit}: say what chance is, or “–” where it is no score."
            )

    @property
    def table(self) -> str:
        """The file's name: the sweep's arguments without what a file name cannot hold."""
        return self.file or "-".join(self.sweep.replace("--", "").replace(".", "p").split()) + ".csv"


@dataclass(frozen=True)
class Grid:
    """A table of means over seeds: a row for each of `rows` (its title and which rows of the sweep's table count), a column
    for each value that `across` has; below them published rows of the same columns.

    sweeps: title → the sweep that a row comes from, where it is another one than `sweep`.
    """

    title: str
    sweep: str
    column: str
    across: str
    rows: dict[str, dict[str, str]]
    published: dict[str, tuple[float, ...]]
    note: str = ""
    sweeps: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """The file's name."""
        return self.table_of("")

    def table_of(self, title: str) -> str:
        """The file's name of a row."""
        return Yardstick(self.title, self.sweeps.get(title, self.sweep), self.column, "", "", "").table


def grid_of(lab: str, grid: Grid) -> tuple[list[str], dict[str, list[float]]]:
    """(column heads, row title → mean of each column and of all), ours and then the published; ours only where measured."""
    tables = {
        title: [row for row in read(lab, grid.table_of(title)) if row["state"] == "finished"]
        for title in ("", *grid.rows)
    }
    heads, found = sorted({row[grid.across] for row in tables[""]}), {}
    for title, where in grid.rows.items():
        own = [row for row in tables[title] if all(row.get(name) == value for name, value in where.items())]
        columns = [[float(row[grid.column]) for row in own if row[grid.across] == head] for head in heads]
        if own and all(columns):
            found[title] = [mean(column) for column in columns]
    return heads, {title: [*row, mean(row)] for title, row in (found | grid.published).items()}


@dataclass(frozen=True)
class Result:
    """Mean and standard deviation over seeds, or over what else the rows are."""

    mean: float
    sd: float
    seeds: int
    unit: str
    digits: int
    of: str = "seeds"

    @property
    def error(self) -> float:
        """The standard error of the mean."""
        return self.sd / math.sqrt(self.seeds)

    def __str__(self) -> str:
        return f"{self.number} ({self.seeds} {self.of})" if self.seeds else "not measured"

    @property
    def number(self) -> str:
        """Mean and standard deviation with their unit."""
        return f"{self.mean:.{self.digits}f} ± {self.sd:.{self.digits}f} {self.unit}".rstrip()


def measured(lab: str, yardstick: Yardstick) -> Result:
    """The yardstick's figure from the stored table; a Result without seeds when the table is not there."""
    rows = [row for row in read(lab, yardstick.table) if all(row.get(k) == v for k, v in yardstick.where.items())]
    groups: dict[str, list[float]] = {}
    for i, row in enumerate(rows):
        if row["state"] == "finished":
            value = float(row[yardstick.column]) - (float(row[yardstick.minus]) if yardstick.minus else 0)
            groups.setdefault(row[yardstick.within] if yardstick.within else str(i), []).append(value)
    values = [mean(group) for group in groups.values()]
    spread = stdev(values) if len(values) > 1 else 0.0
    return Result(mean(values) if values else 0.0, spread, len(values), yardstick.unit, yardstick.digits, yardstick.of)


@lru_cache
def read(lab: str, table: str) -> list[dict[str, str]]:
    file = FOLDER / lab / table
    if not file.is_file():
        return []
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def write(rows: Sequence[Mapping[str, Any]], stream: TextIO) -> None:
    """A table as CSV, its columns in order of first appearance."""
    writer = csv.DictWriter(stream, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)


def make_tables(folder: Path, tables: Mapping[str, Callable[[], Iterable[Mapping[str, Any]]]]) -> None:
    """The tables that no sweep makes: file name → what gives its rows, each of a finished run. A table that is there stays."""
    for name, rows in tables.items():
        if not (folder / name).is_file():
            found = [{**row, "state": "finished"} for row in rows()]
            with (folder / name).open("w", newline="") as stream:
                write(found, stream)


def command(lab: str, yardstick: Yardstick) -> str:
    """The command line that makes the yardstick's table."""
    if yardstick.file:
        return f"python -m core yardsticks {lab}"
    return f"python -m core sweep {lab} {yardstick.sweep} --out assets/yardsticks/{lab}/{yardstick.table}"


def note_machine(lab: str, made: Iterable[str]) -> None:
    """Writes down that these tables of the lab were made on this machine, with this code."""
    file = FOLDER / lab / "machine.json"
    known = json.loads(file.read_text()) if file.is_file() else {}
    known |= {table: runs.machine() | {"code": labs.code_version()} for table in made}
    there = {table: about for table, about in sorted(known.items()) if (FOLDER / lab / table).is_file()}
    file.write_text(json.dumps(there, indent=1) + "\n")


def machines(lab: str) -> list[str]:
    """The machines that the lab's tables were made on, one sentence each, that of most tables first."""
    file = FOLDER / lab / "machine.json"
    told = json.loads(file.read_text()).values() if file.is_file() else ()
    kinds = Counter(
        f"{each['processor']}, {each['cores']} cores, one thread per run, torch {each['torch']}, Python {each['python']}"
        for each in told
    )
    return [f"{kind}: {count} of {kinds.total()} tables." for kind, count in kinds.most_common()]
