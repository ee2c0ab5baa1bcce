"""The address of a lab page: all that it shows stands there, so that a link opens the same for anybody."""

import time
from importlib import import_module
from typing import Any

import streamlit as st

from core import keeping, labs, sweeps
from core.runs import RunError, Unfit
from core.settings import Settings
from pages.parts import controls, knobs, language, lesson, shown, tabs, views
from pages.parts.shown import Shown
from pages.parts.state import LabState, presenting
from pages.parts.words import _

SETTLED = 1.0  # seconds after which a browser knows the address that was written


def open_page(lab: str) -> list[str]:
    """Fills the widgets on the first visit (from the address or the first scene), on every return, and when the visitor went back
    in the browser's history or followed a link; sentences about what is wrong in an address."""
    state = LabState(lab)
    if state.scene is None or _moved(lab):
        return _follow(lab)
    if knobs.key(lab, "seed") not in st.session_state:  # back from another page: Streamlit forgot the widgets
        knobs.fill(lab, state.settings)
    return []


def write(lab: str, settings: Settings) -> None:
    """The address bar always holds a link that opens this page as it is."""
    state, scene = LabState(lab), LabState(lab).opened
    more = {
        "scene": scene.slug,
        "run": state.run,
        "tab": tabs.chosen(lab),
        "view": views.chosen(lab),
        "compare": ",".join(state.compare),
        "sweep": state.sweep,
        "present": "1" if presenting() else None,
        **lesson.address(),
        **language.address(),
    }
    wanted = knobs.to_url(settings, scene.settings, **more)
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)
    if wanted != state.written[0]:
        state.written = wanted, time.monotonic()


def _moved(lab: str) -> bool:
    """Whether the address is not the one that this page wrote last. A moment after it was written, the browser may still send
    the one before."""
    written, when = LabState(lab).written
    url = st.query_params.to_dict()
    return bool(url) and url != written and time.monotonic() - when > SETTLED


def _follow(lab: str) -> list[str]:
    """Opens what the address names: its scene, its run, its knobs, its tab and view, and what it compares."""
    state, complaints = LabState(lab), []
    scenes = {scene.slug: scene for scene in labs.of(lab).scenes}
    slug, run_id = st.query_params.get("scene"), st.query_params.get("run")
    if slug is not None and slug not in scenes:
        complaints.append(_("“{}” is not a scene here; known are {}.").format(slug[:40], ", ".join(scenes)))
    if state.run not in (None, run_id):
        controls.leave(lab)
    state.scene = slug if slug in scenes else next(iter(scenes))
    start = scenes[state.scene].settings
    state.run, found = None, None
    if run_id:
        found, complaint, state.said = _run(lab, run_id)
        complaints += filter(None, [complaint])
    if found:
        state.run = found.id
        start = start if slug in scenes else found.settings or start  # our own links name the scene
    settings, more = knobs.from_url(labs.of(lab).settings, start)
    knobs.fill(lab, knobs.with_long(settings, found.settings) if found else settings)
    return [sentence for sentence in (*complaints, *more, *_below(lab), lesson.follow()) if sentence]


def _below(lab: str) -> list[str]:
    """Opens the tab, the view, the runs to compare and the sweep that the address names; sentences about those that are unknown."""
    state, url, complaints = LabState(lab), st.query_params, []
    known: dict[str, Any] = {"tab": tabs.names(), "view": import_module(f"pages.views.{lab}").VIEWS}
    sentences = {
        "tab": _("“{}” is not a tab here; known are {}."),
        "view": _("“{}” is not a view here; known are {}."),
    }
    for name, sentence in sentences.items():
        if name in url and url[name] not in known[name]:
            complaints.append(sentence.format(url[name][:40], ", ".join(known[name])))
    if url.get("tab") in known["tab"] or state.written[0]:
        tabs.choose(lab, url.get("tab"))
    if url.get("view") in known["view"]:
        st.session_state[views.key(lab)] = url["view"]
    state.compare = [run_id for run_id in url.get("compare", "").split(",") if run_id]
    state.sweep = url.get("sweep", "") if sweeps.from_text(url.get("sweep", "")) else ""
    return complaints


def _run(lab: str, run_id: str) -> tuple[Shown | None, str, str]:
    """The run that the address names, or what is kept of it; what is wrong with the address; what became of the run."""
    try:
        return shown.find(run_id, lab), "", ""
    except Unfit as error:
        return None, f"{error} {_('The scene is shown instead.')}", ""
    except RunError as error:
        if not keeping.cut_short(run_id):
            return None, f"{error} {_('The scene is shown instead; press Train to repeat the run.')}", ""
    if found := shown.kept(run_id, lab):
        return found, "", _("The server ended while this run trained. This is what it had measured until then.")
    return None, "", _("The server ended while this run trained, and nothing of it is kept. Press Train to repeat it.")
