"""The film: what the network said to the same inputs at every look of the run."""

import numpy as np
import streamlit as st

from pages.shared.shown import Shown
from pages.shared.words import _, plain
from pages.views.seq2seq import live


@st.fragment
def film(current: Shown) -> None:
    """A slider over the looks, the answers at that look, and where one of them looked."""
    shots = {each.step: each.array for each in current.pictures("said")}
    if len(shots) < 2:
        st.info(_("The film begins with the second look of the run."))
        return
    step = st.select_slider(
        _("After step"), list(shots), list(shots)[-1], format_func="{:,}".format, key=f"film/{current.id}/step"
    )
    look = [at(current, name, step) for name in ("said", "sure", "looked")]
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        live.answers(current, *look[:2])
        st.markdown(settled(current, shots))
    with right:
        inputs = current.facts["inputs"]
        number = st.selectbox(
            _("Where it looks"),
            range(len(inputs)),
            format_func=lambda i: inputs[i],
            key=f"film/{current.id}/input",
        )
        live.attention(current, *look, number=number, key="film/attention")


def at(current: Shown, name: str, step: int) -> np.ndarray | None:
    """A picture of that look; None where the network has none of this name."""
    return next((np.array(each.array) for each in current.pictures(name) if each.step == step), None)


def settled(current: Shown, shots: dict[int, np.ndarray]) -> str:
    """After which step each input was right for the first time and stayed right, in one sentence."""
    facts, since, never = current.facts, {}, []
    for i, (text, ways) in enumerate(zip(facts["inputs"], facts["answers"])):
        right = [live.named(facts, said[i], said[i])[0] in ways for said in shots.values()]
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
