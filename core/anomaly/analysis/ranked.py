"""Ranked: untuned detectors over several data sets, and which of their differences are more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from statistics import mean

import numpy as np

from core import yardsticks
from core.anomaly.benchmark import DATASETS, DETECTORS, MEAN
from core.anomaly.ranking import Ranking, cliques, ranking
from core.verdict import Verdict, verdict

FILE = "benchmark.csv"
FEWEST = 2  # data sets: over one there is nothing to compare


@dataclass(frozen=True, eq=False)
class Ranked:
    """Detectors in the order of their mean ranks, the best first: their names; AUROC (N, k) in %, mean over seeds; groups that
    cannot be told apart, as (first, last) place in that order."""

    detectors: tuple[str, ...]
    datasets: tuple[str, ...]
    auroc: np.ndarray
    ranking: Ranking
    groups: tuple[tuple[int, int], ...]
    about: tuple[Verdict, ...]


@lru_cache(maxsize=1)
def table() -> dict[tuple[str, str], float]:
    """(data set, detector) → AUROC in %, mean over the seeds of the stored table."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in yardsticks.read("anomaly", FILE):
        found.setdefault((row["dataset"], row["method"]), []).append(float(row["auroc"]))
    return {pair: mean(values) for pair, values in found.items()}


def ranked(chosen: Sequence[str]) -> Ranked | None:
    """Over these data sets; None when there are too few."""
    those = [name for name in DATASETS if name in chosen]
    if len(those) < FEWEST:
        return None
    auroc = np.array([[table()[name, method] for method in DETECTORS] for name in those])
    found = ranking(auroc)
    order = np.argsort(found.ranks, kind="stable")
    names = tuple(np.array(list(DETECTORS))[order].tolist())
    ordered = Ranking(found.ranks[order], found.chi_square, found.p, found.critical, found.datasets)
    groups = tuple(cliques(ordered.ranks, ordered.critical))
    return Ranked(names, tuple(those), auroc[:, order], ordered, groups, tuple(about(names, ordered)))


def about(names: Sequence[str], found: Ranking) -> list[Verdict]:
    """Whether the detectors differ at all, how far two must be apart, and who cannot be told from the best. names: the best first."""
    numbers = {"chi": found.chi_square, "p": found.p, "n": found.datasets, "k": len(names)}
    said = [verdict("ranked-differ" if found.p < 0.05 else "ranked-alike", **numbers)]
    pairs = list(combinations(found.ranks, 2))
    told = int(sum(abs(a - b) >= found.critical for a, b in pairs))
    said.append(verdict("ranked-pairs", critical=found.critical, told=told, pairs=len(pairs)))
    near = tuple(name for name, rank in zip(names[1:], found.ranks[1:]) if rank - found.ranks[0] < found.critical)
    first = {"best": names[0], "rank": float(found.ranks[0])}
    said.append(verdict("ranked-best", **first, near=near) if near else verdict("ranked-best-alone", **first))
    return [*said, verdict("ranked-rival")] if MEAN in near else said
