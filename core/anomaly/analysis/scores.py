"""The scores of a run, and the truth that they are judged by."""

from dataclasses import dataclass

import numpy as np

from core.anomaly import decide, pictures
from core.record import Record

KINDS = (
    pictures.LEARNED_SCORES,
    pictures.CALIBRATION_SCORES,
    pictures.TEST_SCORES,
    pictures.IS_ANOMALY,
)  # of a run that ended
PROMISE = 0.1  # of fresh normals may raise the alarm at the threshold that is drawn and spoken of


@dataclass(frozen=True)
class Scores:
    """Of a run that ended, float64: of what was learned (F,), of held-out normals (H,), of the test part (N,), and which of the
    test part are anomalies, bool (N,)."""

    learned: np.ndarray
    calibration: np.ndarray
    test: np.ndarray
    is_anomaly: np.ndarray

    @property
    def normal(self) -> np.ndarray:
        """Of the test part's normals."""
        return self.test[~self.is_anomaly]

    @property
    def anomalous(self) -> np.ndarray:
        """Of the test part's anomalies."""
        return self.test[self.is_anomaly]

    @property
    def prevalence(self) -> float:
        """Share of anomalies in the test part, in [0, 1]."""
        return float(np.mean(self.is_anomaly))


def final(current: Record) -> Scores | None:
    """The scores of a run that ended; None of one that was stopped, still trains or diverged."""
    found = [current.last(kind) for kind in KINDS]
    if any(part is None for part in found):
        return None
    learned, calibration, test = (part.astype(np.float64) for part in found[:3])
    return Scores(learned, calibration, test, found[3].astype(bool))


def newest(current: Record) -> tuple[np.ndarray, np.ndarray] | None:
    """(scores (N,), which are anomalies (N,)) of the whole test part once the run has ended, of some of it before; None before
    the first evaluation."""
    if found := final(current):
        return found.test, found.is_anomaly
    kinds = (pictures.EVALUATION, pictures.EVALUATED, pictures.IS_ANOMALY)
    scores, places, is_anomaly = (current.last(kind) for kind in kinds)
    if scores is None or places is None or is_anomaly is None:
        return None
    return scores.astype(np.float64), is_anomaly.astype(bool)[places]


def clipped(scores: np.ndarray, share: float = 0.98) -> np.ndarray:
    """Scores (N,) for a histogram, with those beyond this share of all moved to the edge of what is drawn: a few lie far out."""
    finite = np.nan_to_num(scores, posinf=np.finfo(np.float32).max, neginf=np.finfo(np.float32).min)
    return np.minimum(finite, np.quantile(finite, share))


def border(scores: Scores) -> float:
    """The threshold that promises a tenth of false alarms, from the held-out normals; ∞ where they are too few for it."""
    return decide.conformal_threshold(scores.calibration, PROMISE)
