"""D's scores: how far real examples and fakes can be told apart at every look."""

import numpy as np
import streamlit as st

from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import data

BINS = 40
REST = 0.5  # % of all scores of a run may lie beyond either end of the axis


@st.fragment
def scores(current: Shown) -> None:
    """Both histograms at the chosen look, on one axis for the whole run."""
    found = data.looks(current, "scores")
    if not found:
        st.info(_("D is asked for scores at the first look of the run."))
        return
    opinions = {step: data.opinion(current.settings, pair) for step, pair in found.items()}
    left, right = st.columns([1.8, 1], gap="large")
    with right:
        step = data.choose_look("scores/look", list(opinions))
        real, fake = opinions[step]
        st.markdown(said(current.settings, real, fake))
        st.caption(_("The axis is the same at every look."), help=_about_axis(current.settings))
    with left:
        edges = span(current.settings, np.stack(list(opinions.values())))
        groups = {
            _("real"): ("before", np.clip(real, edges[0], edges[-1])),
            _("fake"): ("after", np.clip(fake, edges[0], edges[-1])),
        }
        title = (
            _("D(x): 1 is real")
            if not data.critic(current.settings)
            else _("the critic's raw score: higher is more real")
        )
        figure = figures.histogram(groups, title, _("share of each (%)"), list(edges), 360, share=True)
        alt = _("Histogram of D's scores of real examples and of fakes after step {}").format(step)
        chart.show(figure, key="scores/histogram", alt=alt)


def span(settings, opinions: np.ndarray) -> np.ndarray:
    """Edges of the bins: all of [0, 1] for a probability, what nearly all scores of the run fill otherwise. opinions: (looks, 2, N)."""
    if not data.critic(settings) and settings.method.name != "ls":
        return np.linspace(0, 1, BINS + 1)
    low, high = np.percentile(opinions, [REST, 100 - REST])
    return np.linspace(low, high, BINS + 1) if high > low else np.linspace(low - 0.5, low + 0.5, BINS + 1)


def said(settings, real: np.ndarray, fake: np.ndarray) -> str:
    """Means, and how many D gets right."""
    pairs = data.ranking(real, fake)
    means = _("On average D gives real examples **{}** and fakes **{}**.").format(
        data.number(real.mean()), data.number(fake.mean())
    )
    if data.critic(settings):
        right = _(
            "Of a pair of both it scores the real one higher in **{:.0f} %** of all cases; 50 % is chance."
        ).format(pairs)
    else:
        right = _(
            "With the border at ½ it is right about **{:.0f} %** of both, and of a pair it prefers the real one in "
            "**{:.0f} %**."
        )
        right = right.format(data.accuracy(settings, real, fake), pairs)
    return f"{means} {right} {verdict(pairs)}"


def verdict(pairs: float) -> str:
    """What the share of pairs in percent means for G."""
    if pairs > 98:
        return _("The two hardly overlap: to D every fake is plainly fake.")
    if pairs < 45:
        return _("D prefers fakes: G has run ahead, and D has not caught up.")
    if pairs < 55:
        return _("D can hardly tell them apart.")
    return _("Where they overlap D is fooled; where orange stands alone it knows better.")


def _about_axis(settings) -> str:
    if data.critic(settings):
        return _(
            "These scores are no probabilities: only differences count. The axis holds all looks; the outermost bars "
            "hold what lies beyond."
        )
    if settings.method.name == "ls":
        return _(
            "Least squares wants raw scores of 1 for real and 0 for fake; nothing holds them between. The outermost "
            "bars hold what lies beyond."
        )
    return _("Real ones are examples that it was not taught. D(x) is the sigmoid of its raw score.")
