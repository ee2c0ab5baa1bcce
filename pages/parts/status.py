"""Whose run is shown, how far it is, what it waits for, how it ended, and what else the visitor has to know."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from pydantic.fields import FieldInfo

from core import jobs
from core.events import Metrics, Picture, Started, Warned
from core.jobs import View
from core.settings import Settings, extra, flat_fields, flatten
from pages.parts import lecture, question
from pages.parts.shown import Shown
from pages.parts.state import LabState
from pages.parts.words import _, in_a_row, plain, translate

SLOW = 90.0  # seconds that a run may take without a word about it before it begins
LONG = 3600.0  # seconds to go that nobody wants to read of: the run is in slow motion, or all but stands


def draw(current: Shown) -> None:
    """Beside the buttons, always of one height: whose run this is, how far it is, or what it waits for."""
    view = current.view
    if view is not None and view.live:
        st.progress(view.progress, _progress_line(view, _place(current)))
    elif current.run is None:
        st.caption(_("Nothing was stored."))
    else:
        about = current.run.about
        kind = _("Shipped run") if about.shipped else _("Your run")
        took = _("{:.0f} s") if about.seconds < SLOW else _("{:.0f} min")
        took = took.format(about.seconds if about.seconds < SLOW else about.seconds / 60)
        st.caption(f"{kind} · {took}")


def notices(lab: str, current: Shown, drawing: Shown, settings: Settings, trouble: str) -> None:
    """Below the buttons, what the visitor has to know, the most urgent first. drawing: the run that the picture is of."""
    if trouble:
        st.warning(plain(translate(trouble)), icon=":material/tune:")
    if sentence := LabState(lab).said:  # until the next press of a button
        st.info(plain(translate(sentence)), icon=":material/info:")
    view = current.view
    if view is not None and view.state == "queued" and view.ahead:
        st.caption(f":material/hourglass: {plain(_waiting(view))}")
    if view is not None and not view.live and view.message:
        _ending(view, current, settings)
    if drawing is not current:
        _meanwhile(current, drawing)
    elif changed := differences(current, settings, settings.TURNABLE if current.live else ()):
        _old(changed, current, settings)
    if _own(current) or question.answered(lab):  # the shipped run's warning would give the answer away
        for warned in [e for e in current.events if isinstance(e, Warned)][-2:]:
            st.warning(translate(warned.sentence), icon=":material/warning:")
    hint = f":material/visibility: {lecture.read(lab).scenes[LabState(lab).scene].watch}"
    if current.run and current.run.about.seconds > SLOW and not current.live:
        slow = _("Such a run takes about {:.0f} min.").format(current.run.about.seconds / 60)
        hint = f":material/schedule: {slow} {hint}"
    st.caption(hint)  # last: there is always something to say, and the line stays


def _own(current: Shown) -> bool:
    return current.run is None or not current.run.about.shipped


def _ending(view: View, current: Shown, settings: Settings) -> None:
    if view.state == "failed" and (changed := differences(current, settings)):  # what was wrong may be mended
        again = _("The last run failed. The knobs have changed since: {}. Press {} to try again.")
        st.caption(f":material/tune: {again.format(changed, _(settings.verb))}")
    elif view.state == "failed":
        st.error(plain(translate(view.message)), icon=":material/report:")
    else:
        st.caption(f":material/stop_circle: {plain(translate(view.message))}")


def _meanwhile(current: Shown, drawing: Shown) -> None:
    """The scene's shipped run is drawn for as long as the visitor's has measured nothing."""
    sentence = (
        _("Meanwhile, this is the shipped run of the scene.")
        if current.live
        else _("Nothing was measured. This is the shipped run of the scene.")
    )
    change = differences(drawing, current.settings) if current.settings else ""
    other = [_("Your run has other knobs: {}.").format(change)] if change else []
    st.caption(in_a_row(sentence, *other))


def _old(changed: str, current: Shown, settings: Settings) -> None:
    """A knob that moves and does nothing would mislead."""
    if current.live:
        st.caption(f":material/tune: {_('For the next run: {}.').format(changed)}")
        return
    old = _("The picture shows the old settings. Press {verb}. {changed}.")
    with st.container(key="stale"):  # the style sheet dims the picture
        st.caption(f":material/tune: {old.format(verb=_(settings.verb), changed=changed)}")


def _place(current: Shown) -> str:
    """How far a run is, in the words of its own axis: “step 448 of 3,000”."""
    begun = next((e for e in current.events if isinstance(e, Started)), None)
    if begun is None:
        return ""
    at = next((e.step for e in reversed(current.events) if isinstance(e, Metrics | Picture)), 0)
    axis = str(begun.facts.get("axis", "training step"))
    if "step" in axis:
        return _("step {:,} of {:,}").format(at, begun.total_steps)
    counted = axis if axis.isascii() else ""  # an axis of ε is no count
    return counted and _("{:,} of {:,} {}").format(at, begun.total_steps, _(counted))


def _waiting(view: View) -> str:
    """What a queued run waits for, and for how long."""
    line = _("Waiting for its turn: place {} in the queue. Stop leaves it.").format(view.position)
    going = [(seconds, lab) for lab, state, seconds in jobs.training() if seconds is not None]
    if not going:
        return line
    seconds, lab = min(going)
    return (
        f"{line} {_('A run of “{}” is before it, with about {:.0f} s to go.').format(lecture.read(lab).title, seconds)}"
    )


def _progress_line(view: View, place: str) -> str:
    if view.state == "queued" and not view.ahead:
        return _("The training processes are starting …")
    if view.state == "queued":
        return _("Place {} in the queue").format(view.position)
    if view.state == "paused" and place:
        return _("Paused · {}. Step shows the next report; Go on continues.").format(place)
    if view.state == "paused":
        return _("Paused. Step shows the next report; Go on continues.")
    rest = _("{:.0f} s to go").format(view.eta) if view.eta is not None and view.eta < LONG else ""
    others = _("{} watching").format(view.viewers) if view.viewers > 1 else ""
    parts = [f"{100 * view.progress:.0f} %", place, _("{:.0f} steps/s").format(view.rate), rest, others]
    return " · ".join(part for part in parts if part)


def differences(current: Shown, settings: Settings, but: Sequence[str] = ()) -> str:
    """Which knobs, other than these, differ from the run shown: “Temperature 4 → 8”."""
    if current.settings is None:
        return ""
    then, today = flatten(current.settings), flatten(settings)
    fields = dict(flat_fields(type(settings), today))
    return ", ".join(
        f"{translate(fields[n].title)} {_short(then[n], fields[n])} → {_short(v, fields[n])}"
        if n in then
        else f"{translate(fields[n].title)} {_short(v, fields[n])}"
        for n, v in today.items()
        if then.get(n) != v and n not in but
    )


def _short(value: Any, field: FieldInfo) -> str:
    """A value as its widget calls it."""
    named = (extra(field, "names") or {}).get(value)
    text = _(named) if named else f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else "…"  # a picture of one's own, as text
