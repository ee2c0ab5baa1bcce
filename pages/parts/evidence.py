"""What several seeds say: their means with the spread, and a sentence that claims no more than they show."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from core.sweeps import Point
from pages.parts import chart, choose, spread, sweep
from pages.parts.spread import Level
from pages.parts.words import _, translated


def draw(
    key: str,
    columns: Mapping[str, str],
    names: Mapping[str, str],
    points: Callable[[str], Sequence[Point]],
    of: str,
    levels: Mapping[str, Level],
    control: str = "",
) -> None:
    """A choice of what was measured, the figure of it and the sentence.

    columns: what was measured, by column. names: what was compared, by value. points: those of a column. of: what the
    values are, such as “network”. levels: what a trivial rival reaches, by column. control: the value that is no contender.
    """
    words = translated(names)
    column = choose.one(f"{key}/column", _("Result"), translated(columns), side_by_side=False, width=420)
    result = _(columns[column])
    if not (found := points(column)):
        st.info(_("The table of this experiment is not here: `make yardsticks` measures it."))
        return
    figure = spread.against(found, words, of, result, level=levels.get(column))
    alt = _("{result} against {knob}: mean and standard deviation over seeds")
    chart.show(figure, key=f"{key}/figure", alt=alt.format(result=result, knob=of))
    tried = [point for point in found if point.value != control]
    if said := sweep.conclusion(tried, words, of, result):
        st.markdown(said)
    sweep.summary(tried, words, of, result)
