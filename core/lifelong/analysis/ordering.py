"""Whether the order of the tasks matters: what each order reaches, and whether the orders differ more than seeds do."""

from dataclasses import dataclass

import numpy as np

from core.lifelong import pictures
from core.lifelong.orders import Effect, effect
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import angles
from core.record import Record
from core.sweeps import Point
from core.verdict import Verdict, verdict

SURE = 0.01  # where nothing matters, so many runs at most are said to show that it does


@dataclass(frozen=True)
class Ordering:
    """orders: (orders, tasks), tasks counted from 1. accuracy: (orders, tasks), mean over seeds, in percent.
    scored: (orders, seeds), mean over tasks."""

    orders: np.ndarray
    accuracy: np.ndarray
    scored: np.ndarray

    @property
    def names(self) -> list[str]:
        """Such as “1 → 3 → 2”."""
        return [" → ".join(map(str, order)) for order in self.orders]

    @property
    def effect(self) -> Effect:
        return effect(self.scored)

    @property
    def table(self) -> np.ndarray:
        """(orders, tasks + 1): the accuracies, and their mean in the last column."""
        return np.column_stack([self.accuracy, self.scored.mean(1)])

    def points(self) -> list[Point]:
        """Each order's average, seed by seed, by the number of the order."""
        return [Point(name, dict(enumerate(row.tolist()))) for name, row in zip(self.names, self.scored)]

    def by_last(self) -> dict[int, float]:
        """The average of all orders that end with a task, by its number from 1."""
        means, last = self.scored.mean(1), self.orders[:, -1]
        return {int(task): float(means[last == task].mean()) for task in np.unique(last)}


def ordering(record: Record) -> Ordering | None:
    """As it stands now; None of a run with one order only."""
    orders, found = record.last(pictures.ORDERS), record.last(pictures.ORDERED)
    if orders is None or found is None:
        return None
    return Ordering(orders + 1, found.mean(1), found.mean(2))


def said(found: Ordering) -> Verdict:
    """Whether the order matters."""
    seen = found.effect
    numbers = {"spread": seen.spread, "noise": seen.noise, "f": seen.f, "p": seen.p}
    if seen.p < SURE:
        return verdict("order-matters", best=found.names[seen.best], worst=found.names[seen.worst], **numbers)
    return verdict("order-does-not-show", **numbers)


def signs(settings: LifelongSettings) -> list[str]:
    """What tells the tasks apart, in a few letters: their angles; empty where there is no such thing."""
    if settings.stream != "rotated":
        return [""] * settings.tasks
    return [f"{angle:.0f}°" for angle in angles(settings.tasks, settings.turn)]
