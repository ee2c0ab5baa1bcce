"""Pictures of a run, declared once: each lab's pictures.py says what its runs carry, and everybody reads them by attribute."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.events import Event, Picture


@dataclass(frozen=True)
class Kind:
    """One kind of picture that a lab's runs carry.

    name: in events and files. axes: what its axes count, such as "example 28 28" or "n 2": a number is the size of that axis,
    a word is any size; "" is a single number, "…" any array; alternatives are parted by " | ". meaning: in a few words.
    """

    name: str
    axes: str
    meaning: str

    def at(self, step: int, array: Any) -> Picture:
        """The event that carries such a picture. Raises ValueError when the array has other axes."""
        array = np.asarray(array)
        if not self.fits(array.shape):
            raise ValueError(f"“{self.name}” is {self.axes or 'one number'}, not an array of {array.shape}")
        return Picture(step, self.name, array)

    def fits(self, shape: Sequence[int]) -> bool:
        """Whether an array of this shape can be such a picture."""
        return any(_fits(each.split(), shape) for each in self.axes.split("|"))

    def all(self, events: Sequence[Event]) -> list[Picture]:
        """Those in an event log, oldest first."""
        return [e for e in events if isinstance(e, Picture) and e.name == self.name]


def _fits(axes: list[str], shape: Sequence[int]) -> bool:
    if axes == ["…"]:
        return True
    return len(axes) == len(shape) and all(not axis.isdigit() or int(axis) == size for axis, size in zip(axes, shape))
