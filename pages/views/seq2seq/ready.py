"""Whether a run has a network that can be asked."""

import streamlit as st

from core import runs
from core.runs import RunError
from core.seq2seq import analysis
from pages.parts.shown import Shown
from pages.parts.words import _, plain


def ready(current: Shown) -> bool:
    """Says in one sentence why not."""
    if current.settings is None:
        st.info(_("This run is of another version of Lectern, and its settings are no longer understood."))
        return False
    if not analysis.network.has_network(current):
        st.info(_("There is no trained network to ask yet: let a run end."))
        return False
    try:
        runs.load(current.id)
    except RunError as error:  # deleted since it was shown
        st.info(plain(str(error)))
        return False
    return True
