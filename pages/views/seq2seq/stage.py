"""The stage: what the network says to the same inputs now, and where it looks while it says it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.seq2seq import tiles

SPARE = 2  # columns for what is said too much
LONG = 14  # letters of an input on one line


def picture(current: Shown) -> None:
    """All inputs of the film with what is said to them. A click on a row asks where the network looks there."""
    if current.last("said") is None:
        return
    figure, right = answers(current, current.last("said"), current.last("sure"), chosen(current))
    alt = _("What is said to each input: {} of {} right").format(right, len(current.facts["inputs"]))
    chart.show(figure, key="live/said", alt=alt, share=1.0, pick=True)


def beside(current: Shown) -> bool:
    """Where it looks in the chosen row; False for a network that cannot look."""
    if current.last("looked") is None:
        return False
    said, looked = current.last("said"), current.last("looked")
    attention(current, said, looked, chosen(current), key="live/attention", share=0.5)
    return True


def chosen(current: Shown) -> int:
    """The row that was clicked, at first the uppermost."""
    clicked = chart.picked(st.session_state.get("live/said/plot"))
    row = clicked["custom"] if clicked else 0
    return row if isinstance(row, int) and 0 <= row < len(current.facts["inputs"]) else 0


def answers(current: Shown, said: np.ndarray, sure: np.ndarray, row: int | None = None) -> tuple[figures.Figure, int]:
    """The rows of tiles, and how many answers are right. said, sure: (inputs, T), tokens and p of each."""
    facts, rows = current.facts, []
    for text, ways, tokens, p in zip(facts["inputs"], facts["answers"], said, sure):
        names, p = named(facts, tokens, p)
        rows.append(tiles.Row(_wrapped(text), tiles.judged(names, p, ways), tiles.tick(names, ways)))
    right = sum(row.note == "✓" for row in rows)
    words = _("{} of {} right. Pale: unsure.\nNone of these was in the training data.").format(right, len(rows))
    return tiles.figure(rows, columns(facts), words, row, ("said", "wrong", "left out")), right


def columns(facts: dict[str, Any]) -> int:
    """Room for the longest right answer and a little more, the same all the time."""
    return max(len(way) for ways in facts["answers"] for way in ways) + SPARE


def _wrapped(text: str) -> str:
    """A long input on two lines, broken at a space."""
    if len(text) <= LONG or " " not in text:
        return text
    breaks = [i for i, sign in enumerate(text) if sign == " "]
    at = min(breaks, key=lambda i: abs(i - len(text) / 2))
    return text[:at] + "\n" + text[at + 1 :]


def named(facts: dict[str, Any], tokens: Sequence[int], sure: Sequence[float]) -> tuple[list[str], list[float]]:
    """The names of what was said before <EOS>, and how sure the network was of each."""
    kept = [(facts["tokens"][int(token)], float(p)) for token, p in zip(tokens, sure) if token > 2]
    return [name for name, _p in kept], [p for _name, p in kept]


def attention(
    current: Shown, said: np.ndarray, looked: np.ndarray, row: int, key: str, share: float | None = None
) -> None:
    """Where the decoder looked among the letters before each token of one answer. looked: (inputs, T, S)."""
    text, most = current.facts["inputs"][row], columns(current.facts)
    many = min(most, max(1, int((said[row] > 0).sum())))
    names = [current.facts["tokens"][int(token)] for token in said[row][:many]]
    heat(np.asarray(looked[row][:many, : len(text)], np.float32), text, names, key, share, most)


def heat(
    weights: np.ndarray, text: str, names: Sequence[str], key: str, share: float | None = None, rows: int = 0
) -> None:
    """A matrix of attention, (T, S): letters across, tokens down. rows: room for so many tokens, however few there are."""
    empty = max(0, rows - len(names))
    figure = rasters.matrix(
        np.pad(weights, ((0, empty), (0, 0)), constant_values=np.nan),
        height=max(220, min(420, 26 * len(names) + 70)),
        limit=1.0,
        rows=[*names, *[""] * empty],
        columns=[sign.replace(" ", tiles.SPACE) for sign in text],
        x=_("where it looks"),
        y=_("what it says"),
        largest=0 if share else 40,
    )
    if share:
        figure["layout"]["yaxis"].pop("scaleanchor")  # the cells fill the place, whatever their number
    chart.show(figure, key=key, alt=_("Attention between {} and what is said").format(text), share=share)
