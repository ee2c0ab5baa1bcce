"""What the live picture shows of a run: its curves, and of several maps or paintings a few, evenly from the first to the last.

Nothing here needs PyTorch: it is what a visitor waits for first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.events import Picture
from core.explain.pictures import CURVES, PAINTED, PAINTED_PLAIN
from core.pictures import Kind
from core.record import Record
from core.settings import Frozen
from core.statistics import area

LETTERS = 14  # of a class's name in the live picture
EXCITED = {PAINTED.name: "excited", PAINTED_PLAIN.name: "excited_plain"}


@dataclass(frozen=True)
class Curve:
    """values: probability of the answer, in %, at equal shares of the pixels from 0 to 100 %. area: under it, in %."""

    values: np.ndarray
    area: float

    @classmethod
    def of(cls, found: np.ndarray) -> "Curve":
        """Of probabilities in [0, 1]."""
        return cls(100 * found, 100 * area(found))

    @property
    def shares(self) -> np.ndarray:
        """Of the pixels, in %."""
        return np.linspace(0, 100, len(self.values))


Curves = dict[tuple[str, str], Curve]  # (“deletion” or “insertion”, whose order) → the curve


def opens_with(method: type[Frozen]) -> Callable[[Record], bool]:
    """A function of a record: whether its run is of this method."""
    return lambda record: record.settings is not None and isinstance(record.settings.method, method)


def short(name: str) -> str:
    """A class's name with so many letters as the live picture has room for."""
    return name if len(name) <= LETTERS else name[: LETTERS - 1] + "…"


def measured_by(record: Record) -> Curves:
    """What the run itself has measured so far of deletion and insertion."""
    found = {which: record.last(kind) for which, kind in CURVES.items()}
    return {which: Curve.of(curve) for which, curve in found.items() if curve is not None}


@dataclass(frozen=True)
class Painting:
    """What a climb has painted. now: 8-bit (H, W) or (H, W, 3), None before the first. before: (step, picture) of a few,
    None for those to come. excited: how much the unit is. probability: of the class that was climbed for, in %."""

    now: np.ndarray | None
    before: list[tuple[int, np.ndarray] | None]
    excited: float | None
    probability: float | None


def painting(record: Record, kind: Kind, many: int) -> Painting:
    """kind: PAINTED or PAINTED_PLAIN. many: pictures of the way."""
    seen = record.pictures(kind)
    before = [each and (each.step, _flat(each.array)) for each in spread(seen, many)]
    excited = record.series(EXCITED[kind.name])[1]
    now = _flat(seen[-1].array) if seen else None
    return Painting(now, before, excited[-1] if excited else None, record.summary.get(f"probability_{kind.name}"))


def _flat(painted: np.ndarray) -> np.ndarray:
    """A picture of one colour without its last axis."""
    painted = np.array(painted)
    return painted[..., 0] if painted.shape[2] == 1 else painted


def spread(seen: Sequence[Picture], many: int) -> list[Picture | None]:
    """So many of the pictures, evenly from the first to the last; None for those that are not there yet."""
    chosen = [seen[i] for i in places(len(seen), many)]
    return chosen + [None] * (many - len(chosen))


def places(count: int, many: int) -> list[int]:
    """At most `many` of the places 0 … count − 1, evenly from the first to the last."""
    return sorted({round(i) for i in np.linspace(0, count - 1, min(many, count))})
