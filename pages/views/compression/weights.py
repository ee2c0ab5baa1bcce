"""Weight pruning: accuracy against the share of weights that are zero, and why zeros alone are not faster."""

from typing import Any

import streamlit as st

from core.compression import analysis
from core.compression.analysis.stage import changes
from pages.parts import chart, choose, lecture
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.compression.choice import accuracies, network, timed


@view(N_("Weights"), opens=changes("weights"))
def draw(current: Shown) -> None:
    """Single weights by magnitude: accuracy against sparsity, and why zeros alone are not faster."""
    record, model = network(current, "weights")
    wait = _("Measuring this network once …")
    _zeros({s: ask(analysis.curves.curve, record, model, f"sparsity/{s}", wait=wait) for s in ("global", "layer")})
    lecture.write("compression", "not faster")
    if st.button(_("Measure on this machine"), icon=":material/timer:", key="weights/measure"):
        sparsity = st.session_state["weights/sparsity"]
        rows = timed(analysis.weights.latencies, record.id, model, sparsity)
        st.table({_("What, batch of 64"): list(rows), _("Median"): [f"{ms:.3f} ms" for ms in rows.values()]})


@st.fragment
def _zeros(curves: dict[str, list[dict[str, Any]]]) -> None:
    """The share of weights that are zero, and what it costs: a fragment, so that the slider redraws no more."""
    shares = [point["sparsity"] for point in curves["global"]]
    sparsity = choose.along("weights/sparsity", _("Set this share of all weights to zero (%)"), shares, 80)
    here = {scope: curves[scope][shares.index(sparsity)] for scope in curves}
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("One threshold for all layers"), f"{here['global']['accuracy']:.1f} %", width="content")
        st.metric(_("The same share of each layer"), f"{here['layer']['accuracy']:.1f} %", width="content")
        st.metric(_("Bytes, relative index"), f"{here['global']['bytes'] / 1000:.1f} KB", width="content")
    names = {"global": (_("one threshold"), "after"), "layer": (_("each layer"), "before")}
    lines = [
        Line(*names[scope], [p["sparsity"] for p in curve], [p["accuracy"] for p in curve])
        for scope, curve in curves.items()
    ]
    figure = accuracies(lines, _("weights that are zero (%)"), sparsity)
    chart.show(figure, key="weights/curve", alt=_("Accuracy against sparsity"))
