"""The stage: what the network says to the same inputs now, and where it looks while it says it."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.pictures import Kind
from core.seq2seq import pictures
from core.seq2seq.analysis import film
from core.seq2seq.analysis.answers import SPACE
from pages.parts import chart, figures, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.seq2seq import tiles


def picture(current: Shown) -> None:
    """All inputs of the film with what is said to them. A click on a row asks where the network looks there."""
    if not current.pictures(pictures.SAID):
        return
    shots = (_last(current, kind) for kind in (pictures.SAID, pictures.SURE, pictures.GENERATED))
    figure, right = answers(current, *shots, row=chosen(current))
    alt = _("What is said to each input: {} of {} right").format(right, len(current.facts["inputs"]))
    chart.show(figure, key="live/said", alt=alt, share=1.0, pick=True)


def beside(current: Shown) -> bool:
    """Where it looks in the chosen row; False for a network that cannot look."""
    if not current.pictures(pictures.LOOKED):
        return False
    shots = (_last(current, kind) for kind in (pictures.SAID, pictures.LOOKED, pictures.GENERATED))
    attention(current, *shots, chosen(current), key="live/attention", share=0.5)
    return True


def _last(current: Shown, kind: Kind) -> np.ndarray | None:
    return current.last(kind) if current.pictures(kind) else None


def chosen(current: Shown, key: str = "live/said") -> int:
    """The row that was clicked in the figure of this key, at first the uppermost."""
    clicked = chart.picked(st.session_state.get(f"{key}/plot"))
    row = clicked["custom"] if clicked else 0
    return row if isinstance(row, int) and 0 <= row < len(current.facts["inputs"]) else 0


def answers(
    current: Shown, said: np.ndarray, sure: np.ndarray, generated: np.ndarray | None = None, row: int | None = None
) -> tuple[figures.Figure, int]:
    """The rows of tiles, and how many answers are right. said, sure: (inputs, T), tokens and p of each; generated: p_gen, or None."""
    found = film.answers(current.facts, said, sure, generated)
    right = sum(each.right for each in found)
    rows = [tiles.Row(film.wrapped(each.text), each.tiles, "✓" if each.right else "✗") for each in found]
    words = _("{} of {} right. Pale: unsure.\nNone of these was in the training data.").format(right, len(rows))
    kinds = ("said", "wrong", "left out") if generated is None else ("said", "copied", "wrong", "left out")
    return tiles.figure(rows, words, film.columns(current.facts), row, kinds), right


def attention(
    current: Shown,
    said: np.ndarray,
    looked: np.ndarray,
    generated: np.ndarray | None,
    row: int,
    key: str,
    share: float | None = None,
) -> None:
    """Where the decoder looked among the letters before each token of one answer. looked: (inputs, T, S); generated: (inputs, T)."""
    weights, names = film.attention(current.facts, said, looked, row)
    gates = None if generated is None else generated[row][: len(names)].tolist()
    heat(weights, current.facts["inputs"][row], names, key, share, film.columns(current.facts), gates)


def heat(
    weights: np.ndarray,
    text: str,
    names: Sequence[str],
    key: str,
    share: float | None = None,
    rows: int = 0,
    generated: Sequence[float] | None = None,
) -> None:
    """A matrix of attention, (T, S): letters across, tokens down. rows: room for so many tokens, however few there are. generated:
    p_gen of each token, written behind it."""
    empty = max(0, rows - len(names))
    if generated is not None:
        names = [f"{name}  {gate:.2f}" for name, gate in zip(names, generated)]
    figure = rasters.matrix(
        np.pad(weights, ((0, empty), (0, 0)), constant_values=np.nan),
        height=max(220, min(420, 26 * len(names) + 70)),
        limit=1.0,
        rows=[*names, *[""] * empty],
        columns=[sign.replace(" ", SPACE) for sign in text],
        x=_("where it looks"),
        y=_("what it says") if generated is None else _("what it says, p_gen"),
        largest=0 if share else 40,
    )
    if share:
        figures.restyled(figure, y={"scaleanchor": None})  # the cells fill the place, whatever their number
    chart.show(figure, key=key, alt=_("Attention between {} and what is said").format(text), share=share)
