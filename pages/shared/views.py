"""The views of Look inside: one idea each, one of them open."""

from collections.abc import Callable, Mapping

import streamlit as st

from pages.shared.shown import Shown
from pages.shared.words import _

View = tuple[str, Callable[[Shown], None]]


def draw(current: Shown, views: Mapping[str, View], first: str) -> None:
    """A choice of views, name → (title, what draws it), and the chosen one. first: which is open for this run."""
    view = st.segmented_control(
        _("View"),
        list(views),
        format_func=lambda name: views[name][0],
        default=first,
        key=f"inside/{current.id}",
        required=True,
        label_visibility="collapsed",
    )
    views[view][1](current)
