"""Which sounds are taken for which: a matrix of what was right against what was said, and the commonest mistakes with examples."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, rasters
from pages.parts.shown import Shown
from pages.parts.words import _, plain
from pages.views.seq2seq import data
from pages.views.seq2seq.lengths import words_for

WORST = 14  # tokens in the matrix
LISTED = 10  # commonest confusions
EXAMPLES = 3  # of each
ODD = 4  # tokens that are most often left out or added


@dataclass(frozen=True)
class Mistakes:
    """table: how often `right` (row) was said as `said` (column); row 0 was added, column 0 left out. names: of the tokens.

    examples: (right, said) → inputs in which that happened, with the answer, a few of each.
    """

    table: np.ndarray
    names: tuple[str, ...]
    examples: dict[tuple[int, int], list[str]]


def confused(current: Shown) -> None:
    """The matrix on the left, the list on the right, what is left out and added below."""
    if not data.ready(current):
        return
    found, (things, __) = mistakes(current.id), words_for(current.settings.task)
    if not wrong(found.table).any():
        said = _("Nothing is confused here: all {:,} tokens of {:,} held-out {} were right.")
        st.info(said.format(int(found.table.sum()), len(data.verdict(current.id).said), things))
        return
    st.markdown(about(found, len(data.verdict(current.id).said), things))
    data.rule(current.settings.task)
    if current.settings.task.name == "pronounce":
        st.markdown(about_vowels(found))
    if current.settings.task.name == "toy":
        st.markdown(about_longer(data.verdict(current.id), current.settings.task.longest))
    left, right = st.columns([1, 1], gap="large")
    with left:
        _matrix(found)
    with right:
        _listed(found)
    st.markdown(
        about_odd(found), help=_("Each answer is compared with the nearest right one, along a shortest path of edits.")
    )


def _matrix(found: Mistakes) -> None:
    worst = most_confused(found.table)
    if len(worst) < 2:
        return
    shares = 100 * found.table[np.ix_(worst, worst)] / found.table[worst].sum(1).clip(min=1)[:, None]
    shares[np.diag_indices(len(worst))] = np.nan  # what was right is far more, and would hide the rest
    names = [found.names[i] for i in worst]
    figure = rasters.matrix(
        shares,
        420,
        rows=names,
        columns=names,
        x=_("said"),
        y=_("right"),
        largest=30,
        words=[[_written(share) for share in row] for row in shares] if len(worst) <= WORST else (),
    )
    alt = _("How often each of the {} most confused tokens was said as another, in percent of its own number").format(
        len(worst)
    )
    chart.show(figure, key="confused/matrix", alt=alt)
    st.caption(_("In % of how often the right one was due; the diagonal is left out. Bright is often."))


def _written(share: float) -> str:
    """A share in percent; a zero is no news."""
    return f"{share:.0f}" if share >= 0.5 else ""


def _listed(found: Mistakes) -> None:
    rows = commonest(found)
    if not rows:
        return
    st.table(
        {
            _("Right"): [found.names[right] for right, _said, _many in rows],
            _("Said"): [found.names[said] for _right, said, _many in rows],
            _("Times"): [f"{many}" for _right, _said, many in rows],
            _("Of all due"): [f"{100 * many / found.table[right].sum():.1f} %" for right, _said, many in rows],
            _("For example"): [plain(", ".join(found.examples[right, said])) for right, said, _many in rows],
        },
        hide_index=True,
    )


# ---- what is counted ----


@st.cache_data(max_entries=8, show_spinner=False)
def mistakes(run_id: str) -> Mistakes:
    """All confusions on the held-out examples that the views judge by."""
    from core.seq2seq import score

    verdict, (__, world) = data.verdict(run_id), data.opened(run_id)
    examples: dict[tuple[int, int], list[str]] = {}
    for i, (said, right) in enumerate(zip(verdict.said, verdict.right)):
        if said == right:
            continue
        text = "".join(world.source.decode(world.test.x[i].tolist()))
        for mine, theirs in dict.fromkeys(score.aligned(said, right)):
            known = examples.setdefault((theirs, mine), [])
            if mine != theirs and len(known) < EXAMPLES:
                known.append(text)
    return Mistakes(score.confusions(verdict, len(world.target)), world.target.tokens, examples)


def wrong(table: np.ndarray) -> np.ndarray:
    """The same table without what was right."""
    return table - np.diag(np.diag(table))


def most_confused(table: np.ndarray, many: int = WORST) -> list[int]:
    """Tokens that took part in most replacements, in their own order."""
    replaced = wrong(table)[1:, 1:]
    each = replaced.sum(0) + replaced.sum(1)
    order = np.argsort(-each, kind="stable")[:many]
    return sorted(int(i) + 1 for i in order if each[i])


def commonest(found: Mistakes, many: int = LISTED) -> list[tuple[int, int, int]]:
    """(right, said, times) of the commonest replacements."""
    replaced = wrong(found.table)
    replaced[0], replaced[:, 0] = 0, 0
    order = np.argsort(-replaced, axis=None, kind="stable")[:many]
    pairs = [tuple(map(int, np.unravel_index(i, replaced.shape))) for i in order]
    return [(right, said, int(replaced[right, said])) for right, said in pairs if replaced[right, said]]


# ---- in words ----


def about(found: Mistakes, examples: int, things: str) -> str:
    """How many mistakes there are, of what kind, and how much of them the commonest few are."""
    table = wrong(found.table)
    every, added, dropped = int(table.sum()), int(table[0].sum()), int(table[:, 0].sum())
    said = _("**{:,} mistakes** in {:,} held-out {}: {:,} replacements, {:,} left out, {:,} added.")
    said = said.format(every, examples, things, every - added - dropped, dropped, added)
    rows = commonest(found)
    if not rows:
        return said
    right, mine, many = rows[0]
    share = 100 * sum(row[2] for row in rows) / max(1, every - added - dropped)
    more = _(
        "Commonest is **{}** said as **{}** ({}); the {} commonest of all pairs make up {:.0f} % of all replacements."
    )
    return said + " " + more.format(found.names[right], found.names[mine], _times(many), len(rows), share)


def about_vowels(found: Mistakes) -> str:
    """How often vowels and consonants go wrong, and whether vowels stay vowels."""
    from core.data.words import vowel

    is_vowel = np.array([bool(name) and not name.startswith("<") and vowel(name) for name in found.names])
    consonant = ~is_vowel
    consonant[:3] = False  # padding and the two ends are no sounds
    rates = []
    for kind in (is_vowel, consonant):
        due = found.table[kind].sum()
        rates.append(100 * (due - np.trace(found.table[np.ix_(kind, kind)])) / max(1, due))
    replaced = wrong(found.table)[is_vowel][:, 1:]
    stay = 100 * replaced[:, is_vowel[1:]].sum() / max(1, replaced.sum())
    said = _(
        "Of the vowels **{:.1f} %** are wrong, of the consonants **{:.1f} %**; a wrong vowel is another vowel {:.0f} % of the time."
    )
    said = said.format(*rates, stay)
    if rates[0] > 1.5 * rates[1]:
        return said + " " + _("English spelling tells consonants far better than vowels.")
    return said


def about_longer(verdict: Any, longest: int) -> str:
    """How many of a toy's mistakes are in sequences that are longer than any it learned."""
    share = 100 * verdict.edits[verdict.reads > longest].sum() / max(1, verdict.edits.sum())
    return _("**{:.0f} %** of the mistakes are in sequences of more than {} letters, which were never learned.").format(
        share, longest
    )


def about_odd(found: Mistakes) -> str:
    """Which tokens are most often left out, and which are added."""
    table = wrong(found.table)
    parts = []
    for title, counts in ((_("Most often left out"), table[:, 0]), (_("Most often added"), table[0])):
        order = [int(i) for i in np.argsort(-counts, kind="stable")[:ODD] if counts[i]]
        said = ", ".join(f"**{found.names[i]}** ({counts[i]})" for i in order) or _("none")
        parts.append(f"{title}: {said}.")
    return " ".join(parts)


def _times(many: int) -> str:
    return _("once") if many == 1 else _("{} times").format(many)
