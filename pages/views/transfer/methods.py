"""All methods on the same two domains, between the two bounds: source only, and trained on the target."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core import catalogue
from core.runs import About
from core.transfer.analysis.comparison import comparable_runs, source_only, upper_bound
from core.transfer.analysis.methods import MOST, Bounds, about_bounds, bounds, carried, closed, first_of_each, targets
from pages.parts import chart, choose, figures, lecture, shown, verdict
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _


@view(N_("Methods side by side"))
def draw(current: Shown) -> None:
    """Target accuracy over the steps, one curve for each chosen run, and what was reached at which price."""
    found = {about.id: about for about in comparable_runs(current.run.about)}
    if len(found) < 2:
        st.info(lecture.note("transfer", "no other run"))
        return
    title, names = _("Runs on the same two domains, with the same steps and seed"), {i: called(found[i]) for i in found}
    chosen = choose.runs("transfer/methods", title, names, current.id, first_of_each(list(found.values()), current.id))
    lines = _lines([found[i] for i in chosen[:MOST]])
    end = max((line.x[-1] for line in lines), default=None)
    figure = figures.live(lines, _("training step"), _("target accuracy (%)"), 400, end=end)
    chart.show(figure, key="methods/curves", alt=_("Target accuracy of several methods over training"))
    if chosen:
        _table([found[i] for i in chosen], bounds(list(found.values())))


def called(about: About) -> str:
    """How a run's method is called, with what tells two runs of one method apart."""
    knobs = [_(words).format(_value(about, name)) for name, words in carried(about).items()]
    return ", ".join([shown.method(about), *knobs])


def _value(about: About, name: str) -> str:
    value = about.settings[name]
    return f"{value:g}" if isinstance(value, int | float) else _(catalogue.value_of(about.lab, about.settings, name))


def _lines(chosen: Sequence[About]) -> list[Line]:
    """One curve for each run; the bounds in grey and in ink, the methods in hues of their own."""
    lines, hue = [], 0
    for about in chosen:
        if source_only(about.settings):
            role, name = "control", _("{} (lower bound)")
        elif upper_bound(about.settings):
            role, name = "whole", _("{} (upper bound)")
        else:
            hue, name = hue + 1, "{}"
            role = f"task{hue}"
        lines.append(Line(name.format(called(about)), role, *targets(about.id)))
    return lines


def _table(chosen: Sequence[About], within: Bounds) -> None:
    """What each run reached, the best first."""
    order = sorted(chosen, key=lambda about: -about.summary["target"])
    st.table(
        {
            _("Method"): [called(about) for about in order],
            _("Source (%)"): [_number(about.summary.get("source")) for about in order],
            _("Target (%)"): [_number(about.summary["target"]) for about in order],
            _("Gap closed (%)"): [_number(closed(about.summary["target"], within), 0) for about in order],
            _("Proxy A-distance"): [_number(about.summary.get("a_distance"), 2) for about in order],
            _("Labels per class"): [_labels(about.settings) for about in order],
            _("Seconds"): [_number(about.seconds, 0) for about in order],
        }
    )
    if why := about_bounds(within):
        st.caption(verdict.words("transfer", why))
    lecture.caption("transfer", "one seed each")


def _labels(chosen: Mapping[str, Any]) -> str:
    """How many target labels of each class a run learned from."""
    return _("all") if upper_bound(chosen) else str(chosen.get("granted", 0) + chosen.get("shots", 0))


def _number(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else verdict.minus(f"{value:.{digits}f}")
