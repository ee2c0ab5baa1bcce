"""Verdicts of core in words: the sentence of the case, from the lab's lecture text, with its numbers."""

import re
from collections.abc import Iterable
from typing import Any

import streamlit as st

from core.verdict import Verdict
from pages.parts import lecture


def words(lab: str, reached: Verdict | Iterable[Verdict], **names: Any) -> str:
    """The whole sentences of one verdict, or of several one after another. names: what stands in braces and is no number of
    the verdict, such as the name of a method in the reader's language."""
    every, text = [reached] if isinstance(reached, Verdict) else reached, lecture.read(lab).verdicts
    return minus(" ".join(text[each.case].format(**each.numbers | names) for each in every))


def draw(lab: str, reached: Verdict | Iterable[Verdict], **names: Any) -> None:
    """The sentences as a paragraph; nothing when there is none."""
    if said := words(lab, reached, **names):
        st.markdown(said)


def minus(text: str) -> str:
    """Negative numbers with a true minus."""
    return re.sub(r"(?<![\w.])-(?=\d|\.\d)", "−", text)
