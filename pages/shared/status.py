"""The line under the buttons: whose run is shown, how far it is, what it waits for, and how it ended."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from pydantic.fields import FieldInfo

from core import jobs
from core.events import Metrics, Picture, Started
from core.jobs import View
from core.settings import Settings, extra, flat_fields, flatten
from pages.shared import lecture
from pages.shared.shown import Shown
from pages.shared.words import _, plain

SLOW = 60.0  # seconds that a run may take without a word about it before it begins
LONG = 3600.0  # seconds to go that nobody wants to read of: the run is in slow motion, or all but stands


def draw(current: Shown, settings: Settings, verb: str) -> None:
    """One line: whose run this is, how far it is, or what it waits for."""
    view = current.view
    if view is None or view.state == "finished":
        if view and view.message:
            st.info(plain(view.message), icon=":material/save:")
        changed = differences(current, settings)
        about = current.run.about
        kind = _("Shipped run") if about.shipped else _("Your run")
        line = f"{kind} · {about.seconds:,.0f} s · {about.machine.get('processor', '')}, {_('one thread')}"
        if changed:
            press = _("Press {} to see what they do.").format(_(verb))
            line = f":material/tune: {_('The knobs differ from the run shown')}: {changed}. {press}"
        if about.seconds > SLOW and current.settings == settings.model_copy(update={"seed": current.settings.seed}):
            line += " · " + _("Such a run takes about {:.0f} min on such a processor.").format(about.seconds / 60)
        st.caption(line)
    elif view.state == "failed" and (changed := differences(current, settings)):  # what was wrong may be mended
        again = _("The last run failed. The knobs have changed since: {}. Press {} to try again.")
        st.caption(f":material/tune: {again.format(changed, _(verb))}")
    elif view.state == "failed":
        st.error(plain(view.message), icon=":material/report:")
    elif view.state == "stopped":
        st.caption(f":material/stop_circle: {plain(view.message)}")
    else:
        st.progress(view.progress, _progress_line(view, _place(current)))
        if waiting := differences(current, settings, settings.TURNABLE):  # a knob that moves and does nothing would mislead
            st.caption(f":material/tune: {_('For the next run')}: {waiting}.")


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
    return f"{line} {_('A run of “{}” is before it, with about {:.0f} s to go.').format(lecture.read(lab).title, seconds)}"


def _progress_line(view: View, place: str) -> str:
    if view.state == "queued" and not view.ahead:
        return _("The training processes are starting …")
    if view.state == "queued":
        return _waiting(view)
    if view.state == "paused":
        at = f" · {place}" if place else ""
        return f"{_('Paused')}{at}. {_('Step shows the next report; Go on continues.')}"
    place = f" · {place}" if place else ""
    rest = f" · {view.eta:.0f} s {_('to go')}" if view.eta is not None and view.eta < LONG else ""
    others = f" · {view.viewers} {_('watching')}" if view.viewers > 1 else ""
    return f"{100 * view.progress:.0f} %{place} · {view.rate:.0f} {_('steps/s')}{rest}{others}"


def differences(current: Shown, settings: Settings, but: Sequence[str] = ()) -> str:
    """Which knobs, other than these, differ from the run shown: “Temperature 4 → 8”."""
    if current.settings is None:
        return ""
    then, today = flatten(current.settings), flatten(settings)
    fields = dict(flat_fields(type(settings), today))
    return ", ".join(
        f"{fields[n].title} {_short(then[n], fields[n])} → {_short(v, fields[n])}"
        if n in then
        else f"{fields[n].title} {_short(v, fields[n])}"
        for n, v in today.items()
        if then.get(n) != v and n not in but
    )


def _short(value: Any, field: FieldInfo) -> str:
    """A value as its widget calls it."""
    named = (extra(field, "names") or {}).get(value)
    text = _(named) if named else f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else "…"  # a picture of one's own, as text
