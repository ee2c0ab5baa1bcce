"""The tab Explain of this lab: the picture and the network of the run shown, asked again by any method."""

from typing import Any

import streamlit as st

from core.explain import analysis
from pages.parts import explain
from pages.parts.shown import Shown
from pages.parts.words import _


def given(current: Shown) -> Any:
    """The `core.explain.analysis.asked.Asked` of the run shown; None where there is none yet, which is said."""
    found = analysis.asked.asked(current)
    if found is None:
        st.info(_("There is no picture, or no network, to ask yet: let the run end, or choose a picture."))
    return found


@st.fragment
def asked(current: Shown) -> None:
    """A fragment: another method redraws only this tab."""
    from core.attribution import side_by_side

    found = analysis.asked.networks(current)
    if found is None:
        st.info(_("There is no picture, or no network, to ask yet: let the run end, or choose a picture."))
        return
    if found.photo:
        st.caption(_("On a photo only methods of a few passes answer at once. For another, press Explain on the left."))
    names = {
        "asked": _("The network asked"),
        "shortcut": _("With the shortcut"),
        "teacher": _("Teacher, which saw no mark"),
    }
    subjects = {names[who]: subject for who, subject in found.subjects.items()}
    explain.draw_one("explain", found.key, subjects, side_by_side.offered(subjects.values()))
