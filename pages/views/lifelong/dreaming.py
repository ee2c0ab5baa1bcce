"""What the generator draws after each task, always for the same codes: how the old digits wear away, copy by copy."""

import streamlit as st

from core.lifelong import pictures
from core.lifelong.analysis.dreaming import by_task
from pages.parts import chart, lecture
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.lifelong.beside import gallery


@view(N_("Dreams"), needs=(pictures.DREAMS,), scene="lifelong-dream-replay")
def draw(current: Shown) -> None:
    """A row for each task."""
    lecture.caption("lifelong", "dreaming")
    for number, found in enumerate(by_task(current), 1):
        st.caption(_("after task {}").format(number))
        alt = _("What the generator draws after task {}").format(number)
        chart.show(gallery(found, len(found.digits)), key=f"dreaming/{number}", alt=alt)
