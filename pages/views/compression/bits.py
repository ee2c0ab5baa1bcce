"""Quantisation: few bits for each weight, and real int8."""

import streamlit as st

from core.runs import RunError
from pages.parts import chart, figures, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.compression import data
from pages.views.compression.choice import guessing, network


@st.fragment
def bits(current: Shown) -> None:
    """Few bits for each weight: grid or codebook, and real int8."""
    run_id, model = network(current, "bits")
    layers = data.layer_names(run_id, model)
    layer = st.selectbox(_("Layer"), layers, key=views.kept("bits/layer", layers, layers[1]))
    rounded(run_id, model, layer, data.curve(run_id, model, "bits"))
    _real_int8(run_id, model)


@st.fragment
def rounded(run_id: str, model: str, layer: str, curve: list[dict]) -> None:
    """So many bits for each weight: a fragment, so that the slider redraws no more."""
    left, right = st.columns(2)
    number = left.slider(_("Bits $b$ for each weight"), 1, 8, 3, key="bits/bits")
    scheme = right.segmented_control(
        _("Values"),
        ["per layer", "per channel", "k-means"],
        default="per channel",
        key="bits/scheme",
        format_func=lambda s: {
            "per layer": _("grid per layer"),
            "per channel": _("grid per channel"),
            "k-means": _("k-means codebook"),
        }[s],
        required=True,
    )
    here = next(p for p in curve if p["bits"] == number and p["scheme"] == scheme)
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Accuracy, no fine-tuning"), f"{here['accuracy']:.1f} %", width="content")
        st.metric(_("Size, scales and codebooks included"), f"{here['bytes'] / 1000:.1f} KB", width="content")
        st.metric(_("Error of the weights"), f"{here['error']:.1f} %", width="content")
    left, right = st.columns(2)
    with left:
        roles = {"per layer": "before", "per channel": "after", "k-means": "neutral"}
        lines = [
            Line(
                _(s),
                roles[s],
                [p["bits"] for p in curve if p["scheme"] == s],
                [p["accuracy"] for p in curve if p["scheme"] == s],
            )
            for s in roles
        ] + [guessing([p["bits"] for p in curve])]
        chart.show(
            figures.curves(
                lines, _("bits for each weight"), _("test accuracy, not fine-tuned (%)"), 300, marks={_("now"): number}
            ),
            key="bits/curve",
            alt=_("Accuracy against bits"),
        )
    with right:
        exact, values = data.rounded_layer(run_id, model, layer, number, scheme)
        figure = figures.histogram(
            {_("weights"): ("before", exact)}, _("value"), _("how many"), height=215, values=values
        )
        chart.show(figure, key="bits/weights", alt=_("Weights of a layer and the values they are rounded to"))
        st.caption(_("Orange lines: the {} values that are left in this layer.").format(len(values)))


def _real_int8(run_id: str, model: str) -> None:
    """The same network on 8-bit kernels, timed here when the visitor asks."""
    st.markdown(
        f"**{_('Real int8.')}** " + _("The rounded weights above are computed in float32. Here: 8-bit integers.")
    )
    if st.button(_("Measure on this machine"), icon=":material/timer:", key="bits/measure"):
        try:
            st.table(_timed(data.int8_latency(run_id, model)))
        except RunError as error:
            st.info(str(error))


def _timed(rows: list[dict]) -> dict[str, list[str]]:
    """A table for people of what was measured."""
    return {
        "": [r["name"] for r in rows],
        _("accuracy"): [f"{r['accuracy']:.1f} %" for r in rows],
        _("size"): [f"{r['bytes'] / 1000:.1f} KB" for r in rows],
        _("batch of 1"): [f"{r['latency_1']:.2f} ms" for r in rows],
        _("batch of 64"): [f"{r['latency_64']:.2f} ms" for r in rows],
        _("speed-up at 64"): [f"{rows[0]['latency_64'] / r['latency_64']:.1f} ×" for r in rows],
    }
