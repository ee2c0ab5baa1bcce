"""Several methods over one another, on the same tasks and with the same seed."""

import streamlit as st

from core.lifelong.settings import METRICS
from pages.parts import chart, figures, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.lifelong import data

FIRST = ("finetune", "l2", "ewc", "mas", "replay", "joint")  # shown at first, where they are there


@st.fragment
def methods(current: Shown) -> None:
    """The average accuracy on the tasks seen, one curve for each chosen run."""
    found = {about.id: about for about in data.rivals(current.run.about)}
    if len(found) < 2:
        st.info(
            _(
                "No other run has the same tasks, network and seed. Choose another method and press Train: it will appear here."
            )
        )
        return
    first = [i for i, about in found.items() if about.settings["method"] in FIRST or i == current.id][:8]
    views.keep_choice("lifelong/methods", current.id, found, first)
    chosen = st.pills(
        _("Runs on the same tasks, with the same network and seed"),
        list(found),
        format_func=lambda i: data.method_name(found[i]),
        selection_mode="multi",
        key="lifelong/methods",
    )
    lines = [
        Line(data.method_name(found[run_id]), f"task{place}", *data.averages(run_id))
        for place, run_id in enumerate(chosen[:10], 1)
    ]
    chart.show(
        figures.live(
            lines,
            _("training step"),
            _("average accuracy (%)"),
            420,
            end=max((line.x[-1] for line in lines), default=None),
            levels=[(_("guessing"), METRICS["average"].chance.of(current.settings))],
        ),
        key="methods/curves",
        alt=_("Average accuracy of several methods over training"),
    )
    order = sorted(chosen, key=lambda i: -found[i].summary["average"])
    st.table(
        {
            _("Method"): [data.method_name(found[i]) for i in order],
            _("Average (%)"): [f"{found[i].summary['average']:.1f}" for i in order],
            _("Forgetting (points)"): [f"{round(found[i].summary['forgetting'], 1) + 0.0:.1f}" for i in order],
        }
    )
    st.caption(
        data.guessing(current.settings) + " " + _("One seed each. Means over five seeds are in the tab Yardstick.")
    )
