"""Low rank: an energy that answers at once, and the singular values behind it."""

from typing import Any

import streamlit as st

from core.compression import analysis
from core.compression.analysis.rank import Layer
from core.compression.analysis.stage import changes
from pages.parts import chart, choose, figures, lecture
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.compression.choice import accuracies, network


@view(N_("Low rank"), opens=changes("rank"))
def draw(current: Shown) -> None:
    """Accuracy, parameters and multiply–adds at every energy, not fine-tuned."""
    record, model = network(current, "rank")
    layers = ask(analysis.rank.layers, record, model)
    _cut(layers, ask(analysis.rank.curve, record, model, wait=_("Measuring this network once …")))
    lecture.write("compression", "matrix of a convolution")


@st.fragment
def _cut(layers: list[Layer], rows: list[dict[str, Any]]) -> None:
    """How much of the energy is kept: a fragment, so that the slider redraws no more."""
    energies = [row["energy"] for row in rows]
    energy = choose.along("rank/energy", _("Keep this share of each layer's energy (%)"), energies, 80)
    here = analysis.rank.cut(rows, energy)
    with st.container(horizontal=True, gap="medium"):
        gained = _("{:.1f} points").format(here.gained)
        st.metric(_("Accuracy, no fine-tuning"), f"{here.accuracy:.1f} %", gained, width="content")
        st.metric(_("Parameters"), f"{here.parameters:.0f} %", width="content")
        st.metric(_("Multiply–adds"), f"{here.macs:.0f} %", width="content")
    left, right = st.columns(2)
    with left:
        line = Line(_("low rank"), "after", energies, [row["accuracy"] for row in rows])
        chart.show(
            accuracies([line], _("energy kept (%)"), energy),
            key="rank/curve",
            alt=_("Accuracy against the energy kept"),
        )
    with right:
        names = {i: translate(layer.name) for i, layer in enumerate(layers)}
        widest = max(names, key=lambda i: len(layers[i].sigma))
        i = choose.one("rank/layer", _("Layer"), names, widest, side_by_side=False)
        chart.show(_values(layers[i], here.ranks[i]), key="rank/values", alt=_("Singular values of a layer"))


def _values(layer: Layer, rank: int | None) -> figures.Figure:
    """The singular values of a layer, with a mark where they are cut."""
    many = len(layer.sigma)
    said = _("{} × {} matrix, whole") if rank is None else _("{} × {} matrix, rank {}")
    line = Line(said.format(*layer.shape, rank), "before", range(1, many + 1), layer.sigma)
    x, y = _("number of the singular value"), _("singular value")
    return figures.curves([line], x, y, 230, marks={_("cut"): rank or many})
