"""Which step to keep, without labels: what each judgement would choose, and how far it may be believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from core.events import Started
from core.record import Record
from core.statistics import rank_correlation
from core.verdict import Verdict, verdict

FIRST = 0.2  # share of a run in which no step is chosen
JUDGEMENTS = {"entropy": -1, "information": 1, "snd": 1}  # −1: the lowest is preferred
FEWEST = 3  # evaluations in which an order is looked for
CHANCE = 4.0  # points of accuracy: evaluations of a few hundred pictures differ by so much without a reason
LIKE, LOOSE = 0.7, 0.3  # rank correlations from which on two things go together, or loosely so

Columns = Mapping[str, np.ndarray]  # of evaluations: "step", "target" (accuracy in percent), and the judgements


@dataclass(frozen=True)
class Choice:
    """A step that was chosen, the target accuracy there in %, and what the best step would have had more, in points."""

    step: int
    target: float
    lost: float


def evaluations(record: Record) -> Columns:
    """The evaluations after the first fifth of a run at which everything was measured; {} where there is none."""
    steps, columns = record.table
    total = next((e.total_steps for e in record.events if isinstance(e, Started)), steps[-1])
    return counted(steps, columns, total)


def counted(steps: Sequence[int], columns: Mapping[str, Sequence[Any]], total: int) -> Columns:
    """The same of columns as `core.runs.table` gives them, of a run of `total` steps."""
    names = ("target", *JUDGEMENTS)
    rows = zip(steps, *(columns.get(name, [None] * len(steps)) for name in names))
    kept = [row for row in rows if row[0] > FIRST * total and all(v is not None and isfinite(v) for v in row)]
    return {name: np.array(values) for name, values in zip(("step", *names), zip(*kept))}


def choices(found: Columns) -> dict[str, Choice]:
    """The step that each judgement would keep, the last one, and the best by the target's labels ("oracle")."""
    places = {name: int((sign * found[name]).argmax()) for name, sign in JUDGEMENTS.items()}
    places |= {"last": len(found["step"]) - 1, "oracle": int(found["target"].argmax())}
    best = found["target"].max()
    return {
        name: Choice(int(found["step"][at]), float(found["target"][at]), float(best - found["target"][at]))
        for name, at in places.items()
    }


def about_rank(found: Columns, name: str) -> list[Verdict]:
    """Whether what a judgement prefers is better on the target."""
    preference, target = JUDGEMENTS[name] * found[name], found["target"]
    if len(target) < FEWEST or np.ptp(preference) == 0 or np.ptp(target) == 0:
        return [verdict("no-rank")]
    return about_correlation(rank_correlation(preference, target), len(target), float(np.ptp(target)))


def about_correlation(rho: float, count: int, spread: float) -> list[Verdict]:
    """rho: the rank correlation of preference and target accuracy over `count` evaluations. spread: of the accuracy, in points."""
    said = [verdict("rank", count=count, rho=rho)]
    if spread < CHANCE:
        return [*said, verdict("rank-of-chance", spread=spread)]
    if abs(rho) < LOOSE:
        return [*said, verdict("rank-nothing")]
    if rho > 0:
        return [*said, verdict("rank-right" if rho >= LIKE else "rank-leans-right")]
    return [*said, verdict("rank-wrong" if rho <= -LIKE else "rank-leans-wrong")]
