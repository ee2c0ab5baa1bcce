"""What the anomaly detection page draws: the live scores, the views of Look inside, the tab Explain."""

from pages.parts import views
from pages.parts.shown import Shown
from pages.views.anomaly import beside, bottleneck, costs, doubt, expects, landscape, promise, threshold
from pages.views.anomaly.stage import beside as beside_scores  # noqa: F401
from pages.views.anomaly.stage import picture as picture
from pages.views.anomaly.why import draw as explain  # noqa: F401

VIEWS = (
    threshold.VIEW,
    costs.VIEW,
    promise.VIEW,
    landscape.VIEW,
    doubt.VIEW,
    expects.VIEW,
    bottleneck.VIEW,
    beside.VIEW,
)


def inside(current: Shown) -> None:
    """The views that fit the run shown; none of a run whose settings a newer Lectern no longer accepts."""
    views.draw(current, VIEWS if current.settings is not None else ())
