"""Codes or points that are chosen: each by a slider of its own, or by a click into the figure, which moves the letters in turn."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import chart, choose, drawing, figures
from pages.parts.grammar import lettering
from pages.parts.words import _


def chosen(key: str, many: int, letters: Sequence[str], first: Sequence[int], what: str) -> list[int]:
    """One slider for each letter; the places that are chosen now. Draw it before the figure of this key, whose clicks move them.

    many: how many places there are. first: the places to begin with. what: what a place is called, “Code”.
    """
    state, keys = st.session_state, [f"{key}/{letter}" for letter in letters]
    if click := chart.clicked(key):
        place, turn = click["custom"], state.get(f"{key}/turn", 0) % len(keys)
        if isinstance(place, int) and 0 <= place < many:  # anything may come from a browser
            state[keys[turn]], state[f"{key}/turn"] = place + 1, turn + 1
    found = []
    for column, where, letter, start in zip(st.columns(len(keys)), keys, letters, first):
        label = f"{what} {letter}" if len(keys) > 1 else what
        found.append(choose.number(where, label, 1, many, start + 1, at=column) - 1)
    return found


def hint(letters: Sequence[str]) -> str:
    return _("Click: {} move in turn. Or use the sliders.").format(", ".join(letters))


def lettered(figure: figures.Figure, chosen: Sequence[int], letters: Sequence[str]) -> figures.Figure:
    """The figure of pictures or points that can be clicked, with a letter at each chosen one."""
    said = {place: " ".join(a for a, b in zip(letters, chosen) if b == place) for place in chosen}
    marker = {"size": 22, "color": figures.COLOURS["danger"], "line": {"width": 0}}
    look = {"mode": "markers+text", "marker": marker, "textfont": {"color": "#FFFFFF", "size": 13}}
    spots, texts = drawing.spots(figure), [f"<b>{each}</b>" for each in said.values()]
    return figures.add(figure, lettering(texts, [spots[place] for place in said], **look))
