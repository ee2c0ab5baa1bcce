"""The reliability diagram that a run carries: is a classifier right as often as it says?"""

from collections.abc import Sequence

from core.anomaly import pictures
from core.anomaly.calibration import Reliability, calibration_error
from core.record import Record


def newest(current: Record) -> tuple[Reliability, Reliability] | None:
    """The diagrams of the newest evaluation, at the run's own temperature and at the fitted one; None of what has none."""
    found = current.last(pictures.RELIABILITY)
    return None if found is None else tuple(Reliability(*each.astype(float)) for each in found)


def newest_temperature(current: Record) -> float:
    """The temperature that was fitted at the newest evaluation."""
    return next(value for value in reversed(current.table[1]["fitted"]) if value is not None)


def points(found: Reliability) -> tuple[Sequence[float], Sequence[float], Sequence[float]]:
    """(mean confidence, share right, share of the examples), all in %, of the bins that are not empty."""
    there = found.share > 0
    return tuple((100 * each[there]).tolist() for each in (found.sure, found.right, found.share))


def error(found: Reliability) -> float:
    """The calibration error of a diagram in %."""
    return 100 * calibration_error(found)
