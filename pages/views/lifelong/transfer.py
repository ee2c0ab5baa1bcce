"""Does one task help another? Before it was trained, when it had just been learned, and after all later tasks."""

import streamlit as st

from core.lifelong import pictures
from core.lifelong.analysis.methods import guessing
from core.lifelong.analysis.transfer import starts, transfer
from pages.parts import chart, figures, lecture, verdict
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.lifelong.beside import given
from pages.views.lifelong.forgetting import NUMBERS


@view(N_("Transfer"), needs=(pictures.MATRIX,), scene="lifelong-does-it-help")
def draw(current: Shown) -> None:
    """Both transfers as numbers, the accuracies behind them, and the first steps of every task."""
    found = ask(transfer, current)
    if found is None:
        st.info(_("In this run a task has no outputs before it is trained, so nothing can be transferred to it."))
        return
    notes = lecture.read("lifelong").notes
    with st.container(horizontal=True, gap="medium"):
        for name in ("forward_transfer", "backward_transfer"):
            if name in current.summary:
                title, form = NUMBERS[name]
                said = verdict.minus(_(form).format(current.summary[name]))
                st.metric(_(title), said, help=notes[name], width="content")
    st.caption(verdict.words("lifelong", guessing(current.settings)))
    left, right = st.columns(2, gap="large")
    with left:
        chart.show(
            given(found, 320), key="transfer/bars", alt=_("Accuracy on each task before and after it was trained")
        )
    with right:
        _head_start(current)


def _head_start(current: Shown) -> None:
    """The first steps of every task over one another."""
    lines = [
        Line(_("task {}").format(each.task), f"task{each.task}", each.steps, each.accuracy) for each in starts(current)
    ]
    titles = (_("steps since the task began"), _("accuracy on this task (%)"))
    figure = figures.within(figures.curves(lines, *titles, 320, log_x=True), y=(0, 102))
    chart.show(figure, key="transfer/starts", alt=_("How fast each task is learned"))
    lecture.caption("lifelong", "head start")
