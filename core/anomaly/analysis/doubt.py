"""Measures of doubt: three ways to read a classifier's doubt from its logits, at any temperature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from core.anomaly import detectors
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.anomaly.decide import auroc
from core.anomaly.networks import Confidence, unsure
from core.anomaly.settings import AnomalySettings
from core.record import Record
from core.runs import RunError
from core.settings import BadSettings
from core.verdict import Verdict, verdict

MEASURES = ("softmax", "entropy", "energy")
TEMPERATURES = tuple(float(f"{0.1 * 10 ** (i / 20):.3g}") for i in range(61))  # 0.1 to 100, twenty in each decade
BATCH = 250
MOVES = 0.0005  # of AUROC: less is no change
ALIKE = 0.99  # correlation of two scores that say the same
TIED = 0.1  # of the scores: where more are equal to others, that is said


@dataclass(frozen=True, eq=False)
class Answers:
    """Logits (turns, N, classes) of the whole test part, which of it are anomalies (N,), and what the classes are.

    turned: turns of the picture, and none of what is normal. curves: of each measure its AUROC at each temperature, in [0, 1].
    trained: how well the classifier does what it was trained for.
    """

    logits: np.ndarray
    is_anomaly: np.ndarray
    turned: bool
    temperatures: tuple[float, ...]
    curves: Mapping[str, list[float]]
    trained: Verdict

    def doubt(self, measure: str, temperature: float) -> np.ndarray:
        """How unsure the classifier is of each example (N,), as the detector itself computes it."""
        return doubt(self.logits, measure, temperature, self.turned)


def doubt(logits: np.ndarray, measure: str, temperature: float, turned: bool) -> np.ndarray:
    """How unsure a classifier is of each example (N,), of logits (turns, N, classes)."""
    return unsure(torch.from_numpy(logits), measure, temperature, turned).numpy()


def answers(current: Record) -> Answers | None:
    """Of a run whose detector is a classifier; None when its network is gone, or is of another version."""
    try:
        detector = detectors.of_record(current)
    except (RunError, BadSettings, KeyError):
        return None
    if not isinstance(detector, Confidence):
        return None
    logits, is_anomaly = logits_of(detector, current.settings), final(current).is_anomaly
    turned, own = bool(detector.turning), current.settings.method.temperature
    grid = tuple(sorted({*TEMPERATURES, own}))
    curves = {measure: [auroc(doubt(logits, measure, t, turned), is_anomaly) for t in grid] for measure in MEASURES}
    classes, elsewhere = dataset_of(current.settings).test_y.numpy(), bool(current.settings.method.network)
    trained = about_training(logits, turned, is_anomaly, classes, elsewhere)
    return Answers(logits, is_anomaly, turned, grid, curves, trained)


@lru_cache(maxsize=4)
@torch.inference_mode()
def logits_of(detector: Confidence, settings: AnomalySettings) -> np.ndarray:
    """(turns, N, classes) of the whole test part."""
    parts = dataset_of(settings).test_x.split(BATCH)
    return torch.cat([detector.logits(part) for part in parts], 1).numpy().copy()


def about(
    grid: Sequence[float], curves: Mapping[str, Sequence[float]], temperature: float, measure: str
) -> list[Verdict]:
    """How well each measure tells anomalies here, what the temperature does to the chosen one, and whether its doubt is worth
    anything. curves: AUROC in [0, 1] at each temperature of the grid."""
    at, curve = list(grid).index(temperature), np.array(curves[measure])
    here = {each: 100 * values[at] for each, values in curves.items()}
    said = [verdict("doubt-auroc", t=temperature, **here)]
    if np.ptp(curve) < MOVES:
        said.append(verdict("doubt-no-temperature", measure=measure))
    else:
        low, high = int(curve.argmin()), int(curve.argmax())
        numbers = {"low": 100 * curve[low], "t_low": grid[low], "high": 100 * curve[high], "t_high": grid[high]}
        said.append(verdict("doubt-temperatures", measure=measure, **numbers))
    if curve[at] < 0.5 - MOVES:
        said.append(verdict("doubt-worse"))
    return said


def about_why(logits: np.ndarray, measure: str, score: float, doubt: np.ndarray) -> list[Verdict]:
    """Why a score is worse than guessing. score: its AUROC in [0, 1]. doubt: (N,)."""
    if score >= 0.5 - MOVES:
        return []
    if measure != "energy":
        return [verdict("doubt-closed")]
    mean = -logits.mean((0, 2))
    if np.ptp(mean) > 0 and np.corrcoef(doubt, mean)[0, 1] > ALIKE:
        return [verdict("doubt-mean-logit")]
    return []


def about_ties(doubt: np.ndarray, measure: str) -> list[Verdict]:
    """That a computer cannot tell scores (N,) apart any more where the classifier is too sure of everything."""
    same = len(doubt) - len(np.unique(doubt))
    if same < TIED * len(doubt):
        return []
    return [verdict("doubt-ties", share=100 * same / len(doubt), measure=measure)]


def meaning(measure: str, turned: bool) -> Verdict:
    """What a measure is."""
    match measure:
        case "energy":
            return verdict("doubt-energy")
        case "entropy":
            return verdict("doubt-entropy")
    return verdict("doubt-softmax-turned" if turned else "doubt-softmax")


def about_training(
    logits: np.ndarray, turned: bool, is_anomaly: np.ndarray, classes: np.ndarray, elsewhere: bool = False
) -> Verdict:
    """How well the classifier does what it was trained for. logits: (turns, N, classes). classes: (N,) of what they are.
    elsewhere: whether another lab has trained it."""
    says = logits.argmax(2)
    if turned:
        right = 100 * (says == np.arange(len(says))[:, None]).mean(0)
        return verdict("doubt-turns", normal=right[~is_anomaly].mean(), anomalous=right[is_anomaly].mean())
    right = 100 * (says[0] == classes)[~is_anomaly].mean()
    return verdict("doubt-elsewhere" if elsewhere else "doubt-classes", normal=float(right))
