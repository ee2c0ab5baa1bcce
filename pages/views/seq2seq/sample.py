"""Sampling: answers drawn at a temperature, among the likeliest k."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import streamlit as st

from pages.parts import chart, figures, views
from pages.parts.shown import Shown
from pages.parts.words import _, plain
from pages.views.seq2seq import data, tiles
from pages.views.seq2seq.hear import Heard, complain, heard, typed, words
from pages.views.seq2seq.steps import after

DRAWS = 200
ROWS = 8  # distinct answers in the table
SHOWN = 10  # tokens in the picture


@dataclass(frozen=True)
class Drawn:
    """One answer, without <EOS>, how often it was drawn, and log p that the network itself gives it, in nats."""

    names: tuple[str, ...]
    many: int
    logp: float


def sample(current: Shown) -> None:
    """Temperature, top-k, and the answers that come."""
    if data.ready(current):
        _one(current)


@st.fragment
def _one(current: Shown) -> None:
    key = "sample"
    text = typed(
        current.settings.task, f"{key}/text/{current.settings.task.name}", _("One word or phrase"), _first(current)
    )
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
    one, near, far = heard(current.id, good[0]), *st.columns([1.2, 1], gap="large")
    with near:
        _table(one, drawn)
        st.markdown(about(one, drawn, temperature, top_k, chance(current.id, good[0], temperature, top_k)))
    with far:
        _next_token(current, one, temperature, top_k)


def _first(current: Shown) -> str:
    return {"pronounce": "quiche"}.get(current.settings.task.name) or current.facts["inputs"][0]


@st.cache_data(max_entries=200, show_spinner=False)
def draws(run_id: str, text: str, temperature: float, top_k: int, seed: int) -> list[Drawn]:
    """Different answers, the most frequent first. The same seed draws the same."""
    import torch

    from core.loop import seeded
    from core.seq2seq import decode
    from core.seq2seq.models import EOS

    net, world = data.opened(run_id)
    memory = net.read(world.example(text)).at(torch.zeros(DRAWS, dtype=torch.long))
    found = decode.sampled(net, memory, world.longest, temperature, top_k, seeded(seed))
    over = (found.tokens == EOS).cumsum(1) - (found.tokens == EOS).long()  # what stands behind <EOS> means nothing
    logp = torch.where(over > 0, 0, found.sure.log()).sum(1).tolist()
    said = [tuple(row[: row.index(EOS) + 1] if EOS in row else row) for row in found.tokens.tolist()]
    first = dict(zip(reversed(said), reversed(logp)))
    return [Drawn(world.target.decode(ids), many, first[ids]) for ids, many in Counter(said).most_common()]


@st.cache_data(max_entries=200, show_spinner=False)
def chance(run_id: str, text: str, temperature: float, top_k: int) -> float | None:
    """How probable it is that a draw is right: Π p_t of every right answer, summed. None where no answer is known."""
    import torch

    from core.seq2seq import decode, tasks
    from core.seq2seq.models import BOS, EOS

    net, world = data.opened(run_id)
    known = world.known(tasks.understood(world, text))
    if not known:
        return None
    memory, whole = net.read(world.example(text)), 0.0
    for way in known:
        ids = torch.tensor([(BOS, *world.target.encode(way), EOS)])
        if ids.shape[1] - 1 > world.longest:
            continue
        with torch.inference_mode():
            logits = decode.possible(net.teach(memory, ids[:, :-1])[0])
        p = decode.tempered(logits, temperature, top_k).gather(1, ids[0, 1:].unsqueeze(1))
        whole += float(p.prod())
    return whole


def _table(one: Heard, drawn: list[Drawn]) -> None:
    """A row for each answer: how often it was drawn, its tokens, and a mark where it is right."""
    rows = [tiles.Row(_row_name(each, one), tiles.plain(each.names), _mark(each, one)) for each in drawn[:ROWS]]
    rest = sum(each.many for each in drawn[ROWS:])
    title = _("✓ right, ✗ wrong; at the right log p at T = 1, in nats.")
    if rest:
        title += " " + _("{} other answers: {:.1f} % of the draws.").format(len(drawn) - ROWS, 100 * rest / DRAWS)
    figure = tiles.figure(rows, max(14, *(len(row.tiles) for row in rows)), title)
    chart.show(figure, key="sample/answers", alt=_("The most frequent answers of {} draws").format(DRAWS))


def _row_name(each: Drawn, one: Heard) -> str:
    greedy = f" {_('greedy')}" if list(each.names) == one.said else ""
    return f"{100 * each.many / DRAWS:.1f} %{greedy}"


def _mark(each: Drawn, one: Heard) -> str:
    return f"{tiles.tick(each.names, one.known)} {each.logp:.1f}".strip().replace("-", "−")


def entropy(drawn: list[Drawn]) -> float:
    """Of the drawn answers, in bits: at most log₂ of the number of draws."""
    share = np.array([each.many for each in drawn]) / sum(each.many for each in drawn)
    return float(-(share * np.log2(share)).sum()) + 0.0


def about(one: Heard, drawn: list[Drawn], temperature: float, top_k: int, right: float | None) -> str:
    """How different the answers are, how many of them are right, and how many should be."""
    among = _(" among the {} likeliest tokens").format(top_k) if top_k else ""
    said = _(
        "**{}** different answers in {} draws at T = {:.1f}{}; their entropy is **{:.1f} bits** of at most {:.1f}."
    ).format(len(drawn), DRAWS, temperature, among, entropy(drawn), np.log2(DRAWS))
    if right is not None:
        hits = sum(each.many for each in drawn if each.names in one.known)
        said += " " + _("**{:.1f} %** of the draws are right; {} % are to be expected.").format(
            100 * hits / DRAWS, f"{100 * right:.1f}" if right >= 0.0005 or right == 0 else _("less than 0.1")
        )
    return said


def _next_token(current: Shown, one: Heard, temperature: float, top_k: int) -> None:
    """The distribution over the next token along greedily said ones, as the network gives it and as it is drawn from."""
    tokens, step = data.opened(current.id)[1].target.tokens, 1
    if len(one.ids) > 1:
        key = f"sample/step/{one.text}"
        views.kept(key, range(1, len(one.ids) + 1), 1)
        step = st.slider(_("Step"), 1, len(one.ids), key=key)
    own, drawn_from = next_token(current.id, one.text, one.ids[: step - 1], temperature, top_k)
    order = np.argsort(-own)[:SHOWN]
    figure = figures.bars(
        {
            _("as the network gives it (T = 1)"): ("control", [100 * float(own[i]) for i in order]),
            _("as it is drawn from"): ("after", [100 * float(drawn_from[i]) for i in order]),
        },
        [tokens[i] for i in order],
        _("the likeliest tokens at step {}").format(step),
        _("probability (%)"),
        300,
        top=105,
    )
    alt = _("The next token's distribution before and after temperature and top k")
    chart.show(figure, key="sample/next", alt=alt)
    st.caption(about_next(one, step, own, drawn_from, tokens))


def about_next(one: Heard, step: int, own: np.ndarray, drawn_from: np.ndarray, tokens: tuple[str, ...]) -> str:
    """What temperature and top k make of the likeliest token."""
    best = int(own.argmax())
    numbers = tokens[best], 100 * own[best], 100 * drawn_from[best]
    if step == 1:
        said = _(
            "At the beginning {} is likeliest: p = {:.1f} % as the network gives it, {:.1f} % as it is drawn from."
        )
        return plain(said.format(*numbers))
    said = _("After {} the likeliest is {}: p = {:.1f} % as the network gives it, {:.1f} % as it is drawn from.")
    return plain(said.format(" ".join(one.tokens[: step - 1]), *numbers))


def next_token(
    run_id: str, word: str, said: tuple[int, ...], temperature: float, top_k: int
) -> tuple[np.ndarray, np.ndarray]:
    """p of each token (V,) that may follow what was said, as it is and tempered."""
    import torch

    from core.seq2seq import decode

    p = after(run_id, word, said)["p"]
    logits = torch.from_numpy(p).log().unsqueeze(0)  # those of padding and <BOS> are −∞: they are never drawn
    return p, decode.tempered(logits, temperature, top_k)[0].numpy()
