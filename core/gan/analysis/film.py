"""What G makes of the same codes, at every evaluation of a run: how good that is, and how it changes."""

import numpy as np

from core.gan import pictures
from core.pictures import Kind
from core.record import Record
from core.verdict import Verdict, verdict

HALF = 0.5


def shown(record: Record) -> Kind:
    """The picture of the fakes that the run carries."""
    return pictures.FILM if record.pictures(pictures.FILM) else pictures.FAKE


def at(record: Record, metric: str, step: int) -> float | None:
    """A metric as it stood at a step, or at the last step before it that had it."""
    steps, columns = record.table
    known = [v for s, v in zip(steps, columns.get(metric, ())) if s <= step and v is not None]
    return known[-1] if known else None


def moment(record: Record, step: int) -> list[Verdict]:
    """How good the fakes were at an evaluation, and what D said of them."""
    names = ("asked", "confidence", "kinds", "good", "strict", "coverage", "d_real", "d_fake", "c_real", "c_fake")
    now = {name: at(record, name, step) for name in names}
    found = []
    if now["asked"] is not None:
        found.append(verdict("film-asked", share=now["asked"]))
    if now["confidence"] is not None:
        found.append(verdict("film-confidence", share=now["confidence"], kinds=now["kinds"]))
    if now["good"] is not None and now["strict"] is not None:
        found.append(verdict("film-spots", good=now["good"], strict=now["strict"]))
    elif now["coverage"] is not None:
        found.append(verdict("film-coverage", share=now["coverage"]))
    if now["d_real"] is not None and now["d_fake"] is not None:
        found.append(verdict("film-opinions", real=now["d_real"], fake=now["d_fake"]))
    if now["c_real"] is not None and now["c_fake"] is not None:
        found.append(verdict("film-critic", gap=now["c_real"] - now["c_fake"]))
    return found


def change(record: Record) -> Verdict | None:
    """When half of all change between evaluations was over; None as long as there is one evaluation."""
    shots = record.by_step(shown(record))
    return changed(shots) if len(shots) > 1 else None


def changed(shots: dict[int, np.ndarray]) -> Verdict:
    """The same of pictures, step → array of one shape."""
    steps, arrays = list(shots), [np.asarray(a, np.float32) for a in shots.values()]
    moved = np.cumsum([np.abs(b - a).mean() for a, b in zip(arrays, arrays[1:])])
    if not moved[-1]:
        return verdict("film-still")
    return verdict("film-half", step=steps[int(np.searchsorted(moved, HALF * moved[-1])) + 1], steps=steps[-1])
