"""What the anomaly detection page draws: the live scores, the views of Look inside, the tab Explain.

The views are loaded when they are first asked for: with PyTorch that takes seconds, and the page's first picture comes before.
"""

from pages.parts import views
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.views.anomaly.stage import beside as beside_scores
from pages.views.anomaly.stage import picture

__all__ = ["beside_scores", "every", "explain", "inside", "picture"]


def every() -> tuple[View, ...]:
    """The views of Look inside, in their order."""
    from pages.views.anomaly import beside, bottleneck, costs, doubt, expects, landscape, promise, threshold

    ordered = (threshold, costs, promise, landscape, doubt, expects, bottleneck, beside)
    return tuple(view.VIEW for view in ordered)


def inside(current: Shown) -> None:
    """The views that fit the run shown; none of a run whose settings a newer Lectern no longer accepts."""
    views.draw(current, every() if current.settings is not None else ())


def explain(current: Shown) -> None:
    """The tab Explain."""
    from pages.views.anomaly import why

    why.draw(current)
