"""The tabs below the live picture. A tab's content is computed only while it is open."""

from collections.abc import Callable

import streamlit as st

from core import labs
from pages.shared import compare, takeaway, theory, yardstick
from pages.shared.lecture import Lecture
from pages.shared.shown import Shown
from pages.shared.words import _


def draw(
    lab: str,
    current: Shown,
    text: Lecture,
    inside: Callable[[Shown], None],
    explain: Callable[[Shown], None],
) -> None:
    """Look inside · Explain · Theory · Yardstick · Compare · Take away."""
    contents = {
        _("Look inside"): lambda: inside(current),
        _("Explain"): lambda: explain(current),
        _("Theory"): lambda: theory.draw(labs.module(lab, "measure").THEORY, text),
        _("Yardstick"): lambda: _yardsticks(lab),
        _("Compare"): lambda: compare.draw(lab, current),
        _("Take away"): lambda: takeaway.draw(current),
    }
    for tab, content in zip(st.tabs(list(contents), key=f"{lab}/tab", on_change="rerun"), contents.values()):
        if tab.open:
            with tab:
                content()


def _yardsticks(lab: str) -> None:
    declared = labs.module(lab, "yardsticks")
    yardstick.draw(lab, declared.YARDSTICKS, getattr(declared, "GRIDS", ()))
