"""The live picture: what the network says to the same inputs now, and where it looks while it says it."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import streamlit as st

from pages.shared import chart, rasters
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.seq2seq import chips, data, sounds


def pictures(current: Shown) -> None:
    """The newest look: answers on the left, attention of one of them on the right."""
    if current.last("said") is None:
        return
    look = tuple(current.last(name) for name in ("said", "sure", "looked"))
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        sounds.key(current.settings.task, "live")
        answers(current, *look[:2])
    with right:
        attention(current, *look, number=0, key="live/attention")


def answers(current: Shown, said: np.ndarray, sure: np.ndarray) -> None:
    """A table of the film's inputs, what is said to each, and a tick or the right answer."""
    facts, rows, right = current.facts, [], 0
    for text, ways, tokens, p in zip(facts["inputs"], facts["answers"], said, sure):
        names, p = named(facts, tokens, p)
        right += names in ways
        nearest = chips.nearest(names, ways)
        marked = chips.chips(names, p, chips.mistakes(names, nearest), missing=chips.missing(names, nearest))
        rows.append((f"<b>{escape(text)}</b>", marked, chips.verdict(names, ways)))
    letter, sound = data.heading(current.settings.task.name)
    st.html(chips.table((_("read"), _("said, each {} read before the next").format(sound), _("right")), rows))
    st.caption(
        _("{} of {} are right. None of these was learned from. Pale: unsure; underlined: wrong; a dashed gap: left out.").format(
            right, len(rows)
        )
    )


def named(facts: dict[str, Any], tokens: Sequence[int], sure: Sequence[float]) -> tuple[list[str], list[float]]:
    """The names of what was said before <EOS>, and how sure the network was of each."""
    kept = [(facts["tokens"][int(token)], float(p)) for token, p in zip(tokens, sure) if token > 2]
    return [name for name, _p in kept], [p for _name, p in kept]


def attention(
    current: Shown, said: np.ndarray, sure: np.ndarray, looked: np.ndarray | None, number: int, key: str
) -> None:
    """Where the decoder looked among the letters before each token of one answer."""
    if looked is None:
        st.info(
            _("Nothing to look at here: all that this decoder knows of the input is one vector."),
            icon=":material/visibility_off:",
        )
        return
    text = current.facts["inputs"][number]
    many = max(1, int((said[number] > 0).sum()))
    names = [current.facts["tokens"][int(token)] for token in said[number][:many]]
    heat(np.asarray(looked[number][:many, : len(text)], np.float32), text, names, current, key)


def heat(weights: np.ndarray, text: str, names: Sequence[str], current: Shown, key: str) -> None:
    """A matrix of attention, (T, S): letters across, tokens down."""
    figure = rasters.matrix(
        weights,
        height=max(220, min(420, 26 * len(names) + 70)),
        limit=1.0,
        rows=list(names),
        columns=[sign.replace(" ", "␣") for sign in text],
        x=_("where it looks"),
        y=_("what it says then"),
        largest=40,
    )
    chart.show(figure, key=key, alt=_("Attention between {} and what is said").format(text))
