"""The lab in one small picture: the matrix of accuracies, with a digit of each task above its column."""

import numpy as np

from core.lifelong.tasks import stream
from core.record import Record
from core.subject.models import as_bytes


def digits(record: Record) -> list[np.ndarray]:
    """The first test digit of each task as it sees it, 8-bit (28, 28)."""
    return [as_bytes(task.test_x[0]) for task in stream(record.settings)]
