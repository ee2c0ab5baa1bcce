"""The tab Theory: each formula, the words for it, and the source of the function that computes it."""

import inspect
from collections.abc import Sequence

import streamlit as st

from core.settings import Formula
from pages.parts.lecture import Lecture
from pages.parts.words import _, prose


def draw(formulas: Sequence[Formula], text: Lecture) -> None:
    """Formula on the left, code on the right; a test holds the two together."""
    for formula in formulas:
        st.subheader(_(formula.title), anchor=False)
        left, right = st.columns([1, 1.4], gap="large")
        with left:
            st.latex(formula.latex)
            st.markdown(prose(text.theory[formula.title]))
        with right:
            st.code(inspect.getsource(formula.function), language="python", wrap_lines=True)
            st.caption(f"{formula.function.__module__}.{formula.function.__name__}")
