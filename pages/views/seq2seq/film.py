"""The film: what the network said to the same inputs at every look of the run."""

import numpy as np
import streamlit as st

from pages.parts import chart, views
from pages.parts.shown import Shown
from pages.parts.words import _, plain
from pages.views.seq2seq import stage


@st.fragment
def film(current: Shown) -> None:
    """A slider over the looks, the answers at that look, and where one of them looked."""
    shots = {each.step: each.array for each in current.pictures("said")}
    if len(shots) < 2:
        st.info(_("The film begins with the second look of the run."))
        return
    views.kept("film/step", list(shots), list(shots)[-1])
    step = st.select_slider(_("After step"), list(shots), format_func="{:,}".format, key="film/step")
    said, sure, looked = (at(current, name, step) for name in ("said", "sure", "looked"))
    clicked = chart.picked(st.session_state.get("film/said/plot"))
    number = clicked["custom"] if clicked else 0
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        figure, many = stage.answers(current, said, sure, None if looked is None else number)
        alt = _("What was said after {:,} steps: {} right").format(step, many)
        chart.show(figure, key="film/said", alt=alt, pick=True)
        st.markdown(settled(current, shots))
    with right:
        if looked is not None:
            stage.attention(current, said, looked, number, key="film/attention")


def at(current: Shown, name: str, step: int) -> np.ndarray | None:
    """A picture of that look; None where the network has none of this name."""
    return next((np.array(each.array) for each in current.pictures(name) if each.step == step), None)


def settled(current: Shown, shots: dict[int, np.ndarray]) -> str:
    """After which step each input was right for the first time and stayed right, in one sentence."""
    facts, since, never = current.facts, {}, []
    for i, (text, ways) in enumerate(zip(facts["inputs"], facts["answers"])):
        right = [stage.named(facts, said[i], said[i])[0] in ways for said in shots.values()]
        if right[-1]:
            last_wrong = max((k for k, good in enumerate(right) if not good), default=-1)
            since[text] = list(shots)[last_wrong + 1]
        else:
            never.append(text)
    parts = [
        _("{} since step {:,}").format(f"*{plain(text)}*", step)
        for text, step in sorted(since.items(), key=lambda p: p[1])
    ]
    said = _("Right, and right at every later look: {}.").format(", ".join(parts)) if parts else ""
    rest = _("Wrong at the last look: {}.").format(", ".join(f"*{plain(text)}*" for text in never)) if never else ""
    return f"{said} {rest}".strip()
