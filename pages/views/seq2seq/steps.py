"""Step by step: at each step the distribution over the next token, and the visitor may say another one."""

from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.seq2seq import data, tiles
from pages.views.seq2seq.hear import complain, heard, typed, words

SHOWN = 10  # of the likeliest tokens


@st.fragment
def steps(current: Shown) -> None:
    """What was said so far, what may come next, and what would follow."""
    text = typed(
        current.settings.task, f"steps/text/{current.settings.task.name}", _("One word or phrase"), _first(current)
    )
    good, complaints = words(current.id, text)
    complain(complaints[:1] if good else complaints)
    if not good:
        return
    word, tokens = good[0], data.opened(current.id)[1].target.tokens
    key = f"steps/said/{current.settings.task.name}/{word}"
    said = [
        token for token in st.session_state.get(key, []) if token < len(tokens)
    ]  # a run before it may have had more tokens
    at = after(current.id, word, tuple(said))
    _answers(current, word, said, at, tokens)
    left, right = st.columns([1.3, 1], gap="large")
    with right:
        _choose(key, said, at, tokens)
    with left:
        _distribution(at, tokens, len(said))


def _first(current: Shown) -> str:
    return {"pronounce": "quiche"}.get(current.settings.task.name) or current.facts["inputs"][0]


@st.cache_data(max_entries=400, show_spinner=False)
def after(run_id: str, text: str, said: tuple[int, ...]) -> dict[str, Any]:
    """p of each next token (V,) after what was said, whether the answer has ended, and what would follow greedily: its tokens from
    the beginning and log p of all of them."""
    import torch

    from core.seq2seq import decode, models

    net, world = data.opened(run_id)
    memory = net.read(world.example(text))
    with torch.inference_mode():
        given = torch.tensor([(models.BOS, *said)])
        p = decode.possible(net.teach(memory, given)[0, -1]).softmax(0).numpy()
    ended = models.EOS in said or len(said) >= world.longest
    whole = decode.speak(net, memory, decode.likeliest, max(world.longest, len(said)), said)
    return {
        "p": p,
        "ended": ended,
        "follows": tuple(int(i) for i in whole.tokens[0]),
        "logp": float(whole.sure[0].log().sum()),
        "sure": tuple(whole.sure[0].tolist()),
    }


def _choose(key: str, said: list[int], at: dict[str, Any], tokens: tuple[str, ...]) -> None:
    """Say the likeliest, force another, take back, begin again."""
    best = int(at["p"].argmax())
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("Say {}").format(tokens[best].strip("<>")),
            key=f"{key}/say",
            type="primary",
            icon=":material/record_voice_over:",
            disabled=at["ended"],
            on_click=_add,
            args=(key, best),
        )
        st.button(_("Undo"), key=f"{key}/undo", icon=":material/undo:", disabled=not said, on_click=_undo, args=(key,))
        st.button(
            _("Begin again"),
            key=f"{key}/again",
            icon=":material/restart_alt:",
            disabled=not said,
            on_click=_clear,
            args=(key,),
        )
    if at["ended"]:
        st.caption(_("The answer has ended. Undo takes the last token back."))
        return
    order = [int(i) for i in np.argsort(-at["p"]) if at["p"][i] > 0]
    other = f"{key}/other/{len(said)}"
    views.kept(other, order, order[min(1, len(order) - 1)])
    choice = st.selectbox(
        _("Or make it say"), order, format_func=lambda i: f"{tokens[i]} · {100 * at['p'][i]:.1f} %", key=other
    )
    st.button(_("Force it"), key=f"{key}/force", icon=":material/front_hand:", on_click=_add, args=(key, choice))


def _add(key: str, token: int) -> None:
    st.session_state[key] = [*st.session_state.get(key, []), int(token)]


def _undo(key: str) -> None:
    st.session_state[key] = st.session_state.get(key, [])[:-1]


def _clear(key: str) -> None:
    st.session_state[key] = []


def _distribution(at: dict[str, Any], tokens: tuple[str, ...], place: int) -> None:
    if at["ended"]:
        return
    order = np.argsort(-at["p"])[:SHOWN]
    figure = figures.bars(
        {_("next token"): ("after", [100 * float(at["p"][i]) for i in order])},
        [tokens[i] for i in order],
        _("the {} likeliest tokens at step {}").format(len(order), place + 1),
        _("probability (%)"),
        260,
        ".0f",
        top=112,
    )
    chart.show(figure, key="steps/next", alt=_("Probability of the likeliest next tokens"))


def _answers(current: Shown, word: str, said: list[int], at: dict[str, Any], tokens: tuple[str, ...]) -> None:
    """The answer from here if it is left to itself, beside the one that nobody touched."""
    own = heard(current.id, word)
    rows = [
        tiles.Row(_("from here"), _said(at["follows"], at["sure"], tokens, len(said)), _logp(at["logp"])),
        tiles.Row(_("nobody touches it"), _said(own.ids, own.sure, tokens, 0), _logp(float(np.log(own.sure).sum()))),
    ]
    title = _("Green: chosen step by step. At the right: log p of the whole answer, in nats.")
    figure = tiles.figure(rows, max(14, *(len(row.tiles) for row in rows)), title)
    chart.show(figure, key="steps/answers", alt=_("The answer from here, and the one that nobody touched"))
    st.markdown(about(said, at, own))


def _said(ids: tuple[int, ...], sure: tuple[float, ...], tokens: tuple[str, ...], kept: int) -> list[tiles.Tile]:
    """The tokens; those that were chosen step by step have a colour of their own."""
    names = [_("end") if i == 2 else tokens[i] for i in ids]
    return tiles.plain(names[:kept], sure, "chosen") + tiles.plain(names[kept:], sure[kept:])


def _logp(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def about(said: list[int], at: dict[str, Any], own: Any) -> str:
    """What a forced token has changed."""
    if tuple(said) == own.ids[: len(said)]:
        return _("So far it has said what it would have said by itself.")
    first = next((i for i, (a, b) in enumerate(zip(said, own.ids)) if a != b), min(len(said), len(own.ids)))
    changed = sum(a != b for a, b in zip(at["follows"][first + 1 :], own.ids[first + 1 :]))
    gap = at["logp"] - float(np.log(own.sure).sum())
    ratio = np.exp(min(abs(gap), 50))
    side = _("less likely") if gap < 0 else _("more likely")
    told = _("Another token at step {}: {} of the tokens behind it changed. The whole answer is {:,.1f} times {}.")
    return told.format(first + 1, changed, ratio, side)
