"""The bar of a lesson or a tour: what to do on this page, whether it is done, and the way to the next step.

A lesson comes with the link: `lesson=` holds it packed, or names the tour of a lab (`tour-gan`) or a story
(`story-breaks`); `step=` counts from 1.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from core import jobs, labs, lessons
from core.lessons import BadLesson, Lesson, Step
from core.settings import Settings, flat_fields, flatten
from pages.parts import knobs, lecture, tabs, views, visitor
from pages.parts.state import LabState
from pages.parts.words import _, plain

TOUR, STORY = "tour-", "story-"
BUTTONS = ("train", "pause", "step", "stop", "reset", "new")
STAGE = {
    "question": ".st-key-question",
    "scenes": ":is(.st-key-headline [data-testid=stButtonGroup], [class*=st-key-more-scenes])",
}
MARKS = {
    "question": ".st-key-question",
    "scenes": ".st-key-headline",
    "knobs": ".st-key-knobs",
    "picture": ".st-key-picture",
    "curves": ".st-key-curves",
    "numbers": ".st-key-numbers",
    "controls": ".st-key-controls",
    "notices": ".st-key-notices",
    "tabs": "[data-testid=stTabs] [role=tablist]",
    "view": "[data-testid=stTabs] [role=tabpanel]:not([hidden])",
}


@dataclass(frozen=True)
class Place:
    """Where a visitor is in a lesson. text: the lesson as its link holds it. at: which step, from 0. since: the run that was shown
    when the step began, which does not count as what it asks for."""

    text: str
    lesson: Lesson
    at: int
    since: str | None = None

    @property
    def step(self) -> Step:
        return self.lesson.steps[self.at]

    def link(self, page: str) -> str:
        """Where it begins, for somebody who sees it for the first time. page: the address of any lab page here."""
        first = self.lesson.steps[0].lab
        return f"{page.rpartition('/')[0]}/{labs.of(first).page}?{urlencode(self.query(0))}"

    def query(self, at: int) -> dict[str, str]:
        """The address of one of its steps."""
        return dict(self.lesson.steps[at].query) | {"lesson": self.text, "step": str(at + 1)}


# ---- which lesson ----


def follow() -> str:
    """Takes the lesson that the address names, before anything is drawn. Returns a sentence where it cannot be read."""
    text, state = st.query_params.get("lesson"), st.session_state
    if not text:
        return ""
    number = st.query_params.get("step", "1")
    try:
        lesson = _ours(text) if text.startswith((TOUR, STORY)) else lessons.from_text(text)
    except BadLesson as error:
        state.pop("lesson", None)
        return str(error)
    at = int(number) - 1 if number.isdecimal() and len(number) < 4 else 0
    state["lesson"] = Place(text, lesson, min(max(at, 0), len(lesson.steps) - 1), st.query_params.get("run"))
    return ""


def place() -> Place | None:
    """Where the visitor is in a lesson; None outside of one."""
    return st.session_state.get("lesson")


def address() -> dict[str, str | None]:
    """What the address of a page says of the lesson."""
    now = place()
    return {"lesson": now.text if now else None, "step": str(now.at + 1) if now else None}


def _ours(name: str) -> Lesson:
    """The tour of a lab, or a story of several labs. Raises BadLesson."""
    stories = lecture.stories()
    if (slug := name.removeprefix(STORY)) in stories:
        return stories[slug]
    known = [*(TOUR + lab for lab in labs.LABS), *(STORY + each for each in stories)]
    if name not in known:
        raise BadLesson(_("“{}” is no tour; known are {}.").format(name[:40], ", ".join(known)))
    text = lecture.read(name.removeprefix(TOUR))
    return Lesson(title=_("Tour: {}").format(text.title), steps=text.tour)


def begin(lab: str) -> None:
    """A button that opens the tour of a lab."""
    tip = _("Tour: what to look at and what to try here, step by step.")
    st.button(
        _("Tour"),
        icon=":material/tour:",
        key=f"tour/{lab}",
        help=tip,
        type="tertiary",
        on_click=_open_tour,
        args=(lab,),
    )


def _open_tour(lab: str) -> None:
    go(Place(TOUR + lab, _ours(TOUR + lab), 0))


# ---- what is shown ----


def bar(lab: str) -> None:
    """The task of the step, and the way back and on; on another page than the step's, the way there."""
    now = place()
    if now is None:
        return
    here, last = now.step.lab == lab, len(now.lesson.steps) - 1
    done = here and is_done(lab, now.step)
    with st.container(key="lesson", horizontal=True, vertical_alignment="center", gap="small"):
        _task(now, here, done)
        _button("back", _("Back"), "arrow_back", _go_to, now.at - 1, off=not now.at)
        if not here:
            _button("here", _("Go there"), "arrow_forward", _go_to, now.at)
        elif now.at < last:
            _button("next", _("Next"), "arrow_forward", _go_to, now.at + 1, first=done)
        else:
            _button("end", _("End"), "check", leave, first=done)
        _button("leave", _("Leave the lesson"), "close", leave)


def _task(now: Place, here: bool, done: bool) -> None:
    count = f"{now.at + 1} / {len(now.lesson.steps)}"
    if not here:
        sentence = _("**{count}** This lesson goes on in *{page}*.")
        st.markdown(f":material/school: {sentence.format(count=count, page=lecture.name(now.step.lab))}")
        return
    icon = ":green[:material/check_circle:]" if done else ":material/school:"
    title = f" {plain(now.step.title)}" if now.step.title else ""
    task = now.step.task if now.text.startswith((TOUR, STORY)) else plain(now.step.task)
    st.markdown(f"{icon} **{count}{title}** {task}")


def _button(
    key: str, label: str, icon: str, act: Callable[..., None], *args: int, off: bool = False, first: bool = False
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        key=f"lesson/{key}",
        type="primary" if first else "tertiary",
        disabled=off,
        on_click=act,
        args=args,
    )


def style(lab: str) -> None:
    """Hides what the step hides, and frames what its task is about."""
    now = place()
    if now is None or now.step.lab != lab:
        return
    every = parts(lab, LabState(lab).settings or labs.of(lab).scenes[0].settings)
    hidden = [selector for name in now.step.hide if (selector := every.get(name, ("", ""))[1])]
    marked = MARKS.get(now.step.mark or "") or every.get(now.step.mark or "", ("", ""))[1]
    rules = [f"{', '.join(hidden)} {{ display: none !important; }}"] if hidden else []
    rules += (
        [f"{marked} {{ outline: 2px solid var(--st-primary-color); outline-offset: 3px; border-radius: 4px; }}"]
        if marked
        else []
    )
    if rules:
        st.html(f"<style>{' '.join(rules)}</style>")


def parts(lab: str, settings: Settings) -> dict[str, tuple[str, str]]:
    """What a lesson may hide, name → (what the page calls it, CSS selector)."""
    found = {
        "question": (_("The question"), STAGE["question"]),
        "scenes": (_("The other scenes"), STAGE["scenes"]),
        "more": (_("More knobs"), ".st-key-knobs [data-testid=stPopover]"),
    }
    for name, field in flat_fields(type(settings), flatten(settings)):
        where = f"{_class(f'{lab}/{name}')}, {_class(f'{lab}/{name}/pick')}"  # ten switches for the digits have a key of their own
        found[f"knob:{name}"] = (_("Knob: {}").format(knobs.label_of(name, field)), where)
    names = dict(zip(BUTTONS, (settings.verb, "Pause", "Step", "Stop", "Reset", "New seed")))
    for name, label in names.items():
        found[f"button:{name}"] = (_("Button: {}").format(_(label)), _class(f"{lab}/{name}"))
    for place, (name, label) in enumerate(tabs.names().items(), 1):
        found[f"tab:{name}"] = (_("Tab: {}").format(label), f"[data-testid=stTabs] [role=tab]:nth-child({place})")
    return found


def _class(key: str) -> str:
    """The CSS class that Streamlit gives the widget of a key."""
    return ".st-key-" + "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in key)


# ---- what the learner has done ----


def is_done(lab: str, step: Step) -> bool:
    """Whether the learner has done what the step asks for: `answered`, `trained`, `scene:slug`, `knob:name` (moved away from where
    the step put it) or `knob:name=value`, `tab:name`, `view:name`, several joined by “+”. Where it asks for nothing, reading is
    enough."""
    return all(_holds(lab, step, each) for each in (step.done or "").split("+"))


def _holds(lab: str, step: Step, condition: str) -> bool:
    kind, __, what = condition.partition(":")
    state = LabState(lab)
    match kind:
        case "answered":
            return state.scene is not None and state.guess(state.scene) is not None
        case "trained":
            return _trained(lab)
        case "scene":
            return state.scene == what
        case "knob":
            return _moved(lab, step, *what.partition("=")[::2])
        case "tab":
            return (tabs.chosen(lab) or "inside") == what
        case "view":
            return st.session_state.get(views.key(lab)) == what
    return True


def _trained(lab: str) -> bool:
    """Whether a run that the visitor began in this step is shown and goes on no more."""
    run_id = LabState(lab).run
    view = jobs.watch(run_id, visitor.viewer()) if run_id else None
    return run_id not in (None, place().since) and (view is None or view.state in ("finished", "stopped"))


def _moved(lab: str, step: Step, name: str, wanted: str) -> bool:
    """Whether a knob stands where it shall, or no more where the step's scene has it."""
    now, scene = LabState(lab).settings, LabState(lab).opened
    value = st.session_state.get(knobs.key(lab, name), flatten(now).get(name) if now else None)
    before = step.query.get(name) or (_text(flatten(scene.settings).get(name)) if scene else None)
    return value is not None and (_text(value) == wanted if wanted else _text(value) != before)


def _text(value: Any) -> str:
    """A value as an address has it."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


# ---- the way ----


def _go_to(at: int) -> None:
    now = place()
    go(Place(now.text, now.lesson, at))


def go(to: Place) -> None:
    """Opens a step: its page with its address. A step without one goes on where the learner is, with all that was done there."""
    was, st.session_state["lesson"] = place(), replace(to, since=LabState(to.step.lab).run)
    if to.step.query or was is None or was.step.lab != to.step.lab:
        LabState(to.step.lab).written = {}, 0.0  # so that the page follows the address at once
        tabs.choose(to.step.lab, to.step.query.get("tab"))
        st.session_state["lesson/open"] = to


def opened() -> None:
    """Goes to the step that was just chosen; the first thing that a page does."""
    to = st.session_state.pop("lesson/open", None)
    if to is not None:
        st.switch_page(labs.of(to.step.lab).path, query_params=to.query(to.at))


def leave() -> None:
    """Ends the lesson; the page stays as it is."""
    st.session_state.pop("lesson", None)
