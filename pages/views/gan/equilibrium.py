"""The equilibrium: whether D came to one half, and what that is worth."""

import numpy as np
import streamlit as st

from core.gan import pictures
from core.gan.analysis import equilibrium
from pages.parts import chart, figures, verdict
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.gan import course, optimal


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
    optimal.draw(current)


def _opinions(current: Shown) -> None:
    steps, real = current.series("d_real")
    __, fake = current.series("d_fake")
    level = Line("½", "control", [steps[0], steps[-1]], [0.5, 0.5])
    lines = [Line(_("D(x), real"), "before", steps, real), Line(_("D(G(z)), fake"), "after", steps, fake), level]
    figure = figures.curves(lines, _("step"), _("mean D: 1 is real"), 320)
    figures.within(figure, y=(min(0.0, *real, *fake), max(1.0, *real, *fake)))
    alt = _("D's mean opinion of real examples and of fakes over the run, and one half")
    chart.show(figure, key="half/opinions", alt=alt)


def _gap(current: Shown) -> None:
    steps, real = current.series("c_real")
    gap = np.subtract(real, current.series("c_fake")[1])
    lines = [Line(_("real minus fake"), "after", steps, gap), Line("0", "control", [steps[0], steps[-1]], [0.0, 0.0])]
    figure = figures.curves(lines, _("step"), _("gap of the critic's mean scores"), 320)
    alt = _("The gap between the critic's mean scores of real examples and of fakes over the run")
    chart.show(figure, key="half/gap", alt=alt)


VIEW = View(
    "equilibrium",
    _("One half?"),
    draw,
    needs=(pictures.SCORES,),
    opens=lambda current: current.id == "gan-one-half",  # what that scene's question is about
)
