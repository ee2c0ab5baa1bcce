"""Both players on the plane, look by look: the fakes, and how real D finds every place."""

from dataclasses import dataclass

import numpy as np

from core.gan import pictures
from core.record import Record


@dataclass(frozen=True, eq=False)
class Look:
    """fake: points (N, 2). field (G, G): 8-bit, rows from below, 255 where D says real."""

    step: int
    fake: np.ndarray
    field: np.ndarray


def real(record: Record) -> np.ndarray:
    """The real points (N, 2)."""
    return np.array(record.pictures(pictures.REAL)[0].array)


def looks(record: Record) -> list[Look]:
    """Every look of a duel on the plane that lasted at least two of them, oldest first."""
    fakes, fields = record.by_step(pictures.FAKE), record.by_step(pictures.FIELD)
    return [Look(step, np.array(fakes[step]), np.array(fields[step])) for step in sorted(fakes)]


def even(record: Record) -> list[Look]:
    """Those looks that are as far apart as the last two: the first ones are nearer together."""
    found = looks(record)
    apart = found[-1].step - found[-2].step
    return [look for look in found if look.step % apart == 0]


def from_step(record: Record, step: int) -> Look:
    """The first look at this step or later. Raises StopIteration when the run ended before it."""
    return next(look for look in looks(record) if look.step >= step)
