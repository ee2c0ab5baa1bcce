"""What the generator of generative replay draws, and what the network takes it for."""

from dataclasses import dataclass

import numpy as np

from core.lifelong import pictures
from core.record import Record


@dataclass(frozen=True)
class Dreams:
    """digits: (n, 28, 28), 8-bit, of the same n codes at every look. labels: (n,), the output that the network gives to each."""

    digits: np.ndarray
    labels: np.ndarray


def dreams(record: Record) -> Dreams | None:
    """The newest; None of a method that has no generator."""
    digits, labels = record.last(pictures.DREAMS), record.last(pictures.LABELS)
    return None if digits is None or labels is None else Dreams(digits, labels)


def by_task(record: Record) -> list[Dreams]:
    """Those at the end of each task that has ended."""
    ends = [picture.step for picture in record.pictures(pictures.MATRIX)]
    digits, labels = record.by_step(pictures.DREAMS), record.by_step(pictures.LABELS)
    return [Dreams(np.array(digits[step]), np.array(labels[step])) for step in ends if step in digits]
