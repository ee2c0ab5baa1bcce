"""Step by step: at each step the distribution over the next token, and the visitor may say another one."""

from typing import Any

import numpy as np
import streamlit as st

from pages.shared import chart, figures
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.seq2seq import chips, data
from pages.views.seq2seq.hear import complain, heard, typed, words

SHOWN = 10  # of the likeliest tokens


@st.fragment
def steps(current: Shown) -> None:
    """What was said so far, what may come next, and what would follow."""
    text = typed(current.settings.task, f"steps/{current.id}/text", _("One word or phrase"), _first(current))
    good, complaints = words(current.id, text)
    complain(complaints[:1] if good else complaints)
    if not good:
        return
    word = good[0]
    key = f"steps/{current.id}/said/{word}"
    said: list[int] = st.session_state.setdefault(key, [])
    at = after(current.id, word, tuple(said))
    tokens = data.opened(current.id)[1].target.tokens
    _so_far(current, word, said, tokens)
    left, right = st.columns([1.3, 1], gap="large")
    with right:
        _choose(key, said, at, tokens)
    with left:
        _distribution(at, tokens, len(said))
    _what_follows(current, word, said, at, tokens)


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


def _so_far(current: Shown, word: str, said: list[int], tokens: tuple[str, ...]) -> None:
    begun = chips.chips(["<BOS>", *(tokens[i] for i in said)])
    end = "" if 2 in said else " <b>?</b>"
    st.html(f'<div style="font-size:1.1rem;overflow-x:auto;white-space:nowrap">{begun}{end}</div>')


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
    choice = st.selectbox(
        _("Or make it say"),
        order,
        index=min(1, len(order) - 1),
        format_func=lambda i: f"{tokens[i]} · {100 * at['p'][i]:.1f} %",
        key=f"{key}/other/{len(said)}",
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


def _what_follows(current: Shown, word: str, said: list[int], at: dict[str, Any], tokens: tuple[str, ...]) -> None:
    """The answer from here if it is left to itself, beside the one that nobody touched."""
    own = heard(current.id, word)
    rows = [
        (_("<b>from here, left to itself</b>"), _said(at["follows"], at["sure"], tokens, len(said)), _logp(at["logp"])),
        (_("nobody touches it"), _said(own.ids, own.sure, tokens, 0), _logp(float(np.log(own.sure).sum()))),
    ]
    st.html(chips.table(("", _("answer"), _("log p, nats")), rows))
    st.markdown(about(said, at, own))


def _said(ids: tuple[int, ...], sure: tuple[float, ...], tokens: tuple[str, ...], kept: int) -> str:
    """The tokens; those that were chosen step by step in green."""
    names = [tokens[i] for i in ids]
    return chips.chips(names[:kept], sure, colour=figures.COLOURS["neutral"]) + chips.chips(names[kept:], sure[kept:])


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
    return _(
        "Another token at step {}. Every later step reads it: of the tokens behind it {} stand where another one stood. The whole answer "
        "is {:,.1f} times {} than the one that nobody touched."
    ).format(first + 1, changed, ratio, side)
