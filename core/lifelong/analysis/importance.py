"""The importance of the weights: Ω on the pixels, and Ω against how far each weight moved."""

from dataclasses import dataclass

import numpy as np

from core.lifelong import pictures
from core.record import Record

TASKS = 5  # of whose end Ω is shown
POINTS = 600  # weights of which Ω and the way are shown
BRIGHTEST = 0.995  # share of the pixels that are not brighter than the end of the scale


@dataclass(frozen=True)
class Pixels:
    """omega: (28, 28), Ω summed over the weights of each pixel. top: where its scale of colours ends."""

    omega: np.ndarray
    top: float


def pixels(record: Record) -> list[Pixels]:
    """Ω after each of the first tasks; none of a method that measures no importance."""
    found = [np.array(each.array) for each in record.pictures(pictures.OMEGA)[:TASKS]]
    return [Pixels(omega, float(np.quantile(omega, BRIGHTEST)) or 1.0) for omega in found]


def moved(record: Record) -> list[np.ndarray]:
    """(2, n) for the second task and each later one: Ω of the tasks before and |θ − θ*|, of those weights among a sample
    for which neither is zero."""
    found = [np.array(each.array)[:, :POINTS] for each in record.pictures(pictures.MOVED)]
    return [each[:, (each > 0).all(0)] for each in found]
