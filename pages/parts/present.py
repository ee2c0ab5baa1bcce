"""Presenter mode: the stage alone, in large type, steered with keys. A clicker sends PageDown and PageUp.

PageDown goes on with the lecture: it trains, then shows the answer, then opens the next scene. PageUp opens the scene before.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from core import jobs, labs
from pages.parts import controls, question, share, shown, status, visitor
from pages.parts.state import LabState, presenting
from pages.parts.words import _

STYLE = Path(__file__).parent / "present.css"
Act = tuple[Callable[..., None], tuple[Any, ...]]  # a function and its arguments


def settle() -> None:
    """Makes the page a slide: no navigation, and type that grows with the window."""
    if presenting():
        st.html(STYLE)


def begin() -> None:
    """The button that begins to present."""
    tip = _("Present: the stage alone, in large type, for a hall. Keys and a clicker steer it.")
    st.button(
        _("Present"), icon=":material/slideshow:", key="present/begin", help=tip, type="tertiary", on_click=_switch
    )


def buttons(lab: str, choose: Callable[[str], None]) -> None:
    """Goes back, goes on, shows a code to scan, and ends presenter mode. choose: opens the scene that is picked."""
    if not presenting():
        return
    slugs = [scene.slug for scene in labs.of(lab).scenes]
    at = slugs.index(LabState(lab).scene)
    back = (question.open_scene, (lab, slugs[at - 1], choose)) if at else None
    label, act = _next(lab, (question.open_scene, (lab, slugs[at + 1], choose)) if at + 1 < len(slugs) else None)
    with st.container(key="present", horizontal=True, gap="xsmall"):
        _button("present/back", _("Back"), "arrow_back", "PageUp", back)
        _button("present/next", label, "arrow_forward", "PageDown", act)
        share.begin(lab, shortcut="Q")
        _button("present/leave", _("Leave"), "close", "Esc", (_switch, ()))


def _button(key: str, label: str, icon: str, shortcut: str, act: Act | None) -> None:
    on_click, args = act or (None, ())
    st.button(
        label, icon=f":material/{icon}:", key=key, shortcut=shortcut, disabled=act is None, on_click=on_click, args=args
    )


def _next(lab: str, following: Act | None) -> tuple[str, Act | None]:
    """What comes next in the lecture, and how it is done: None while the hall watches a run, and at the end. following: opens the
    next scene."""
    state = LabState(lab)
    view = jobs.watch(state.run, visitor.viewer()) if state.run else None
    if view and view.live:
        return _("Training …"), None
    if not question.answered(lab):
        about = shown.find(shown.scene_id(lab, state.scene)).run.about
        if state.run is None and about.seconds < status.SLOW:
            return _("Next: {}").format(_(LabState(lab).settings.verb).lower()), (
                controls.train,
                (lab, labs.of(lab).settings, "run"),
            )
        return _("Next: answer"), (question.reveal, (lab,))
    return (_("Next: scene") if following else _("The end")), following


def _switch() -> None:
    st.session_state["presenting"] = not presenting()
