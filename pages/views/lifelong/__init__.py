"""What the life-long learning page draws: the picture of the stage, the views of Look inside (one idea a file)."""

import streamlit as st

from core.lifelong.analysis.methods import comparable_runs
from pages.parts import shown, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.lifelong.beside import beside as beside
from pages.views.lifelong.matrix import picture as picture

VIEWS = (
    "orders",
    "forgetting",
    "transfer",
    "packing",
    "dreaming",
    "importance",
    "landscape",
    "methods",
    "cost",
    "elsewhere",
)


def inside(current: Shown) -> None:
    """The views of a run that ended, that of the matrix first."""
    if current.run and current.settings is None:
        st.info(_("This run has settings that are no longer accepted here, so it cannot be looked into."))
    else:
        views.draw(current, None if current.run else ())


def networks(current: Shown) -> dict[str, tuple[str, str]]:
    """What Explain holds side by side: after the first task, after the last, and after the last without any method."""
    if current.run is None or not current.run.models or not shown.stored(current.id):
        return {}
    found, last = {}, current.settings.tasks if current.settings else 0
    if "after_1" in current.run.models:
        found[_("After task 1")] = (current.id, "after_1")
    found[_("After task {}").format(last)] = (current.id, "model")
    forgetful = shown.scene_id("lifelong", "forget-everything")
    if forgetful in {about.id for about in comparable_runs(current.run.about)} - {current.id}:
        found[_("After task {}, fine-tuned").format(last)] = (forgetful, "model")
    return found
