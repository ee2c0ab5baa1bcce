"""The stage: the scores of normals and anomalies as they part; with them the pictures and what was expected, the landscape, or
what each threshold costs."""

import numpy as np

from core.anomaly import pictures
from core.anomaly.analysis import costs, kinds, reliability, threshold
from core.anomaly.analysis.kinds import shown_of
from core.anomaly.analysis.scores import Scores, border, clipped, final, newest
from core.anomaly.calibration import Reliability
from core.anomaly.decide import auroc
from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import kinds as kinds_view
from pages.views.anomaly import landscape, panels
from pages.views.anomaly.costs import over_scores
from pages.views.anomaly.reliability import diagram
from pages.views.anomaly.threshold import histogram, precision, through

LEFT = 64  # pixels beside what stands below one another


def picture(current: Shown) -> None:
    """What the run is about, by its data."""
    found = newest(current)
    if found is None or current.settings is None:
        return
    if current.pictures(pictures.FIELD):
        landscape.live(current)
        return
    if (each := kinds.newest(current)) is not None:
        _kinds(current, each)
        return
    _scores(current, *found)
    if (both := reliability.newest(current)) is not None:
        _sureness(current, both)
    elif current.pictures(pictures.INPUTS):
        alt = _("Five normal pictures and five anomalies, and what the detector expected in their place")
        _show(panels.rows(current.last(pictures.INPUTS), current.last(pictures.EXPECTED)), "live/pictures", alt)
    elif (ended := final(current)) is not None:
        _costs(ended)


def beside(current: Shown) -> bool:
    """On the plane the scores, elsewhere every threshold at once; of what has no curves also precision and recall."""
    found = newest(current)
    if found is None or current.settings is None:
        return False
    if current.pictures(pictures.FIELD) or current.settings.data.name == "oddities":
        _scores(current, *found)
        return True
    name = _("ROC, AUROC {:.1f} %").format(100 * auroc(*found))
    titles = _("normals that raise the alarm (%)"), _("anomalies found (%)")
    roc = through(threshold.roc(*found), *titles, name)
    _show(roc, "live/roc", _("ROC curve: anomalies found against false alarms"))
    if not hasattr(current.settings.method, "steps"):  # it does not learn step by step, and has no curves
        curve = threshold.precision_and_recall(*found)
        _show(precision(curve), "live/precision", _("Precision against recall at every threshold"))
    return True


def _show(figure: figures.Figure, key: str, alt: str, share: float = 0.5) -> None:
    chart.show(figure, key=key, alt=alt, share=share)


def _scores(current: Shown, scores: np.ndarray, is_anomaly: np.ndarray) -> None:
    """Both sorts of scores; the title says how well they part, or how far the run is."""
    drawn, marks = clipped(scores), {}
    if (found := final(current)) is None:
        title = _("Scores after step {:,}").format(current.pictures(pictures.EVALUATION)[-1].step)
    else:
        title = _("{:.0f} % of anomalies found at 10 % false alarms").format(threshold.found_at_promise(found))
        if border(found) <= drawn.max():
            marks[_("10 % false alarms")] = border(found)
    figure = figures.headed(histogram(drawn, is_anomaly, marks, 300), title)
    alt = _("Histogram of the scores of normal and anomalous test examples")
    _show(figures.restyled(figure, margin={"l": LEFT, "t": 50}), "live/scores", alt)  # the legend is below the title


def _kinds(current: Shown, each: dict[str, float]) -> None:
    """One normal digit and one oddity of each kind, and how well each kind is told."""
    alt = _("Five normal pictures and five anomalies, one of each kind")
    _show(panels.rows(current.last(pictures.INPUTS), current.last(pictures.EXPECTED)), "live/pictures", alt, 0.3)
    figure = figures.headed(
        kinds_view.live(each, shown_of(current), 300), _("How well each kind of oddity is told from normal digits")
    )
    alt = _("AUROC of each kind of oddity")
    _show(figures.restyled(figure, margin={"l": 2 * LEFT, "t": 32}), "live/kinds", alt, 0.7)


def _sureness(current: Shown, both: tuple[Reliability, Reliability]) -> None:
    """Whether a classifier is right as often as it says, as it is and with a fitted temperature."""
    own, fitted = current.settings.method.temperature, reliability.newest_temperature(current)
    title = _("Calibration error {:.1f} %, with the fitted T {:.1f} %").format(*map(reliability.error, both))
    figure = figures.headed(diagram({own: both[0], fitted: both[1]}, 230), title)
    alt = _("Reliability diagram: share of right answers against confidence")
    _show(figures.restyled(figure, margin={"l": LEFT, "t": 50}), "live/sureness", alt)


def _costs(found: Scores) -> None:
    """What each threshold costs by the lecture's two tables."""
    drawn = clipped(found.test)
    figure = over_scores(found, costs.LECTURE, found.prevalence, (float(drawn.min()), float(drawn.max())))
    alt = _("Cost of 100 examples by two tables of costs, against the threshold")
    _show(figures.restyled(figure, margin={"l": LEFT}), "live/costs", alt)
