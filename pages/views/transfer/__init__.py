"""What the transfer learning page draws: the picture of the stage, the views of Look inside (one idea a file)."""

from core.transfer.analysis.comparison import earlier, first_phase, trait
from pages.parts import shown, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.transfer.digits import tests as tests
from pages.views.transfer.stage import beside as beside
from pages.views.transfer.stage import picture as picture

VIEWS = ("border", "cloud", "label_free", "confusion", "methods", "explanation")


def inside(current: Shown) -> None:
    """The views of a run that ended."""
    views.draw(current, None if current.run else ())


def networks(current: Shown) -> dict[str, tuple[str, str]]:
    """What Explain holds side by side: before and after; where the run itself has no before, a source-only run on the same target."""
    if current.run is None or not current.run.models or not shown.stored(current.id):
        return {}
    found, other, own = {}, earlier(current), first_phase(current)
    if other:
        found[_("Before: source only")] = other
    if own and not trait(current.run.about.settings, "SOURCE_FIRST"):
        found[_("Before the rounds")] = own
    return found | {_("This run's network"): (current.id, "model")}
