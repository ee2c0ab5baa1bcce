"""What teacher forcing hides: how wrong single tokens are, how soon answers go astray, and what follows a first mistake."""

import streamlit as st

from core.seq2seq import analysis, trivial
from pages.parts import chart, choose, figures, lecture, verdict
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.state import LabState
from pages.parts.views import view
from pages.parts.words import N_, _, plain
from pages.views.seq2seq.lengths import opened, others

NOTHING = ""  # no run beside it


@view(N_("Left to itself"))
def draw(current: Shown) -> None:
    """Two curves by position, and a pair of numbers after the first mistake."""
    settings = current.settings
    lecture.write(current.lab, "exposure", many=len(analysis.exposure.asked(current)))
    other = _beside(current)
    mine = ask(analysis.exposure.measured, current)
    _curves(mine, other)
    verdict.draw(current.lab, analysis.exposure.first_mistake(mine), things=_(settings.task.THINGS))
    lecture.caption(current.lab, "by the last token", wrong=trivial.level(settings.task, 2))
    st.caption(verdict.words(current.lab, analysis.network.rule(settings.task)))
    if mine.rest:
        left, right = st.columns(2)
        left.metric(_("Wrong after a first mistake, left to itself"), f"{mine.after_free:.1f} %")
        right.metric(_("The same tokens, with teacher forcing"), f"{mine.after_forced:.1f} %")
    verdict.draw(current.lab, analysis.exposure.rest(mine))
    if other is not None:
        name, found = other
        rest = verdict.words(current.lab, analysis.exposure.rest(found))
        st.markdown(_("**Beside it**, {}: {}").format(plain(name), rest))
    verdict.draw(current.lab, analysis.exposure.taught(settings, mine, other[1] if other else None))


def _beside(current: Shown) -> "tuple[str, analysis.exposure.Exposure] | None":
    """Another run of the same task: at first the one that differs in teacher forcing alone, where there is one."""
    known = others(current)
    if not known:
        return None
    twin, key = analysis.exposure.twin(current), f"exposure/{LabState(current.lab).scene}/beside"
    names, first = {NOTHING: _("no other run")} | known, twin if twin in known else NOTHING
    chosen = choose.one(key, _("Beside it"), names, first, side_by_side=False)
    other = opened(chosen) if chosen in known else None
    return other and (known[chosen], ask(analysis.exposure.measured, other))


def _curves(mine: "analysis.exposure.Exposure", other: "tuple[str, analysis.exposure.Exposure] | None") -> None:
    lines = [
        Line(_("answers with a mistake, left to itself"), "after", mine.positions, mine.astray),
        Line(_("wrong next tokens, with teacher forcing"), "control", mine.positions, mine.forced),
    ]
    if other is not None:
        name, found = other
        lines += [
            Line(_("with a mistake, {}").format(name), "after", found.positions, found.astray, faint=True),
            Line(_("wrong next tokens, {}").format(name), "control", found.positions, found.forced, faint=True),
        ]
    figure = figures.within(figures.curves(lines, _("token of the answer"), _("wrong (%)"), 300), y=(0, 104))
    alt = _("Wrong next tokens and answers with a mistake, by position in the answer")
    chart.show(figure, key="exposure/curves", alt=alt)
