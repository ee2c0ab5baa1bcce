"""The film: what G makes of the same codes, at every look of the run."""

import numpy as np
import streamlit as st

from core.gan import pictures
from core.gan.analysis import film
from core.gan.settings import REACH
from pages.parts import chart, choose, rasters, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.gan import course, plane
from pages.views.gan.stage import wall


@view(N_("The film"), needs=(pictures.SCORES,))
def draw(current: Shown) -> None:
    """A slider over the looks: digits as pictures, points on their plane."""
    kind = film.shown(current)
    shots = current.by_step(kind)
    left, right = st.columns([1.5, 1], gap="large")
    with right:
        step = choose.scrubber("film/look", list(shots))
        st.markdown(f"**{_('After step {:,}').format(step)}**")
        verdict.draw("gan", film.moment(current, step))
        course.draw(current, "film/quality", 240, mark=step)
        if changed := ask(film.change, current):
            st.caption(verdict.words("gan", changed))
    with left:
        if kind is pictures.FAKE:
            _plane(current, step, shots[step])
            return
        alt = _("What G makes of the same codes after step {}").format(step)
        chart.show(wall(shots[step], height=300), key="film/wall", alt=alt)
        if current.settings.data.conditional:
            st.caption(_("Each picture keeps its code and its class: G is asked for one digit in each column."))
        else:
            st.caption(_("Each picture keeps its code. No class is asked for."))


def _plane(current: Shown, step: int, fake: np.ndarray) -> None:
    kinds = (pictures.FIELD, pictures.ARROWS, pictures.LATTICE)
    field, arrows, lattice = (current.by_step(kind).get(step) for kind in kinds)
    if field is not None and st.toggle(_("3-D: D's field as a surface"), key="film/solid"):
        axis = np.linspace(-REACH, REACH, len(field))
        figure = rasters.surface(axis, axis, field / 255, ("x", "y", _("D: 1 is real")), 480)
        chart.show(figure, key="film/surface", alt=_("How real D finds every place after step {}").format(step))
        return
    alt = _("The plane after step {}: real points, fakes, and how real D finds every place").format(step)
    drawn = plane.figure(current.last(pictures.REAL), fake, field, arrows, lattice)
    chart.show(drawn, key="film/plane", alt=alt)
