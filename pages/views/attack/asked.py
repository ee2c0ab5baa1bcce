"""What several views of the adversarial attack page ask of the run shown, and what they say where there is no answer."""

from typing import Any, NamedTuple

import streamlit as st

from core.attack.analysis import subject
from core.attack.analysis.quick import ATTACKS
from core.attack.settings import Goal, Subject
from core.runs import RunError
from pages.parts import choose
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.state import LabState
from pages.parts.words import _

PAGE = "pages/adversarial_attack.py"


class Asked(NamedTuple):
    """One picture to attack, what the attack wants, and the `core.attack.models.Victims` that the picture means."""

    subject: Subject
    goal: Goal
    victims: Any


def picture_of(current: Shown) -> Asked | None:
    """The subject of the run as one picture; None, and a sentence on the page, when there is none: a network deleted since, no
    picture chosen yet, or settings that are no longer known."""
    from core.data.pictures import BadPicture  # torch, which the stage does not wait for

    chosen = subject.subject_of(current, LabState("attack").settings)
    if chosen is None:
        st.info(
            _("This run was made by another version, whose settings are no longer known."), icon=":material/update:"
        )
        return None
    try:
        return Asked(chosen, subject.goal_of(current), ask(subject.victims, current, chosen))
    except (BadPicture, RunError) as error:
        st.info(str(error), icon=":material/image:")
        return None


def attack(where: str, first: str) -> str:
    """A choice of the attacks that answer at once."""
    names = {member.model_fields["name"].default: _(member.TITLE) for member in ATTACKS}
    return choose.one(where, _("Attack"), names, first)


def size(where: str, top: float, start: float, step: float, low: float = 0) -> float:
    """A slider of ε, of the type of its bounds."""
    return st.slider(_("Size of change ε (of 255)"), type(top)(low), top, start, step, key=where)


def shows(current: Shown, *what: str) -> bool:
    """Whether the run shown is looked at as one of these: see `core.attack.settings.Technique`."""
    return bool(current.settings) and current.settings.method.SHOWS in what


def newest(current: Shown, measured: Shown) -> None:
    """Says so where a stored run stands in for the one shown."""
    if measured.id != current.id:
        st.caption(_("From the newest stored run that measured this: {}").format(measured.id))


def how(sentence: str, knobs: dict[str, str], icon: str | None = None) -> None:
    """What to choose where nothing has been measured yet, and a link that chooses it."""
    st.info(sentence, icon=icon)
    st.page_link(PAGE, label=_("Set the knobs"), icon=":material/tune:", query_params=knobs | {"goal": "away"})


def short(name: str) -> str:
    """A class's name that fits beside a bar."""
    return name if len(name) <= 16 else name[:15] + "…"
