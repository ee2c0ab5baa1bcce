"""What each method costs: what it has to remember, and how long it trains."""

import streamlit as st

from core.lifelong.analysis.methods import comparable_runs, cost_of, guessing, method_of
from core.runs import About
from pages.parts import chart, choose, figures, lecture, verdict
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.lifelong.methods import called


@view(N_("What it costs"))
def draw(current: Shown) -> None:
    """Accuracy against memory or time, for every stored run on the same tasks."""
    found = comparable_runs(current.run.about)
    names = {
        "memory": _("memory besides the network (KB, at least 1)"),
        "seconds": _("training time (s)"),
        "parameters": _("weights of the network"),
    }
    axis = choose.one("cost/axis", _("Cost"), names)
    parts = {
        _("other runs"): ("before", [about for about in found if about.id != current.id]),
        _("this run"): ("after", [about for about in found if about.id == current.id]),
    }
    groups = {part: _points(role, some, axis, names[axis]) for part, (role, some) in parts.items() if some}
    title = _("average accuracy at the end (%)")
    figure = figures.points(groups, names[axis], title, 380, log_x=axis != "seconds")
    chart.show(figure, key="cost/points", alt=_("Accuracy against cost for every run on the same tasks"))
    lecture.caption("lifelong", "cost", guessing=verdict.words("lifelong", guessing(current.settings)))
    _table(sorted(found, key=lambda about: -about.summary["average"]))
    if growth := current.summary.get("growth"):
        _growth(growth)


def _points(role: str, some: list[About], axis: str, title: str) -> tuple[str, list[float], list[float], list[str]]:
    """One group of the figure."""
    costs = [getattr(cost_of(about), axis) for about in some]
    costs = [max(1.0, value) for value in costs] if axis == "memory" else costs  # on a logarithmic axis
    averages = [about.summary["average"] for about in some]
    texts = [f"{called(a)}\n{y:.1f} % · {title} {x:,.4g}" for a, x, y in zip(some, costs, averages)]
    return role, costs, averages, texts


def _table(order: list[About]) -> None:
    costs = [cost_of(about) for about in order]
    st.table(
        {
            _("Method"): [called(about) for about in order],
            _("Average (%)"): [f"{about.summary['average']:.1f}" for about in order],
            _("Keeps"): [_(method_of(about).KEEPS) for about in order],
            _("KB kept"): [f"{cost.memory:,.0f}" for cost in costs],
            _("Weights"): [f"{cost.parameters:,}" for cost in costs],
            _("Seconds"): [f"{cost.seconds:.1f}" for cost in costs],
        }
    )


def _growth(growth: list[int]) -> None:
    names = [_("task {}").format(i + 1) for i in range(len(growth))]
    figure = figures.bars({_("weights"): ("after", growth)}, names, "", _("weights after"), 260, ",.0f")
    chart.show(figure, key="cost/growth", alt=_("How the number of weights grows with every new column"))
    st.caption(_("A new column also reads all older ones, so each column adds more weights than the one before."))
