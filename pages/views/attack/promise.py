"""Randomised smoothing: one digit under noise, what is promised of it, and certified accuracy for several sizes of the noise."""

import streamlit as st

from core.attack.analysis import promise
from core.attack.analysis.subject import shows
from pages.parts import chart, panels, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.attack import asked
from pages.views.attack.stage import certified

ROLES = ("before", "task3", "after", "danger")  # of the sizes of the noise


@view(N_("Promise"), opens=lambda current: shows(current, "certificates"))
def draw(current: Shown) -> None:
    """A slider of σ; left the noisy digit and the answers to a thousand of them, right the radius in words."""
    if (found := asked.picture_of(current)) is None:
        return
    if found.victims.photo:
        st.info(_("A thousand noisy photos take too long here: choose a digit."), icon=":material/image:")
        return
    sigma = st.slider(_("Noise σ"), 0.05, 1.5, 0.5, 0.05, "%g", "attack/promise/sigma")
    end = ask(promise.asked, current, found.subject, sigma)
    figure = panels.board(260)
    panels.picture(figure, (0, 0.3, 0, 1), end.noisy, _("<b>One noisy copy</b>"))
    rows = [(name, share, "after" if name == end.answer else "danger") for name, share in end.counts]
    panels.bars(figure, (0.36, 1, 0, 0.9), rows, _("<b>Answers to {} noisy copies</b>").format(promise.ASKED), 5)
    alt = _("A noisy digit, and how often the network gives each answer to such copies")
    chart.show(figure, key="attack/promise/digit", alt=alt)
    verdict.draw("attack", promise.says(end))
    words = _("Compare {} sizes of the noise on {} digits").format(len(promise.SIGMAS), promise.DIGITS)
    if not st.toggle(words, key="attack/promise/several"):
        return
    radii = ask(promise.several, current, found.subject.network, wait=_("Asking about noisy digits …"))
    drawn = {f"σ = {sigma:g}": (role, each) for role, (sigma, each) in zip(ROLES, radii.items())}
    alt = _("How many digits are certified and right at every radius, for several sizes of the noise")
    most = promise.most(promise.SIGMAS[-1], promise.DRAWS)
    chart.show(certified(drawn, most), key="attack/promise/curves", alt=alt)
