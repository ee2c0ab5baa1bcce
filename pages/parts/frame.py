"""The frame of a lab page, the same for all labs: scenes, question, knobs, the live picture, and the tabs below it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import jobs, labs
from core.settings import BadSettings, Settings
from pages.parts import (
    address,
    controls,
    digit,
    garbage,
    knobs,
    lecture,
    lesson,
    live,
    present,
    question,
    share,
    shown,
    tabs,
    views,
)
from pages.parts import explain as explained
from pages.parts.shown import Shown
from pages.parts.state import LabState, presenting
from pages.parts.words import plain, translate


def lab_page(
    lab: str,
    inside: Callable[[Shown], None] = views.draw,
    networks: Callable[[Shown], dict[str, tuple[str, str]]] = shown.networks,
    tests: Callable[[Shown], dict[str, digit.Tests]] = digit.mnist,
    explain: Callable[[Shown], None] | None = None,
    **live_picture: Any,
) -> None:
    """Draws the whole page of a lab.

    inside: what the tab “Look inside” shows, the lab's own views when left out. live_picture: the parts of `live.LivePicture`.
    networks: which networks Explain holds side by side, name → (run id, model). tests: the pictures that they may be asked
    about, name → `digit.Tests`. explain: what the tab Explain shows of a lab whose networks are no digit classifiers.
    """
    model, text = labs.of(lab).settings, lecture.read(lab)
    lesson.opened()
    complaints = address.open_page(lab)
    present.settle()
    lesson.style(lab)
    lesson.bar(lab)
    question.scenes(lab, text, _choose, _more)
    question.ask(lab, text)
    for complaint in complaints:
        st.warning(plain(translate(complaint)), icon=":material/link_off:")
    with st.container(key="stage"):
        # the stage stands first in the page, so that Train comes first for a keyboard and on a phone; the style sheet puts
        # the knobs on its left
        stage, side = st.columns([3.2, 1], gap="medium")
    with side:
        settings, trouble = _knobs(lab, model)
        LabState(lab).settings = settings
        present.buttons(lab, _choose)
    with stage:
        current = live.panel(lab, settings, live.LivePicture(**live_picture), trouble)
    address.write(lab, settings)
    if not presenting():
        tabs.draw(
            lab, current, text, inside, explain or (lambda shown: explained.draw(lab, networks(shown), tests(shown)))
        )
    jobs.warm_up()  # last: the first picture comes before the training processes
    garbage.settle()


def _more(lab: str) -> None:
    if not presenting():
        lesson.begin(lab)
        share.begin(lab, LabState(lab).settings)
        present.begin()


def _knobs(lab: str, model: type[Settings]) -> tuple[Settings, str]:
    """The settings of the widgets; while the knobs contradict each other, the last ones that made sense, and why."""
    try:
        return knobs.draw(lab, model, LabState(lab).opened, lambda kind: shown.choices(lab, kind)), ""
    except BadSettings as error:
        return LabState(lab).settings, str(error)


def _choose(lab: str) -> None:
    controls.leave(lab)
    LabState(lab).forget("before")  # the run that the tabs opened belongs to the scene that is left
    LabState(lab).scene, LabState(lab).run = st.session_state[f"{lab}/pick"], None
    knobs.fill(lab, LabState(lab).opened.settings)
