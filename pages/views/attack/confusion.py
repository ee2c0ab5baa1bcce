"""Which class turns into which, for an attack whose size answers at once."""

import numpy as np
import streamlit as st

from core.attack.analysis import confusion
from pages.parts import chart, figures, rasters, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.attack import asked


@view(N_("What becomes what"))
def draw(current: Shown) -> None:
    """A slider of ε and a choice of attack; the matrix of what 200 test digits are called then."""
    found = asked.picture_of(current)
    if found is None:
        return
    if found.victims.photo:
        st.info(_("This view needs a digit classifier: choose a digit on the left."), icon=":material/dialpad:")
        return
    left, right = st.columns([1, 2], gap="large")
    with left:
        level = asked.size("attack/becomes/epsilon", 96, 40, 4)
        attack = asked.attack("attack/becomes/attack", "ifgsm")
        st.caption(_("{} test digits, as many of each class; any wrong answer will do.").format(confusion.COUNT))
    counts, noise, clean = (
        ask(confusion.counted, current, found.subject.network, *each)
        for each in ((attack, level), ("noise", level), ("noise", 0))
    )
    with right:
        verdict.draw("attack", confusion.still_right(counts))
        st.caption(verdict.words("attack", confusion.controls(clean, noise)))
        draw_matrix(counts, "attack/becomes/matrix")


def matrix(counts: np.ndarray) -> figures.Figure:
    """Which class is called what: counts (10, 10), the right class in rows, the answer in columns."""
    names = [str(digit) for digit in range(10)]
    return rasters.matrix(
        counts, 380, text=".0f", rows=names, columns=names, x=_("the network says"), y=_("right answer"), largest=34
    )


def draw_matrix(counts: np.ndarray, key: str) -> None:
    """The matrix, and what happens most often."""
    chart.show(matrix(counts), key=key, alt=_("Which digit is called what"))
    if said := verdict.words("attack", confusion.commonest(counts)):
        st.caption(said)
