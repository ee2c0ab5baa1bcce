"""What is held: Ω on the pixels, Ω against how far each weight moved, and how many weights are nearly free."""

import numpy as np
import streamlit as st

from core.lifelong.analysis.importance import moved, pixels
from pages.parts import chart, choose, figures, lecture, rasters
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _


@view(N_("What is held"))
def draw(current: Shown) -> None:
    """The importance after each task, where it lies, and whether it held."""
    found = ask(pixels, current)
    if not found:
        st.info(_("This method measures no importance Ω. EWC, MAS, SI, RWalk and SCP do."))
        return
    lecture.caption("lifelong", "importance")
    for number, (column, each) in enumerate(zip(st.columns(len(found), gap="medium"), found), 1):
        with column:
            alt = _("Importance of each pixel after task {}").format(number)
            chart.show(rasters.matrix(each.omega, 200, limit=each.top), key=f"held/omega{number}", alt=alt)
            st.caption(_("after task {}").format(number))
    if "free_share" in current.summary:
        title, tip = _("Weights that are nearly free at the end"), lecture.note("lifelong", "free weights")
        st.metric(title, f"{current.summary['free_share']:.0f} %", help=tip)
    if moves := ask(moved, current):
        _moved(moves)


@st.fragment
def _moved(moves: list[np.ndarray]) -> None:
    """Ω against |θ − θ*|, for a sample of weights, while one of the later tasks was learned."""
    number = choose.along("held/task", _("While learning task"), range(2, len(moves) + 2), 2)
    omega, way = moves[number - 2]
    texts = [_("Ω {:.2g}\nmoved {:.2g}").format(*pair) for pair in zip(omega, way)]
    titles = (_("importance Ω of the tasks before"), _("moved by |θ − θ*|"))
    groups = {_("a weight"): ("after", omega, way, texts)}
    figure = figures.points(groups, *titles, 340, log_x=True, log_y=True, small=True)
    chart.show(figure, key="held/moved", alt=_("How far weights moved against their importance"))
    st.caption(_("{} random weights. If λ is large enough, important weights have moved least.").format(len(omega)))
