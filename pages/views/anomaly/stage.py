"""The stage: the scores of normals and anomalies as they part; with them the pictures and what was expected, the landscape, or
what each threshold costs."""

import numpy as np

from core.anomaly.decide import auroc, conformal_threshold, confusion, roc
from pages.parts import chart, figures
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data, panels
from pages.views.anomaly.costs import LECTURE, Prices, on_scores
from pages.views.anomaly.data import PROMISE, clipped
from pages.views.anomaly.landscape import live_landscape
from pages.views.anomaly.threshold import corners, precision_curve

HALF = 0.5  # of the stage's height
BINS = 40
MARGIN = {"l": 64}  # the same for what stands below one another


def picture(current: Shown) -> None:
    """What the run is about, by its data."""
    found = newest(current)
    if found is None or current.settings is None:
        return
    if current.last("field") is not None:
        live_landscape(current)
        return
    _histogram(current, *found)
    if current.last("inputs") is not None:
        _pictures(current)
    elif (final := data.final(current)) is not None:
        _costs(final)


def beside(current: Shown) -> bool:
    """On the plane the scores, elsewhere every threshold at once; of what has no curves also precision and recall."""
    found = newest(current)
    if found is None or current.settings is None:
        return False
    if current.last("field") is not None:
        _histogram(current, *found)
        return True
    _roc(*found)
    if not hasattr(current.settings.method, "steps"):  # it does not learn step by step, and has no curves
        _precision(*found)
    return True


def newest(current: Shown) -> tuple[np.ndarray, np.ndarray] | None:
    """(scores (N,), which are anomalies) of the whole test part once the run has ended, of some of it before."""
    if found := data.final(current):
        return found.test, found.odd
    seen, asked, odd = (current.last(name) for name in ("seen", "asked", "odd"))
    if seen is None or asked is None or odd is None:
        return None
    return seen.astype(np.float64), odd.astype(bool)[asked]


def title(current: Shown) -> str:
    """In one line how well the scores part, or how far the run is."""
    found = data.final(current)
    if found is None:
        return _("Scores after step {:,}").format(current.pictures("seen")[-1].step)
    share = 100 * confusion(found.test, found.odd, conformal_threshold(found.held, PROMISE), 0.5).recall
    return _("{:.0f} % of anomalies found at 10 % false alarms").format(share)


def _histogram(current: Shown, test: np.ndarray, odd: np.ndarray) -> None:
    drawn, marks = clipped(test), {}
    if found := data.final(current):
        at = conformal_threshold(found.held, PROMISE)
        if at <= drawn.max():
            marks[_("10 % false alarms")] = at
    groups = {_("normal"): ("before", drawn[~odd]), _("anomalies"): ("danger", drawn[odd])}
    figure = figures.histogram(
        groups, _("score: higher is odder"), _("share of each (%)"), BINS, 300, marks, share=True
    )
    figures.headed(figures.room_for_marks(figure), title(current))
    figure["layout"]["margin"] = MARGIN | {"t": 50}  # for the legend below the title
    alt = _("Histogram of the scores of normal and anomalous test examples")
    chart.show(figure, key="live/scores", alt=alt, share=HALF)


def _pictures(current: Shown) -> None:
    """Ten test pictures, what the detector expected, and where the two differ."""
    inputs, expected = current.last("inputs"), current.last("expects")
    alt = _("Five normal pictures and five anomalies, and what the detector expected in their place")
    chart.show(panels.rows(inputs, expected), key="live/pictures", alt=alt, share=HALF)


def _costs(found: data.Scores) -> None:
    """What each threshold costs by the lecture's two tables."""
    prices = {name: Prices(*pair) for name, pair in LECTURE.items()}
    drawn = clipped(found.test)
    figure = on_scores(found, prices, float(np.mean(found.odd)), (float(drawn.min()), float(drawn.max())))
    figure["layout"]["margin"] = MARGIN
    chart.show(
        figure,
        key="live/costs",
        alt=_("Cost of 100 examples by two tables of costs, against the threshold"),
        share=HALF,
    )


def _roc(test: np.ndarray, odd: np.ndarray) -> None:
    alarms, found, __ = roc(test, odd)
    keep = corners(alarms, found)
    lines = [
        Line(
            f"ROC, AUROC {100 * auroc(test, odd):.1f} %",
            "after",
            np.round(100 * alarms[keep], 2),
            np.round(100 * found[keep], 2),
        ),
        Line(_("guessing"), "control", [0, 100], [0, 100]),
    ]
    figure = figures.curves(lines, _("normals that raise the alarm (%)"), _("anomalies found (%)"))
    chart.show(figure, key="live/roc", alt=_("ROC curve: anomalies found against false alarms"), share=HALF)


def _precision(test: np.ndarray, odd: np.ndarray) -> None:
    figure = precision_curve(roc(test, odd), float(np.mean(odd)))
    chart.show(figure, key="live/precision", alt=_("Precision against recall at every threshold"), share=HALF)
