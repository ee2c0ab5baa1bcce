"""Slide ε: the picture, the change magnified and the answers, at once."""

import streamlit as st

from core.attack.analysis import quick
from pages.parts import chart, choose
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.attack import asked
from pages.views.attack.stage import before_after


@view(N_("Slide ε"))
def draw(current: Shown) -> None:
    """One slider: how large the change may be."""
    from core.attack.analysis.slide import slid  # torch, which the stage does not wait for

    if (found := asked.picture_of(current)) is None:
        return
    photo = found.victims.photo
    left, middle, right = st.columns([2, 1.6, 0.8], gap="large")
    attack = asked.attack("attack/slide/attack", "fgsm", at=middle)
    norm = choose.one("attack/slide/norm", _("Norm"), {"inf": "L∞", "2": "L2"}, at=right)
    step = 0.5 if norm == "2" else 1.0  # no pixel of 8 bits moves by half a level
    level = asked.size(f"attack/slide/{photo}", *((16.0, 2.0) if photo else (96.0, 32.0)), step, at=left)
    if steps := quick.steps_of(attack):
        words = _("{} gradients of the photo network: about a second and a half.") if photo else _("In {} steps.")
        st.caption(words.format(steps))
    end = ask(slid, current, found.subject, found.goal, attack, norm, level)
    alt = _("The picture before and after the attack, and what the network says")
    chart.show(before_after(end.clean, end.attacked, end.facts, end.end), key="attack/slide/picture", alt=alt)
    st.caption(f":material/balance: {translate(end.end['note'])}")
