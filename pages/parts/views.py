"""The views of Look inside: one idea each, one of them open."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts.shown import Shown
from pages.parts.words import _

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


def kept(where: str, options: Sequence[Any], default: Any) -> str:
    """The key of a widget that keeps its value over a new run: what the visitor chose, moved to the nearest that this run offers;
    where nothing was chosen yet, the run's default. Call it right before the widget, which gets no default of its own."""
    state, value = st.session_state, st.session_state.get(where)
    if value is None or value == state.get(f"{where}/first"):
        value = default
    elif isinstance(value, list):
        value = [each for each in value if each in options]
    elif value not in options:
        numeric = all(isinstance(option, int | float) for option in (value, *options))
        value = min(options, key=lambda option: abs(option - value)) if numeric else default
    state[where], state[f"{where}/first"] = value, default
    return where


def keep_choice(where: str, run_id: str, options: Collection[str], first: Sequence[str]) -> None:
    """Before a choice of several runs is drawn: it keeps what was chosen, as far as it is still offered, and a new run joins it."""
    state = st.session_state
    chosen = [name for name in state.get(where, first) if name in options]
    new = state.get(f"{where}/of", run_id) != run_id and run_id in options and run_id not in chosen
    state[where] = [*chosen, run_id] if new else chosen
    state[f"{where}/of"] = run_id
