"""The stage of early exits: which of the watched digits leave where, and what a digit costs. Without PyTorch, as a first picture
wants it."""

from dataclasses import dataclass

import numpy as np

from core.compression import pictures
from core.record import Record


@dataclass(frozen=True)
class Gate:
    """An exit on the stage: the watched digits that leave there (n, 28, 28), which of them are wrong (their places among
    these), the share of all test digits that leaves there and how many of those are right, in percent (None where nobody does),
    and the multiply–adds until then."""

    digits: np.ndarray
    wrong: list[int]
    share: float
    right: float | None
    macs: int


def gates(record: Record) -> list[Gate]:
    """All exits, as measured last."""
    watched, ways, table = (record.last(kind) for kind in (pictures.PASSING, pictures.LEFT, pictures.EXITS))
    found, everybody = [], int(table[:, 0].sum())
    for e, (many, well, macs) in enumerate(table.tolist()):
        here = np.flatnonzero(ways[:, 0] == e)
        wrong = np.flatnonzero(ways[here, 1] == 0).tolist()
        share = 100 * many / everybody
        found.append(Gate(watched[here], wrong, share, 100 * well / many if many else None, macs))
    return found


def work(record: Record) -> tuple[float, float]:
    """Multiply–adds of one digit: in the network without exits, and on average as measured last."""
    table = record.last(pictures.EXITS).astype(float)
    return float(record.facts["macs"]), float((table[:, 0] * table[:, 2]).sum() / table[:, 0].sum())
