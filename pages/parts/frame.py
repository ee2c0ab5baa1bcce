"""The frame of a lab page, the same for all labs: scenes, question, knobs, the live picture, and the tabs below it."""

import time
from collections.abc import Callable
from typing import Any

import streamlit as st

from core import jobs, keeping, labs
from core.runs import RunError, Unfit
from core.settings import BadSettings, Scene, Settings
from pages.parts import controls, digit, garbage, knobs, lecture, live, present, question, share, shown, tabs, views
from pages.parts import explain as explained
from pages.parts.shown import Shown
from pages.parts.state import LabState, presenting
from pages.parts.words import _, plain

SETTLED = 1.0  # seconds after which a browser knows the address that was written


def lab_page(
    lab: str,
    inside: Callable[[Shown], None] = views.draw,
    networks: Callable[[Shown], dict[str, tuple[str, str]]] = shown.networks,
    tests: Callable[[Shown], dict[str, digit.Tests]] = digit.mnist,
    explain: Callable[[Shown], None] | None = None,
    **live_picture: Any,
) -> None:
    """Draws the whole page of a lab.

    inside: what the tab “Look inside” shows, the lab's own views when left out. live_picture: the parts of `live.LivePicture`.
    networks: which networks Explain holds side by side, name → (run id, model). tests: the pictures that they may be asked
    about, name → `digit.Tests`. explain: what the tab Explain shows of a lab whose networks are no digit classifiers.
    """
    model, text = labs.of(lab).settings, lecture.read(lab)
    complaints = _open(lab, model)
    present.settle()
    question.scenes(lab, text, _choose, _more)
    question.ask(lab, text)
    for complaint in complaints:
        st.warning(plain(complaint), icon=":material/link_off:")
    with st.container(key="stage"):
        # the stage stands first in the page, so that Train comes first for a keyboard and on a phone; the style sheet puts
        # the knobs on its left
        stage, side = st.columns([3.2, 1], gap="medium")
    with side:
        settings, trouble = _knobs(lab, model)
        present.buttons(lab, _choose)
    with stage:
        current = live.panel(lab, settings, live.LivePicture(**live_picture), trouble)
    LabState(lab).settings = settings
    _write_url(lab, settings)
    if not presenting():
        tabs.draw(
            lab, current, text, inside, explain or (lambda shown: explained.draw(lab, networks(shown), tests(shown)))
        )
    jobs.warm_up()  # last: the first picture comes before the training processes
    garbage.settle()


def _more(lab: str) -> None:
    if not presenting():
        share.begin(lab)
        present.begin()


def scene_of(lab: str) -> Scene:
    """The scene that the page is in."""
    slug = LabState(lab).scene
    return next(scene for scene in labs.of(lab).scenes if scene.slug == slug)


def _open(lab: str, model: type[Settings]) -> list[str]:
    """Fills the widgets on the first visit (from URL or first scene), on every return, and when the visitor went back in the
    browser's history or followed a link; sentences about a bad URL."""
    state = LabState(lab)
    if state.scene is None or _moved(lab):
        return _follow(lab, model)
    if knobs.key(lab, "seed") not in st.session_state:  # back from another page: Streamlit forgot the widgets
        knobs.fill(lab, state.settings)
    return []


def _moved(lab: str) -> bool:
    """Whether the address is not the one that this page wrote last. A moment after it was written, the browser may still send
    the one before."""
    written, when = LabState(lab).written
    url = st.query_params.to_dict()
    return bool(url) and url != written and time.monotonic() - when > SETTLED


def _follow(lab: str, model: type[Settings]) -> list[str]:
    """Opens what the address names: its scene, its run, its knobs."""
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
    settings, more = knobs.from_url(model, start)
    knobs.fill(lab, knobs.with_long(settings, found.settings) if found else settings)
    return complaints + more


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


def _knobs(lab: str, model: type[Settings]) -> tuple[Settings, str]:
    """The settings of the widgets; while the knobs contradict each other, the last ones that made sense, and why."""
    try:
        return knobs.draw(lab, model, scene_of(lab), lambda kind: shown.choices(lab, kind)), ""
    except BadSettings as error:
        return LabState(lab).settings, str(error)


def _choose(lab: str) -> None:
    controls.leave(lab)
    LabState(lab).forget("before")  # the run that the tabs opened belongs to the scene that is left
    LabState(lab).scene, LabState(lab).run = st.session_state[f"{lab}/pick"], None
    knobs.fill(lab, scene_of(lab).settings)


def _write_url(lab: str, settings: Settings) -> None:
    """The address bar always holds a link that opens this page as it is."""
    scene = scene_of(lab)
    wanted = knobs.to_url(
        settings, scene.settings, scene=scene.slug, run=LabState(lab).run, present="1" if presenting() else None
    )
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)
    if wanted != LabState(lab).written[0]:
        LabState(lab).written = wanted, time.monotonic()
