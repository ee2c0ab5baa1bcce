"""Calibration: whether a classifier is right as often as it says, at any temperature, and what that is worth for anomalies."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.anomaly import decide, detectors
from core.anomaly.analysis.doubt import TEMPERATURES, doubt, logits_of
from core.anomaly.analysis.scores import final
from core.anomaly.calibration import (
    Reliability,
    answers,
    calibration_error,
    fitted_temperature,
    reliability,
    surprise,
)
from core.anomaly.datasets import dataset_of
from core.anomaly.networks import Confidence
from core.anomaly.networks import answers as answers_of
from core.record import Record
from core.runs import RunError
from core.settings import BadSettings
from core.verdict import Verdict, verdict

APART = 1.0  # points between confidence and accuracy: less is well calibrated
DRAWS = 200  # of right and wrong answers by a classifier that is as sure as it is right


@dataclass(frozen=True, eq=False)
class Sureness:
    """Answers to the normals of the test part: logits (M, classes) and what is right (M,). every: logits (turns, N, classes) of the
    whole test part. held: how many held-out answers `fitted`, a temperature, was fitted to. errors: at each of `temperatures` the
    calibration error in %, losses: the mean negative log likelihood in nats."""

    logits: Tensor
    y: Tensor
    every: np.ndarray
    is_anomaly: np.ndarray
    turned: bool
    own: float
    fitted: float
    held: int
    temperatures: tuple[float, ...]
    errors: tuple[float, ...]
    losses: tuple[float, ...]

    def diagram(self, temperature: float) -> Reliability:
        return reliability(*answers(self.logits, self.y, temperature))

    def score(self, temperature: float) -> np.ndarray:
        """One minus the largest probability (N,), of the true turn where turns are learned."""
        return doubt(self.every, "softmax", temperature, self.turned)

    def auroc(self, temperature: float) -> float:
        """Of that score, in %."""
        return 100 * decide.auroc(self.score(temperature), self.is_anomaly)


def sureness(current: Record) -> Sureness | None:
    """Of a run whose detector is a classifier; None when its network is gone, or is of another version."""
    try:
        detector = detectors.of_record(current)
    except (RunError, BadSettings, KeyError):
        return None
    if not isinstance(detector, Confidence):
        return None
    there, is_anomaly = dataset_of(current.settings), final(current).is_anomaly
    every, turned = logits_of(detector, current.settings), bool(detector.turning)
    places = detector.judged(there)
    logits, y = answers_of(torch.from_numpy(every[:, places.numpy()]), there.test_y[places], turned)
    with torch.inference_mode():
        held = detector.answers(*detector.held_out(there))
    fitted, own = fitted_temperature(*held), current.settings.method.temperature
    grid = tuple(sorted({*TEMPERATURES, own, fitted}))
    errors = tuple(100 * calibration_error(reliability(*answers(logits, y, t))) for t in grid)
    losses = tuple(surprise(logits, y, t) for t in grid)
    return Sureness(logits, y, every, is_anomaly, turned, own, fitted, len(held[1]), grid, errors, losses)


def about(found: Sureness, temperature: float) -> list[Verdict]:
    """Whether it is too sure at this temperature, what the fitted one mends, and what that does to the detector."""
    said = [at(found, temperature)]
    before, after = found.errors[found.temperatures.index(1.0)], found.errors[found.temperatures.index(found.fitted)]
    numbers = {"t": found.fitted, "n": found.held, "before": before, "after": after}
    said.append(verdict("sure-mended", **numbers) if after < before else verdict("sure-not-mended", **numbers))
    said.append(verdict("sure-luck", luck=by_luck(found, found.fitted), n=len(found.y)))
    return [*said, about_anomalies(found)]


def at(found: Sureness, temperature: float) -> Verdict:
    """Whether it is surer than it is right, or less sure."""
    sure, right = (100 * float(each.mean()) for each in answers(found.logits, found.y, temperature))
    numbers = {
        "t": temperature,
        "sure": sure,
        "right": right,
        "ece": found.errors[found.temperatures.index(temperature)],
    }
    if abs(sure - right) < APART:
        return verdict("sure-well", **numbers)
    return verdict("sure-over", **numbers) if sure > right else verdict("sure-under", **numbers)


def about_anomalies(found: Sureness) -> Verdict:
    """Whether the fitted temperature makes the largest probability another detector than T = 1 does."""
    first, second = (decide.placements(found.score(t), found.is_anomaly) for t in (1.0, found.fitted))
    numbers = {"before": found.auroc(1.0), "after": found.auroc(found.fitted)}
    if decide.leads(second, first):
        return verdict("sure-auroc-better", **numbers)
    return verdict("sure-auroc-worse" if decide.leads(first, second) else "sure-auroc-alike", **numbers)


def by_luck(found: Sureness, temperature: float) -> float:
    """The calibration error in % that a classifier would have by chance that is right exactly as often as it says: with so many
    examples no bin comes out even."""
    sure, _ = answers(found.logits, found.y, temperature)
    drawn = np.random.default_rng(0).random((DRAWS, len(sure))) < sure
    return 100 * float(np.mean([calibration_error(reliability(sure, each)) for each in drawn]))
