"""What the explainable AI page draws: the live picture, the views of Look inside (one idea a file)."""

from pages.parts import views
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.explain.asked import asked, asked_about
from pages.views.explain.be_lime import be_lime
from pages.views.explain.beside import beside
from pages.views.explain.features import features
from pages.views.explain.filters import filters
from pages.views.explain.stage import beside as stage_beside
from pages.views.explain.stage import picture
from pages.views.explain.tables import tables
from pages.views.explain.text import text
from pages.views.explain.trust import trust
from pages.views.explain.why import why

__all__ = ["asked", "asked_about", "inside", "picture", "stage_beside"]


def inside(current: Shown) -> None:
    """The views, first the one that goes on where the scene ends."""
    every = {
        "beside": (_("Methods side by side"), beside),
        "be_lime": (_("You are LIME"), be_lime),
        "trust": (_("Trust"), trust),
        "filters": (_("Filters"), filters),
        "features": (_("Feature space"), features),
        "tables": (_("Tables"), tables),
        "text": (_("Text"), text),
        "why": (_("Why explain at all?"), why),
    }
    method = current.settings.method.name if current.settings else ""
    first = {"lime": "be_lime", "randomise": "trust", "excite": "filters"}.get(method, "beside")
    views.draw(
        current,
        [View(name, title, draw, opens=lambda _, name=name: name == first) for name, (title, draw) in every.items()],
    )
