"""Makes a lesson: this page with a task becomes a step, steps get an order, and one link or file holds them all."""

from collections.abc import Sequence

import streamlit as st

from core import lessons
from core.lessons import LARGEST, STEPS, BadLesson, Lesson, Step
from core.settings import Settings
from pages.parts import lecture, lesson, own
from pages.parts.words import _, plain, translate

KEPT = ("lesson", "step", "present", "lecturer", "lang")  # of the link: not what the page shows
TASK = 800


def draw(lab: str, settings: Settings, address: str) -> None:
    """The steps so far, what this page would be as the next one, and the lesson as a link and a file."""
    _open()
    _add(lab, settings)
    if steps := _steps():
        _order(steps)
        _done(steps, address)


def _steps() -> tuple[Step, ...]:
    return st.session_state.setdefault("draft", ())


def _add(lab: str, settings: Settings) -> None:
    """The form of one step."""
    hideable = {name: label for name, (label, __) in lesson.parts(lab, settings).items()}
    wanted = {"": _("to read is enough"), "answered": _("answer the question"), "trained": _("let a run end")}
    with st.form("draft/form", clear_on_submit=True):
        st.text_input(_("Title of the step"), key="draft/name", max_chars=80)
        said = _("What to do on this page, and what to look at.")
        st.text_area(_("Task"), key="draft/task", max_chars=TASK, height=80, placeholder=said)
        tip = _("What is not shown cannot be changed.")
        st.multiselect(
            _("Do not show"),
            list(hideable),
            format_func=hideable.get,
            key="draft/hide",
            help=tip,
            placeholder=_("Choose"),
        )
        st.selectbox(_("To be done"), list(wanted), format_func=wanted.get, key="draft/wanted")
        full = len(_steps()) >= STEPS
        st.form_submit_button(
            _("Add this page as a step"), icon=":material/add:", disabled=full, on_click=_append, args=(lab,)
        )
    if sentence := st.session_state.pop("draft/said", ""):
        st.warning(sentence, icon=":material/report:")


def _append(lab: str) -> None:
    """The page as it is becomes the last step."""
    state = st.session_state
    query = {name: value for name, value in st.query_params.to_dict().items() if name not in KEPT}
    given = {"title": state["draft/name"], "task": state["draft/task"], "hide": tuple(state["draft/hide"])}
    try:
        step = Step(lab=lab, query=query, done=state["draft/wanted"] or None, **given)
        state["draft"] = (*_steps(), step)
    except ValueError:
        state["draft/said"] = _("This page cannot be a step: its address is too long. Share its run instead.")


def _order(steps: Sequence[Step]) -> None:
    """The steps with what moves and what deletes them."""
    for i, step in enumerate(steps):
        with st.container(horizontal=True, vertical_alignment="center", key=f"draft/row{i}"):
            name = plain(step.title or step.task[:40]) or _("no task")
            st.markdown(f"**{i + 1}** {lecture.name(step.lab)} · {name}", width="stretch")
            up = {"disabled": not i, "on_click": _move, "args": (i,)}
            st.button(_("Up"), icon=":material/arrow_upward:", key=f"draft/up{i}", type="tertiary", **up)
            st.button(
                _("Delete"),
                icon=":material/delete:",
                key=f"draft/delete{i}",
                type="tertiary",
                on_click=_delete,
                args=(i,),
            )


def _move(i: int) -> None:
    steps = list(_steps())
    steps[i - 1], steps[i] = steps[i], steps[i - 1]
    st.session_state["draft"] = tuple(steps)


def _delete(i: int) -> None:
    st.session_state["draft"] = _steps()[:i] + _steps()[i + 1 :]


def _done(steps: Sequence[Step], address: str) -> None:
    """The whole lesson. address: of this page, without its query."""
    made = Lesson(title=st.text_input(_("Title of the lesson"), key="draft/title", max_chars=120), steps=steps)
    place = lesson.Place(lessons.to_text(made), made, 0)
    st.code(place.link(address), language=None, wrap_lines=True)
    with st.container(horizontal=True):
        st.download_button(
            _("Lesson as a file"),
            lessons.to_json(made),
            "lectern-lesson.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        tried = {"on_click": lesson.go, "args": (place,)}
        if st.button(_("Try it"), icon=":material/play_arrow:", key="draft/try", **tried):
            st.rerun()  # the whole page, not only the dialog


def _open() -> None:
    """A lesson file, to try or to change."""
    if (given := own.chosen(_("Open a lesson file"), ["json"], "draft")) is None:
        return
    try:
        found = lessons.from_json(given.getvalue()[: LARGEST + 1])
    except BadLesson as error:
        st.warning(plain(translate(str(error))), icon=":material/report:")
        return
    st.session_state["draft"], st.session_state["draft/title"] = found.steps, found.title
