"""What the compression page draws: the live picture, and the views of Look inside (one idea a file)."""

import streamlit as st

from pages.parts import shown, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.compression.stage import beside, picture

__all__ = ["VIEWS", "beside", "inside", "picture"]

VIEWS = (
    "soft_targets",
    "neurons",
    "weights",
    "redesign",
    "bits",
    "deep_compression",
    "ticket",
    "exits",
    "widths",
    "rank",
    "pareto",
)


def inside(current: Shown) -> None:
    """The views, the one of the run's own method first opened."""
    if shown.networks(current):
        views.draw(current)
    else:
        st.info(_("There is no network to look into yet: let a run end."))
