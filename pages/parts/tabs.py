"""The tabs below the live picture. A tab's content is computed only while it is open."""

from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from core import labs
from core.runs import RunError
from pages.parts import compare, shown, takeaway, theory, yardstick
from pages.parts.lecture import Lecture
from pages.parts.shown import Shown
from pages.parts.state import LabState
from pages.parts.words import _, plain


def draw(
    lab: str,
    current: Shown,
    text: Lecture,
    inside: Callable[[Shown], None],
    explain: Callable[[Shown], None],
) -> None:
    """Look inside · Explain · Theory · Yardstick · Compare · Take away."""
    ended, note = _ended(lab, current)
    contents = {
        "inside": lambda: _drawn(inside, ended, note),
        "explain": lambda: _drawn(explain, ended, note),
        "theory": lambda: theory.draw(labs.of(lab).theory, text),
        "yardstick": lambda: _yardsticks(lab),
        "compare": lambda: compare.draw(lab, current),
        "takeaway": lambda: takeaway.draw(current),
    }
    for tab, name in zip(st.tabs(list(names().values()), key=f"{lab}/tab", on_change="rerun"), names()):
        if tab.open:
            with tab:
                contents[name]()


def names() -> dict[str, str]:
    """Each tab as a link calls it, and as the page does; the first is open where nobody has chosen."""
    return {
        "inside": _("Look inside"),
        "explain": _("Explain"),
        "theory": _("Theory"),
        "yardstick": _("Yardstick"),
        "compare": _("Compare"),
        "takeaway": _("Take away"),
    }


def chosen(lab: str) -> str | None:
    """The open tab as a link calls it, None while it is the first."""
    first, *others = names()
    return next((name for name in others if names()[name] == LabState(lab).tab), None)


def choose(lab: str, name: str | None) -> None:
    """Opens a tab, the first where the name is none of theirs."""
    LabState(lab).tab = names().get(name, next(iter(names().values())))


def _ended(lab: str, current: Shown) -> tuple[Shown, str]:
    """The run to look into, and a sentence when it is not the one above.

    A tab is drawn when the page is, and not with every report: a view of a run that goes on would show a moment long past.
    So until it ends, the tabs open the run that the visitor saw end last, or else the scene's shipped one.
    """
    if not current.live and not current.empty:
        if current.run and current.run.finished:
            LabState(lab).before = current.id
        return current, ""
    scene = shown.scene_id(lab, LabState(lab).scene)
    for run_id in dict.fromkeys((LabState(lab).before, scene)):
        with suppress(RunError):
            if (found := shown.find(run_id, lab)) and found.id != current.id and not found.live:
                which = (
                    _("the shipped run of the scene")
                    if run_id == scene
                    else _("the run before it, {}").format(shown.name(found.run.about))
                )
                when = (
                    _("Until your run ends, this is {}.")
                    if current.live
                    else _("Your run measured nothing. This is {}.")
                )
                return found, when.format(which)
    return current, ""


def _drawn(draw: Callable[[Shown], None], current: Shown, note: str) -> None:
    if note:
        st.caption(f":material/history: {plain(note)}")
    with shown.foreign(current):
        draw(current)


def _yardsticks(lab: str) -> None:
    declared = labs.of(lab).module("yardsticks")
    yardstick.draw(lab, declared.YARDSTICKS, getattr(declared, "GRIDS", ()))
