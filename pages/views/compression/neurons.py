"""Neuron pruning: whole channels and neurons, those whose γ is smallest first."""

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
from pages.views.compression.choice import accuracies, network


@view(N_("Neurons and γ"), opens=changes("neurons"))
def draw(current: Shown) -> None:
    """γ of every channel; a ratio that answers at once with the physically smaller network."""
    record, model = network(current, "neurons", first="sparse")
    ways = {True: _("|γ| within its layer"), False: _("|γ| itself, as in the paper")}
    relative = choose.one("neurons/relative", _("Compare"), ways)
    name = "ratio/relative" if relative else "ratio/absolute"
    try:
        curve = ask(analysis.curves.curve, record, model, name, wait=_("Measuring this network once …"))
    except ValueError as error:  # a separable network has no channels that can go one by one
        st.info(translate(str(error)), icon=":material/info:")
        return
    _cut(record, model, relative, curve)


@st.fragment
def _cut(record: Record, model: str, relative: bool, curve: list[dict[str, Any]]) -> None:
    """The network without a share of its channels and neurons: a fragment, so that the slider redraws no more."""
    ratios = [point["ratio"] for point in curve]
    ratio = choose.along("neurons/ratio", _("Remove this share of all channels and neurons (%)"), ratios, 50)
    cut, gammas = analysis.neurons.cut(curve, ratio), ask(analysis.neurons.gammas, record, model, relative)
    with st.container(horizontal=True, gap="medium"):
        gained = _("{:.1f} points").format(cut.gained)
        st.metric(_("Accuracy, no fine-tuning"), f"{cut.accuracy:.1f} %", gained, width="content")
        share = f"{cut.parameters_gained:.0f} %"
        st.metric(_("Parameters"), f"{cut.parameters:,}", share, delta_color="inverse", width="content")
    left, right = st.columns(2)
    with left:
        figure = figures.histogram(
            {_("|γ|"): ("before", gammas.values)},
            _("|γ| as a share of its layer's largest") if relative else _("|γ| of a channel or neuron"),
            _("how many"),
            marks={_("removed below"): gammas.threshold(ratio)},
        )
        chart.show(figure, key="neurons/gamma", alt=_("Histogram of γ with the threshold"))
    with right:
        pruned = Line(_("pruned"), "danger", ratios, [point["accuracy"] for point in curve])
        figure = accuracies([pruned], _("removed (%)"), ratio)
        chart.show(figure, key="neurons/curve", alt=_("Accuracy against the removed share"))
    widths = {_("before"): ("before", cut.before), _("after"): ("after", cut.after)}
    figure = figures.bars(widths, list(map(translate, gammas.layers)), "", _("channels or neurons"), 240, "d")
    each = ", ".join(f"{before} → {after}" for before, after in zip(cut.before, cut.after))
    alt = _("Width of every layer, before and after: {}").format(each)
    chart.show(figure, key="neurons/widths", alt=alt)
