"""The tab Explain: the very picture that was attacked, by the network that was; of digits also test digits, side by side."""

import streamlit as st

from core.attack import pictures
from core.attack.analysis import subject
from pages.parts import digit
from pages.parts import explain as explained
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.attack import explanation


def explain(current: Shown) -> None:
    """The attacked picture, and for digit classifiers the methods on test digits."""
    attacked, photos = current.last(pictures.ATTACKED), current.settings and current.settings.asks_photos
    if photos and attacked is None:
        st.info(_("This run keeps no attacked photo: let an attack on one photo end."), icon=":material/image:")
    elif photos:
        explanation.draw(current)
    else:
        if attacked is not None:
            st.markdown(_("**The picture that was attacked**"))
            explanation.draw(current)
            st.divider()
            st.markdown(_("**Test digits**"))
        explained.draw("attack", networks(current), digit.mnist())


def networks(current: Shown) -> dict[str, tuple[str, str]]:
    """The networks that are held side by side, title → (run, model)."""
    titles = {
        "trained": _("After adversarial training"),
        "attacked": _("The network attacked"),
        "teacher": _("Teacher"),
    }
    return {titles[role]: place for role, place in subject.networks(current).items()}
