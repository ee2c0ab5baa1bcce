"""What is seen of a run: the scores of normals and anomalies as they part, what the detector expects, the landscape."""

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.anomaly import by_kind, decide, pictures
from core.anomaly.calibration import (
    answers,
    calibration_error,
    fitted_temperature,
    reliability,
)
from core.anomaly.datasets import Dataset
from core.anomaly.detector import Detector, scores
from core.anomaly.networks import Confidence, Network, Rebuilds, squared_error
from core.anomaly.settings import REACH
from core.events import Event, Finished, Metrics, Warned
from core.nets import count, to_model

EVALUATIONS = 15  # evaluations in a run, evenly spread; and a few at its very beginning
EARLY = (1, 5, 20)  # steps after which there is one as well
EACH, LEARNED = 200, 80  # test examples that every evaluation scores, and learned ones; at the end all of the test part
KINDS_MORE = 3  # times as many where anomalies are judged kind by kind
ASKED = 300  # test normals of which every evaluation asks a classifier how sure it is; at the end all
SHOWN = 5  # normals, and as many anomalies, of which it is shown what the detector expects
LARGEST = 1e30  # in the place of a score that is no number any more; thousands of them can still be added up
GRID = 61  # places along each side of the plane
# of what makes anomalies differ from the mean normal example, and an AUROC: with an error and an AUROC below both, it copies
COPIED, POOR = 0.1, 0.75


class Monitor:
    """Measures beside the training and never changes it."""

    def __init__(self, dataset: Dataset, detector: Detector, total: int):
        self.dataset, self.detector, self.total = dataset, detector, total
        self.learns = isinstance(detector, Network) and total > 1  # what has learned elsewhere is kept there
        self.every = max(1, total // EVALUATIONS)
        self.few = some_of_each(dataset, KINDS_MORE * EACH if dataset.known else EACH)
        self.shown = some_of_each(dataset, 2 * SHOWN)

    def facts(self) -> dict[str, Any]:
        """What is known before the first step."""
        dataset, network = self.dataset, isinstance(self.detector, Network)
        return {
            "fit": len(dataset.train_x),
            "held": len(dataset.calibration_x),
            "hidden": int(dataset.hidden.sum()),
            "test": len(dataset.test_x),
            "odd": int(dataset.test_is_anomaly.sum()),
            "dimensions": dataset.train_x[0].numel(),
            "whole": True,
            "parameters": count(self.detector.net) if network else 0,
        }

    def begins(self) -> Iterator[Event]:
        """Which test examples are anomalies, which of them are evaluated, and which are shown."""
        dataset = self.dataset
        yield pictures.IS_ANOMALY.at(0, dataset.test_is_anomaly.numpy().astype(np.uint8))
        yield pictures.EVALUATED.at(0, self.few.numpy().astype(np.int16))
        if dataset.pictures:
            yield pictures.INPUTS.at(0, as_bytes(dataset.test_x[self.shown]))
        elif not dataset.columns:
            yield pictures.POINTS.at(0, dataset.test_x.half().numpy())

    def after_step(self, step: int) -> Iterator[Event]:
        if step < self.total and (step in EARLY or step % self.every == 0):
            yield from self.evaluate(step)

    def evaluate(self, step: int) -> Iterator[Event]:
        """The scores of some of the test examples."""
        dataset, found = self.dataset, scores(self.detector, self.dataset.test_x[self.few])
        yield pictures.EVALUATION.at(step, found.numpy())
        yield from self.expectations(step)
        sure = yield from self.sureness(step, ASKED)
        yield Metrics(
            step,
            self.on_known(self.each_kind(found, self.few))
            | self._curves(found, dataset.test_is_anomaly[self.few])
            | sure,
        )  # last: then all of the evaluation is there

    def _curves(self, found: Tensor, is_anomaly: Tensor) -> dict[str, float]:
        """Mean scores of what is learned, of what is held out, of anomalies; and how well the last two are told apart."""
        learned = scores(self.detector, self.dataset.train_x[:LEARNED]).mean().item()
        calibration = scores(self.detector, self.dataset.calibration_x).mean().item()
        # an error is above zero, a score may be anywhere
        what = "error" if isinstance(self.detector, Rebuilds) else "score"
        means = {what: learned, f"held_{what}": calibration, f"odd_{what}": found[is_anomaly].mean().item()}
        return {"auroc": 100 * decide.auroc(found.numpy(), is_anomaly.numpy())} | means

    @torch.inference_mode()
    def expectations(self, step: int) -> Iterator[Event]:
        """What it expects in the place of the examples shown; of the plane the score everywhere."""
        if self.dataset.pictures:
            expected = self.detector.expects(self.dataset.test_x[self.shown])
            if expected is not None:
                yield pictures.EXPECTED.at(step, as_bytes(expected))
        elif not self.dataset.columns:
            yield pictures.FIELD.at(step, field(self.detector).numpy())

    @torch.inference_mode()
    def sureness(self, step: int, most: int | None = None) -> Generator[Event, None, dict[str, float]]:
        """Whether a classifier is right as often as it says, of test normals, of at most so many: the diagram at its own temperature
        and at the one that suits held-out normals best, and the numbers. Nothing of another detector."""
        dataset, detector = self.dataset, self.detector
        if not isinstance(detector, Confidence):
            return {}
        fitted = fitted_temperature(*detector.answers(*detector.held_out(dataset)))
        those = detector.judged(dataset)
        those = those[_evenly(len(those), min(len(those), most or len(those)))]
        asked = detector.answers(dataset.test_x[those], dataset.test_y[those])
        said = [answers(*asked, temperature) for temperature in (detector.method.temperature, fitted)]
        own, mended = (reliability(*each) for each in said)
        drawn = [[np.nan_to_num(each) for each in (found.sure, found.right, found.share)] for found in (own, mended)]
        yield pictures.RELIABILITY.at(step, np.array(drawn, np.float32))
        errors = {"ece": 100 * calibration_error(own), "fitted_ece": 100 * calibration_error(mended)}
        return {
            "right": 100 * float(said[0][1].mean()),
            "sure": 100 * float(said[0][0].mean()),
            "fitted": fitted,
        } | errors

    def run_ends(self, step: int) -> Iterator[Event]:
        dataset, detector = self.dataset, self.detector
        found = {
            "fit": detector.learned_scores(dataset.train_x),
            "held": scores(detector, dataset.calibration_x),
            "test": scores(detector, dataset.test_x),
        }
        if not torch.isfinite(found["test"]).all():
            yield Warned(
                step,
                "overflow",
                "Some scores are too large to be numbers: a larger bandwidth or a smaller sharpness helps.",
            )
            found = {name: torch.nan_to_num(each, nan=LARGEST, posinf=LARGEST) for name, each in found.items()}
        test, is_anomaly = found["test"].numpy(), dataset.test_is_anomaly.numpy()
        summary = self.judged(found)
        numbers = {"precision": summary["precision"], "missed": summary["missed"]}
        curves = self._curves(found["test"], dataset.test_is_anomaly) if self.learns else {"only": summary["auroc"]}
        for kind in (pictures.LEARNED_SCORES, pictures.CALIBRATION_SCORES, pictures.TEST_SCORES):
            yield kind.at(step, found[kind.name].numpy())
        yield from self.expectations(step)
        sure = yield from self.sureness(step)
        each = self.each_kind(found["test"], torch.arange(len(test)))
        kinds = self.on_known(each)
        summary |= sure | kinds | each
        yield Metrics(
            step, kinds | curves | numbers | ({"where": summary["where"]} if "where" in summary else {}) | sure
        )
        yield from self.lessons(step, test, is_anomaly)
        yield Finished(step, summary, {"model": to_model(detector.net)} if self.learns else {})

    def judged(self, found: dict[str, Tensor]) -> dict[str, float]:
        """The numbers of a finished run."""
        test, is_anomaly, calibration = (
            found["test"].numpy(),
            self.dataset.test_is_anomaly.numpy(),
            found["held"].numpy(),
        )
        raised = test >= decide.conformal_threshold(calibration, 0.1)
        summary = {
            "auroc": 100 * decide.auroc(test, is_anomaly),
            "precision": 100 * decide.average_precision(test, is_anomaly),
            "missed": 100 * decide.missed_at(test, is_anomaly),
            "alarms_at_10": 100 * float(raised[~is_anomaly].mean()),
            "found_at_10": 100 * float(raised[is_anomaly].mean()),
            "held_score": float(calibration.mean()),
            "fit_score": float(found["fit"].mean()),
            "odd_score": float(test[is_anomaly].mean()),
        }
        if (where := self.where()) is not None:
            summary["where"] = 100 * where
        return summary

    def each_kind(self, found: Tensor, places: Tensor) -> dict[str, float]:
        """How well each kind of oddity is told, in %; nothing of data without such kinds. found: scores of these test examples."""
        if not self.dataset.known:
            return {}
        return by_kind.auroc_by_kind(found.numpy(), by_kind.kinds_among(self.dataset.test_y[places].numpy()))

    def on_known(self, each: dict[str, float]) -> dict[str, float]:
        """The same of the known kind, and the mean of all others."""
        return by_kind.on_known(each, self.dataset.known) if each else {}

    @torch.inference_mode()
    def where(self) -> float | None:
        """How well the error of each pixel tells damaged pixels from all others, over the damaged pictures; None without masks."""
        dataset = self.dataset
        if dataset.masks is None:
            return None
        parts = [self.detector.error(part) for part in dataset.test_x[dataset.test_is_anomaly].split(250)]
        if parts[0] is None:
            return None
        return decide.auroc(
            torch.cat(parts).flatten().numpy(), dataset.masks[dataset.test_is_anomaly].flatten().numpy()
        )

    @torch.inference_mode()
    def left_over(self, x: Tensor) -> Tensor:
        """What a detector that rebuilds does not give back of x (N, ...), never blurred: (N,)."""
        return squared_error(x, self.detector.expects(x))

    def lessons(self, step: int, test: np.ndarray, is_anomaly: np.ndarray) -> Iterator[Event]:
        """What a learner should understand of how it went."""
        if isinstance(self.detector, Rebuilds):
            strange = self.dataset.test_x[self.dataset.test_is_anomaly]
            whole = (strange - self.dataset.train_x.mean(0)).square().flatten(1).sum(1).mean().item()
            left = torch.cat([self.left_over(part) for part in strange.split(250)]).mean().item()
            if left < COPIED * whole and decide.auroc(test, is_anomaly) < POOR:
                back = 100 * (1 - left / whole)
                yield Warned(
                    step,
                    "copies",
                    f"Of what makes an anomaly differ from the mean normal example {back:.0f} % comes back: this "
                    "detector copies whatever it is shown, and has not learned what is normal.",
                )
        if len(np.unique(test)) < len(test) / 10:
            yield Warned(
                step, "collapsed", "Most examples get the very same score: the detector no longer tells anything apart."
            )


def as_bytes(x: Tensor) -> np.ndarray:
    """Grey pictures (N, 1, H, W) in [0, 1] as 8-bit (N, H, W)."""
    return (255 * x.clamp(0, 1)).round().byte().squeeze(1).numpy()


def some_of_each(dataset: Dataset, many: int) -> Tensor:
    """Places of about `many` test examples, half of them anomalies where there are enough, evenly from first to last: normals first."""
    normal, is_anomaly = (torch.nonzero(dataset.test_is_anomaly == truth).flatten() for truth in (False, True))
    few = min(len(normal), many // 2)
    return torch.cat(
        [normal[_evenly(len(normal), few)], is_anomaly[_evenly(len(is_anomaly), min(len(is_anomaly), many - few))]]
    )


def _evenly(n: int, many: int) -> Tensor:
    return (torch.arange(many) * n) // many


@torch.inference_mode()
def field(detector: Detector) -> Tensor:
    """The score at every place of the plane: (GRID, GRID), rows from below."""
    axis = torch.linspace(-REACH, REACH, GRID)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    return scores(detector, torch.stack([x.flatten(), y.flatten()], 1), GRID**2).view(GRID, GRID)
