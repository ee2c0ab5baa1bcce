"""What several views of the adversarial attack page ask of the run shown, and what they say where there is no answer."""

from typing import Any, NamedTuple

import streamlit as st

from core.attack.analysis import subject
from core.attack.analysis.quick import ATTACKS
from core.attack.settings import Goal, Subject
from core.record import Record
from core.runs import RunError
from pages.parts import choose
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.state import LabState
from pages.parts.words import _, translate

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
        st.info(_("This run is of another version: its settings are no longer known."), icon=":material/update:")
        return None
    try:
        return Asked(chosen, subject.goal_of(current), ask(subject.victims, current, chosen))
    except (BadPicture, RunError) as error:
        st.info(translate(str(error)), icon=":material/image:")
        return None


def attack(where: str, first: str, at: Any = st) -> str:
    """A choice of the attacks that answer at once. at: where it is drawn."""
    names = {member.model_fields["name"].default: _(member.TITLE) for member in ATTACKS}
    return choose.one(where, _("Attack"), names, first, at=at)


def size(where: str, top: float, start: float, step: float, low: float = 0, at: Any = st) -> float:
    """A slider of ε, of the type of its bounds. at: where it is drawn."""
    return at.slider(_("Size of change ε (of 255)"), type(top)(low), top, start, step, "%g", where)


def measured(
    current: Shown, found: Record | None, sentence: str, knobs: dict[str, str], icon: str | None = None
) -> bool:
    """Whether there is a record that measured this, and a line that says so where it is a stored run's. Where there is none: what
    to choose, and a link that chooses it."""
    if found is None:
        st.info(sentence, icon=icon)
        query = knobs | {"goal": "away"}
        st.page_link(PAGE, label=_("Set the knobs"), icon=":material/tune:", query_params=query)
    elif found.id != current.id:
        st.caption(_("From the newest stored run that measured this: {}").format(found.id))
    return found is not None
