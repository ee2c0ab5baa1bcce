"""The best D there could be against this G, beside the D of the run."""

import numpy as np
import streamlit as st

from core.gan.analysis.optimal import DRAWN, FEWEST, WIDTH, optimal
from core.gan.settings import REACH
from pages.parts import chart, figures, lecture, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import plane


def draw(current: Shown) -> None:
    """Both as pictures, and how far the run's D is from the best one; nothing where they cannot be counted."""
    found = ask(optimal, current)
    if found is None:
        return
    tip = lecture.read("gan").notes["best D"].format(drawn=DRAWN, width=WIDTH, fewest=FEWEST)
    st.subheader(_("The best D there could be"), anchor=False, help=tip)
    left, right = st.columns(2, gap="large")
    for column, key, title, field in (
        (left, "star", _("The best D: p / (p + q), counted"), found.optimal),
        (right, "own", _("This run's D, at the same places"), found.own),
    ):
        drawn = figures.add(figures.plane(REACH, 380), plane.ground(np.nan_to_num(field, nan=0.5))[0])
        with column:
            chart.show(figures.headed(plane.cornered(drawn), title), key=f"half/{key}", alt=title)
    verdict.draw("gan", found.verdicts)
