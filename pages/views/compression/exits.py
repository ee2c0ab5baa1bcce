"""Early exits: a confidence that answers at once, and the digits that leave early or late."""

import streamlit as st

from core.compression import analysis, pictures
from core.compression.analysis.exits import CONFIDENCES, Answers
from core.compression.analysis.stage import changes
from core.settings import TEN_DIGITS
from pages.parts import chart, choose, figures, rasters
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _


@view(
    N_("Exits"),
    needs=(pictures.EXITS,),
    offered=lambda current: current.run is not None and "branches" in current.run.models,
    opens=changes("exits"),
)
def draw(current: Shown) -> None:
    """Accuracy against multiply–adds at every confidence, and who leaves where."""
    _move(ask(analysis.exits.answers, current))


@st.fragment
def _move(found: Answers) -> None:
    """The confidence: a fragment, so that the slider redraws no more."""
    confidence = choose.along("exits/confidence", _("A digit leaves at a confidence of (%)"), CONFIDENCES, 95)
    every = analysis.exits.curve(found)
    here = next(each for each in every if each.confidence == confidence)
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Test accuracy"), f"{here.accuracy:.1f} %", width="content")
        st.metric(_("Multiply–adds used"), f"{here.work:.0f} %", width="content")
        for e, (leaves, right) in enumerate(zip(here.leaves, here.right)):
            good = _("{:.1f} % right").format(100 * right / leaves) if leaves else None
            st.metric(
                _("Exit {}").format(e + 1), f"{leaves:,}", good, delta_color="off", delta_arrow="off", width="content"
            )
    left, right = st.columns(2)
    with left:
        chart.show(_traded(found, every, here.work), key="exits/curve", alt=_("Accuracy against multiply–adds"))
    with right:
        _digits(found, confidence)


def _traded(found: Answers, every: list[analysis.exits.Passed], now: float) -> figures.Figure:
    """Accuracy against multiply–adds: at every confidence, and with every digit at the same exit."""
    alone = analysis.exits.alone(found)
    lines = [
        Line(_("leave when sure"), "after", [each.work for each in every], [each.accuracy for each in every]),
        Line(_("all at one exit"), "control", [100 * cost / found.full for cost, __ in alone], [a for __, a in alone]),
    ]
    x, y = _("multiply–adds, % of the network without exits"), _("test accuracy (%)")
    figure = figures.curves(lines, x, y, 300, marks={_("now"): now})
    return figures.add_levels(figure, [(_("guessing"), TEN_DIGITS.value)])


def _digits(found: Answers, confidence: float) -> None:
    """Those that leave at one exit, wrong ones first."""
    names = {e: _("Exit {}").format(e + 1) for e in range(len(found.costs))}
    chosen = choose.one("exits/exit", _("Digits that leave at"), names)
    shown = analysis.exits.examples(found, confidence, chosen)
    if not shown:
        st.caption(_("No digit leaves here."))
        return
    captions = [f"{each.label}" if each.said == each.label else f"{each.label} → {each.said}" for each in shown]
    figure = rasters.gallery([each.picture for each in shown], 10, captions, titles=captions)
    chart.show(figure, key="exits/digits", alt=_("Digits that leave at this exit: {}").format(", ".join(captions)))
    st.caption(_("Wrong answers first: what the digit is → what is answered."))
