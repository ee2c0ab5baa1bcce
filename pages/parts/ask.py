"""What an analysis of core says of a run, computed once for every visitor."""

from collections.abc import Callable, Hashable
from contextlib import nullcontext
from functools import cache
from typing import Any

import streamlit as st

from core.record import Record
from pages.parts.shown import Shown

MOST = 32  # answers of one analysis: a class of thirty, each with a run of its own


def ask(analyse: Callable[..., Any], current: Record, *given: Hashable, wait: str = "") -> Any:
    """`analyse(current, *given)`, remembered. The answer is shared by all visitors: never change it.

    analyse: a function of core. given: what the answer depends on besides the run. wait: a sentence, when it takes long.
    """
    with st.spinner(wait) if wait else nullcontext():
        return _remembering(analyse)(current, *given)


@cache
def _remembering(analyse: Callable[..., Any]) -> Callable[..., Any]:
    """The analysis with a memory of its own: what is asked of other labs and views pushes none of its answers out."""
    known = {Record: _key, Shown: _key}
    return st.cache_resource(max_entries=MOST, show_spinner=False, hash_funcs=known)(analyse)


def _key(record: Record) -> tuple[str, int]:
    return record.id, len(record.events)
