"""Beam search: several beginnings at once, which of them were cut and why, and what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart
from pages.parts.shown import Shown
from pages.parts.words import _, plain
from pages.views.seq2seq import data, tiles, tree
from pages.views.seq2seq.hear import complain, heard, typed, words
from pages.views.seq2seq.worth import example_key, worth

CUT = 3  # candidates that were left out and are drawn
SAME = 1e-4  # nats by which the sums of two ways to compute log p may differ


@dataclass(frozen=True)
class Search:
    """A beam search of one input: rounds of (kept, cut), each (parent, token, log p, score); the final hypotheses, best first, as
    (tokens, log p, score); greedy's tokens."""

    rounds: tuple[tuple[tuple[Any, ...], tuple[Any, ...]], ...]
    best: tuple[tuple[tuple[int, ...], float, float], ...]
    greedy: tuple[int, ...]


def beam(current: Shown) -> None:
    """One word's tree; then what a beam is worth on many."""
    if data.ready(current):
        _one(current)
        worth(current)


@st.fragment
def _one(current: Shown) -> None:
    task = current.settings.task.name
    first, width, alpha = st.session_state.get(example_key(task), (_first(current), 5, 1.0))
    key = f"beam/{task}/{first}/{width}/{alpha}"  # knobs of its own for each example: they begin where it says
    text = typed(current.settings.task, f"{key}/text", _("One word or phrase"), first)
    good, complaints = words(current.id, text)
    complain(complaints[:1] if good else complaints)
    if not good:
        return
    left, right = st.columns(2, gap="large")
    width = left.slider(
        _("Beam width"), 1, 10, width, key=f"{key}/width", help=_("Hypotheses that stay after each step; 1 is greedy.")
    )
    alpha = right.slider(
        _("Length normalisation α"),
        0.0,
        1.5,
        alpha,
        0.1,
        key=f"{key}/alpha",
        help=_("log p is divided by the length to this power; at 0 short answers win."),
    )
    found, tokens = search(current.id, good[0], width, alpha), data.opened(current.id)[1].target.tokens
    steps = nodes(found, tokens)
    alt = _("Tree of {} steps: the winner in orange, greedy in blue, what was kept in grey").format(len(steps))
    chart.show(tree.figure(steps), key="beam/tree", alt=alt)
    st.caption(_("Each box: a token and its score, log p / lengthᵅ. Dashed: where greedy goes. Pink outline: cut."))
    st.markdown(about_cut(found, tokens))
    _reasons(found, tokens)
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
    winner, before, steps = found.best[0][0], [[()], *lines(found)], []
    for (kept, cut), said in zip(found.rounds, before):
        column = []
        for i, (parent, token, _logp, score) in enumerate((*kept, *cut)):
            line, stays = _longer(said[parent], token), i < len(kept)
            wins, greedy = winner[: len(line)] == line, found.greedy[: len(line)] == line
            column.append(tree.Node(parent, tokens[token], score, stays, wins and stays, greedy, token == 0))
        steps.append(column)
    return steps


@dataclass(frozen=True)
class Cut:
    """A candidate that was left out: at which step (from 1), its tokens, its rank (from 1), its score, and that of the last kept."""

    step: int
    ids: tuple[int, ...]
    rank: int
    score: float
    last: float


def lines(found: Search) -> list[list[tuple[int, ...]]]:
    """The tokens of what is kept after each step, the best first."""
    said: list[list[tuple[int, ...]]] = [[()]]
    for kept, _cut in found.rounds:
        said.append([_longer(said[-1][parent], token) for parent, token, _logp, _score in kept])
    return said[1:]


def _longer(line: tuple[int, ...], token: int) -> tuple[int, ...]:
    return (*line, token) if token else line  # what has ended stays as it is


def cuts(found: Search) -> list[Cut]:
    """The best of those that were left out at each step."""
    before = [[()], *lines(found)]
    return [
        Cut(t + 1, _longer(before[t][parent], token), len(kept) + 1 + i, score, kept[-1][3])
        for t, (kept, cut) in enumerate(found.rounds)
        for i, (parent, token, _logp, score) in enumerate(cut)
    ]


def about_cut(found: Search, tokens: Sequence[str]) -> str:
    """Why the nearest miss was cut, and where the search left greedy's way."""
    parts = []
    if missed := min(cuts(found), key=lambda cut: cut.last - cut.score, default=None):
        score, last = _apart(missed.score, missed.last)
        parts.append(
            _("The nearest miss: at step {} {} came as number {} with {}; the last one kept had {}.").format(
                missed.step, _line(missed.ids, tokens), missed.rank, score, last
            )
        )
    left = next((t for t, kept in enumerate(lines(found), 1) if found.greedy[:t] not in [k[:t] for k in kept]), None)
    if left is not None:
        cut = _line(found.greedy[:left], tokens)
        parts.append(_("Greedy's way ends at step {}: {} was cut.").format(left, cut))
    return " ".join(parts)


def _reasons(found: Search, tokens: Sequence[str]) -> None:
    """Each of the crosses, with its reason."""
    rows = []
    for cut in cuts(found):
        score, last = _apart(cut.score, cut.last)
        last_one = len(found.rounds[cut.step - 1][0])
        reason = _("number {}, score {}").format(cut.rank, score), _("number {}, score {}").format(last_one, last)
        rows.append((f"{cut.step}", plain(tiles.joined([tokens[i] for i in cut.ids])), *reason))
    if rows:
        with st.expander(_("What was cut, and why")):
            st.caption(_("Each step keeps the best scores. Of those left out the best are listed."))
            _table((_("step"), _("beginning"), _("it came as"), _("the last one kept")), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    st.table({head: [row[i] for row in rows] for i, head in enumerate(heads)}, hide_index=True)


def _line(ids: Sequence[int], tokens: Sequence[str]) -> str:
    return "`" + " ".join(tokens[i] for i in ids) + "`"


def _number(value: float, places: int = 2) -> str:
    return f"{value:.{places}f}".replace("-", "−")


def _apart(one: float, two: float) -> tuple[str, str]:
    """Two numbers with as many places as it takes to tell them apart."""
    places = next((n for n in range(2, 6) if round(one, n) != round(two, n)), 6)
    return _number(one, places), _number(two, places)


def _finalists(current: Shown, word: str, found: Search, tokens: Sequence[str]) -> None:
    """The final hypotheses and greedy's answer, each with log p, p, length and score."""
    one, rows = heard(current.id, word), []
    for i, (ids, logp, score) in enumerate(found.best):
        names = [tokens[k] for k in ids if k > 2]
        end = "" if ids[-1] == 2 else _(" (did not end)")
        counted = (_number(logp), _percent(logp), f"{len(ids)}", _number(score))
        rows.append((f"{i + 1}", plain(tiles.joined(names)) + end, *counted, tiles.tick(names, one.known)))
    logp = float(np.log(one.sure).sum())
    counted = (_number(logp), _percent(logp), f"{len(one.ids)}", "–")
    rows.append((_("greedy"), plain(tiles.joined(one.said)), *counted, tiles.tick(one.said, one.known)))
    heads = (_("answer"), _("log p, nats"), _("p"), _("length with <EOS>"), _("score"), _("right"))
    _table((_("place"), *heads), rows)
    st.markdown(about(one, found, tokens))


def _percent(logp: float) -> str:
    p = 100 * np.exp(logp)
    return f"{p:.1f} %" if p >= 0.05 else _("below 0.1 %")


def about(one: Any, found: Search, tokens: Sequence[str]) -> str:
    """Whether the beam found something likelier, and whether it is right."""
    ids, logp, _score = found.best[0]
    names, own = tuple(tokens[k] for k in ids if k > 2), float(np.log(one.sure).sum())
    if ids == one.ids:
        end = {True: _(" Both are right."), False: _(" Both are wrong.")}[names in one.known] if one.known else ""
        return _("The beam ends where greedy ends.") + end
    if logp > own + SAME:
        said = _("The beam found an answer that is {:,.1f} times as likely as greedy's.").format(_times(logp - own))
    elif logp < own - SAME:
        said = _("Greedy's answer is {:,.1f} times as likely as the beam's winner; ").format(_times(own - logp))
        if one.ids in [ids for ids, _logp, _score in found.best]:
            said += _("the winner has the better score because log p is divided by its length.")
        else:
            said += _("the beam had cut its beginning on the way.")
    else:
        said = _("Both answers are equally likely.")
    if one.known:
        said += (
            " "
            + {
                (True, False): _("It is right, and greedy is wrong."),
                (False, True): _("The beam is wrong, and greedy is right."),
                (True, True): _("Both are right."),
                (False, False): _("Both are wrong."),
            }[names in one.known, tuple(one.said) in one.known]
        )
    return said


def _times(nats: float) -> float:
    return float(np.exp(min(nats, 50)))
