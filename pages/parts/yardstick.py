"""The tab Yardstick: our mean ± standard deviation over seeds, beside the published figure and its set-up."""

from collections.abc import Sequence

import streamlit as st

from core import yardsticks
from core.yardsticks import Grid, Result, Yardstick
from pages.parts.words import _, translate


def draw(lab: str, declared: Sequence[Yardstick], grids: Sequence[Grid] = ()) -> None:
    """One table, and those of many columns; below them how each figure was made, and on what machine."""
    rows = [(each, yardsticks.measured(lab, each)) for each in declared]
    st.markdown(
        _(
            "Every figure of ours is a mean ± standard deviation over seeds, from a sweep that you can repeat. "
            "Published figures come from larger data or networks: the last column says what differs."
        )
    )
    st.table(
        {
            _("What"): [translate(each.title) for each, __ in rows],
            _("Ours"): [_ours(result) for __, result in rows],
            _("Chance or trivial rival"): [translate(each.chance) for each, __ in rows],
            _("Published"): [translate(each.published) for each, __ in rows],
            _("Why they differ"): [translate(each.why) for each, __ in rows],
        }
    )
    for grid in grids:
        _grid(lab, grid)
    with st.expander(_("The commands that made our figures, and the machines"), icon=":material/terminal:"):
        st.code("\n".join(dict.fromkeys(yardsticks.command(lab, each) for each in declared)), language="bash")
        for machine in yardsticks.machines(lab):
            st.caption(translate(machine))


def _ours(result: Result) -> str:
    """A figure of ours, and of how many runs it is."""
    if not result.seeds:
        return translate(str(result))
    return _("{number} ({count} {of})").format(number=result.number, count=result.seeds, of=_(result.of))


def _grid(lab: str, grid: Grid) -> None:
    """Ours above, what was published below it in italics; the best of each column of ours is bold."""
    heads, rows = yardsticks.grid_of(lab, grid)
    if not heads:
        return
    st.subheader(_(grid.title), anchor=False)
    ours = [row for title, row in rows.items() if title not in grid.published]
    best = [max(column) for column in zip(*ours)]
    names = [f"*{translate(title)}*" if title in grid.published else translate(title) for title in rows]
    columns = {
        head: [
            f"**{row[i]:.1f}**" if row[i] == best[i] and title not in grid.published else f"{row[i]:.1f}"
            for title, row in rows.items()
        ]
        for i, head in enumerate([*heads, _("mean")])
    }
    st.table({_(grid.across): names} | columns)
    st.caption(translate(grid.note))
