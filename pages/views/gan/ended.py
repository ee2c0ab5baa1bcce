"""The networks of a run that has ended, or a sentence that there are none."""

import streamlit as st

from core.gan.analysis import players
from core.gan.analysis.players import Players
from pages.parts.shown import Shown
from pages.parts.words import _


def ended(current: Shown) -> Players | None:
    """What the run shown leaves behind; where it leaves nothing, that is said."""
    there = players.of(current)
    if there is None:
        st.info(_("This view asks both networks of a run that has ended. A run that diverged keeps none."))
    return there
