"""A random forest on a table: what it says of one row, LIME's reasons, how much of them is chance, and what would turn it."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from core.attribution import tabular
from core.attribution.tabular import LOW_FIT, Repeated
from core.data import tables
from core.verdict import Verdict, verdict

HARDLY_LOCAL = 0.9  # of the samples count
SEEN = 0.005  # of probability: a change that rounds to a percent


def widths(name: str) -> tuple[list[float], float]:
    """Kernel widths to choose from, and lime's own among them."""
    own = tabular.default_width(tables.load(name))
    return sorted({own, *map(float, np.geomspace(0.3, 30, 25).round(2))}), own


@dataclass(frozen=True)
class Answer:
    """said, true: class numbers. sure: the forest's probability of what it says; accuracy: on test rows; commonest: of
    whoever always says the commonest class; all in %."""

    said: int
    true: int
    sure: float
    accuracy: float
    commonest: float


def answer(name: str, row: int) -> Answer:
    """What the forest says of a test row."""
    table = tables.load(name)
    probabilities = tabular.forest(table).predict_proba(table.test_x[row : row + 1])[0]
    said = int(probabilities.argmax())
    accuracy, commonest = _accuracy(name)
    return Answer(said, int(table.test_y[row]), 100 * float(probabilities[said]), accuracy, commonest)


@cache
def _accuracy(name: str) -> tuple[float, float]:
    table = tables.load(name)
    return 100 * tabular.accuracy(table), 100 * tabular.commonest(table)


@dataclass(frozen=True)
class Reasons:
    """found: the weights, and how far repeats differ. chance: the overlap of two random sets of five, from 0 to 1.
    verdicts: what speaks against believing them."""

    found: Repeated
    chance: float
    verdicts: list[Verdict]


@lru_cache(maxsize=100)
def reasons(name: str, row: int, target: int, samples: int, width: float, repeats: int) -> Reasons:
    """LIME's weights for a test row, several times with other random rows."""
    table = tables.load(name)
    found = tabular.repeats(table, table.test_x[row], target, samples, width, range(repeats))
    said = believed(found.mean.effective, found.mean.r2, samples, len(table.features))
    return Reasons(found, tabular.chance_jaccard(len(table.features)), said)


def believed(effective: float, r2: float, samples: int, features: int) -> list[Verdict]:
    """effective: samples that the kernel leaves. r2: of the linear model. None when nothing speaks against it."""
    if effective < features:
        return [verdict("kernel-too-narrow")]
    wide = [verdict("kernel-too-wide")] if effective > HARDLY_LOCAL * samples else []
    return wide + ([verdict("table-low-fit")] if r2 < LOW_FIT else [])


@dataclass(frozen=True)
class Feature:
    """A feature that can be moved: its number, its value in the row, and the ends of what the table holds."""

    number: int
    value: float
    low: float
    high: float


def movable(name: str, row: int, numbers: tuple[int, ...]) -> list[Feature]:
    """These features of a test row."""
    table = tables.load(name)
    every = np.concatenate([table.train_x, table.test_x])
    return [
        Feature(i, float(table.test_x[row, i]), float(every[:, i].min()), float(every[:, i].max())) for i in numbers
    ]


def moved(name: str, row: int, target: int, values: dict[int, float]) -> tuple[float, float]:
    """Probability of the class in %, with these values of features in place of the row's, and how far that is from before
    in points: 0 when it hardly is."""
    table = tables.load(name)
    changed = table.test_x[row].copy()
    changed[list(values)] = list(values.values())
    before, now = tabular.forest(table).predict_proba(np.stack([table.test_x[row], changed]))[:, target]
    change = float(now - before)
    return 100 * float(now), 100 * change if abs(change) >= SEEN else 0.0


def importance(name: str, most: int) -> list[tuple[str, float, float]]:
    """(feature, accuracy lost when its column is shuffled, standard deviation) in points, the most important first."""
    table = tables.load(name)
    mean, sd = tabular.permutation(table)
    return [(table.features[i], 100 * float(mean[i]), 100 * float(sd[i])) for i in np.argsort(-mean)[:most]]
