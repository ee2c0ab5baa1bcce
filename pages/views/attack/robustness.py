"""Robust accuracy against ε: every attack beside noise of the same size, several networks over each other, the worst of all."""

from typing import Any

import streamlit as st

from core.attack.analysis import robustness
from core.attack.analysis.subject import shows
from core.attack.metrics import METRICS
from core.attack.pictures import BECOMES
from core.record import Record
from pages.parts import chart, choose, figures, lecture, rasters, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.attack import asked
from pages.views.attack.confusion import draw_matrix

BESIDE = 3  # curves of other networks that are shown at first


@view(N_("Robust accuracy"), opens=lambda current: shows(current, "curve", "training"))
def draw(current: Shown) -> None:
    """The curves of this network, other networks' worst over them, the table, and what becomes what at one ε."""
    measured = robustness.measured(current)
    network = robustness.network_of(current)
    knobs = {"subject": "digits", "network": network.removesuffix("/model")} if network else {"subject": "photo"}
    sentence = _("No stored run has measured this network yet: choose the method “Robust accuracy”.")
    if not asked.measured(current, measured, sentence, knobs | {"method": "curve"}, ":material/show_chart:"):
        return
    others = {
        about.id: _("{} · seed {}").format(about.settings.get("network", _("photos")), about.settings.get("seed", 0))
        for about in robustness.others(measured)
    }
    chosen = []
    if others:
        where, label = "attack/robust/others", _("Over it, the worst of other runs")
        views.keep_choice(where, measured.id, others, list(others)[:BESIDE])
        chosen = st.multiselect(
            label, list(others), format_func=others.get, key=where, max_selections=8, placeholder=_("Choose")
        )
    figure = curves(measured, {run_id: others[run_id] for run_id in chosen})
    alt = _("Robust accuracy against the size of the change, for several attacks and for noise")
    chart.show(figure, key="attack/robust/curves", alt=alt)
    if note := measured.summary.get("note"):
        st.markdown(f":material/balance: {translate(note)}")
    _table(measured)
    _becomes(measured)


def curves(measured: Record, others: dict[str, str]) -> figures.Figure:
    """All curves of one run, and the worst of others (run id → title) in the background."""
    found = robustness.curves(measured)
    names = sorted(found.right, key="worst".__ne__)  # drawn first, for it lies under the strongest attack's curve
    lines = [Line(translate(METRICS[name].label), METRICS[name].role, found.steps, found.right[name]) for name in names]
    for place, (run_id, title) in enumerate(others.items()):
        if other := robustness.worst_of(run_id):
            lines.append(Line(_("worst · {}").format(title), f"task{place % 10 + 1}", *other, faint=True))
    unit = {"inf": _("size of the change ε (of 255, L∞)"), "2": _("size of the change ε (of 255, root mean square)")}
    figure = figures.curves(lines, unit[measured.settings.method.norm], _("still right (%)"), 360)
    figures.within(figure, x=(0, found.highest), y=(-2, 102))
    return figures.add_levels(figure, [(_("guessing: {:g} %").format(found.guess), found.guess)])


def numbers(measured: Record) -> figures.Figure:
    """Accuracy (%) under each attack (rows) at each ε (columns)."""
    found = robustness.curves(measured)
    labels, sizes = [translate(METRICS[name].label) for name in found.right], [f"{step:g}" for step in found.steps]
    return rasters.matrix(
        found.numbers, 300, limit=100, text=".0f", rows=labels, columns=sizes, x=_("still right (%) at ε")
    )


def _table(measured: Record) -> None:
    """Every number of the curve, and which attack was the worst."""
    found = robustness.curves(measured)
    labels = {name: translate(METRICS[name].label) for name in found.right}
    rows: list[dict[str, Any]] = []
    for i, step in enumerate(found.steps):
        row = {"ε": step} | {labels[name]: values[i] for name, values in found.right.items()}
        rows.append(row | {_("Strongest attack"): labels.get(robustness.strongest(measured, step), "–")})
    with st.expander(_("All numbers"), icon=":material/table:"):
        formats = {label: st.column_config.NumberColumn(format="%.1f %%") for label in labels.values()}
        st.dataframe(rows, hide_index=True, key="attack/robust/table", column_config=formats)
        lecture.caption("attack", "worst of all")


def _becomes(measured: Record) -> None:
    """A slider of ε, and which digit is called what under the strongest attack there."""
    matrices = measured.by_step(BECOMES)
    if len(matrices) < 2:
        return
    levels, left, right = list(matrices), *st.columns([1, 1.4], gap="large")
    with left:
        title, first = _("What becomes what at ε (of 255)"), robustness.falls(measured, levels)
        level = choose.along("attack/robust/level", title, levels, first)
        if name := robustness.strongest(measured, level):
            st.caption(_("Under the strongest attack there: {}.").format(translate(METRICS[name].label)))
        st.caption(_("A digit lost at a smaller ε counts with the answer that it was lost with."))
    with right:
        draw_matrix(matrices[level], "attack/robust/becomes")
