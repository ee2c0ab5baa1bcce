"""Two costs, two thresholds: the same scores, and what is the best decision depends on what each mistake costs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.anomaly import decide
from core.anomaly.decide import Confusion
from pages.parts import chart, figures
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data
from pages.views.anomaly.data import Scores
from pages.views.anomaly.threshold import positions, share_slider, spoken

LECTURE = {"A": (1, 100), "B": (100, 1)}  # what a missed anomaly costs, and a false alarm
EXAMPLE = {"1": (4, 1), "2": (3, 6)}  # the lecture's two thresholds: anomalies missed, false alarms
ROLES = {"A": "neutral", "B": "after"}
DEAREST = 1000
HALVES = 20  # random splits of the test part
NEARLY = 0.9  # of the cost of never or always raising it: what costs more gains hardly anything


@dataclass(frozen=True)
class Prices:
    """What a missed anomaly costs, and a false alarm."""

    miss: float
    alarm: float


@dataclass(frozen=True)
class Best:
    """The cheapest threshold, what it costs on average per example, and whether that is to raise no alarm, or every one."""

    threshold: float
    cost: float
    never: bool
    always: bool


@st.fragment
def costs(current: Shown) -> None:
    """Two tables of costs; what each threshold costs by either, the cheapest of each, and each by the other's table."""
    found = data.final(current)
    if found is None:
        st.info(_("This run has no scores of its whole test part: let a run end."))
        return
    prices, share = _knobs(found)
    bests = {name: best(found, each, share / 100) for name, each in prices.items()}
    _curves(found, prices, share / 100)
    st.markdown(about(found, prices, bests, share / 100))
    _table(found, prices, bests, share / 100)
    st.caption(_("Costs are of 100 examples."), help=about_chance(found, prices, bests, share / 100))
    _lecture()


def _knobs(found: Scores) -> tuple[dict[str, Prices], float]:
    """Both tables of costs, and the share of anomalies among what comes, in %."""
    prices, columns = {}, st.columns([1, 1, 1], gap="large")
    for column, (name, (miss, alarm)) in zip(columns, LECTURE.items()):
        with column:
            st.markdown(f"**{_('Cost table {}').format(name)}**")
            left, right = st.columns(2)
            given = (
                left.number_input(_("A missed anomaly"), 0, DEAREST, miss, 1, key=f"costs/miss/{name}"),
                right.number_input(_("A false alarm"), 0, DEAREST, alarm, 1, key=f"costs/alarm/{name}"),
            )
            prices[name] = Prices(*given)
            st.caption(about_odds(prices[name]))
    with columns[-1]:
        share = share_slider(found.odd, "costs")
        st.caption(_("What is decided rightly costs nothing."))
    return prices, share


def about_odds(prices: Prices) -> str:
    """From which share of anomalies on among examples of one sort an alarm is the cheaper decision."""
    if prices.miss + prices.alarm == 0:
        return _("No mistake costs anything: any decision will do.")
    share = 100 * prices.alarm / (prices.miss + prices.alarm)
    return _("An alarm pays where more than {:.3g} % of such examples are anomalies.").format(share)


def best(found: Scores, prices: Prices, share: float) -> Best:
    """The cheapest of all thresholds, of equals the highest. share: of anomalies among what comes, in [0, 1]."""
    thresholds, cost = decide.costs(found.test, found.odd, prices.miss, prices.alarm, share)
    at = int(np.argmin(np.round(cost, 12)))  # equal but for rounding is equal
    return Best(float(thresholds[at]), float(cost[at]), at == 0, at == len(cost) - 1)


def cost_at(found: Scores, prices: Prices, share: float, at: np.ndarray) -> np.ndarray:
    """Cost on average at each of these thresholds (T,)."""
    thresholds, cost = decide.costs(found.test, found.odd, prices.miss, prices.alarm, share)
    return cost[np.searchsorted(-thresholds, -at, side="right") - 1]  # the lowest of the scores that are not below it


def priced(name: str, prices: Prices) -> str:
    """What a table of costs says: “A: miss 1, false alarm 100”."""
    return _("{}: miss {:g}, false alarm {:g}").format(name, prices.miss, prices.alarm)


def on_scores(found: Scores, prices: Mapping[str, Prices], share: float, ends: tuple[float, float]) -> figures.Figure:
    """Cost per 100 examples against the threshold between two scores, by each table, and the cheapest threshold of each."""
    at = np.unique(np.clip(found.test, *ends))
    curves_of = {name: 100 * cost_at(found, each, share, at) for name, each in prices.items()}
    lines = [Line(priced(name, prices[name]), ROLES[name], at, y) for name, y in curves_of.items()]
    log = all(y.min() > 0 for y in curves_of.values())
    figure = figures.curves(lines, _("alarm from this score on"), _("cost of 100 examples"), log_y=log)
    for trace in figure["data"]:
        trace["line"]["shape"] = "vh"  # between two scores the next one above decides
    for name, y in curves_of.items():
        text = _("best for {}: {}\ncosts {}").format(name, spoken([at[y.argmin()]])[0], money(float(y.min())))
        point = figures.dots(_("best for {}").format(name), ROLES[name], [at[y.argmin()]], [y.min()], [text])
        figures.add(figure, point | {"showlegend": False})
    return figures.within(figure, x=ends)


def curves(found: Scores, prices: Mapping[str, Prices], share: float) -> figures.Figure:
    """Cost per 100 examples against the threshold, one curve and its lowest point for each table."""
    bests = {name: best(found, each, share) for name, each in prices.items()}
    at = np.unique([*positions(found.test, found.odd), *(each.threshold for each in bests.values())])
    names = spoken(at)
    costs_of = {name: 100 * cost_at(found, each, share, at) for name, each in prices.items()}
    lines = [Line(priced(name, prices[name]), ROLES[name], range(len(at)), y) for name, y in costs_of.items()]
    log = all(y.min() > 0 for y in costs_of.values())
    figure = figures.curves(lines, _("alarm from this score on"), _("cost of 100 examples"), 340, log_y=log)
    marks = {}
    for name, each in bests.items():
        place = int(np.searchsorted(at, each.threshold))
        text = _("best for {}: {}\ncosts {}").format(name, names[place], money(100 * each.cost))
        marks[_("best for {}: {}").format(name, decision(each))] = (ROLES[name], [place], [100 * each.cost], [text])
    figures.add(figure, *figures.points(marks, "", "")["data"])
    figures.within(figure, x=(-0.5, len(at) - 0.5))
    figure["layout"]["xaxis"] |= _some_names(rounded(at))
    return figure


def _some_names(names: list[str]) -> dict:
    """Every so many names of the places, as an axis has room for them."""
    every = max(1, len(names) // 8)
    return {"tickvals": list(range(0, len(names), every)), "ticktext": names[::every]}


def _curves(found: Scores, prices: Mapping[str, Prices], share: float) -> None:
    figure = curves(found, prices, share)
    chart.show(figure, key="costs/curves", alt=_("Cost of 100 examples by both tables, against the threshold"))
    st.caption(_("Left: everything raises the alarm. Right: nothing does. Equal distances are equally many examples."))


def rounded(at: np.ndarray) -> list[str]:
    """Thresholds as an axis has room for them, though two neighbours may read the same."""
    return [spoken([each])[0] for each in at]


def decision(each: Best) -> str:
    """The best threshold in words."""
    if each.never:
        return _("never raise it")
    return _("always raise it") if each.always else spoken([each.threshold])[0]


def about(found: Scores, prices: Mapping[str, Prices], bests: Mapping[str, Best], share: float) -> str:
    """What the two cheapest thresholds say together, and what it costs to take the wrong one."""
    a, b = bests["A"], bests["B"]
    if any(each.miss + each.alarm == 0 for each in prices.values()):
        return _("Where no mistake costs anything, every threshold is as good as any other.")
    if a.threshold == b.threshold:
        return _("Both tables want the same threshold here: **{}**.").format(decision(a)) + _extremes(
            prices, bests, share
        )
    said = _("One detector, two right thresholds: table A wants **{}**, table B **{}**.").format(
        decision(a), decision(b)
    )
    wrong = {
        "A": float(cost_at(found, prices["B"], share, np.array([a.threshold]))[0]),
        "B": float(cost_at(found, prices["A"], share, np.array([b.threshold]))[0]),
    }
    said += " " + _(
        "With A's threshold table B pays {} instead of {} for 100 examples, with B's table A {} instead of {}."
    ).format(*(money(100 * cost) for cost in (wrong["A"], b.cost, wrong["B"], a.cost)))
    return said + _extremes(prices, bests, share)


def _extremes(prices: Mapping[str, Prices], bests: Mapping[str, Best], share: float) -> str:
    """Which table is served best, or nearly so, without looking at any score."""
    said = ""
    for name, each in bests.items():
        never, always = blind(prices[name], share)
        if each.never:
            told = _("By table {} it is best never to raise the alarm: nothing found is worth its false alarms.")
        elif each.always:
            told = _(
                "By table {} it is best always to raise the alarm: each miss costs more than the false alarms it would save."
            )
        elif each.cost > NEARLY * min(never, always):
            word = _("never") if never <= always else _("always")
            told = _("By table {} that is hardly better than {} to raise it, which costs {}.")
            told = told.format("{}", word, money(100 * min(never, always)))
        else:
            continue
        said += " " + told.format(name)
    return said


def blind(prices: Prices, share: float) -> tuple[float, float]:
    """What it costs, per example, never to raise the alarm, and always to raise it: no detector is needed for that."""
    return prices.miss * share, prices.alarm * (1 - share)


def _table(found: Scores, prices: Mapping[str, Prices], bests: Mapping[str, Best], share: float) -> None:
    """The two best thresholds and the two decisions that need no detector: what each misses, and costs by either table."""
    columns = {_("Best for {}").format(name): each.threshold for name, each in bests.items()}
    columns |= {_("Never"): np.inf, _("Always"): float(found.test.min())}
    names = spoken(list(columns.values()))
    tables = [decide.confusion(found.test, found.odd, at, share) for at in columns.values()]
    rows = {
        _("Alarm from"): [*names[:-1], _("always")],
        _("Anomalies found (%)"): [f"{100 * table.recall:.1f}" for table in tables],
        _("Missed, of 100"): [_count(table.missed) for table in tables],
        _("False alarms, of 100"): [_count(table.alarms) for table in tables],
    }
    for name, each in prices.items():
        rows[_("Cost by {}, of 100").format(name)] = [
            money(100 * decide.cost(table, each.miss, each.alarm)) for table in tables
        ]
    cells = dict(zip(columns, zip(*rows.values())))
    st.table({_("Decision"): list(rows)} | {name: list(column) for name, column in cells.items()})


def _count(share: float) -> str:
    """How many of 100 examples."""
    return f"{100 * share:.2f}" if 0 < 100 * share < 1 else f"{100 * share:.1f}"


def money(cost: float) -> str:
    return f"{cost:,.2f}" if 0 < cost < 10 else f"{cost:,.0f}"


def about_chance(found: Scores, prices: Mapping[str, Prices], bests: Mapping[str, Best], share: float) -> str:
    """That the thresholds were chosen on the very test examples; what they cost when chosen on one half, and tried on the other."""
    said = _(
        "Both thresholds were chosen on the very test examples that they are judged by, with labels that "
        "nobody has where the detector works: this flatters them."
    )
    tried = {name: elsewhere(found, each, share) for name, each in prices.items()}
    if any(cost is None for cost in tried.values()):
        return said + " " + _("There are too few test examples to see by how much.")
    said += " " + _("Chosen on one half and tried on the other, mean of {} random halves:").format(HALVES)
    return said + " " + "; ".join(_tried(name, tried[name], bests[name], prices[name], share) for name in prices) + "."


def _tried(name: str, cost: float, chosen: Best, prices: Prices, share: float) -> str:
    """What table `name` pays where its threshold was not chosen, and whether that is more than without any detector."""
    said = _("{} costs {} instead of {}").format(name, money(100 * cost), money(100 * chosen.cost))
    never, always = blind(prices, share)
    if cost <= min(never, always):
        return said
    blindly = _("more than never to raise the alarm") if never <= always else _("more than always to raise the alarm")
    return f"{said}, {blindly}"


def elsewhere(found: Scores, prices: Prices, share: float) -> float | None:
    """Mean cost, per example, of thresholds chosen on random halves of the test part and tried on the other halves.

    Each half has its share of normals and of anomalies; None where there are fewer than four of either.
    """
    return decide.cost_elsewhere(found.test, found.odd, prices.miss, prices.alarm, share, HALVES)


def _lecture() -> None:
    """The lecture's own example: two thresholds, neither of which is the better one without a table of costs."""
    st.markdown(f"**{_('The lecture’s own example')}**")
    rows = {
        name: [lecture_cost(*mistakes, *prices) for prices in LECTURE.values()] for name, mistakes in EXAMPLE.items()
    }
    st.table(
        {
            _("Threshold"): list(rows),
            _("Missed"): [str(missed) for missed, __ in EXAMPLE.values()],
            _("False alarms"): [str(alarms) for __, alarms in EXAMPLE.values()],
            _("Cost by A (1 and 100)"): [f"{row[0]:.0f}" for row in rows.values()],
            _("Cost by B (100 and 1)"): [f"{row[1]:.0f}" for row in rows.values()],
        }
    )
    cheaper = {name: min(rows, key=lambda row: rows[row][place]) for place, name in enumerate(LECTURE)}
    st.caption(_("By A threshold {} is the cheaper one, by B threshold {}.").format(cheaper["A"], cheaper["B"]))


def lecture_cost(missed: int, alarms: int, miss: float, alarm: float) -> float:
    """What so many mistakes cost, by the function that all costs on this page come from."""
    return decide.cost(Confusion(0, missed, alarms, 0), miss, alarm)
