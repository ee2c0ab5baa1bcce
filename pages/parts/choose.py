"""Widgets of a view that keep what the visitor chose over a new run."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts import views
from pages.parts.words import _


def one(
    where: str, label: str, options: Mapping[Any, str], default: Any = None, side_by_side: bool = True, **look: Any
) -> Any:
    """One of the options, value → name; the first by default. where: the widget's key. look: more of the widget, such as its help."""
    values, first = list(options), next(iter(options)) if default is None else default
    draw = st.segmented_control if side_by_side else st.selectbox
    look |= {"required": True} if side_by_side else {}
    return draw(label, values, format_func=options.__getitem__, key=views.kept(where, values, first), **look)


def scrubber(
    where: str, steps: Sequence[int], label: str = "", names: Mapping[int, str] | None = None, disabled: bool = False
) -> int:
    """A slider over moments of a run, the last one first; returns the step of the chosen one. names: step → how it is called."""
    if len(steps) < 2:
        return steps[-1]
    said = names.__getitem__ if names else lambda step: f"{step:,}"
    key = views.kept(where, steps, steps[-1])
    return st.select_slider(label or _("Look after step"), steps, format_func=said, key=key, disabled=disabled)
