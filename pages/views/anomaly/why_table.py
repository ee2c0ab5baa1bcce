"""Which columns of a table made the score high: bars for one patient."""

from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data, example, panels
from pages.views.anomaly.example import Example

MOST = 10  # columns with a bar of their own
STEPS, SAMPLES = 100, 1000  # of integrated gradients; of KernelSHAP and LIME
NAMES = {
    "integrated_gradients": "Integrated gradients",
    "feature_ablation": "Feature ablation",
    "kernel_shap": "KernelSHAP",
    "lime": "LIME",
}
NOTES = {
    "expected": "Squared difference to what the detector expected, in squared standard deviations of that column over normal patients.",
    "integrated_gradients": "The gradient of the score, summed along the way from the mean normal patient to this one.",
    "feature_ablation": "How far the score falls when this column alone is put back to the mean of normal patients.",
    "kernel_shap": "Shapley values: the mean over all orders in which columns may be put back to the mean of normal patients, by 1,000 "
    "random coalitions.",
    "lime": "Slopes of a linear imitation near this patient, fitted to 1,000 random neighbours: how far the score rises when a column "
    "grows by one standard deviation. Not what made it high, but what would make it higher.",
}


@st.fragment
def columns(current: Shown, detector: Any) -> None:
    """One patient, one method, and a bar for each of the columns that count most."""
    settings, at = current.settings, "anomaly/why"
    expects = detector.expects(data.world(settings).test_x[:1]) is not None
    left, right = st.columns([1, 1.9], gap="large")
    with left:
        chosen = example.choose(
            at, settings, example.by_verdict(data.final(current)), start=0.5
        )  # the first may lie 60 σ out
        example.show(chosen, False)
        names = ({"expected": _("What was expected")} if expects else {}) | NAMES
        if not detector.gradients:
            del names["integrated_gradients"]
        where = views.kept(f"{at}/method", list(names), next(iter(names)))
        method = st.selectbox(_("Method"), list(names), format_func=lambda name: _(names[name]), key=where)
    values, note = _answer(current.id, chosen.key, method, data.final(current).held, detector, chosen.x, settings)
    with right:
        st.markdown(
            f"**{_('Which columns make the score high?')}** " + _("Orange makes the patient odder, blue more normal.")
        )
        digits = 0 if np.abs(values).max() >= 100 else 2
        unit = _("squared standard deviations") if method == "expected" else _("standard deviations of held-out scores")
        listed = rows(values, chosen, data.world(settings).columns)
        said = [f"{value:+.{digits}f}".replace("-", "−") for __, value in listed]
        figure = panels.across([name for name, __ in listed], [value for __, value in listed], said, unit)
        chart.show(figure, key="why/columns", alt=_("How much each column adds to the score"))
        st.markdown(in_words(values, data.world(settings).columns))
        st.caption(note or _("What the bars say"), help=_(NOTES[method]))


def rows(values: np.ndarray, chosen: Example, names: tuple[str, ...]) -> list[tuple[str, float]]:
    """The columns with the largest sizes, each with the patient's value in standard deviations; and the sum of all others."""
    order = np.argsort(-np.abs(values), kind="stable")
    found = [(f"{names[i]}, {float(chosen.x[i]):+.1f} σ".replace("-", "−"), float(values[i])) for i in order[:MOST]]
    return [*found, (_("all {} others").format(len(order) - MOST), float(values[order[MOST:]].sum()))]


def in_words(values: np.ndarray, names: tuple[str, ...]) -> str:
    """How few columns hold half of all that speaks for an anomaly."""
    positive = np.clip(values.astype(np.float64), 0, None)
    if not positive.any():
        return _("No column makes this patient odder.")
    order = np.argsort(-positive, kind="stable")
    many = int(np.searchsorted(positive[order].cumsum(), positive.sum() / 2)) + 1
    listed = ", ".join(names[i] for i in order[: min(many, 4)]) + (
        _(" and {} more").format(many - 4) if many > 4 else ""
    )
    return _("**Half of all orange** comes from **{} of {} columns**: {}.").format(many, len(names), listed)


@st.cache_data(max_entries=200, show_spinner=False)
def _answer(
    run_id: str, key: str, method: str, _held: Any, _detector: Any, _x: Any, _settings: Any
) -> tuple[np.ndarray, str]:
    """A number for each column (D,), and what else is to be said. The score counts in standard deviations of held-out scores."""
    import torch

    from core.anomaly.alarm import alarm

    x = _x.unsqueeze(0)
    if method == "expected":
        return _detector.error(x).detach()[0].numpy().copy(), ""
    net = alarm(_detector, _held)

    def score(rows: Any) -> Any:
        return net.score(rows) / net.scale

    if method == "lime":
        return _imitated(score, _x.numpy(), _settings)
    zero = torch.zeros_like(x)
    values = _by_captum(score, x, zero, method).detach()[0].numpy().copy()
    if method == "feature_ablation":
        return values, ""
    with torch.no_grad():
        rise = float(score(x) - score(zero))
    return values, _(
        "All columns add up to {:.2f}; the score lies {:.2f} above that of the mean normal patient."
    ).format(values.sum(), rise).replace("-", "−")


def _by_captum(score: Any, x: Any, zero: Any, method: str) -> Any:
    """Attributions (1, D) of the score, compared with the mean normal patient, who is zero in standard units."""
    import torch
    from captum import attr

    from core.attribution.passes import Draws

    if method == "integrated_gradients":
        return attr.IntegratedGradients(score).attribute(x, zero, n_steps=STEPS)
    with torch.no_grad(), Draws(0):
        if method == "kernel_shap":
            return attr.KernelShap(score).attribute(x, zero, n_samples=SAMPLES, perturbations_per_eval=250)
        return attr.FeatureAblation(score).attribute(x, zero, perturbations_per_eval=x.shape[1])


def _imitated(score: Any, row: np.ndarray, settings: Any) -> tuple[np.ndarray, str]:
    """LIME's weights (D,) of a regression around a row (D,), and how well it imitates (Ribeiro et al. 2016)."""
    import torch
    from lime.lime_tabular import LimeTabularExplainer

    there = data.world(settings)
    explainer = LimeTabularExplainer(
        there.fit_x.double().numpy(),
        mode="regression",
        feature_names=list(there.columns),
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
    return values, _("The imitation explains R² = {:.0f} % of the score near this patient.").format(100 * found.score)
