"""Quantisation: few bits for each weight, and real int8."""

from typing import Any

import streamlit as st

from core.compression import analysis
from core.compression.analysis.stage import changes
from core.record import Record
from pages.parts import chart, choose, figures
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.compression.choice import accuracies, network, timed

SCHEMES = {  # name, role
    "per layer": (N_("grid per layer"), "before"),
    "per channel": (N_("grid per channel"), "after"),
    "k-means": (N_("k-means codebook"), "neutral"),
}


@view(N_("Bits"), opens=changes("bits"))
def draw(current: Shown) -> None:
    """Few bits for each weight: grid or codebook, and real int8."""
    record, model = network(current, "bits")
    layers = ask(analysis.bits.layer_names, record, model)
    names = {each: translate(each) for each in layers}
    layer = choose.one("bits/layer", _("Layer"), names, layers[1], side_by_side=False)
    curve = ask(analysis.curves.curve, record, model, "bits", wait=_("Measuring this network once …"))
    _rounded(record, model, layers.index(layer), curve)
    _real_int8(record, model)


@st.fragment
def _rounded(record: Record, model: str, layer: int, curve: list[dict[str, Any]]) -> None:
    """So many bits for each weight: a fragment, so that the slider redraws no more."""
    left, right = st.columns(2)
    bits = left.slider(_("Bits $b$ for each weight"), 1, 8, 3, key="bits/bits")
    names = {scheme: _(name) for scheme, (name, _role) in SCHEMES.items()}
    scheme = choose.one("bits/scheme", _("Values"), names, "per channel", at=right)
    here = next(p for p in curve if (p["bits"], p["scheme"]) == (bits, scheme))
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Accuracy, no fine-tuning"), f"{here['accuracy']:.1f} %", width="content")
        st.metric(_("Size, scales and codebooks included"), f"{here['bytes'] / 1000:.1f} KB", width="content")
        st.metric(_("Error of the weights"), f"{here['error']:.1f} %", width="content")
    left, right = st.columns(2)
    with left:
        lines = []
        for each, (name, role) in SCHEMES.items():
            points = [(p["bits"], p["accuracy"]) for p in curve if p["scheme"] == each]
            lines.append(Line(_(name), role, *zip(*points)))
        figure = accuracies(lines, _("bits for each weight"), bits)
        chart.show(figure, key="bits/curve", alt=_("Accuracy against bits"))
    with right:
        found = ask(analysis.bits.rounded, record, model, layer, bits, scheme)
        groups = {_("weights"): ("before", found.weights)}
        figure = figures.histogram(groups, _("value"), _("how many"), height=215, values=found.values)
        chart.show(figure, key="bits/weights", alt=_("Weights of a layer and the values they are rounded to"))
        st.caption(_("Orange lines: the {} values that are left in this layer.").format(len(found.values)))


def _real_int8(record: Record, model: str) -> None:
    """The same network on 8-bit kernels, timed here when the visitor asks."""
    st.markdown(_("**Real int8.** The rounded weights above are computed in float32. Here: 8-bit integers."))
    if not st.button(_("Measure on this machine"), icon=":material/timer:", key="bits/measure"):
        return
    try:
        rows = timed(analysis.bits.engines, record.id, model)
    except analysis.bits.Int8Missing as error:
        st.info(translate(str(error)))
        return
    st.table(
        {
            "": [row.name for row in rows],
            _("accuracy"): [f"{row.accuracy:.1f} %" for row in rows],
            _("size"): [f"{row.bytes / 1000:.1f} KB" for row in rows],
            _("batch of 1"): [f"{row.latency_1:.2f} ms" for row in rows],
            _("batch of 64"): [f"{row.latency_64:.2f} ms" for row in rows],
            _("speed-up at 64"): [f"{row.speed_up:.1f} ×" for row in rows],
        }
    )
