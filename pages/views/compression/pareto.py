"""Everything tried, in one picture: accuracy against what it costs."""

import streamlit as st

from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.compression import data


@st.fragment
def pareto(current: Shown) -> None:
    """Accuracy against what it costs, for every run that is stored."""
    axes = {
        "bytes": _("size (bytes)"),
        "macs": _("multiply–adds for one digit"),
        "latency_1": _("latency, batch 1 (ms)"),
        "latency_64": _("latency, batch 64 (ms)"),
    }
    axis = st.segmented_control(
        _("Cost"), list(axes), format_func=axes.get, default="bytes", key="pareto/axis", required=True
    )
    tried = data.tried()
    cost = {about.id: about.summary.get(axis) for about in tried}
    if axis.startswith("latency"):
        cost = data.latencies(tuple(cost), int(axis.removeprefix("latency_")))
    names = {
        "teacher": ("before", _("teacher")),
        "redesign": ("control", _("redesigned")),
        "distill": ("after", _("distilled")),
        "slim": ("neutral", _("neurons pruned")),
        "prune": ("neutral", _("weights pruned")),
        "quantize": ("danger", _("quantized")),
        "deep": ("danger", _("Deep Compression")),
    }
    groups = {}
    for about in tried:
        role, name = names[about.settings["method"]]
        __, xs, ys, texts = groups.setdefault(name, (role, [], [], []))
        xs.append(cost[about.id])
        ys.append(about.summary["accuracy"])
        texts.append(f"{about.id}\n{about.summary['accuracy']:.1f} % · {cost[about.id]:,.4g}")
    chart.show(
        figures.points(groups, axes[axis], _("test accuracy (%)"), 440, log_x=True),
        key="pareto/points",
        alt=_("Accuracy against cost for every stored run"),
    )
    st.caption(
        _("Upper left is better. Every point is a stored run. Latency: median on this machine, one thread, in float32.")
    )
