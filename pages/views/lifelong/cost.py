"""What each method costs: what it has to remember, and how long it trains."""

import streamlit as st

from pages.shared import chart, figures
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.lifelong import data


@st.fragment
def cost(current: Shown) -> None:
    """Accuracy against memory or time, for every stored run on the same tasks."""
    found = data.rivals(current.run.about)
    axes = {
        "memory": _("kept besides the network (KB)"),
        "seconds": _("training (s)"),
        "parameters": _("weights of the network"),
    }
    axis = st.segmented_control(
        _("Cost"), list(axes), format_func=axes.get, default="memory", key="cost/axis", required=True
    )
    rows = [(about, _value(about, axis)) for about in found]
    own = [pair for pair in rows if pair[0].id == current.id]
    others = [pair for pair in rows if pair[0].id != current.id]
    groups = {
        name: (
            role,
            [x for _, x in some],
            [a.summary["average"] for a, _ in some],
            [_said(a, x, axes[axis]) for a, x in some],
        )
        for name, role, some in ((_("other runs"), "before", others), (_("this run"), "after", own))
        if some
    }
    chart.show(
        figures.points(groups, axes[axis], _("average accuracy at the end (%)"), 380),
        key="cost/points",
        alt=_("Accuracy against cost for every run on the same tasks"),
    )
    order = sorted(found, key=lambda about: -about.summary["average"])
    st.table(
        {
            _("Method"): [data.method_name(about) for about in order],
            _("Average (%)"): [f"{about.summary['average']:.1f}" for about in order],
            _("Keeps"): [data.keeps(about) for about in order],
            _("KB kept"): [f"{_value(about, 'memory'):,.0f}" for about in order],
            _("Weights"): [f"{about.summary['parameters']:,}" for about in order],
            _("Seconds"): [f"{about.seconds:.1f}" for about in order],
        }
    )
    st.caption(
        _("Seconds on one thread of the machine that made the run, live evaluation included. Upper left is better.")
    )


def _value(about, axis: str) -> float:
    match axis:
        case "memory":
            return about.summary["memory_bytes"] / 1000
        case "seconds":
            return about.seconds
        case _:
            return about.summary["parameters"]


def _said(about, value: float, name: str) -> str:
    return f"{data.method_name(about)}\n{about.summary['average']:.1f} % · {name} {value:,.4g}"
