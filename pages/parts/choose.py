"""Widgets of a view that keep what the visitor chose over a new run. All take the place where they are drawn, such as a column, as
`at`, and more of the widget's look, such as its help."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts import views
from pages.parts.words import _


def one(
    where: str,
    label: str,
    options: Mapping[Any, str] | Sequence[Any],
    default: Any = None,
    side_by_side: bool = True,
    at: Any = st,
    **look: Any,
) -> Any:
    """One of the options, value → name, or values that are their own names; the first by default. where: the widget's key."""
    names = options if isinstance(options, Mapping) else {each: str(each) for each in options}
    values, first = list(names), next(iter(names)) if default is None else default
    draw = at.segmented_control if side_by_side else at.selectbox
    look |= {"required": True} if side_by_side else {}
    return draw(label, values, format_func=names.__getitem__, key=views.kept(where, values, first), **look)


def along(where: str, label: str, options: Iterable[Any], first: Any, at: Any = st, **look: Any) -> Any:
    """One of the options on a slider; the only one without a slider. first: where it stands until it is moved."""
    options = list(options)
    if len(options) < 2:
        return options[0]
    return at.select_slider(label, options, key=views.kept(where, options, first), **look)


def number(where: str, label: str, low: int, high: int, first: int, at: Any = st, **look: Any) -> int:
    """A whole number between two others, on a slider; the only one without a slider."""
    if low >= high:
        return low
    return at.slider(label, low, high, key=views.kept(where, range(low, high + 1), first), **look)


def runs(where: str, label: str, names: Mapping[str, str], own: str, first: Sequence[str]) -> list[str]:
    """Several runs, id → name. own: the run shown, which joins them when it is new. first: those that are chosen at first."""
    views.keep_choice(where, own, names, first)
    return st.pills(label, list(names), format_func=names.__getitem__, selection_mode="multi", key=where)


def scrubber(where: str, steps: Sequence[int], label: str = "", at: Any = st, **look: Any) -> int:
    """A slider over moments of a run, the last one first; returns the step of the chosen one."""
    return along(where, label or _("Look after step"), steps, steps[-1], at, format_func="{:,}".format, **look)
