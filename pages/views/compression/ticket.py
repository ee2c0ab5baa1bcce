"""Lottery tickets: what each round leaves of the network, and the race of the last mask."""

import streamlit as st

from core.compression import analysis, pictures
from core.compression.analysis.stage import changes
from pages.parts import chart, choose, figures, lecture, rasters
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.compression import lottery


@view(N_("Tickets"), needs=(pictures.READ,), opens=changes("ticket"))
def draw(current: Shown) -> None:
    """Which pixels are read after each round, accuracy against what is left, and the three starts."""
    found = analysis.ticket.rounds(current)
    if not found:
        st.info(_("No round has ended yet."))
        return
    _round(found)
    lecture.write("compression", "same mask")
    alt = _("Test accuracy of the same mask from each start")
    chart.show(lottery.curves(current, 320), key="ticket/race", alt=alt)


@st.fragment
def _round(found: list) -> None:
    """One round: a fragment, so that the slider redraws no more."""
    last = len(found) - 1
    chosen = choose.number("ticket/round", _("Rounds of pruning"), 0, last, last)
    here = found[chosen]
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Weights left"), f"{here.left:.1f} %", width="content")
        st.metric(_("Test accuracy"), f"{here.accuracy:.1f} %", width="content")
        st.metric(_("Neurons that read a pixel"), f"{here.fewest} – {here.most}", width="content")
    left, right = st.columns(2)
    with left:
        figure = rasters.matrix(here.read, 300, x=_("how many of the 300 neurons read each pixel"))
        chart.show(figure, key="ticket/read", alt=_("How many neurons read each pixel"))
    with right:
        shares = [each.left for each in found]
        line = Line(_("trained from the same start"), "after", shares, [each.accuracy for each in found])
        marks = {_("now"): here.left}
        figure = figures.curves([line], _("weights left (%)"), _("test accuracy (%)"), 300, log_x=True, marks=marks)
        chart.show(figure, key="ticket/left", alt=_("Accuracy against the weights that are left"))
