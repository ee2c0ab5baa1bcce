"""The tab Explain of this lab: the picture and the network of the run shown, asked again by any method."""

import streamlit as st

from core.explain import analysis
from pages.parts import explain
from pages.parts.shown import Shown
from pages.parts.words import _


@st.fragment
def asked(current: Shown) -> None:
    """A fragment: another method redraws only this tab."""
    from core.attribution import side_by_side

    found = analysis.asked.networks(current)
    if found is None:
        st.info(_("There is no picture, or no network, to explain yet: let the run end, or choose a picture."))
        return
    if found.photo:
        st.caption(
            _("On a photo only methods of a few passes answer at once. Choose another on the left and press Explain.")
        )
    names = {
        "asked": _("The network asked"),
        "shortcut": _("With the shortcut"),
        "teacher": _("Teacher, which saw no mark"),
    }
    subjects = {names[who]: subject for who, subject in found.subjects.items()}
    explain.draw_one("explain", found.key, subjects, side_by_side.offered(subjects.values()))
