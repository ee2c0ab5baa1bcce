"""One test example, and what the detector expected in its place."""

from dataclasses import dataclass

import numpy as np

from core.anomaly import decide, detectors
from core.anomaly.analysis.blur import residuals
from core.anomaly.analysis.scores import PROMISE, Scores
from core.anomaly.datasets import dataset_of
from core.anomaly.detector import blurred
from core.anomaly.monitor import as_bytes
from core.record import Record
from core.runs import RunError
from core.settings import BadSettings
from core.verdict import Verdict, verdict


@dataclass(frozen=True, eq=False)
class Expected:
    """A test picture and what was expected in its place, 8-bit (28, 28), and the difference under a blur, (28, 28) in units of white:
    too much ink is positive."""

    picture: np.ndarray
    expected: np.ndarray
    difference: np.ndarray

    @property
    def error(self) -> np.ndarray:
        """Squared difference (28, 28)."""
        return self.difference**2


def has_idea(current: Record) -> bool:
    """Whether the detector is there, and expects something in the place of an example."""
    try:
        detector = detectors.of_record(current)
    except (RunError, BadSettings, KeyError):
        return False
    return detector is not None and residuals(detector, current.settings) is not None


def expected(current: Record, place: int, pixels: float) -> Expected:
    """Of the test picture at a place, for a detector that `has_idea`. pixels: of the blur."""
    gaps = residuals(detectors.of_record(current), current.settings)[1][place : place + 1]
    x = dataset_of(current.settings).test_x[place : place + 1]
    return Expected(as_bytes(x)[0], as_bytes(x - gaps)[0], blurred(gaps, pixels)[0, 0].numpy())


def about_example(scores: Scores, place: int) -> Verdict:
    """Whether the test example at a place raises the alarm at 10 % false alarms."""
    p = float(decide.p_values(scores.test[place : place + 1], scores.calibration)[0])
    score = float(scores.test[place])
    return verdict("example-alarm" if p <= PROMISE else "example-no-alarm", score=score, p=p)
