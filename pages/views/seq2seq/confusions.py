"""Which sounds are taken for which: a matrix of what was right against what was said, and the commonest mistakes with examples."""

import streamlit as st

from core.seq2seq import analysis
from pages.parts import chart, rasters, table, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, plain


@view(N_("Confusions"))
def draw(current: Shown) -> None:
    """The matrix on the left, the list on the right, what is left out and added below."""
    found, task = ask(analysis.confusions.mistakes, current), current.settings.task
    said = verdict.words(current.lab, analysis.confusions.total(found), things=_(task.THINGS))
    if not found.wrong.any():
        st.info(said)
        return
    st.markdown(said)
    st.caption(verdict.words(current.lab, analysis.network.rule(task)))
    verdict.draw(current.lab, analysis.confusions.by_kind(found, task))
    left, right = st.columns([1, 1], gap="large")
    with left:
        _matrix(found)
    with right:
        _listed(found)
    _lost(found)


def _matrix(found: "analysis.confusions.Mistakes") -> None:
    worst = analysis.confusions.most_confused(found)
    if len(worst) < 2:
        return
    shares, names = analysis.confusions.shares(found, worst), [found.names[i] for i in worst]
    words = [[f"{share:.0f}" if share >= 0.5 else "" for share in row] for row in shares]  # a zero is no news
    look = {"rows": names, "columns": names, "x": _("said"), "y": _("right"), "largest": 30, "words": words}
    alt = _("How often each of the {} most confused tokens was said as another, in percent of its own number")
    chart.show(rasters.matrix(shares, 420, **look), key="confused/matrix", alt=alt.format(len(worst)))
    st.caption(_("In % of how often the right one was due; the diagonal is left out. Bright is often."))


def _listed(found: "analysis.confusions.Mistakes") -> None:
    heads = (_("Right"), _("Said"), _("Times"), _("Of all due"), _("For example"))
    rows = [
        (
            found.names[right],
            found.names[said],
            f"{many}",
            f"{100 * many / found.table[right].sum():.1f} %",
            plain(", ".join(found.examples[right, said])),
        )
        for right, said, many in analysis.confusions.commonest(found)
    ]
    table.draw(heads, rows, hide_index=True)


def _lost(found: "analysis.confusions.Mistakes") -> None:
    """Which tokens are most often left out, and which are added."""
    left, added = (
        ", ".join(f"**{token}** ({many})" for token, many in each) or _("none")
        for each in analysis.confusions.left_out_and_added(found)
    )
    said = _("Most often left out: {}. Most often added: {}.").format(left, added)
    st.markdown(said, help=_("Each answer is compared with the nearest right one, along a shortest path of edits."))
