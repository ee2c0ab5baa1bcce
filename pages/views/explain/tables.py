"""Tables: a random forest, LIME on one row, and how much of its answer is chance."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.explain import analysis
from pages.parts import chart, choose, lecture, verdict
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.explain import weights

SHOWN = 8  # weights, of up to thirty
SAMPLES = [100, 200, 500, 1000, 2000, 5000]


@view(N_("Tables"))
def draw(_current: Shown) -> None:
    """Choose a table and a row; the forest answers, LIME says why, and repeats say how far to trust it."""
    from core.data.tables import TITLES

    lecture.write("explain", "tables")
    name = choose.one("tables/table", _("Table"), {name: _(title) for name, title in TITLES.items()}, "cancer")
    _row(name)


@st.fragment
def _row(name: str) -> None:
    """One row of the table under the knobs of LIME."""
    from core.data import tables as source

    table, (widths, own) = source.load(name), analysis.tables.widths(name)
    left, right = st.columns([1, 2], gap="large")
    with left:
        label = _("{} in the test part").format(_(table.row))
        row = st.slider(label, 1, len(table.test_y), 1, key=f"tables/row/{name}") - 1
        samples = choose.along("tables/samples", _("Samples"), SAMPLES, 2000)
        label, tip = _("Kernel width $σ$"), lecture.note("explain", "kernel width")
        width = st.select_slider(label, widths, own, format_func="{:.3g}".format, key=f"tables/width/{name}", help=tip)
        tip = _("The same question with other random rows.")
        many = st.slider(_("Repeats"), 1, 8, 4, key="tables/repeats", help=tip)
    with right:
        target = _answer(table, analysis.tables.answer(name, row))
        with st.spinner(_("Asking the forest about random rows …")):
            reasons = analysis.tables.reasons(name, row, target, samples, width, many)
        _reasons(_(table.classes[target]), reasons, table.features)
    _what_if(name, row, target, tuple(weight.feature for weight in reasons.found.mean.weights[:2]))
    if st.toggle(_("And for the whole table? (permutation importance)"), key="tables/global"):
        _whole_table(name)


def _number(label: str, value: str, rival: str | None = None, help_: str | None = None) -> None:
    """A number with what it is held against below it."""
    st.metric(label, value, rival, delta_color="off", delta_arrow="off", width="content", help=help_)


def _answer(table: Any, answer: Any) -> int:
    """What the forest says, and what is true; returns the class that it says."""
    with st.container(horizontal=True, gap="medium"):
        _number(_("The forest says"), f"{_(table.classes[answer.said])} · {answer.sure:.0f} %")
        _number(_("True"), _(table.classes[answer.true]))
        rival = _("always the commonest: {:.0f} %").format(answer.commonest)
        _number(_("Right on test rows"), f"{answer.accuracy:.1f} %", rival)
    return answer.said


def _condition(text: str, feature: str) -> str:
    """What LIME says of a feature, such as “area > 500”, with the feature's name in the reader's language."""
    return translate(feature).join(text.split(feature))


def _reasons(answer: str, reasons: Any, features: Sequence[str]) -> None:
    """The largest weights, the fit, and the agreement of the repeats."""
    mean, found = reasons.found.mean, reasons.found
    st.markdown(f"**{_('What speaks for {} (orange), and against it (blue)').format(answer)}**")
    largest = mean.weights[:SHOWN]
    rows = [(_condition(w.condition, features[w.feature]), 100 * w.value, 100 * found.sd[w.feature]) for w in largest]
    figure = weights.bars(rows, _("weight (points)"))
    chart.show(figure, key="tables/weights", alt=_("The features with the largest weights"))
    with st.container(horizontal=True, gap="medium"):
        tip = _("Weighted by the kernel; 1 when the forest is linear near this row.")
        _number(_("Fit of the linear model $R^2$"), f"{mean.r2:.2f}", _("the mean answer: 0"), tip)
        _number(_("Samples that count"), f"{mean.effective:.0f}", None, "(Σ w)² / Σ w²")
        rival = _("by chance: {:.0f} %").format(100 * reasons.chance)
        tip = _("Mean overlap (Jaccard) of the five largest weights between repeats.")
        _number(_("Top five agree"), f"{100 * found.jaccard:.0f} %", rival, tip)
    if reasons.verdicts:
        st.info(verdict.words("explain", reasons.verdicts), icon=":material/warning:")


@st.fragment
def _what_if(name: str, row: int, target: int, numbers: tuple[int, ...]) -> None:
    """Move the two features with the largest weights, and the forest answers at once."""
    from core.data import tables as source

    table, values = source.load(name), {}
    st.markdown(f"**{_('What if? Move the two features with the largest weights.')}**")
    columns = st.columns([1, 1, 1], gap="large", vertical_alignment="center")
    for column, feature in zip(columns, analysis.tables.movable(name, row, numbers)):
        title, ends = translate(table.features[feature.number]), (feature.low, feature.high, feature.value)
        step, key = (feature.high - feature.low) / 200, f"tables/if/{name}/{row}/{feature.number}"
        values[feature.number] = column.slider(title, *ends, step=step, format="%.4g", key=key)
    now, change = analysis.tables.moved(name, row, target, values)
    title, by = _("The forest now says {}"), _("{:+.0f} points").format(change) if change else None
    columns[2].metric(title.format(_(table.classes[target])), f"{now:.0f} %", by, delta_color="off")


def _whole_table(name: str) -> None:
    """The control: what matters for the whole table, not for this row."""
    with st.spinner(_("Shuffling each column five times …")):
        figure = weights.bars(
            [(translate(each), *rest) for each, *rest in analysis.tables.importance(name, SHOWN)],
            _("accuracy lost (points)"),
        )
    chart.show(figure, key="tables/importance", alt=_("The most important features of the whole table"))
    lecture.caption("explain", "shuffled columns")
