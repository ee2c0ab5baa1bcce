"""Pruning: whole channels and neurons by γ, and single weights by magnitude."""

import streamlit as st

from pages.parts import chart, figures
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.compression import data
from pages.views.compression.choice import guessing, network


@st.fragment
def neurons(current: Shown) -> None:
    """γ of every channel; a ratio that answers at once with the physically smaller network."""
    run_id, model = network(current, "neurons", first="sparse")
    relative = st.segmented_control(
        _("Compare"),
        [True, False],
        default=True,
        key="neurons/relative",
        required=True,
        format_func=lambda r: _("|γ| within its layer") if r else _("|γ| itself, as in the paper"),
    )
    try:
        curve = data.curve(run_id, model, "ratio/relative" if relative else "ratio/absolute")
    except ValueError as error:  # a separable network has no channels that can go one by one
        st.info(str(error), icon=":material/info:")
        return
    cut(run_id, model, relative, curve)


@st.fragment
def cut(run_id: str, model: str, relative: bool, curve: list[dict]) -> None:
    """The network without a share of its channels and neurons: a fragment, so that the slider redraws no more."""
    ratios = [point["ratio"] for point in curve]
    ratio = st.select_slider(_("Remove this share of all channels and neurons (%)"), ratios, 50, key="neurons/ratio")
    before, point = curve[0]["widths"], curve[ratios.index(ratio)]
    with st.container(horizontal=True, gap="medium"):
        st.metric(
            _("Accuracy, no fine-tuning"),
            f"{point['accuracy']:.1f} %",
            _("{:.1f} points").format(point["accuracy"] - curve[0]["accuracy"]),
            width="content",
        )
        st.metric(
            _("Parameters"),
            f"{point['parameters']:,}",
            f"{100 * point['parameters'] / curve[0]['parameters'] - 100:.0f} %",
            delta_color="inverse",
            width="content",
        )
    _gamma_and_accuracy(run_id, model, ratio, relative, curve)
    groups = {_("before"): ("before", before), _("after"): ("after", point["widths"])}
    names = data.unit_names(run_id, model)
    alt = _("Width of every layer, before and after: ") + ", ".join(
        f"{b} → {a}" for b, a in zip(before, point["widths"])
    )
    chart.show(figures.bars(groups, names, "", _("channels or neurons"), 240, "d"), key="neurons/widths", alt=alt)


def _gamma_and_accuracy(run_id: str, model: str, ratio: int, relative: bool, curve: list[dict]) -> None:
    """The histogram of γ with the cut, beside accuracy against the removed share."""
    threshold = data.gamma_threshold(run_id, model, ratio, relative)
    left, right = st.columns(2)
    with left:
        chart.show(
            figures.histogram(
                {_("|γ|"): ("before", data.gammas(run_id, model, relative))},
                _("|γ| as a share of its layer's largest") if relative else _("|γ| of a channel or neuron"),
                _("how many"),
                marks={_("removed below"): threshold},
            ),
            key="neurons/gamma",
            alt=_("Histogram of γ with the threshold"),
        )
    with right:
        lines = [
            Line(_("pruned, not fine-tuned"), "danger", [p["ratio"] for p in curve], [p["accuracy"] for p in curve]),
            guessing([p["ratio"] for p in curve]),
        ]
        chart.show(
            figures.curves(lines, _("removed (%)"), _("test accuracy (%)"), 280, marks={_("now"): ratio}),
            key="neurons/curve",
            alt=_("Accuracy against the removed share"),
        )


@st.fragment
def weights(current: Shown) -> None:
    """Single weights by magnitude: accuracy against sparsity, and why zeros alone are not faster."""
    run_id, model = network(current, "weights")
    curves = {scope: data.curve(run_id, model, f"sparsity/{scope}") for scope in ("global", "layer")}
    zeros(curves)
    st.markdown(
        f"**{_('Smaller, but not faster.')}** "
        + _("A zero costs as much to multiply as any other number. Measure it here.")
    )
    if st.button(_("Measure on this machine"), icon=":material/timer:", key="weights/measure"):
        st.table(data.sparse_latency(run_id, model, st.session_state["weights/sparsity"]))


@st.fragment
def zeros(curves: dict[str, list[dict]]) -> None:
    """The share of weights that are zero, and what it costs: a fragment, so that the slider redraws no more."""
    shares = [point["sparsity"] for point in curves["global"]]
    sparsity = st.select_slider(_("Set this share of all weights to zero (%)"), shares, 80, key="weights/sparsity")
    here = {scope: curves[scope][shares.index(sparsity)] for scope in curves}
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("One threshold for all layers"), f"{here['global']['accuracy']:.1f} %", width="content")
        st.metric(_("The same share of each layer"), f"{here['layer']['accuracy']:.1f} %", width="content")
        st.metric(_("Bytes, relative index"), f"{here['global']['bytes'] / 1000:.1f} KB", width="content")
    lines = [
        Line(_(name), role, [p["sparsity"] for p in curves[scope]], [p["accuracy"] for p in curves[scope]])
        for scope, name, role in (("global", "one threshold", "after"), ("layer", "each layer", "before"))
    ] + [guessing(shares)]
    chart.show(
        figures.curves(
            lines,
            _("weights that are zero (%)"),
            _("test accuracy, not fine-tuned (%)"),
            300,
            marks={_("now"): sparsity},
        ),
        key="weights/curve",
        alt=_("Accuracy against sparsity"),
    )
