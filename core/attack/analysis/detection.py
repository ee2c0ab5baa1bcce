"""Detection: what a detector finds of the attacks against its false alarms."""

import numpy as np

from core.attack.alarm import FALSE_ALARMS, alarm
from core.attack.pictures import SCORE_BLIND, SCORE_CLEAN, SCORE_KNOWING, SCORE_NOISE
from core.record import Record

__all__ = ["FALSE_ALARMS", "RESULT", "SCORES", "alarm", "roc", "scores"]

SCORES = {"clean": SCORE_CLEAN, "noise": SCORE_NOISE, "blind": SCORE_BLIND, "knowing": SCORE_KNOWING}
RESULT = "auc_noise"  # what the summary of a run holds that came to its end


def scores(record: Record) -> dict[str, np.ndarray]:
    """The scores (n,) that the run has measured so far, by what they are scores of; nothing before those of clean pictures."""
    found = {name: record.last(kind) for name, kind in SCORES.items()}
    return {name: values for name, values in found.items() if values is not None} if found["clean"] is not None else {}


def roc(clean: np.ndarray, suspicious: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The ROC curve of scores (n,) and (m,): false alarms and what is found, both in %, from the strictest threshold on."""
    from sklearn.metrics import roc_curve  # slow to load, and only who opens a detection needs it

    truth = np.repeat([0, 1], [len(clean), len(suspicious)])
    alarms, found, _ = roc_curve(truth, np.concatenate([clean, suspicious]), drop_intermediate=False)
    return 100 * alarms, 100 * found
