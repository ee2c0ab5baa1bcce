"""Which columns of a table made the score high: bars for one patient."""

import streamlit as st

from core.anomaly.analysis import columns
from core.anomaly.analysis.maps import METHODS
from core.anomaly.analysis.scores import final
from core.anomaly.datasets import dataset_of
from pages.parts import chart, choose, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import example, panels
from pages.views.anomaly.names import number


@st.fragment
def draw(current: Shown) -> None:
    """One patient, one method, and a bar for each of the columns that count most."""
    names, at = dataset_of(current.settings).columns, "anomaly/why"
    left, right = st.columns([1, 1.9], gap="large")
    with left:
        groups = example.by_verdict(final(current))
        chosen = example.choose(at, current.settings, groups, start=0.5)  # the first may lie 60 σ out
        example.show(chosen, False)
        offered = {name: _(METHODS[name].title) for name in ask(columns.fitting, current)}
        method = choose.one(f"{at}/method", _("Method"), offered, side_by_side=False)
    found = ask(columns.columns, current, chosen.index, method)
    with right:
        st.markdown(_("**Which columns make the score high?** Orange makes the patient odder, blue more normal."))
        most, rest = columns.largest(found.values)
        rows = {_("{}, {:+.1f} σ").format(names[i], float(chosen.x[i])): float(found.values[i]) for i in most}
        rows[_("all {} others").format(len(names) - len(most))] = rest
        unit = _("squared standard deviations") if found.squares else _("standard deviations of held-out scores")
        said = [f"+{number(value)}" if value > 0 else number(value) for value in rows.values()]
        figure = panels.across([verdict.minus(row) for row in rows], list(rows.values()), said, unit)
        chart.show(figure, key="why/columns", alt=_("How much each column adds to the score"))
        verdict.draw("anomaly", verdict.named([columns.about_half(found.values, names)], {}))
        note = verdict.words("anomaly", found.note) if found.note else _("What the bars say")
        st.caption(note, help=verdict.words("anomaly", found.meaning))
