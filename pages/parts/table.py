"""A table whose rows are told one by one."""

from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st


def draw(heads: Sequence[str], rows: Iterable[Sequence[str]], **look: Any) -> None:
    """The rows under their heads; nothing where there is no row."""
    if columns := list(zip(*rows)):
        st.table(dict(zip(heads, columns)), **look)
