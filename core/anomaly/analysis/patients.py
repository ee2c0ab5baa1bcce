"""Which measurements of one patient differ most from what was expected."""

from dataclasses import dataclass

import numpy as np

from core.anomaly import detectors
from core.anomaly.analysis.blur import residuals
from core.anomaly.analysis.expects import has_idea
from core.anomaly.datasets import dataset_of
from core.record import Record
from core.verdict import Verdict, verdict


@dataclass(frozen=True)
class Patient:
    """columns: the measurements that differ most, and by how many standard deviations of benign tumours: from what was expected,
    or from the mean where nothing was. about: what follows, None where nothing was expected."""

    columns: dict[str, float]
    about: Verdict | None


def patient(current: Record, place: int, most: int) -> Patient:
    """The patient at a place in the test part."""
    dataset = dataset_of(current.settings)
    x, names = dataset.test_x[place].numpy(), dataset.columns
    if not has_idea(current):
        return Patient(largest(x, names, most), None)
    gap = residuals(detectors.of_record(current), current.settings)[1][place].numpy()
    return Patient(largest(gap, names, most), about_patient(x, gap, names))


def largest(gap: np.ndarray, names: tuple[str, ...], most: int) -> dict[str, float]:
    """The largest of the differences (D,), by name."""
    return {names[i]: float(gap[i]) for i in np.argsort(-np.abs(gap), kind="stable")[:most]}


def about_patient(x: np.ndarray, gap: np.ndarray, names: tuple[str, ...]) -> Verdict:
    """The measurement that differs most, and how much of the whole squared error lies in three of them. x, gap: (D,)."""
    square = gap.astype(np.float64) ** 2
    most = int(square.argmax())
    few = 100 * float(np.sort(square)[-3:].sum() / max(square.sum(), 1e-12))
    return verdict(
        "patient",
        column=names[most],
        value=float(x[most]),
        expected=float(x[most] - gap[most]),
        columns=len(names),
        share=few,
    )
