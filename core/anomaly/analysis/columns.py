"""Which columns of a table made the score of one row high."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from captum import attr
from lime.lime_tabular import LimeTabularExplainer
from torch import Tensor

from core.anomaly import detectors
from core.anomaly.alarm import alarm
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from core.anomaly.settings import AnomalySettings
from core.attribution.passes import Draws
from core.record import Record
from core.runs import RunError
from core.settings import BadSettings
from core.verdict import Verdict, verdict

MOST = 10  # columns with a bar of their own
STEPS, SAMPLES = 100, 1000  # of integrated gradients; of KernelSHAP and LIME
METHODS = ("integrated_gradients", "feature_ablation", "kernel_shap", "lime")

Score = Callable[[Tensor], Tensor]  # rows (N, D) → scores (N,), in standard deviations of held-out scores


@dataclass(frozen=True, eq=False)
class Columns:
    """A number for each column, (D,): in squared standard deviations of that column where `squares`, else in standard deviations
    of held-out scores. meaning: what it is. note: what else is to be said."""

    values: np.ndarray
    squares: bool
    meaning: Verdict
    note: Verdict | None = None


def fitting(current: Record) -> tuple[str, ...] | None:
    """The methods that can ask the detector of the run shown, “expected” among them: the squared difference to what it
    expected; None when the detector is gone."""
    try:
        detector = detectors.of_record(current)
    except (RunError, BadSettings, KeyError):
        return None
    expects = detector.expects(dataset_of(current.settings).test_x[:1]) is not None
    found = [name for name in METHODS if detector.gradients or name != "integrated_gradients"]
    return ("expected", *found) if expects else tuple(found)


def columns(current: Record, place: int, method: str) -> Columns:
    """Of the row at a place in the test part, by one of `fitting`."""
    detector, x = detectors.of_record(current), dataset_of(current.settings).test_x[place : place + 1]
    if method == "expected":
        return Columns(detector.error(x).detach()[0].numpy().copy(), True, verdict("columns-expected"))
    net = alarm(detector, final(current).calibration)

    def score(rows: Tensor) -> Tensor:
        return net.score(rows) / net.scale

    if method == "lime":
        values, fit = imitated(score, x[0].numpy(), current.settings)
        return Columns(values, False, verdict("columns-lime", samples=SAMPLES), verdict("columns-fit", fit=fit))
    zero = torch.zeros_like(x)  # the mean normal row, in standard units
    values = _by_captum(score, x, zero, method).detach()[0].numpy().copy()
    if method == "feature_ablation":
        return Columns(values, False, verdict("columns-ablation"))
    with torch.no_grad():
        rise = float(score(x) - score(zero))
    note = verdict("columns-sum", total=float(values.sum()), rise=rise)
    if method == "kernel_shap":
        return Columns(values, False, verdict("columns-shapley", samples=SAMPLES), note)
    return Columns(values, False, verdict("columns-gradients"), note)


def _by_captum(score: Score, x: Tensor, zero: Tensor, method: str) -> Tensor:
    """Attributions (1, D) of the score of x (1, D), compared with zero (1, D)."""
    if method == "integrated_gradients":
        return attr.IntegratedGradients(score).attribute(x, zero, n_steps=STEPS)
    with torch.no_grad(), Draws(0):
        if method == "kernel_shap":
            return attr.KernelShap(score).attribute(x, zero, n_samples=SAMPLES, perturbations_per_eval=250)
        return attr.FeatureAblation(score).attribute(x, zero, perturbations_per_eval=x.shape[1])


def imitated(score: Score, row: np.ndarray, settings: AnomalySettings) -> tuple[np.ndarray, float]:
    """LIME's weights (D,) of a regression around a row (D,), and R² of the imitation in % (Ribeiro et al. 2016)."""
    dataset = dataset_of(settings)
    explainer = LimeTabularExplainer(
        dataset.train_x.double().numpy(),
        mode="regression",
        feature_names=list(dataset.columns),
        feature_selection="none",
        discretize_continuous=False,
        sample_around_instance=True,
        random_state=0,
    )

    def ask(rows: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return score(torch.from_numpy(rows).float()).double().numpy()

    found = explainer.explain_instance(row.astype(np.float64), ask, num_features=len(row), num_samples=SAMPLES)
    values = np.zeros(len(row))
    for column, weight in found.local_exp[1]:
        values[column] = weight
    return values, 100 * float(found.score)


def largest(values: np.ndarray, most: int = MOST) -> tuple[list[int], float]:
    """The columns with the largest sizes of values (D,), and the sum of all others."""
    order = np.argsort(-np.abs(values), kind="stable")
    return order[:most].tolist(), float(values[order[most:]].sum())


def about_half(values: np.ndarray, names: tuple[str, ...]) -> Verdict:
    """How few columns hold half of all that speaks for an anomaly. values: (D,)."""
    positive = np.clip(values.astype(np.float64), 0, None)
    if not positive.any():
        return verdict("columns-none")
    order = np.argsort(-positive, kind="stable")
    many = int(np.searchsorted(positive[order].cumsum(), positive.sum() / 2)) + 1
    return verdict("columns-half", n=many, columns=len(names), names=tuple(names[i] for i in order[:many]))
