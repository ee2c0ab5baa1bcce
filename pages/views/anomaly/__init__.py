"""What the anomaly detection page draws: the live scores, the views of Look inside, the tab Explain.

The views are loaded when they are first asked for: with PyTorch that takes seconds, and the page's first picture comes before.
"""

from core.anomaly.analysis.scores import KINDS
from pages.parts import views
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.anomaly.stage import beside as beside_scores
from pages.views.anomaly.stage import picture

__all__ = ["beside_scores", "every", "explain", "inside", "picture"]


def every() -> tuple[View, ...]:
    """The views of Look inside, in their order."""
    from pages.views.anomaly import costs, landscape, promise, threshold
    from pages.views.anomaly.beside import beside
    from pages.views.anomaly.bottleneck import bottleneck
    from pages.views.anomaly.expects import expects
    from pages.views.anomaly.unsure import unsure

    return (
        threshold.VIEW,
        costs.VIEW,
        promise.VIEW,
        landscape.VIEW,
        View(
            "unsure",
            _("Measures of doubt"),
            unsure,
            KINDS,
            lambda current: current.settings.method.name == "confidence",
        ),
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
    views.draw(current, every() if current.settings is not None else ())


def explain(current: Shown) -> None:
    """The tab Explain."""
    from pages.views.anomaly import why

    why.why(current)
