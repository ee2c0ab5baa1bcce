"""What is being trained on this server now, so that nobody waits without knowing for what."""

import streamlit as st

from core import catalogue, jobs, labs
from core.pace import View
from core.settings import flatten
from pages.parts import lecture, shown
from pages.parts.words import _

EVERY = 3.0  # seconds
MOST = 3  # runs that are listed


def draw() -> None:
    """The list, anew every few seconds as long as something is trained."""
    running = jobs.overview()
    if running:
        st.fragment(_again, run_every=EVERY)()
    else:
        _list(running)


def _again() -> None:
    running = jobs.overview()
    if not running:
        st.rerun()  # the whole page: it stops asking
    _list(running)


def _list(running: list[View]) -> None:
    with st.container(key="now", horizontal=True, vertical_alignment="center", gap="small"):
        if not running:
            st.caption(_("Nothing is being trained on this server now."))
        for view in running[:MOST]:
            st.progress(view.progress, said(view))
        if len(running) > MOST:
            st.caption(_("and {} more").format(len(running) - MOST))


def said(view: View) -> str:
    """One run in one line: lab and method, how far it is, and how many people watch."""
    what = shown.did(catalogue.did(view.lab, flatten(view.settings)))
    how = {"queued": _("waits"), "paused": _("paused at {:.0%}")}.get(view.state, "{:.0%}").format(view.progress)
    people = _("1 person watches") if view.viewers == 1 else _("{} people watch").format(view.viewers)
    title = lecture.read(view.lab).title if view.lab in labs.LABS else view.lab
    return f"{title} · {what} · {how} · {people}"
