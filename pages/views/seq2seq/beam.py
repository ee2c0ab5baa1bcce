"""Beam search: several beginnings at once, which of them were cut and why, and what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.seq2seq import chips, data, tree
from pages.views.seq2seq.hear import complain, heard, typed, words

CUT = 3  # candidates that were left out and are drawn
JUDGED = 500  # test examples that greedy and beam are judged by
PARTED = 6  # examples in the list of those where they part


@dataclass(frozen=True)
class Search:
    """A beam search of one input: rounds of (kept, cut), each (parent, token, log p, score); the final hypotheses, best first, as
    (tokens, log p, score); greedy's tokens."""

    rounds: tuple[tuple[tuple[Any, ...], tuple[Any, ...]], ...]
    best: tuple[tuple[tuple[int, ...], float, float], ...]
    greedy: tuple[int, ...]


def beam(current: Shown) -> None:
    """One word's tree; then many words."""
    _one(current)
    _many(current)


@st.fragment
def _one(current: Shown) -> None:
    key = f"beam/{current.id}"
    text = typed(current.settings.task, f"{key}/text", _("One word or phrase"), _first(current))
    good, complaints = words(current.id, text)
    complain(complaints[:1] if good else complaints)
    if not good:
        return
    left, right = st.columns(2, gap="large")
    width = left.slider(
        _("Beam width"), 1, 10, 5, key=f"{key}/width", help=_("Hypotheses that stay after each step; 1 is greedy.")
    )
    alpha = right.slider(
        _("Length normalisation α"),
        0.0,
        1.5,
        1.0,
        0.1,
        key=f"{key}/alpha",
        help=_("log p is divided by the length to this power; at 0 short answers win."),
    )
    found, tokens = search(current.id, good[0], width, alpha), data.opened(current.id)[1].target.tokens
    st.html(tree.svg(nodes(found, tokens)))
    st.caption(
        _(
            "Orange: the winner. Dashed blue: where greedy goes. Grey: kept for a while. Pale with a cross: cut. ■ has ended. "
        )
        + _("Below each token stands its score, log p / lengthᵅ.")
    )
    st.markdown(about_cut(found, tokens))
    _finalists(current, good[0], found, tokens)


def _first(current: Shown) -> str:
    return {"pronounce": "quiche"}.get(current.settings.task.name) or current.facts["inputs"][0]


@st.cache_data(max_entries=400, show_spinner=False)
def search(run_id: str, text: str, width: int, alpha: float) -> Search:
    """Raises ValueError with a sentence for what cannot be read."""
    from core.seq2seq import decode

    net, world = data.opened(run_id)
    memory, watched = net.read(world.example(text)), []
    best = decode.beam(net, memory, width, alpha, world.longest, watched, CUT)[0]
    rounds = tuple((each.kept, each.cut) for each in watched)
    return Search(rounds, tuple((h.tokens, h.logp, h.score) for h in best), heard(run_id, text).ids)


def nodes(found: Search, tokens: Sequence[str]) -> list[list[tree.Node]]:
    """The candidates of every step, with the winner's and greedy's paths marked."""
    winner, said, steps = found.best[0][0], {0: ()}, []
    for kept, cut in found.rounds:
        now, column = {}, []
        for i, (parent, token, _logp, score) in enumerate((*kept, *cut)):
            line = said[parent] if token == 0 else (*said[parent], token)
            if i < len(kept):
                now[i] = line
            wins, greedy = winner[: len(line)] == line, found.greedy[: len(line)] == line
            column.append(
                tree.Node(parent, tokens[token], score, i < len(kept), wins and i < len(kept), greedy, token == 0)
            )
        said = now
        steps.append(column)
    return steps


def about_cut(found: Search, tokens: Sequence[str]) -> str:
    """Why the nearest miss was cut, and where the search left greedy's way."""
    said, misses, left = {0: ()}, [], None
    for t, (kept, cut) in enumerate(found.rounds):
        if cut and kept:
            misses.append((kept[-1][3] - cut[0][3], t, len(kept) + 1, cut[0], kept[-1][3], said[cut[0][0]]))
        said = {i: (*said[p], token) if token else said[p] for i, (p, token, _logp, _score) in enumerate(kept)}
        if left is None and found.greedy[: t + 1] not in [line[: t + 1] for line in said.values()]:
            left = t + 1
    parts = []
    if misses:
        _gap, t, rank, (_parent, token, _logp, score), last, line = min(misses)
        parts.append(
            _(
                "The nearest miss: at step {} the beginning {} came as number {} with {}; the last kept one had {}, so it was cut."
            ).format(t + 1, _line((*line, token), tokens), rank, _number(score), _number(last))
        )
    if left is not None:
        parts.append(_("Greedy's own beginning was cut at step {}.").format(left))
    return " ".join(parts)


def _line(ids: Sequence[int], tokens: Sequence[str]) -> str:
    return "`" + " ".join(tokens[i] for i in ids if i) + "`"


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _finalists(current: Shown, word: str, found: Search, tokens: Sequence[str]) -> None:
    """The final hypotheses and greedy's answer, each with log p, length and score."""
    one, rows = heard(current.id, word), []
    for i, (ids, logp, score) in enumerate(found.best):
        names = [tokens[k] for k in ids if k > 2]
        end = "" if ids[-1] == 2 else _(" (did not end)")
        rows.append(
            (
                f"{i + 1}",
                chips.chips(names) + end,
                _number(logp),
                f"{len(ids)}",
                _number(score),
                chips.verdict(names, one.known),
            )
        )
    logp = float(np.log(one.sure).sum())
    rows.append(
        (_("greedy"), chips.chips(one.said), _number(logp), f"{len(one.ids)}", "", chips.verdict(one.said, one.known))
    )
    st.html(
        chips.table(("", _("answer"), _("log p, nats"), _("length with <EOS>"), _("score"), _("known answer")), rows)
    )
    st.markdown(about(one, found, tokens))


def about(one: Any, found: Search, tokens: Sequence[str]) -> str:
    """Whether the beam found something likelier, and whether it is right."""
    ids, logp, _score = found.best[0]
    names, own = [tokens[k] for k in ids if k > 2], float(np.log(one.sure).sum())
    if ids == one.ids:
        return _("The beam ends where greedy ends.")
    known = [list(way) for way in one.known]
    right = ""
    if known:
        words_for = {(True, False): _("it is right, and greedy is wrong"), (False, True): _("it is wrong, and greedy is right"),
                     (True, True): _("both are right"), (False, False): _("both are wrong")}  # fmt: skip
        right = " " + _("By the dictionary {}.").format(words_for[names in known, one.said in known])
    if logp > own + 1e-6:
        return (
            _("The beam found an answer that is {:.1f} times as likely as greedy's.").format(np.exp(logp - own)) + right
        )
    return (
        _("The beam's winner is less likely than greedy's answer; its score is better because of its length.") + right
    )


# ---- many words ----


@st.fragment
def _many(current: Shown) -> None:
    """What a width is worth on test examples; computed on request, since it takes a second."""
    if st.session_state.pop("beam/opened", False):
        st.rerun()
    st.markdown(f"**{_('What is it worth?')}**")
    left, right = st.columns(2, gap="large")
    key = f"beam/{current.id}/many"
    width = left.select_slider(_("Beam width, on many examples"), [1, 2, 3, 5, 10], 5, key=f"{key}/width")
    alpha = right.select_slider(
        _("Length normalisation α, on many examples"), [0.0, 0.5, 1.0, 1.5], 1.0, key=f"{key}/alpha"
    )
    with st.spinner(_("Searching {} answers …").format(JUDGED)):
        found = worth(current.id, width, alpha)
    st.markdown(about_worth(found, width))
    if found["parted"]:
        st.pills(
            _("Where the two part; choose one to see its tree"),
            [row[0] for row in found["parted"]],
            key=f"{key}/parted/{width}/{alpha}",
            on_change=_open,
            args=(f"beam/{current.id}/text", f"{key}/parted/{width}/{alpha}"),
        )
        heads = (_("read"), _("greedy says"), _("the beam says"), _("right"))
        st.html(chips.table(heads, [_parted(*row) for row in found["parted"]]))


def _open(field: str, chosen: str) -> None:
    """Puts the chosen example into the field above; the fragment above stands outside of this one, so the page is redrawn."""
    if word := st.session_state.get(chosen):
        st.session_state[field] = word
        st.session_state["beam/opened"] = True


@st.cache_data(max_entries=30, show_spinner=False)
def worth(run_id: str, width: int, alpha: float) -> dict[str, Any]:
    """PER and WER in % of greedy and beam on the first test examples, and some of those where one is right and the other not."""
    from core.seq2seq import score

    net, world = data.opened(run_id)
    part = world.test.first(JUDGED)
    greedy = score.judged(score.answers_of(net, world, part), part)
    wide = score.judged(score.beamed(net, world, part, width, alpha), part)
    mended, spoilt = (greedy.edits > 0) & (wide.edits == 0), (greedy.edits == 0) & (wide.edits > 0)
    parted = [
        (
            "".join(world.source.tokens[k] for k in part.x[i].tolist() if k),
            *(tuple(world.target.tokens[k] for k in each) for each in (greedy.said[i], wide.said[i], greedy.right[i])),
        )
        for group in (mended, spoilt)
        for i in np.flatnonzero(group)[:PARTED]
    ]
    from_both = {
        name: (score.per(v.edits, v.lengths), score.wer(v.edits)) for name, v in (("greedy", greedy), ("beam", wide))
    }
    return from_both | {"many": len(part), "wrong": int((greedy.edits > 0).sum()), "mended": int(mended.sum()),
                        "spoilt": int(spoilt.sum()), "parted": parted}  # fmt: skip


def _parted(text: str, greedy: tuple[str, ...], wide: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    from html import escape

    said = (chips.chips(each, wrong=chips.mistakes(each, right)) for each in (greedy, wide))
    return (f"<b>{escape(text)}</b>", *said, chips.chips(right, colour=tree.GREY))


def about_worth(found: dict[str, Any], width: int) -> str:
    """Both errors of both ways, and how many answers were mended and spoilt."""
    return _(
        "On {:,} test examples greedy has PER **{:.1f} %** and WER **{:.1f} %**, a beam of {} has **{:.1f} %** and **{:.1f} %**. Of the {} "
        "answers that greedy gets wrong the beam mends **{}**; it spoils **{}** that were right."
    ).format(found["many"], *found["greedy"], width, *found["beam"], found["wrong"], found["mended"], found["spoilt"])
