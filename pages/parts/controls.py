"""The row of buttons above the picture, and what each of them does."""

from collections.abc import Callable
from random import randrange
from typing import Any

import streamlit as st

from core import jobs
from core.jobs import JobError
from core.settings import BadSettings, Settings
from pages.parts import knobs, visitor
from pages.parts.shown import Shown
from pages.parts.state import LabState, presenting
from pages.parts.words import _

KEYS = {"train": "T", "pause": "P", "step": "S", "stop": "X"}  # in presenter mode


def draw(lab: str, settings: Settings, current: Shown, possible: bool) -> None:
    """Train (or the lab's own verb) · Pause · Step · Stop · Reset · New seed. All keep their places: none moves under the hand.

    possible: whether a run can begin with the knobs as they stand.
    """
    state = current.view.state if current.live else "idle"
    others = current.live and current.view.owner not in ("", visitor.visitor())
    idle, paused, own = state == "idle", state == "paused" and not others, LabState(lab).run is not None
    start = (train, lab, type(settings))
    if others:
        tip = _("This run is another visitor's. Train one on the same knobs that you steer.")
        _button(lab, "train", _("My own copy"), "content_copy", possible, tip, *start, "run", True)
    else:
        _button(lab, "train", _(settings.verb), "play_arrow", possible and idle, "", *start, "run")
    if paused:
        _button(lab, "pause", _("Go on"), "resume", True, _("Go on with this run."), _steer, lab, "run")
    else:
        _button(
            lab,
            "pause",
            _("Pause"),
            "pause",
            state == "running" and not others,
            _("Wait until you press again."),
            _steer,
            lab,
            "pause",
        )
    step = (_steer, lab, "step") if paused else (*start, "step")
    _button(
        lab,
        "step",
        _("Step"),
        "skip_next",
        paused or (possible and idle),
        _("Go on until the next report, then wait."),
        *step,
    )
    _button(
        lab, "stop", _("Stop"), "stop", current.live, _("End this run and keep what it learned."), _steer, lab, "stop"
    )
    _button(lab, "reset", _("Reset"), "replay", own, _("Back to the scene's run. Knobs and seed stay."), _reset, lab)
    _button(lab, "new", _("New seed"), "casino", idle, _("Other random numbers for the next run."), _new_seed, lab)


def _button(
    lab: str, key: str, label: str, icon: str, enabled: bool, tip: str, act: Callable[..., None], *args: Any
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        type="primary" if key == "train" else "secondary",
        disabled=not enabled,
        key=f"{lab}/{key}",
        on_click=act,
        args=args,
        help=tip or None,
        shortcut=KEYS.get(key) if presenting() else None,
    )


def train(lab: str, model: type[Settings], wish: str, own: bool = False) -> None:
    """Trains with what the widgets show at this moment, even when the page has not been redrawn since a knob moved."""
    LabState(lab).said = ""
    try:
        settings = knobs.read(lab, model)
        jobs.give_way(visitor.viewer())  # what the visitor left in another lab
        run_id = LabState(lab).run = jobs.start(lab, settings, visitor.viewer(), wish, own, visitor.lecturer())
        if not jobs.watch(run_id, visitor.viewer()).total:  # else it joins a run that has begun
            jobs.await_news(run_id)
    except (JobError, BadSettings) as error:
        LabState(lab).said = str(error)


def _steer(lab: str, wish: str) -> None:
    run_id = LabState(lab).run
    before = jobs.watch(run_id, visitor.viewer())
    sentence = LabState(lab).said = jobs.steer(run_id, visitor.viewer(), wish)
    if wish == "step" and before and not sentence:
        jobs.await_news(run_id, before.total)
    if sentence and wish == "stop":
        LabState(lab).run = None


def _reset(lab: str) -> None:
    leave(lab)
    LabState(lab).run = None


def leave(lab: str) -> None:
    """The visitor turns to something else: the run stops unless others watch it."""
    if run_id := LabState(lab).run:
        jobs.steer(run_id, visitor.viewer(), "stop")


def _new_seed(lab: str) -> None:
    st.session_state[knobs.key(lab, "seed")] = randrange(10_000)
    LabState(lab).turned = True  # the knob itself stands outside of this fragment
