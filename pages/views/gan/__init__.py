"""What the GAN page draws: the duel as it goes, the views of Look inside (one idea a file), the tab Explain."""

import streamlit as st

from core.gan import pictures
from pages.parts import views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan.stage import beside, picture

__all__ = ["VIEWS", "beside", "explain", "inside", "picture"]

VIEWS = ("film", "equilibrium", "scores", "quality", "latent", "copying", "clouds", "translated")


def inside(current: Shown) -> None:
    """The views that fit the run shown; none of a run whose settings a newer Lectern no longer accepts."""
    views.draw(current, None if current.settings is not None else ())


def explain(current: Shown) -> None:
    """The tab Explain, loaded when it is first opened."""
    if current.pictures(pictures.CYCLE):
        st.info(_("Two translators have no picture to explain here: open *Look inside*, *There and back*."))
        return
    from pages.views.gan import why

    why.draw(current)
