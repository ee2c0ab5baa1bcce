"""What an analysis of core says of a run, computed once for every visitor."""

from collections.abc import Callable, Hashable
from contextlib import nullcontext
from typing import Any

import streamlit as st

from core.record import Record


def ask(analyse: Callable[..., Any], current: Record, *given: Hashable, wait: str = "") -> Any:
    """`analyse(current, *given)`, remembered. The answer is shared by all visitors: never change it.

    analyse: a function of core. given: what the answer depends on besides the run. wait: a sentence, when it takes long.
    """
    with st.spinner(wait) if wait else nullcontext():
        return _answer(
            f"{analyse.__module__}.{analyse.__qualname__}", current.id, len(current.events), given, analyse, current
        )


@st.cache_resource(max_entries=128, show_spinner=False)
def _answer(name: str, run_id: str, seen: int, given: tuple, _analyse: Callable[..., Any], _current: Record) -> Any:
    return _analyse(_current, *given)
