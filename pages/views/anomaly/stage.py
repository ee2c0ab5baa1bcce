"""The stage: the scores of normals and anomalies as they part; with them the pictures and what was expected, the landscape, or
what each threshold costs."""

import numpy as np

from core.anomaly import pictures
from core.anomaly.analysis import costs, threshold
from core.anomaly.analysis.scores import Scores, border, clipped, final, newest
from core.anomaly.decide import auroc
from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import landscape, panels
from pages.views.anomaly.costs import over_scores
from pages.views.anomaly.threshold import histogram, precision, through

HALF = 0.5  # of the stage's height
MARGIN = {"l": 64}  # the same for what stands below one another


def picture(current: Shown) -> None:
    """What the run is about, by its data."""
    found = newest(current)
    if found is None or current.settings is None:
        return
    if current.pictures(pictures.FIELD):
        landscape.live(current)
        return
    _scores(current, *found)
    if current.pictures(pictures.INPUTS):
        _pictures(current)
    elif (ended := final(current)) is not None:
        _costs(ended)


def beside(current: Shown) -> bool:
    """On the plane the scores, elsewhere every threshold at once; of what has no curves also precision and recall."""
    found = newest(current)
    if found is None or current.settings is None:
        return False
    if current.pictures(pictures.FIELD):
        _scores(current, *found)
        return True
    _roc(*found)
    if not hasattr(current.settings.method, "steps"):  # it does not learn step by step, and has no curves
        _precision(*found)
    return True


def title(current: Shown) -> str:
    """In one line how well the scores part, or how far the run is."""
    if (found := final(current)) is not None:
        return _("{:.0f} % of anomalies found at 10 % false alarms").format(threshold.found_at_promise(found))
    return _("Scores after step {:,}").format(current.pictures(pictures.EVALUATION)[-1].step)


def _scores(current: Shown, scores: np.ndarray, is_anomaly: np.ndarray) -> None:
    drawn, marks = clipped(scores), {}
    if (found := final(current)) is not None and border(found) <= drawn.max():
        marks[_("10 % false alarms")] = border(found)
    figure = figures.headed(histogram(drawn, is_anomaly, marks, 300), title(current))
    figure["layout"]["margin"] = MARGIN | {"t": 50}  # for the legend below the title
    alt = _("Histogram of the scores of normal and anomalous test examples")
    chart.show(figure, key="live/scores", alt=alt, share=HALF)


def _pictures(current: Shown) -> None:
    """Ten test pictures, what the detector expected, and where the two differ."""
    figure = panels.rows(current.last(pictures.INPUTS), current.last(pictures.EXPECTED))
    alt = _("Five normal pictures and five anomalies, and what the detector expected in their place")
    chart.show(figure, key="live/pictures", alt=alt, share=HALF)


def _costs(found: Scores) -> None:
    """What each threshold costs by the lecture's two tables."""
    drawn = clipped(found.test)
    figure = over_scores(found, costs.LECTURE, found.prevalence, (float(drawn.min()), float(drawn.max())))
    figure["layout"]["margin"] = MARGIN
    alt = _("Cost of 100 examples by two tables of costs, against the threshold")
    chart.show(figure, key="live/costs", alt=alt, share=HALF)


def _roc(scores: np.ndarray, is_anomaly: np.ndarray) -> None:
    name = _("ROC, AUROC {:.1f} %").format(100 * auroc(scores, is_anomaly))
    titles = _("normals that raise the alarm (%)"), _("anomalies found (%)")
    figure = through(threshold.roc(scores, is_anomaly), *titles, name)
    chart.show(figure, key="live/roc", alt=_("ROC curve: anomalies found against false alarms"), share=HALF)


def _precision(scores: np.ndarray, is_anomaly: np.ndarray) -> None:
    figure = precision(threshold.precision_and_recall(scores, is_anomaly))
    chart.show(figure, key="live/precision", alt=_("Precision against recall at every threshold"), share=HALF)
