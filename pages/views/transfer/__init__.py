"""What the transfer learning page draws: the picture of the stage, the views of Look inside."""

import streamlit as st

from pages.parts import shown, views
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.transfer import data
from pages.views.transfer.border import border
from pages.views.transfer.cloud import cloud
from pages.views.transfer.domains import tests as tests
from pages.views.transfer.methods import methods
from pages.views.transfer.stage import beside as beside
from pages.views.transfer.stage import picture as picture
from pages.views.transfer.swapped import swapped
from pages.views.transfer.why import why
from pages.views.transfer.working import working

FIRST = {  # what the scenes' questions are about
    "transfer-is-it-working": "working",
    "transfer-when-alignment-hurts": "swapped",
}


def inside(current: Shown) -> None:
    """The views, that of the cloud first."""
    if current.run is None:
        st.info(_("There is nothing to look into yet: let a run end."))
        return
    moons = current.settings is not None and current.settings.target.name == "moons"
    every = {"border": (_("The border"), border)} if moons else {}
    every |= {
        "cloud": (_("The cloud"), cloud),
        "working": (_("Is it working?"), working),
        "swapped": (_("Which classes are swapped"), swapped),
        "methods": (_("Methods side by side"), methods),
    }
    every |= {} if moons else {"why": (_("What it looks at"), why)}
    first = FIRST.get(current.id, next(iter(every)))
    views.draw(
        current,
        [View(name, title, draw, opens=lambda _, name=name: name == first) for name, (title, draw) in every.items()],
    )


def networks(current: Shown) -> dict[str, tuple[str, str]]:
    """What Explain holds side by side: before and after; where the run itself has no before, a source-only run on the same target."""
    if current.run is None or not current.run.models or not shown.stored(current.id):
        return {}
    earlier = data.earlier(current)
    found = {_("Before: source only"): earlier} if earlier else {}
    if current.run.about.settings["method"] == "selftrain":
        found[_("Before the rounds")] = (current.id, "before")
    return found | {_("This run's network"): (current.id, "model")}
