"""The matrix of accuracies as it fills, and what the tasks along its sides look like."""

from functools import lru_cache

import numpy as np

from core.events import Metrics
from core.lifelong import pictures, tasks
from core.lifelong.settings import LifelongSettings
from core.record import Record


def filled(record: Record) -> tuple[np.ndarray, int | None]:
    """The matrix (tasks, tasks) in percent as far as it is known, and the row of the task that is being learned (None: of
    none). Such a row has the latest accuracies on the tasks so far."""
    count, known = record.settings.tasks, record.pictures(pictures.MATRIX)
    array, rows = np.full((count, count), np.nan), len(known)
    if known:
        array[:rows] = np.array(known[-1].array)[:rows]
    last = next((e for e in reversed(record.events) if isinstance(e, Metrics) and "average" in e.values), None)
    if rows == count or last is None or f"task_{rows + 1}" not in last.values:
        return array, None
    array[rows, : rows + 1] = [last.values.get(f"task_{i + 1}", np.nan) for i in range(rows + 1)]
    return array, rows


@lru_cache(maxsize=32)
def looks(settings: LifelongSettings) -> list[np.ndarray]:
    """A picture of each task, 8-bit (H, W). Shared: never write into them."""
    return list((255 * tasks.looks(settings)).round().byte().numpy())
