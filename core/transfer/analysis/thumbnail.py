"""The lab in one small picture: the features of both domains as two clouds, and some of the pictures that they belong to."""

from dataclasses import dataclass

import numpy as np

from core.record import Record
from core.subject.models import as_bytes
from core.transfer.domains import pair
from core.transfer.monitor import EACH, SHOWN, every_class
from core.transfer.pictures import WAY

INNER = 0.01, 0.99  # quantiles of the points on each axis: the few beyond are moved inwards


@dataclass(frozen=True, eq=False)
class Clouds:
    """places: (2 n, 2) in [0, 1], those of the source first. digits: the picture of each, 8-bit (H, W) or (H, W, 3)."""

    places: np.ndarray
    digits: list[np.ndarray]

    @property
    def half(self) -> int:
        """How many of the points are the source's."""
        return len(self.places) // 2


def clouds(record: Record) -> Clouds:
    """At the end of a finished run on pictures."""
    points, both = np.array(record.last(WAY)[-1], np.float32), pair(record.settings)
    digits = [as_bytes(every_class(data, EACH).test_x[:SHOWN]) for data in (both.source, both.target)]
    return Clouds(stretched(points), [digit for group in digits for digit in group])


def stretched(points: np.ndarray) -> np.ndarray:
    """Points (N, 2) so that nearly all of them fill the unit square."""
    low, high = (np.quantile(points, share, 0) for share in INNER)
    return np.clip((points - low) / (high - low), 0, 1)


def apart(places: np.ndarray, many: int, least: float) -> list[int]:
    """Up to so many of the places (N, 2), in turn from the first half and the second, none nearer than `least` to another."""
    half, found = len(places) // 2, []
    for i in np.arange(2 * half).reshape(2, half).T.ravel():
        near = [np.linalg.norm(places[i] - places[j]) < least for j in found]
        if not any(near) and sum((j < half) == (i < half) for j in found) < many // 2:
            found.append(int(i))
    return found
