"""What the life-long learning page draws: the picture of the stage, the views of Look inside (one idea a file)."""

import streamlit as st

from pages.parts import shown, views
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.lifelong import data
from pages.views.lifelong.cost import cost
from pages.views.lifelong.forgetting import forgetting
from pages.views.lifelong.held import held
from pages.views.lifelong.landscape import landscape
from pages.views.lifelong.methods import methods
from pages.views.lifelong.stage import picture as picture


def inside(current: Shown) -> None:
    """The views, that of the matrix first."""
    if current.run is None:
        st.info(_("There is nothing to look into yet: let a run end."))
        return
    if current.settings is None:
        st.info(_("This run has settings that are no longer accepted here, so it cannot be looked into."))
        return
    every = {
        "forgetting": (_("What was forgotten"), forgetting),
        "held": (_("What is held"), held),
        "landscape": (_("Loss landscape"), landscape),
        "methods": (_("Methods side by side"), methods),
        "cost": (_("What it costs"), cost),
    }
    first = "forgetting"
    views.draw(
        current,
        [View(name, title, draw, opens=lambda _, name=name: name == first) for name, (title, draw) in every.items()],
    )


def networks(current: Shown) -> dict[str, tuple[str, str]]:
    """What Explain holds side by side: after the first task, after the last, and after the last without any method."""
    if current.run is None or not current.run.models or not shown.stored(current.id):
        return {}
    found, last = {}, current.settings.tasks if current.settings else 0
    if "after_1" in current.run.models:
        found[_("After task 1")] = (current.id, "after_1")
    found[_("After task {}").format(last)] = (current.id, "model")
    forgetful = shown.scene_id("lifelong", "forget-everything")
    if current.id != forgetful and data.same_world(current.run.about, forgetful):
        found[_("After task {}, fine-tuned").format(last)] = (forgetful, "model")
    return found
