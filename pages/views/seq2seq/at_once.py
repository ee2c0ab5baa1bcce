"""All at once: the time for an answer beside one token after the other, and the mistakes that are typical of it."""

import streamlit as st

from core.seq2seq import analysis
from core.seq2seq.analysis.answers import joined
from core.seq2seq.networks import ParallelTransformer
from pages.parts import chart, figures, table, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, plain


@view(
    N_("All at once"),
    offered=lambda current: isinstance(current.settings.network, ParallelTransformer),
    scene="seq2seq-all-at-once",
)
def draw(current: Shown) -> None:
    """Two bars of time on the left, the share of each mistake on the right, and answers with a repeat."""
    timed = ask(analysis.at_once.timed, current, wait=_("Timing both ways …"))
    found = ask(analysis.at_once.mistakes, current)
    verdict.draw(current.lab, analysis.at_once.concluded(timed, found))
    left, right = st.columns(2, gap="large")
    with left:
        groups = {_("measured now, on this server"): ("after", [timed.at_once, timed.one_by_one])}
        names, titles = [_("all at once"), _("one after the other")], ("", _("milliseconds for an answer"))
        figure = figures.bars(groups, names, *titles, 260, ".1f")
        chart.show(figure, key="at_once/time", alt=_("Milliseconds for an answer, in both ways"))
    with right:
        groups = {_("share of the answers"): ("danger", [found.wrong, found.length, found.repeats])}
        names, titles = [_("wrong"), _("wrong length"), _("repeat")], ("", _("share (%)"))
        figure = figures.bars(groups, names, *titles, 260, ".0f", top=112)
        chart.show(figure, key="at_once/mistakes", alt=_("Shares of wrong answers, wrong lengths and repeats"))
    st.caption(verdict.words(current.lab, analysis.network.rule(current.settings.task)))
    if found.examples:
        st.caption(_("Answers in which a token stands twice in a row, though it does not in the right one:"))
        rows = [(plain(text), joined(said), joined(right)) for text, said, right in found.examples]
        table.draw((_("read"), _("said"), _("right")), rows, hide_index=True)
