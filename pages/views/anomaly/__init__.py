"""What the anomaly detection page draws: the live scores, the views of Look inside, the tab Explain."""

from pages.parts import views
from pages.parts.shown import Shown
from pages.views.anomaly.stage import beside as beside_scores
from pages.views.anomaly.stage import picture

__all__ = ["VIEWS", "beside_scores", "explain", "inside", "picture"]

VIEWS = (
    "threshold",
    "costs",
    "promise",
    "landscape",
    "doubt",
    "sureness",
    "kinds",
    "expects",
    "bottleneck",
    "beside",
    "ranked",
)


def inside(current: Shown) -> None:
    """The views that fit the run shown; none of a run whose settings a newer Lectern no longer accepts."""
    views.draw(current, None if current.settings is not None else ())


def explain(current: Shown) -> None:
    """The tab Explain, loaded when it is first opened."""
    from pages.views.anomaly import why

    why.draw(current)
