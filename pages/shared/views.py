"""The views of Look inside: one idea each, one of them open."""

from collections.abc import Callable, Mapping

import streamlit as st

from pages.shared.shown import Shown
from pages.shared.words import _

View = tuple[str, Callable[[Shown], None]]


def draw(current: Shown, views: Mapping[str, View], first: str) -> None:
    """A choice of views, name → (title, what draws it), and the chosen one. first: which one a scene opens with.

    The choice belongs to the scene and not to a run: a new run keeps the view open.
    """
    where = key(current.lab)
    if st.session_state.get(where) not in (None, *views):
        del st.session_state[where]  # another kind of run has other views
    view = st.segmented_control(
        _("View"),
        list(views),
        format_func=lambda name: views[name][0],
        default=first if where not in st.session_state else None,
        key=where,
        required=True,
        label_visibility="collapsed",
    )
    views[view][1](current)


def key(lab: str) -> str:
    """Where the choice of views stands in the session."""
    return f"inside/{lab}/{st.session_state.get(f'{lab}/scene')}"
