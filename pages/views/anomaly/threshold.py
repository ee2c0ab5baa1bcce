"""The threshold: one number turns scores into decisions, and how good those are depends on how many anomalies come."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.anomaly import decide
from core.anomaly.decide import Confusion
from pages.parts import chart, figures, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data
from pages.views.anomaly.data import PROMISE, TAIL, Scores, clipped

PLACES = 51  # positions of the slider among normals, and as many among anomalies
SHARES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90)  # of anomalies among what comes, in %
RARE, COMMON = 1.0, 50.0  # %: what the test part is held against
DRAWN = 150  # points of a smooth curve
Curve = tuple[np.ndarray, np.ndarray, np.ndarray]  # false alarms, found, thresholds: see decide.roc


@st.fragment
def threshold(current: Shown) -> None:
    """A slider for the threshold and one for how many anomalies come; scores, decisions and both curves follow."""
    found = data.final(current)
    if found is None:
        st.info(_("This run has no scores of its whole test part: let a run end."))
        return
    places = positions(found.test, found.odd)
    left, right = st.columns(2, gap="large")
    with left:
        at = places[_chosen(found, places)]
    with right:
        share = share_slider(found.odd, "threshold")
    table = decide.confusion(found.test, found.odd, at, share / 100)
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        _histogram(found, at)
    with right:
        _decisions(found, at, table, share)
    st.markdown(about(table, found, at, share))
    _curves(current, found, table, share)


# ---- the two sliders, which other views use as well ----


def positions(scores: np.ndarray, odd: np.ndarray) -> np.ndarray:
    """Thresholds (P,) for a slider: ascending, from one at which everything raises the alarm to ∞, at which nothing does.

    They are scores of examples, evenly many of them between any two normals and between any two anomalies: every step moves a
    few examples, however far apart the scores lie, and however few of one sort there are.
    """
    steps = np.linspace(0, 1, PLACES)
    parts = [np.quantile(part, steps, method="nearest") for part in (scores[~odd], scores[odd]) if len(part)]
    return np.append(np.unique(np.concatenate(parts)), np.inf)


def spoken(values: Sequence[float]) -> list[str]:
    """Numbers in words, each with as few digits as tell all of them apart; ∞ is “never”."""
    finite = [float(value) for value in values if np.isfinite(value)]
    digits = next((d for d in range(3, 17) if len({f"{v:.{d}g}" for v in finite}) == len(set(finite))), 17)
    return [_number(f"{value:.{digits}g}") if np.isfinite(value) else _("never") for value in values]


def _number(text: str) -> str:
    """A number as Python writes it, in the page's spelling: −1.5e−6."""
    return text.replace("e+", "e").replace("e-0", "e-").replace("-", "−")


def share_slider(odd: np.ndarray, view: str) -> float:
    """How many anomalies there are among what comes, in %: as many as among the test examples until the slider is moved."""
    own = own_share(odd)
    choices = sorted([own, *(share for share in SHARES if abs(share - own) > 0.05)])
    return st.select_slider(
        _("Anomalies among what comes"),
        choices,
        format_func=lambda share: f"{share:.3g} %" + (f" ({_('as tested')})" if share == own else ""),
        key=views.kept(f"{view}/share", choices, own),
        help=_(
            "In the test part there are as many anomalies as somebody put there. Where a detector works they may be rare."
        ),
    )


def own_share(odd: np.ndarray) -> float:
    """Share of anomalies in the test part, in %."""
    return 100 * float(np.mean(odd))


def _chosen(found: Scores, places: np.ndarray) -> int:
    """Which of the positions the slider stands at; at first where a tenth of held-out normals raises the alarm."""
    start = decide.conformal_threshold(found.held, PROMISE)
    names = spoken(places)
    return st.select_slider(
        _("Raise the alarm from this score on"),
        range(len(places)),
        format_func=names.__getitem__,
        key=views.kept("threshold/at", range(len(places)), int(min(np.searchsorted(places, start), len(places) - 1))),
        help=_(
            "To the left more alarms, to the right fewer. Each step moves about as many examples, however far apart scores lie."
        ),
    )


# ---- at this threshold ----


def _histogram(found: Scores, at: float) -> None:
    """Both sorts of scores, and the threshold between them."""
    drawn, marks = clipped(found.test), {}
    if at <= drawn.max():
        marks[_("alarm from here on")] = at
    elif np.isfinite(at):
        marks[_("alarm beyond this edge")] = float(drawn.max())
    groups = {_("normal"): ("before", drawn[~found.odd]), _("anomalies"): ("danger", drawn[found.odd])}
    figure = figures.histogram(groups, _("score: higher is odder"), _("share of each (%)"), 40, 320, marks, share=True)
    figures.room_for_marks(figure)
    chart.show(figure, key="threshold/scores", alt=_("Histogram of the scores of normal and anomalous test examples"))
    st.caption(_("The highest {:.0f} % of all scores stand at the right edge.").format(100 - 100 * TAIL))


def _decisions(found: Scores, at: float, table: Confusion, share: float) -> None:
    """Who raises the alarm, counted and in shares."""
    raised = found.test >= at
    rows = {_("anomalies"): found.odd, _("normals"): ~found.odd}
    counts = [(int((raised & part).sum()), int((~raised & part).sum())) for part in rows.values()]
    words = ((_("{:,} found"), _("{:,} missed")), (_("{:,} false alarms"), _("{:,} passed")))
    cells = [[word.format(n) for word, n in zip(*row)] for row in zip(words, counts)]
    st.table(
        {
            _("Test examples"): [f"{sum(row):,} {name}" for name, row in zip(rows, counts)],
            _("Alarm"): [row[0] for row in cells],
            _("No alarm"): [row[1] for row in cells],
        }
    )
    if share != own_share(found.odd):
        found_, missed, alarms, passed = thousand(table)
        st.caption(
            _("Of 1,000 that come at {:.3g} % anomalies: {} found, {} missed, {} false alarms, {} passed.").format(
                share, found_, missed, alarms, passed
            )
        )
    _shares(table)


def thousand(table: Confusion) -> list[str]:
    """How many of 1,000 that come are found, missed, false alarms and passed: of a few with one decimal."""
    each = [1000 * part for part in (table.found, table.missed, table.alarms, table.passed)]
    return [f"{n:.1f}" if 0 < n < 10 else f"{n:.0f}" for n in each]


def _shares(table: Confusion) -> None:
    """The usual numbers in percent, each with what it means."""
    numbers = {
        _("Precision"): (
            percent(table.precision if table.found + table.alarms > 0 else None),
            _("Of all alarms the share that is raised by an anomaly."),
        ),
        _("Recall"): (percent(table.recall), _("Of the anomalies the share that is found.")),
        _("False alarm rate"): (percent(table.false_alarms), _("Of the normals the share that raises the alarm.")),
        "F1": (percent(f1(table)), _("Harmonic mean of precision and recall.")),
        _("Accuracy"): (percent(table.found + table.passed), _("Of all that come the share that is decided rightly.")),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, (value, tip) in numbers.items():
            st.metric(name, value, help=tip, width="content")


def f1(table: Confusion) -> float:
    """Harmonic mean of precision and recall, in [0, 1]: 2 found / (2 found + missed + false alarms)."""
    whole = 2 * table.found + table.missed + table.alarms
    return 2 * table.found / whole if whole > 0 else 0.0


def percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def about(table: Confusion, found: Scores, at: float, share: float) -> str:
    """What the share of anomalies does to these decisions, against the test part's own share or against a rarer one. share: in %."""
    own = own_share(found.odd)
    if table.found + table.alarms == 0:
        return _("Nothing raises the alarm: no normal is troubled, and no anomaly is found.") + _accuracy(table, share)
    other = own if share != own else RARE if own > 2 * RARE else COMMON
    there = decide.confusion(found.test, found.odd, at, other / 100)
    said = _("With **{:.3g} %** anomalies, **{}**").format(share, false_ones(1 - table.precision))
    contrast = _("among the test examples, with {:.3g} %, {}") if share != own else _("with {:.3g} % anomalies, {}")
    said += "; " + contrast.format(other, false_ones(1 - there.precision)) + ". "
    return said + _("Recall, false alarm rate and AUROC are the same at both.") + _accuracy(table, share)


def false_ones(share: float) -> str:
    """“9 of 10 alarms are false”: out of the smallest number of alarms that says it within a tenth."""
    if share <= 0 or share >= 1:
        return _("no alarm is false") if share <= 0 else _("every alarm is false")
    for whole in (10, 100, 1_000, 10_000):
        n = round(share * whole)
        if 0 < n < whole and abs(n / whole - share) <= 0.1 * min(share, 1 - share):
            return (_("{:,} of {:,} alarms is false") if n == 1 else _("{:,} of {:,} alarms are false")).format(
                n, whole
            )
    return _("hardly any alarm is false") if share < 0.5 else _("nearly every alarm is false")


def _accuracy(table: Confusion, share: float) -> str:
    """Where deciding always the same would be right more often than this threshold: what accuracy is worth then."""
    blind, right = max(share, 100 - share), 100 * (table.found + table.passed)
    if right >= blind - 0.05:
        return ""
    same = _("To call everything normal") if share < 50 else _("To call everything an anomaly")
    return " " + _(
        "{} would be right in {:.1f} % of all cases, this threshold is in {:.1f} %: accuracy alone misleads."
    ).format(same, blind, right)


# ---- at every threshold ----


def _curves(current: Shown, found: Scores, table: Confusion, share: float) -> None:
    """ROC and precision against recall, the chosen point on both."""
    curve = decide.roc(found.test, found.odd)
    score, precise = decide.auroc(found.test, found.odd), decide.average_precision(found.test, found.odd, share / 100)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**ROC** · AUROC **{percent(score)}**" + about_interval(decide.interval(found.test, found.odd)))
        chart.show(_roc(curve, table), key="threshold/roc", alt=_("ROC curve: anomalies found against false alarms"))
        st.caption(about_mean(current, score))
    with right:
        st.markdown(
            f"**{_('Precision and recall')}** · "
            + _("average precision **{}** at {:.3g} % anomalies (a random order has {:.3g} %)").format(
                percent(precise), share, share
            )
        )
        chart.show(
            _precision(curve, table, share / 100),
            key="threshold/precision",
            alt=_("Precision against recall at every threshold"),
        )


def _roc(curve: Curve, table: Confusion) -> figures.Figure:
    alarms, found, __ = curve
    keep = corners(alarms, found)
    lines = [
        Line(_("every threshold"), "after", _rounded(alarms[keep]), _rounded(found[keep])),
        Line(_("guessing"), "control", [0, 100], [0, 100]),
    ]
    figure = figures.curves(lines, _("false alarm rate (%)"), _("recall: anomalies found (%)"), 320)
    return _with_point(figure, 100 * table.false_alarms, 100 * table.recall)


def precision_curve(curve: Curve, share: float) -> figures.Figure:
    """share: of anomalies among what comes, in [0, 1]."""
    alarms, found, __ = (part[1:] for part in curve)  # where nothing raises the alarm there is no precision
    precision = share * found / (share * found + (1 - share) * alarms)
    keep = np.union1d(corners(found, precision), np.arange(0, len(found), max(1, len(found) // DRAWN)))
    lines = [
        Line(_("every threshold"), "after", _rounded(found[keep]), _rounded(precision[keep])),
        Line(_("guessing"), "control", [0, 100], [100 * share, 100 * share]),
    ]
    figure = figures.curves(lines, _("recall: anomalies found (%)"), _("precision (%)"), 320)
    return figures.within(figure, (0, 100), (-6, 106))


def _precision(curve: Curve, table: Confusion, share: float) -> figures.Figure:
    precision = 100 * table.precision if table.found + table.alarms > 0 else None
    return _with_point(precision_curve(curve, share), 100 * table.recall, precision)


def _with_point(figure: figures.Figure, x: float, y: float | None) -> figures.Figure:
    """The figure with the chosen threshold on its curve; without where there is no such point."""
    figures.within(figure, x=(-2, 102))  # a point at the edge is a whole point
    if y is not None:
        text = f"{figures.title_of(figure, 'y')} {y:.1f}\n{figures.title_of(figure, 'x')} {x:.1f}"
        figures.add(figure, figures.dots(_("chosen threshold"), "whole", [x], [y], [text]))
    return figure


def _rounded(shares: np.ndarray) -> np.ndarray:
    """Shares in percent with as many digits as a screen has room for: the curve travels with every move of the slider."""
    return np.round(100 * shares, 2)


def corners(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Places of the points (N,) at which a curve turns, its ends among them: the rest lies on straight lines between these."""
    dx, dy = np.diff(x), np.diff(y)
    turns = np.abs(dx[:-1] * dy[1:] - dx[1:] * dy[:-1]) > 1e-12
    return np.unique(np.concatenate([[0], np.flatnonzero(turns) + 1, [len(x) - 1]]))


def about_mean(current: Shown, score: float) -> str:
    """What a random order reaches, and the trivial rival. score: AUROC in [0, 1]."""
    rival = data.by_the_mean(current.settings)
    said = _("A random order has 50 %. The distance to the mean normal example has {:.1f} %").format(rival)
    return said + (_(": this detector is no better than that.") if 100 * score <= rival else ".")


def about_interval(found: tuple[float, float] | None) -> str:
    if found is None:
        return f" ({_('too few test examples overlap to tell how far it would vary')})"
    low, high = 100 * found[0], 100 * found[1]
    return f" ({_('95 % interval {:.1f} to {:.1f} %, by DeLong').format(low, high)})"
