"""The transfer matrix: made on one network, tried on another."""

import streamlit as st

from core.attack import pictures
from core.attack.analysis import stored, transfer
from core.attack.analysis.subject import shows
from pages.parts import chart, figures, lecture, rasters, verdict
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.attack import asked


@view(N_("Transfer"), opens=lambda current: shows(current, "matrix"))
def draw(current: Shown) -> None:
    """The matrix of this run, or of the newest that measured one, and what its parts mean."""
    measured = stored.measured(current, pictures.MATRIX, transfer.RESULT)
    sentence = _("No stored run has measured this yet: choose the method “Transfer of attacks”.")
    if not asked.measured(current, measured, sentence, {"method": "transfer", "subject": "digits"}):
        return
    if (found := transfer.matrix(measured)) is None:
        return
    alt = _("Accuracy of every network on attacks made with every other")
    chart.show(matrix(found), key="attack/transfer/matrix", alt=alt)
    shares = " · ".join(f"({i}) {share:.0f} %" for i, share in enumerate(found.clean, start=1))
    st.caption(_("Right without an attack, of {} digits: {}. Guessing: 10 %.").format(found.count, shares))
    if transfer.RESULT in measured.summary:
        _means(measured.summary)
        verdict.draw("attack", transfer.carries(found))
        lecture.caption("attack", "transfer")


def matrix(found: transfer.Matrix) -> figures.Figure:
    """Accuracy of each network (columns) on the attacks made with each (rows)."""
    names = [f"{_(name)} ({i})".replace(", ", ",\n") for i, name in enumerate(found.labels, start=1)]
    return rasters.matrix(
        found.right,
        90 + 48 * len(found.right),
        limit=100,
        text=".0f",
        rows=[*names, _("all others together")],
        columns=[f"({i})" for i in range(1, len(names) + 1)],
        x=_("still right (%) when tried on"),
        y=_("made with"),
        largest=64,
    )


def _means(end: dict[str, float]) -> None:
    """The means over the parts of the matrix."""
    titles = {
        "white": _("Knows the network"),
        "black": _("Knows one other"),
        "ensemble": _("Knows all others"),
        "noise": _("Control: noise"),
    }
    with st.container(horizontal=True, gap="large"):
        for name, title in titles.items():
            st.metric(title, f"{end[name]:.0f} %", help=lecture.note("attack", f"transfer: {name}"), width="content")
