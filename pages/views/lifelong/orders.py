"""Every order of the tasks: what each reaches, and whether orders differ more than seeds do."""

import streamlit as st

from core.lifelong import pictures
from core.lifelong.analysis.methods import guessing
from core.lifelong.analysis.ordering import Ordering, ordering, said, signs
from pages.parts import chart, figures, lecture, rasters, spread, verdict
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _

FEW = 8  # orders up to which a cell has room for large letters


@view(N_("Orders"), needs=(pictures.ORDERED,), scene="lifelong-which-order")
def draw(current: Shown) -> None:
    """The sentence, then the average by the task that came last."""
    found = ordering(current)
    st.markdown(verdict.words("lifelong", said(found)))
    st.caption(verdict.words("lifelong", guessing(current.settings)))
    last = found.by_last()
    names = [named(task, current) for task in last]
    figure = figures.bars(
        {_("average over such orders"): ("after", list(last.values()))},
        names,
        _("task that comes last"),
        _("average accuracy at the end (%)"),
        280,
        ".1f",
        top=112,
    )
    chart.show(figure, key="orders/last", alt=_("Average accuracy by the task that comes last"))
    lecture.caption("lifelong", "orders")


def named(task: int, current: Shown) -> str:
    """A task by its number from 1, with its angle."""
    sign = signs(current.settings)[task - 1]
    return f"{task} ({sign})" if sign else str(task)


def table(current: Shown, found: Ordering) -> figures.Figure:
    """The stage: a row for each order, a column for each task, and their mean; the best and the worst order have frames."""
    tasks, many = found.accuracy.shape[1], len(found.orders)
    columns = [figures.inked(named(task, current), f"task{task}") for task in range(1, tasks + 1)]
    drawn = rasters.matrix(
        found.table,
        280,
        limit=100,
        text=".0f" if many > FEW else ".1f",
        rows=found.names,
        columns=[*columns, _("mean")],
        x=_("test accuracy (%) at the end of each order, mean over seeds"),
        letters=15 if many <= FEW else 11,
    )
    figures.restyled(drawn, {"ticktext": [*columns, _("mean")]}, {"scaleanchor": None})
    look = found.effect
    frames = [
        {
            "type": "rect",
            "x0": -0.5,
            "x1": tasks + 0.5,
            "y0": row - 0.48,
            "y1": row + 0.48,
            "line": {"color": hue, "width": 3},
        }
        for row, hue in ((look.best, figures.INK), (look.worst, figures.COLOURS["danger"]))
    ]
    return figures.restyled(drawn, shapes=frames)


def seeds(found: Ordering) -> figures.Figure:
    """Mean and standard deviation of each order, a dot for each seed."""
    names = {name: name.replace(" → ", "") for name in found.names}
    return spread.against(found.points(), names, _("order"), _("average accuracy (%)"))
