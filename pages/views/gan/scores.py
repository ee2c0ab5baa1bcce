"""D's scores: how far real examples and fakes can be told apart at every look."""

import numpy as np
import streamlit as st

from core.gan import pictures
from core.gan.analysis import scores
from pages.parts import chart, choose, figures, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _


@view(N_("D's scores"), needs=(pictures.SCORES,))
def draw(current: Shown) -> None:
    """Both histograms at the chosen look, on one axis for the whole run."""
    opinions = ask(scores.by_step, current)
    left, right = st.columns([1.8, 1], gap="large")
    with right:
        step = choose.scrubber("scores/look", list(opinions))
        verdict.draw("gan", scores.told_apart(current.settings, *opinions[step]))
        tip = verdict.words("gan", scores.about_axis(current.settings))
        st.caption(_("The axis is the same at every look."), help=tip)
    with left:
        figure = histogram(opinions[step], ask(scores.edges, current), axis(current), height=360)
        alt = _("Histogram of D's scores of real examples and of fakes after step {}").format(step)
        chart.show(figure, key="scores/histogram", alt=alt)


def histogram(opinions: np.ndarray, edges: np.ndarray, title: str, **more) -> figures.Figure:
    """Opinions (2, N) of real examples and of fakes; the outermost bars hold what lies beyond the edges."""
    real, fake = np.clip(opinions, edges[0], edges[-1])
    groups = {_("real"): ("before", real), _("fake"): ("after", fake)}
    return figures.histogram(groups, title, _("share of each (%)"), list(edges), share=True, **more)


def axis(current: Shown) -> str:
    """What the axis of D's scores is called."""
    return _("critic's score: higher is more real") if current.settings.critic else _("D(x): 1 is real")
