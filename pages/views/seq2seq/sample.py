"""Sampling: answers drawn at a temperature, among the likeliest k."""

from collections import Counter
from typing import Any

import numpy as np
import streamlit as st

from pages.shared import chart, figures
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.seq2seq import chips, data
from pages.views.seq2seq.hear import complain, heard, typed, words
from pages.views.seq2seq.steps import after

DRAWS = 200
ROWS = 8  # distinct answers in the table
SHOWN = 10  # tokens in the picture


@st.fragment
def sample(current: Shown) -> None:
    """Temperature, top-k, and the answers that come."""
    key = f"sample/{current.id}"
    text = typed(current.settings.task, f"{key}/text", _("One word or phrase"), _first(current))
    good, complaints = words(current.id, text)
    complain(complaints[:1] if good else complaints)
    if not good:
        return
    left, middle, right = st.columns([1, 1, 0.6], gap="large", vertical_alignment="bottom")
    temperature = left.slider(
        _("Temperature T"), 0.1, 3.0, 1.0, 0.1, key=f"{key}/T", help=_("Divides the logits inside the exponent.")
    )
    top_k = middle.slider(
        _("Top k"), 0, 20, 0, key=f"{key}/k", help=_("Only the k likeliest tokens may be drawn; 0 lets all be.")
    )
    if right.button(_("Draw again"), key=f"{key}/again", icon=":material/casino:"):
        st.session_state[f"{key}/seed"] = st.session_state.get(f"{key}/seed", 0) + 1
    drawn = draws(current.id, good[0], temperature, top_k, st.session_state.get(f"{key}/seed", 0))
    one, tokens = heard(current.id, good[0]), data.opened(current.id)[1].target.tokens
    near, far = st.columns([1.2, 1], gap="large")
    with near:
        _table(one, drawn)
        st.markdown(about(one, drawn, temperature, top_k))
    with far:
        _first_token(current, good[0], temperature, top_k, tokens)


def _first(current: Shown) -> str:
    return {"pronounce": "quiche"}.get(current.settings.task.name) or current.facts["inputs"][0]


@st.cache_data(max_entries=200, show_spinner=False)
def draws(run_id: str, text: str, temperature: float, top_k: int, seed: int) -> list[tuple[tuple[str, ...], int]]:
    """Different answers and how often each was drawn, the most frequent first. The same seed draws the same."""
    import torch

    from core.loop import seeded
    from core.seq2seq import decode, tasks

    net, world = data.opened(run_id)
    memory = net.read(world.example(text)).at(torch.zeros(DRAWS, dtype=torch.long))
    found = decode.sampled(net, memory, world.longest, temperature, top_k, seeded(seed))
    names = (tuple(world.target.tokens[i] for i in tasks.spoken(row)) for row in found.tokens.tolist())
    return Counter(names).most_common()


def _table(one: Any, drawn: list[tuple[tuple[str, ...], int]]) -> None:
    rows = [
        (f"{100 * many / DRAWS:.1f} %", chips.chips(names) if names else _("nothing"), _mark(names, one))
        for names, many in drawn[:ROWS]
    ]
    if len(drawn) > ROWS:
        rest = sum(many for _names, many in drawn[ROWS:])
        rows.append((f"{100 * rest / DRAWS:.1f} %", _("{} other answers").format(len(drawn) - ROWS), ""))
    st.html(chips.table((_("drawn"), _("answer"), ""), rows))


def _mark(names: tuple[str, ...], one: Any) -> str:
    greedy = f'<span style="opacity:0.7">{_("greedy")}</span>' if list(names) == one.said else ""
    return (chips.verdict(names, one.known) if names in one.known else "") + " " + greedy


def entropy(drawn: list[tuple[tuple[str, ...], int]]) -> float:
    """Of the drawn answers, in bits."""
    share = np.array([many for _names, many in drawn]) / sum(many for _names, many in drawn)
    return float(-(share * np.log2(share)).sum()) + 0.0


def about(one: Any, drawn: list[tuple[tuple[str, ...], int]], temperature: float, top_k: int) -> str:
    """How different the answers are, and how many of them are right."""
    among = _(" among the {} likeliest tokens").format(top_k) if top_k else ""
    said = _("**{}** different answers in {} draws at T = {:.1f}{}; their entropy is **{:.1f} bits**.").format(
        len(drawn), DRAWS, temperature, among, entropy(drawn)
    )
    if one.known:
        right = sum(many for names, many in drawn if names in one.known)
        said += " " + _("**{:.0f} %** of the draws are right.").format(100 * right / DRAWS)
    return said


def _first_token(current: Shown, word: str, temperature: float, top_k: int, tokens: tuple[str, ...]) -> None:
    """The distribution over the first token, as the network gives it and as it is drawn from."""
    plain, drawn_from = first_token(current.id, word, temperature, top_k)
    order = np.argsort(-plain)[:SHOWN]
    figure = figures.bars(
        {
            _("as the network gives it (T = 1)"): ("control", [100 * float(plain[i]) for i in order]),
            _("as it is drawn from"): ("after", [100 * float(drawn_from[i]) for i in order]),
        },
        [tokens[i] for i in order],
        _("first token"),
        _("probability (%)"),
        300,
        top=105,
    )
    chart.show(
        figure, key="sample/first", alt=_("The first token's distribution before and after temperature and top k")
    )


def first_token(run_id: str, word: str, temperature: float, top_k: int) -> tuple[np.ndarray, np.ndarray]:
    """p of each first token (V,), as it is and tempered."""
    import torch

    from core.seq2seq import decode

    p = after(run_id, word, ())["p"]
    logits = torch.from_numpy(p).clamp(min=1e-30).log()
    logits[[0, 1]] = -torch.inf  # padding and <BOS> are never drawn
    return p, decode.tempered(logits.unsqueeze(0), temperature, top_k)[0].numpy()
