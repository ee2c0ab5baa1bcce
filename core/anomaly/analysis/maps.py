"""Which pixels made the score high: what detectors answer when the methods of core/attribution ask them."""

import json
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from captum.attr import GradientShap
from scipy.stats import spearmanr
from torch import Tensor

from core.anomaly import decide, detectors
from core.anomaly.alarm import ALARM, NAMES, Alarm, alarm
from core.anomaly.analysis.rivals import Rival
from core.anomaly.analysis.scores import PROMISE
from core.anomaly.datasets import dataset_of
from core.anomaly.detector import Detector, Rebuilds, scores
from core.anomaly.monitor import as_bytes
from core.anomaly.settings import AnomalySettings
from core.attribution import inputs, methods
from core.attribution import settings as attribution
from core.attribution.passes import Draws
from core.record import Record
from core.runs import RunError
from core.settings import BadSettings
from core.subject.models import Subject
from core.verdict import Verdict, verdict

NORMALS = 20  # that GradientSHAP compares with


class Expected(attribution.Attribution):
    """The squared difference to what the detector expected: no question to the detector, but its own answer."""

    title = "What was expected"

    name: Literal["expected"] = "expected"


METHODS = {"expected": Expected} | {
    name: method
    for name, method in attribution.METHODS.items()
    if not method.needs_layers and not method.second  # a detector has no layers that are a classifier's
}
GRADIENTS = sorted((name for name in METHODS if METHODS[name].needs_gradient), key=lambda n: not METHODS[n].complete)
CHANGES = [name for name, method in METHODS.items() if not method.needs_gradient and name != "expected"]


@dataclass(frozen=True, eq=False)
class Fitting:
    """methods: those that can ask the detector; “expected” is the squared difference to what it expected. bases: what they can
    compare a picture with, “expected” among them where there is something."""

    methods: tuple[str, ...]
    bases: tuple[str, ...]


def fitting(current: Record) -> Fitting | None:
    """What fits the detector of the run shown; None when it is gone."""
    try:
        detector = detectors.of_record(current)
    except (RunError, BadSettings, KeyError):
        return None
    return None if detector is None else fits(detector, current.settings)


def fits(detector: Detector, settings: AnomalySettings) -> Fitting:
    """What fits a detector."""
    expects = ("expected",) if detector.expects(dataset_of(settings).test_x[:1]) is not None else ()
    gradients = GRADIENTS if detector.gradients else ()
    return Fitting((*expects, *gradients, *CHANGES), (*expects, "mean", "blur", "black"))


@dataclass(frozen=True, eq=False)
class Answer:
    """What a detector says of one picture, and why.

    score; scale: standard deviation of held-out scores; p: the conformal p-value. map: (28, 28), None where there is none,
    and then `note` says why. expected: in the place of the picture, 8-bit (28, 28), and error: the squared difference to it,
    (28, 28), None of a detector that expects nothing. sum: whether the score is the sum of the error. passes: through the
    detector. note: what else there is to say, in the library's own words where it is a text.
    """

    score: float | None = None
    scale: float = 1.0
    p: float = 1.0
    map: np.ndarray | None = None
    expected: np.ndarray | None = None
    error: np.ndarray | None = None
    sum: bool = False
    passes: int = 0
    note: Verdict | str = ""

    def beside(self, name: str) -> tuple[np.ndarray | None, bool]:
        """The squared difference to draw beside the map of a method, and whether it is measured as the map is.

        Where the score is the sum of these squares, both are shares of one sum, and have one scale.
        """
        if self.error is None or name == "expected":
            return None, False
        method = METHODS[name]
        if self.sum and method.needs_gradient and method.times_picture and self.map is not None:  # it adds up as well
            return self.error / (2 * self.scale), True
        return self.error, False

    def about(self) -> Verdict:
        """Whether the picture raises the alarm at 10 % false alarms."""
        return verdict("why-alarm" if self.p <= PROMISE else "why-no-alarm", score=self.score, p=100 * self.p)


def answer(rival: Rival, x: Tensor, name: str, given: str, base: str, settings: AnomalySettings) -> Answer:
    """What a detector says of one picture x (1, 28, 28). name: of a method, given: its knobs as JSON. base: what the picture is
    compared with: expected, mean, blur or black."""
    try:
        detector = rival.load()
    except (RunError, BadSettings, KeyError):
        return Answer(note=verdict("map-gone"))
    score = scores(detector, x.unsqueeze(0)).numpy().astype(np.float64)
    p = float(decide.p_values(score, rival.calibration)[0])
    found = Answer(float(score[0]), float(rival.calibration.std()) or 1.0, p)
    expected = detector.expects(x.unsqueeze(0))
    if expected is not None:
        error = detector.error(x.unsqueeze(0)).detach()[0, 0].numpy().copy()
        found = replace(found, expected=as_bytes(expected.detach())[0], error=error, sum=isinstance(detector, Rebuilds))
    if name != "expected":
        return _explained(found, rival, detector, x, name, given, base, settings)
    if expected is None:
        return replace(found, note=verdict("map-expects-nothing"))
    return replace(found, map=found.error, note=verdict("map-squares" if found.sum else "map-distance"))


def _explained(
    found: Answer,
    rival: Rival,
    detector: Detector,
    x: Tensor,
    name: str,
    given: str,
    base: str,
    settings: AnomalySettings,
) -> Answer:
    """By one of the methods of core/attribution, which asks the detector as a network."""
    method = METHODS[name]
    if method.needs_gradient and not detector.gradients:
        return replace(found, note=verdict("map-no-gradients"))
    origin = _origin(detector, x, name, base, settings)
    bounded = method.unit == "probability"  # so it must not be flat at the example
    net = alarm(detector, rival.calibration, origin, found.score if bounded else None)
    fields = method.model_fields
    nothing = {field: "black" for field in ("baseline", "fill") if field in fields}  # zero, which is the origin
    asked, subject = method(**json.loads(given), **nothing), Subject(net, x - origin, NAMES)
    if name == "gradient_shap":
        return _gradient_shap(found, net, subject, dataset_of(settings).train_x[:NORMALS] - origin, asked)
    part = methods.answer(subject, ALARM, asked)
    note = part.note
    if not methods.same_as(subject, asked):
        note = _note(name, asked, part, net, subject.x) or part.note
    return replace(found, map=part.map, passes=part.passes, note=note)


def _note(name: str, asked, part: methods.Part, net: Alarm, x: Tensor) -> Verdict | None:
    """How far to trust a map, where the method's own note speaks of a network and its logit; None where it does not."""
    match name:
        case "smoothgrad":
            return verdict("map-smoothgrad", samples=asked.samples)
        case "input_x_gradient":
            return verdict("map-input-x-gradient")
        case "integrated_gradients":
            with torch.no_grad():
                above, below = net(torch.stack([x, torch.zeros_like(x)]))[:, ALARM].tolist()
            total, numbers = float(part.map.sum(dtype=np.float64)), part.numbers
            return verdict(
                "map-integrated-gradients",
                total=total,
                rise=above - below,
                gap=numbers["gap"],
                steps=int(numbers["steps"]),
            )
        case "occlusion":
            return verdict("map-occlusion", window=max(1, round(asked.window / 100 * x.shape[-1])))
    return None


def _origin(detector: Detector, x: Tensor, name: str, base: str, settings: AnomalySettings) -> Tensor:
    """What stands for nothing to see, (1, 28, 28): the picture is handed over as its difference to it."""
    if not METHODS[name].compares or base == "black":
        return inputs.baseline(x, "black")
    if base == "expected" and (expected := detector.expects(x.unsqueeze(0))) is not None:
        return expected.detach()[0]
    if base == "blur":
        return inputs.baseline(x, "blur")
    return dataset_of(settings).train_x.mean(0)


def _gradient_shap(
    found: Answer, net: Alarm, subject: Subject, normals: Tensor, asked: attribution.GradientShap
) -> Answer:
    """Expected gradients with learned normals (n, 1, 28, 28) to compare with (Erion et al. 2021): random digits, as for a
    classifier, would be anomalies themselves."""
    x = subject.x.unsqueeze(0)
    with Draws(0):
        values = GradientShap(net).attribute(
            x.clone().requires_grad_(), normals, n_samples=asked.samples, stdevs=asked.noise / 100, target=ALARM
        )
    with torch.no_grad():
        logits = net(torch.cat([x, normals]))[:, ALARM]
    values, rise = values.detach()[0, 0].numpy().copy(), float(logits[0] - logits[1:].mean())
    note = verdict("map-gradient-shap", total=float(values.sum()), rise=rise, n=len(normals))
    return replace(found, map=values, passes=2 * asked.samples + len(logits), note=note)


# ---- what a map says ----


def colours(name: str) -> Verdict:
    """What the colours of a method's map mean."""
    if METHODS[name].unit != "gradient":
        return verdict("map-odder")
    return verdict("map-brighter-odder" if METHODS[name].signed else "map-telling")


def scale(name: str, one_scale: bool) -> list[Verdict]:
    """What the values of a method's map are, and who shares its scale. one_scale: of the squared difference beside it."""
    shared = verdict("map-one-scale" if one_scale else "map-own-scale")
    match METHODS[name].unit:
        case "probability":
            return [shared, verdict("map-probability")]
        case "logit":
            return [shared, verdict("map-score")]
    return [shared]


def said(found: Answer, mask: np.ndarray | None, name: str) -> list[Verdict]:
    """How well a map finds the damage where it is known, and how often the detector was asked. mask: (28, 28) bool."""
    damage = [] if mask is None else [verdict("map-damage", share=100 * where(found.map, mask, name))]
    return [*damage, verdict("map-passes", n=found.passes)] if found.passes else damage


def about_map(found: Answer, picture: np.ndarray, name: str, faces: bool) -> list[Verdict]:
    """Of the run shown: how few pixels carry its map, and whether it tells what the error tells. picture: 8-bit (28, 28)."""
    values = found.map
    if values is None or not (values > 0).any():
        return []
    said = [verdict("map-half", n=half_of(values), pixels=values.size)]
    if name == "expected":
        share = 100 * float(values[picture > found.expected].sum() / values.sum())
        return [*said, verdict("map-brighter" if faces else "map-ink", more=share, less=100 - share)]
    if found.error is not None:
        first, second = np.abs(values).ravel(), found.error.ravel()
        rho = float(spearmanr(first, second).statistic) if np.ptp(first) and np.ptp(second) else 0.0
        said.append(verdict("map-correlation", rho=rho))
    return said


def half_of(values: np.ndarray) -> int:
    """The least number of pixels that hold half of all that is positive in a map."""
    sizes = np.sort(values[values > 0].astype(np.float64))[::-1].cumsum()
    return int(np.searchsorted(sizes, sizes[-1] / 2) + 1)


def where(values: np.ndarray, mask: np.ndarray, name: str) -> float:
    """How often a map (H, W) is higher on a damaged pixel than on another one, in [0, 1]. mask: (H, W) bool.

    Of a gradient the size counts: it is as telling where more ink would make the example more normal.
    """
    return decide.auroc((np.abs(values) if METHODS[name].unit == "gradient" else values).ravel(), mask.ravel())


def mask_of(settings: AnomalySettings, place: int | None) -> np.ndarray | None:
    """Where a test picture is damaged, (28, 28) bool; None where nothing is, or nobody knows."""
    masks = dataset_of(settings).masks
    found = None if masks is None or place is None else masks[place].numpy()
    return found if found is not None and found.any() and not found.all() else None
