"""Several right answers: exact match, error rate and BLEU, against the first right answer alone and against all of them."""

import streamlit as st

from core.seq2seq import analysis
from core.seq2seq.analysis.answers import joined
from core.seq2seq.settings import Pronounce
from pages.parts import chart, figures, table, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, plain


@view(N_("Several right answers"), offered=lambda current: isinstance(current.settings.task, Pronounce))
def draw(current: Shown) -> None:
    """The scores in a table, BLEU's parts in bars, and words where another than the first answer was said."""
    found = ask(analysis.references.measured, current, wait=_("Scoring words with several pronunciations …"))
    verdict.draw(current.lab, analysis.references.concluded(found))
    left, right = st.columns([1, 1], gap="large")
    with left:
        _scores(found)
    with right:
        _bleu(found)
    if found.parted:
        st.caption(_("Right, though not the first pronunciation in the dictionary:"))
        heads = (_("word"), _("said"), _("first pronunciation"))
        table.draw(heads, [(plain(word), joined(said), joined(first)) for word, said, first in found.parted])


def _scores(found: "analysis.references.Several") -> None:
    """A row for each score, a column for what it is held against."""
    heads = ("", _("first answer only"), _("all right answers"), _("fixed rule"))
    columns = (found.first, found.all_of, found.rule)
    rows = (
        (_("Exact match"), *(f"{each.exact:.1f} %" for each in columns)),
        (_("Wrong tokens (PER)"), *(f"{each.per:.1f} %" for each in columns)),
        (_("BLEU, of 100"), *(f"{each.bleu.score:.1f}" for each in columns)),
        (_("Brevity penalty"), *(f"{each.bleu.brevity:.3f}" for each in columns)),
    )
    table.draw(heads, rows, hide_index=True)


def _bleu(found: "analysis.references.Several") -> None:
    """The precision of each length of n-gram."""
    groups = {
        _("first answer only"): ("control", found.first.bleu.precisions),
        _("all right answers"): ("after", found.all_of.bleu.precisions),
    }
    titles = _("n-gram of so many sounds"), _("precision (%)")
    figure = figures.bars(groups, ["1", "2", "3", "4"], *titles, 260, ".0f", top=112)
    chart.show(figure, key="references/bleu", alt=_("How many of the n-grams are right, by their length"))
