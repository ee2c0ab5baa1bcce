"""The threshold: one number turns scores into decisions, and how good those are depends on how many anomalies come."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.anomaly.analysis import threshold
from core.anomaly.analysis.scores import KINDS, Scores, clipped, final
from core.anomaly.analysis.threshold import Curve, Decisions
from core.anomaly.decide import Confusion
from pages.parts import chart, choose, figures, verdict
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _

SHARES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90)  # of anomalies among what comes, in %


@view(N_("The threshold"), needs=KINDS)
def draw(current: Shown) -> None:
    """A slider for the threshold and one for how many anomalies come; scores, decisions and both curves follow."""
    found = final(current)
    left, right = st.columns(2, gap="large")
    with left:
        at = _chosen(found)
    with right:
        share = share_slider(found, "threshold")
    decided = threshold.decisions(found, at, share / 100)
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        _histogram(found, at)
    with right:
        _decisions(found, decided, share)
    verdict.draw("anomaly", decided.verdicts)
    _curves(current, found, decided.shares, share)


# ---- the two sliders, which other views use as well ----


def spoken(values: Sequence[float]) -> list[str]:
    """Numbers in words, each with as few digits as tell all of them apart; ∞ is “never”."""
    finite = [float(value) for value in values if np.isfinite(value)]
    digits = next((d for d in range(3, 17) if len({f"{v:.{d}g}" for v in finite}) == len(set(finite))), 17)
    said = [f"{value:.{digits}g}" if np.isfinite(value) else _("never") for value in values]
    return [text.replace("e+", "e").replace("e-0", "e-").replace("-", "−") for text in said]  # −1.5e−6


def share_slider(found: Scores, view: str) -> float:
    """How many anomalies there are among what comes, in %: as many as among the test examples until the slider is moved."""
    own = 100 * found.prevalence
    choices = sorted([own, *(share for share in SHARES if abs(share - own) > 0.05)])
    return choose.along(
        f"{view}/share",
        _("Anomalies among what comes"),
        choices,
        own,
        format_func=lambda share: (_("{:.3g} % (as tested)") if share == own else "{:.3g} %").format(share),
        help=_("The test part has as many anomalies as were put there. Where a detector works they may be rare."),
    )


def _chosen(found: Scores) -> float:
    """The threshold that the slider stands at; at first where a tenth of held-out normals raises the alarm."""
    places = threshold.positions(found.test, found.is_anomaly)
    at = choose.along(
        "threshold/at",
        _("Raise the alarm from this score on"),
        range(len(places)),
        threshold.first_position(found, places),
        format_func=spoken(places).__getitem__,
        help=_("Left: more alarms; right: fewer. Each step moves about as many examples."),
    )
    return float(places[at])


# ---- at this threshold ----


def _histogram(found: Scores, at: float) -> None:
    """Both sorts of scores, and the threshold between them."""
    drawn, marks = clipped(found.test), {}
    if at <= drawn.max():
        marks[_("alarm from here on")] = at
    elif np.isfinite(at):
        marks[_("alarm beyond this edge")] = float(drawn.max())
    alt = _("Histogram of the scores of normal and anomalous test examples")
    chart.show(histogram(drawn, found.is_anomaly, marks, 320), key="threshold/scores", alt=alt)
    st.caption(_("The highest 2 % of all scores stand at the right edge."))


def histogram(drawn: np.ndarray, is_anomaly: np.ndarray, marks: dict[str, float], height: int) -> figures.Figure:
    """The scores (N,) of normals and of anomalies, each sort 100 %. marks: a line with its name at each score."""
    groups = {_("normal"): ("before", drawn[~is_anomaly]), _("anomalies"): ("danger", drawn[is_anomaly])}
    titles = _("score: higher is odder"), _("share of each (%)")
    return figures.room_for_marks(figures.histogram(groups, *titles, 40, height, marks, share=True))


def _decisions(found: Scores, decided: Decisions, share: float) -> None:
    """Who raises the alarm, counted, and the usual numbers in percent, each with what it means."""
    (hits, missed), (alarms, passed) = decided.counts
    st.table(
        {
            _("Test examples"): [_("{:,} anomalies").format(hits + missed), _("{:,} normals").format(alarms + passed)],
            _("Alarm"): [_("{:,} found").format(hits), _("{:,} false alarms").format(alarms)],
            _("No alarm"): [_("{:,} missed").format(missed), _("{:,} passed").format(passed)],
        }
    )
    if share != 100 * found.prevalence:
        st.caption(verdict.words("anomaly", threshold.of_a_thousand(decided.shares, share / 100)))
    table = decided.shares
    precise = None if table.silent else table.precision
    numbers = {
        _("Precision"): (precise, _("Of all alarms the share that is raised by an anomaly.")),
        _("Recall"): (table.recall, _("Of the anomalies the share that is found.")),
        _("False alarm rate"): (table.false_alarms, _("Of the normals the share that raises the alarm.")),
        "F1": (table.f1, _("Harmonic mean of precision and recall.")),
        _("Accuracy"): (table.accuracy, _("Of all that come the share that is decided rightly.")),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, (value, tip) in numbers.items():
            st.metric(name, "–" if value is None else f"{100 * value:.1f} %", help=tip, width="content")


# ---- at every threshold ----


def _curves(current: Shown, found: Scores, table: Confusion, share: float) -> None:
    """ROC and precision against recall, the chosen point on both."""
    test = found.test, found.is_anomaly
    left, right = st.columns(2, gap="large")
    with left:
        verdict.draw("anomaly", threshold.auroc(*test))
        figure = through(threshold.roc(*test), _("false alarm rate (%)"), _("recall: anomalies found (%)"))
        _add_point(figure, 100 * table.false_alarms, 100 * table.recall)
        chart.show(figure, key="threshold/roc", alt=_("ROC curve: anomalies found against false alarms"))
        st.caption(verdict.words("anomaly", threshold.against_the_mean(found, current.settings)))
    with right:
        verdict.draw("anomaly", threshold.average_precision(*test, share / 100))
        figure = precision(threshold.precision_and_recall(*test, share / 100))
        if not table.silent:
            _add_point(figure, 100 * table.recall, 100 * table.precision)
        alt = _("Precision against recall at every threshold")
        chart.show(figures.within(figure, x=(-2, 102)), key="threshold/precision", alt=alt)


def through(curve: Curve, x: str, y: str, name: str = "") -> figures.Figure:
    """A curve through every threshold, and that of guessing."""
    lines = [
        Line(name or _("every threshold"), "after", curve.x, curve.y),
        Line(_("guessing"), "control", [0, 100], curve.guessing),
    ]
    return figures.curves(lines, x, y, 320)


def precision(curve: Curve) -> figures.Figure:
    """The curve of precision and recall, on axes of its own."""
    figure = through(curve, _("recall: anomalies found (%)"), _("precision (%)"))
    return figures.within(figure, (0, 100), (-6, 106))


def _add_point(figure: figures.Figure, x: float, y: float) -> None:
    """The chosen threshold on its curve."""
    figures.within(figure, x=(-2, 102))  # a point at the edge is a whole point
    text = f"{figures.title_of(figure, 'y')} {y:.1f}\n{figures.title_of(figure, 'x')} {x:.1f}"
    figures.add(figure, figures.dots(_("chosen threshold"), "whole", [x], [y], [text]))
