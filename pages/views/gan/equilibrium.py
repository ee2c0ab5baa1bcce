"""The equilibrium: whether D came to one half, what that is worth, and how far D is from the best one."""

import numpy as np
import streamlit as st

from core.gan import pictures
from core.gan.analysis import equilibrium
from core.gan.analysis.optimal import DRAWN, FEWEST, WIDTH, optimal
from core.gan.settings import REACH
from pages.parts import chart, figures, lecture, verdict
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.gan import course, plane


# opens with the scene whose question is about it
@view(N_("One half?"), needs=(pictures.SCORES,), scene="gan-one-half")
def draw(current: Shown) -> None:
    """D's mean opinion of both over the run, and how good the fakes were meanwhile."""
    if len(current.by_step(pictures.SCORES)) < 2:
        st.info(_("The curves begin with the second look of the run."))
        return
    left, right = st.columns(2, gap="large")
    with left:
        _gap(current) if current.settings.critic else _opinions(current)
    with right:
        course.draw(current, "half/meanwhile", 320)
    verdict.draw("gan", ask(equilibrium.reached, current))
    _best(current)


def _opinions(current: Shown) -> None:
    (steps, real), (__, fake) = current.series("d_real"), current.series("d_fake")
    level = Line("½", "control", [steps[0], steps[-1]], [0.5, 0.5])
    lines = [Line(_("D(x), real"), "before", steps, real), Line(_("D(G(z)), fake"), "after", steps, fake), level]
    figure = figures.curves(lines, _("step"), _("mean D: 1 is real"), 320)
    figures.within(figure, y=(min(0.0, *real, *fake), max(1.0, *real, *fake)))
    alt = _("D's mean opinion of real examples and of fakes over the run, and one half")
    chart.show(figure, key="half/opinions", alt=alt)


def _gap(current: Shown) -> None:
    steps, gap = equilibrium.gaps(current)
    lines = [Line(_("real minus fake"), "after", steps, gap), Line("0", "control", [steps[0], steps[-1]], [0.0, 0.0])]
    figure = figures.curves(lines, _("step"), _("gap of the critic's mean scores"), 320)
    alt = _("The gap between the critic's mean scores of real examples and of fakes over the run")
    chart.show(figure, key="half/gap", alt=alt)


def _best(current: Shown) -> None:
    """Both as pictures, and how far the run's D is from the best one; nothing where they cannot be counted."""
    found = ask(optimal, current)
    if found is None:
        return
    tip = lecture.note("gan", "best D", drawn=DRAWN, width=WIDTH, fewest=FEWEST)
    st.subheader(_("The best D there could be"), anchor=False, help=tip)
    left, right = st.columns(2, gap="large")
    for column, key, title, field in (
        (left, "star", _("The best D: p / (p + q), counted"), found.optimal),
        (right, "own", _("This run's D, at the same places"), found.own),
    ):
        drawn = figures.add(figures.plane(REACH, 380), plane.ground(np.nan_to_num(field, nan=0.5))[0])
        with column:
            chart.show(figures.headed(figures.cornered(drawn), title), key=f"half/{key}", alt=title)
    verdict.draw("gan", found.verdicts)
