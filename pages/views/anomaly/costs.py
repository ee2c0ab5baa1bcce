"""Two costs, two thresholds: the same scores, and what is the best decision depends on what each mistake costs."""

from collections.abc import Sequence

import streamlit as st

from core.anomaly.analysis import costs
from core.anomaly.analysis.costs import Best, Curves, Prices, Tables, rounded
from core.anomaly.analysis.scores import KINDS, Scores, final
from pages.parts import chart, figures, table, verdict
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.anomaly.threshold import share_slider, spoken

ROLES = {"A": "neutral", "B": "after"}
DEAREST = 1000


@view(N_("Two costs"), needs=KINDS, scene="anomaly-two-costs")
def draw(current: Shown) -> None:
    """Two tables of costs; what each threshold costs by either, the cheapest of each, and each by the other's table."""
    found = final(current)
    tables, share = _knobs(found)
    bests = {name: _decision(costs.best(found, prices, share)) for name, prices in tables.items()}
    alt = _("Cost of 100 examples by both tables, against the threshold")
    chart.show(over_positions(found, tables, bests, share), key="costs/curves", alt=alt)
    st.caption(_("Left: everything raises the alarm. Right: nothing does. Equal distances are equally many examples."))
    verdict.draw("anomaly", costs.two_thresholds(found, tables, share), a=bests["A"], b=bests["B"])
    _table(found, tables, share)
    tip = verdict.words("anomaly", costs.flattered(found, tables, share))
    st.caption(_("Costs are of 100 examples."), help=tip)
    _lecture()


def _knobs(found: Scores) -> tuple[Tables, float]:
    """Both tables of costs, and the share of anomalies among what comes, in [0, 1]."""
    tables, columns = {}, st.columns([1, 1, 1], gap="large")
    for column, (name, first) in zip(columns, costs.LECTURE.items()):
        with column:
            st.markdown(_("**Cost table {}**").format(name))
            left, right = st.columns(2)
            miss = left.number_input(_("A missed anomaly"), 0, DEAREST, first.miss, 1, key=f"costs/miss/{name}")
            alarm = right.number_input(_("A false alarm"), 0, DEAREST, first.alarm, 1, key=f"costs/alarm/{name}")
            tables[name] = Prices(miss, alarm)
            st.caption(verdict.words("anomaly", costs.odds(tables[name])))
    with columns[-1]:
        share = share_slider(found, "costs")
        st.caption(_("What is decided rightly costs nothing."))
    return tables, share / 100


# ---- curves ----


def over_scores(found: Scores, tables: Tables, share: float, ends: tuple[float, float]) -> figures.Figure:
    """Cost of 100 examples against the threshold between two scores, by each table, and the cheapest threshold of each."""
    curves = costs.over_scores(found, tables, share, ends)
    figure = _curves(curves, tables, curves.at, 320, steps=True)  # between two scores the next one above decides
    for name, place in curves.best.items():
        at = curves.at[place]
        point = _lowest(curves, name, at, spoken([at])[0], _("best for {}").format(name))
        figures.add(figure, point | {"showlegend": False})
    return figures.within(figure, x=ends)


def over_positions(found: Scores, tables: Tables, bests: dict[str, str], share: float) -> figures.Figure:
    """The same with equally many examples between any two positions of the threshold. bests: of each table, in words."""
    curves = costs.over_positions(found, tables, share)
    many, names = len(curves.at), spoken(curves.at)
    figure = _curves(curves, tables, range(many), 340)
    for name, place in curves.best.items():
        title = _("best for {}: {}").format(name, bests[name])
        figures.add(figure, _lowest(curves, name, place, names[place], title))
    some = range(0, many, max(1, many // 8))  # as an axis has room for, though two neighbours may read the same
    figures.ticked(figure, "x", some, [spoken([curves.at[place]])[0] for place in some])
    return figures.within(figure, x=(-0.5, many - 0.5))


def _curves(curves: Curves, tables: Tables, x: Sequence[float], height: int, steps: bool = False) -> figures.Figure:
    title = _("{}: miss {:g}, false alarm {:g}")
    lines = [
        Line(title.format(name, tables[name].miss, tables[name].alarm), ROLES[name], x, y, steps=steps)
        for name, y in curves.costs.items()
    ]
    log = all(y.min() > 0 for y in curves.costs.values())
    return figures.curves(lines, _("alarm from this score on"), _("cost of 100 examples"), height, log_y=log)


def _lowest(curves: Curves, name: str, x: float, at: str, title: str) -> figures.Trace:
    """The lowest point of a table's curve. at: its threshold in words."""
    cost = float(curves.costs[name][curves.best[name]])
    text = _("best for {}: {}\ncosts {:,}").format(name, at, rounded(cost))
    return figures.dots(title, ROLES[name], [x], [cost], [text])


def _decision(each: Best) -> str:
    """The best threshold in words."""
    if each.never:
        return _("never raise it")
    return _("always raise it") if each.always else spoken([each.threshold])[0]


# ---- tables ----


def _table(found: Scores, tables: Tables, share: float) -> None:
    """The two best thresholds and the two decisions that need no detector: what each misses, and costs by either table."""
    decided = costs.decisions(found, tables, share).values()
    *names, __ = spoken([each.threshold for each in decided])
    rows = [
        (_("Alarm from"), *names, _("always")),
        (_("Anomalies found (%)"), *(f"{100 * each.shares.recall:.1f}" for each in decided)),
        (_("Missed, of 100"), *(f"{100 * each.shares.missed:.3g}" for each in decided)),
        (_("False alarms, of 100"), *(f"{100 * each.shares.alarms:.3g}" for each in decided)),
        (_("Cost by A, of 100"), *(f"{rounded(each.costs['A']):,}" for each in decided)),
        (_("Cost by B, of 100"), *(f"{rounded(each.costs['B']):,}" for each in decided)),
    ]
    heads = _("Decision"), _("Best for A"), _("Best for B"), _("Never"), _("Always")
    table.draw(heads, rows)


def _lecture() -> None:
    """The lecture's own example: two thresholds, neither of which is the better one without a table of costs."""
    st.markdown(_("**The lecture’s own example**"))
    rows = [
        (name, *(f"{number:.0f}" for number in (*costs.EXAMPLE[name], *paid)))
        for name, paid in costs.lecture_costs().items()
    ]
    heads = _("Threshold"), _("Missed"), _("False alarms"), _("Cost by A (1 and 100)"), _("Cost by B (100 and 1)")
    table.draw(heads, rows)
    st.caption(verdict.words("anomaly", costs.lecture()))
