"""What each method costs: what it has to remember, and how long it trains."""

import streamlit as st

from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.lifelong import data

KEEPS = {
    "finetune": "nothing",
    "l2": "the old weights",
    "ewc": "Ω and the old weights, for each task",
    "online_ewc": "Ω and the old weights",
    "mas": "Ω and the old weights",
    "si": "Ω and the old weights",
    "rwalk": "Fisher, score and the old weights",
    "scp": "Ω and the old weights",
    "replay": "old digits",
    "gem": "old digits",
    "agem": "old digits",
    "lwf": "the old network",
    "progressive": "every old column",
    "joint": "all digits of all tasks",
}


@st.fragment
def cost(current: Shown) -> None:
    """Accuracy against memory or time, for every stored run on the same tasks."""
    found = data.rivals(current.run.about)
    axes = {
        "memory": _("memory besides the network (KB, at least 1)"),
        "seconds": _("training time (s)"),
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
        figures.points(groups, axes[axis], _("average accuracy at the end (%)"), 380, log_x=axis != "seconds"),
        key="cost/points",
        alt=_("Accuracy against cost for every run on the same tasks"),
    )
    st.caption(
        f"{_('Upper left is better.')} {data.guessing(current.settings)}",
        help=_("Seconds on one thread of the machine that made the run, evaluation included."),
    )
    order = sorted(found, key=lambda about: -about.summary["average"])
    st.table(
        {
            _("Method"): [data.method_name(about) for about in order],
            _("Average (%)"): [f"{about.summary['average']:.1f}" for about in order],
            _("Keeps"): [_(KEEPS[about.settings["method"]]) for about in order],
            _("KB kept"): [f"{about.summary['memory_bytes'] / 1000:,.0f}" for about in order],
            _("Weights"): [f"{about.summary['parameters']:,}" for about in order],
            _("Seconds"): [f"{about.seconds:.1f}" for about in order],
        }
    )
    if growth := current.summary.get("growth"):
        names = [_("task {}").format(i + 1) for i in range(len(growth))]
        chart.show(
            figures.bars({_("weights"): ("after", growth)}, names, "", _("weights after"), 260, ",.0f"),
            key="cost/growth",
            alt=_("How the number of weights grows with every new column"),
        )
        st.caption(_("A new column also reads all older ones, so each column adds more weights than the one before."))


def _value(about, axis: str) -> float:
    match axis:
        case "memory":
            return max(1.0, about.summary["memory_bytes"] / 1000)  # on a logarithmic axis
        case "seconds":
            return about.seconds
        case _:
            return about.summary["parameters"]


def _said(about, value: float, name: str) -> str:
    return f"{data.method_name(about)}\n{about.summary['average']:.1f} % · {name} {value:,.4g}"
