"""Wrong answers against how much had to be read: what one vector loses on long words, and what lies beyond all that was learned."""

from collections.abc import Mapping

import streamlit as st

from core import runs
from core.seq2seq import analysis
from core.seq2seq.settings import SHIPPED, Network, Seq2SeqSettings, Task, Toy
from pages.parts import chart, choose, figures, shown, verdict
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.state import LabState
from pages.parts.views import view
from pages.parts.words import N_, _, plain, translate

MOST = 3  # runs beside the one shown


@view(N_("Long words"), scene="seq2seq-one-vector-is-too-small")
def draw(current: Shown) -> None:
    """Both errors by length, of this run and of others that learned the same."""
    at, task = f"lengths/{LabState(current.lab).scene}", current.settings.task
    found = _compared(current, f"{at}/beside")
    things, signs = _(task.THINGS), _(task.SIGNS)
    _draw(found, task, signs)
    rows = next(iter(found.values()))[1]
    borders = analysis.lengths.splits(rows)
    if not borders:
        st.caption(_("There are too few {} of different length to compare.").format(things))
        return
    title = _("{} of at least so many {}").format(things.capitalize(), signs)
    least = choose.along(f"{at}/least", title, borders, analysis.lengths.usual(rows, borders, task))
    verdict.draw(current.lab, analysis.lengths.parted(rows, least), things=things, signs=signs)
    changes = {plain(name): analysis.lengths.change(of, least) for name, (_kind, of) in found.items()}
    lines = [verdict.words(current.lab, change, network=name) for name, change in changes.items()]
    st.markdown("\n".join(f"- {line}" for line in lines))
    verdict.draw(current.lab, analysis.lengths.gap(list(found.values()), least), things=things)
    verdict.draw(current.lab, analysis.lengths.border(rows, task))
    st.caption(verdict.words(current.lab, analysis.network.rule(task)))
    st.caption(verdict.words(current.lab, analysis.lengths.drawn(rows), things=things))


def _compared(current: Shown, key: str) -> "dict[str, tuple[Network, analysis.lengths.Rows]]":
    """The run shown and those chosen beside it: name → (its network, its errors by length)."""
    known = others(current)
    first = [run_id for run_id in analysis.lengths.rivals(current.settings) if run_id in known][:MOST]
    beside = []
    if known:
        st.session_state[key] = [run_id for run_id in st.session_state.get(key, first) if run_id in known]
        beside = st.multiselect(
            _("Beside it"), list(known), format_func=known.get, max_selections=MOST, key=key, placeholder=_("Choose")
        )
    own = _("{} (this run)").format(called(current.settings))
    found = {own: (current.settings.network, ask(analysis.lengths.rows, current))}
    for run_id in beside:
        if other := opened(run_id):
            found[known[run_id]] = (other.settings.network, ask(analysis.lengths.rows, other))
    return found


def opened(run_id: str) -> Shown | None:
    """A stored run; None, and a sentence, when it was deleted since it was listed."""
    try:
        return shown.of(runs.load(run_id))
    except runs.RunError as error:
        st.caption(plain(translate(str(error))))
        return None


def others(current: Shown) -> dict[str, str]:
    """Finished runs that learned the same task, id → name."""
    return {
        run_id: called(settings) + ("" if run_id in SHIPPED else f" · {run_id.removeprefix('seq2seq-')}")
        for run_id, settings in analysis.lengths.others(current).items()
    }


def called(settings: Seq2SeqSettings) -> str:
    """What a network is called in a legend, with its size."""
    return _(settings.network.LEGEND).format(settings.network.size)


def _draw(found: "Mapping[str, tuple[Network, analysis.lengths.Rows]]", task: Task, signs: str) -> None:
    """Wrong answers on the left, right tokens on the right."""
    roles, enough = analysis.lengths.roles([kind for kind, __ in found.values()]), analysis.lengths.ENOUGH
    marks = {_("longest learned"): task.longest} if isinstance(task, Toy) else None
    for column, y, key in zip(
        st.columns(2, gap="large"), (_("wrong answers (%)"), _("right tokens (%)")), ("wrong", "right")
    ):
        lines = []
        for (name, (_network, of)), role in zip(found.items(), roles):
            rows = [row for row in of if row.many >= enough]
            values = [row.wer if key == "wrong" else 100 - row.per for row in rows]
            lines.append(Line(name, role, [row.length for row in rows], values))
        figure = figures.within(figures.curves(lines, _("{} read").format(signs), y, 280, marks=marks), y=(0, 104))
        alt = _("{} against {} read, for {} runs").format(y, signs, len(found))
        with column:
            chart.show(figure, key=f"lengths/{key}", alt=alt)
