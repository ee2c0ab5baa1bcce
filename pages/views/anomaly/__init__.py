"""What the anomaly detection page draws: the live scores, the views of Look inside, the tab Explain."""

from core.anomaly.analysis.scores import KINDS
from pages.parts import views
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.anomaly import costs, landscape, promise, threshold
from pages.views.anomaly.beside import beside
from pages.views.anomaly.bottleneck import bottleneck
from pages.views.anomaly.expects import expects
from pages.views.anomaly.stage import beside as beside_scores  # noqa: F401
from pages.views.anomaly.stage import picture as picture
from pages.views.anomaly.unsure import unsure
from pages.views.anomaly.why import why as explain  # noqa: F401

VIEWS = (
    threshold.VIEW,
    costs.VIEW,
    promise.VIEW,
    landscape.VIEW,
    View("unsure", _("Measures of doubt"), unsure, KINDS, lambda current: current.settings.method.name == "confidence"),
    View(
        "expects",
        _("Most normal, most odd"),
        expects,
        KINDS,
        lambda current: current.settings.data.name != "plane",
        lambda current: current.id == "anomaly-find-the-damage",
    ),
    View(
        "bottleneck",
        _("The bottleneck"),
        bottleneck,
        KINDS,
        opens=lambda current: current.id == "anomaly-copies-everything",
    ),
    View("beside", _("Detectors side by side"), beside, KINDS),
)


def inside(current: Shown) -> None:
    """The views that fit the run shown; none of a run whose settings a newer Lectern no longer accepts."""
    views.draw(current, VIEWS if current.settings is not None else ())
