"""Verdicts of core in words: the sentence of the case, from the lab's lecture text, with its numbers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.verdict import Verdict
from pages.parts import lecture
from pages.parts.words import _, in_a_row, translate


def words(lab: str, reached: Verdict | Iterable[Verdict], **names: Any) -> str:
    """The whole sentences of one verdict, or of several one after another. names: what stands in braces and is no number of
    the verdict, such as the name of a method in the reader's language."""
    every, text = [reached] if isinstance(reached, Verdict) else reached, lecture.read(lab).verdicts
    return minus(in_a_row(*(text[each.case].format(**_named(each) | names) for each in every)))


def _named(reached: Verdict) -> dict[str, Any]:
    """The numbers of a verdict; a name among them in the reader's language."""
    return {name: translate(value) if isinstance(value, str) else value for name, value in reached.numbers.items()}


def draw(lab: str, reached: Verdict | Iterable[Verdict], **names: Any) -> None:
    """The sentences as a paragraph; nothing when there is none."""
    if said := words(lab, reached, **names):
        st.markdown(said)


def minus(text: str) -> str:
    """Negative numbers with a true minus."""
    return re.sub(r"(?<![\w.])-(?=\d|\.\d)", "−", text)


def named(found: Iterable[Verdict], names: Mapping[str, str]) -> list[Verdict]:
    """Verdicts with names in place of ids; several ids in one place become “A, B and C”. names: id → name."""

    def name(value: object) -> object:
        if isinstance(value, tuple):
            return listed([names.get(each, each) for each in value])
        return names.get(value, value) if isinstance(value, str) else value

    return [replace(each, numbers={key: name(value) for key, value in each.numbers.items()}) for each in found]


def listed(names: Sequence[str]) -> str:
    """“A, B and C”; of many the first few."""
    if len(names) > 5:
        return _("{}, {}, {}, {} and {} more").format(*names[:4], len(names) - 4)
    if len(names) == 1:
        return names[0]
    return _("{} and {}").format(", ".join(names[:-1]), names[-1])
