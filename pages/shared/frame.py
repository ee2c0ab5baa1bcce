"""The frame of a lab page, the same for all labs: title, scenes, knobs, the live picture, and the tabs below it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import jobs, labs
from core.runs import RunError, Unfit
from core.settings import BadSettings, Settings
from pages.shared import digit, garbage, knobs, lecture, live, shown, tabs
from pages.shared import explain as explained
from pages.shared.shown import Shown
from pages.shared.words import _, plain, prose


def lab_page(
    lab: str,
    inside: Callable[[Shown], None],
    pictures: Callable[[Shown], None] | None = None,
    networks: Callable[[Shown], dict[str, tuple[str, str]]] = shown.networks,
    tests: Callable[[Shown], dict[str, digit.Tests]] = digit.mnist,
    explain: Callable[[Shown], None] | None = None,
    **look: Any,
) -> None:
    """Draws the whole page of a lab.

    inside: the lab's own views for the tab “Look inside”. pictures: what the lab draws beside the live curves. look: more
    of `live.Look`.
    networks: which networks Explain holds side by side, name → (run id, model). tests: the pictures that they may be asked
    about, name → `digit.Tests`. explain: what the tab Explain shows of a lab whose networks are no digit classifiers.
    """
    settings_file = labs.module(lab, "settings")
    model, text = labs.settings_class(lab), lecture.read(lab)
    for complaint in _open(lab, model):
        st.warning(plain(complaint), icon=":material/link_off:")
    st.title(text.title)
    st.markdown(text.idea)
    st.caption(f":material/visibility: **{_('Watch')}** {text.watch}")
    _scenes(lab, text)
    left, right = st.columns([1, 2.8], gap="large")
    with left:
        settings, trouble = _knobs(lab, model)
    with right:
        current = live.panel(lab, settings, live.Look(settings_file.METRICS, pictures, **look), trouble)
    st.session_state[f"{lab}/settings"] = settings
    _write_url(lab, settings)
    tabs.draw(lab, current, text, inside, explain or (lambda shown: explained.draw(lab, networks(shown), tests(shown))))
    jobs.warm_up()  # last: the first picture comes before the training processes
    garbage.settle()


def _open(lab: str, model: type[Settings]) -> list[str]:
    """Fills the widgets on the first visit (from URL or first scene) and on every return; sentences about a bad URL."""
    state, complaints, url = st.session_state, [], st.query_params.to_dict()
    scenes = {scene.slug: scene for scene in labs.module(lab, "settings").SCENES}
    # Our own addresses name the scene: one without is a link that was followed, and not yet answered.
    followed = bool(url) and "scene" not in url and url != state.get(f"{lab}/answered")
    if f"{lab}/scene" not in state or followed:
        state[f"{lab}/answered"] = url
        slug, run_id = st.query_params.get("scene"), st.query_params.get("run")
        if slug is not None and slug not in scenes:
            complaints.append(_("“{}” is not a scene here; known are {}.").format(slug[:40], ", ".join(scenes)))
        state[f"{lab}/scene"] = slug if slug in scenes else next(iter(scenes))
        start = scenes[state[f"{lab}/scene"]].settings
        state[f"{lab}/run"], found = None, None
        if run_id:
            try:
                found = shown.find(run_id, lab)
                state[f"{lab}/run"] = run_id
                start = start if slug in scenes else found.settings or start  # our own links name the scene
            except Unfit as error:
                complaints.append(f"{error} {_('The scene is shown instead.')}")
            except RunError as error:
                complaints.append(f"{error} {_('The scene is shown instead; press Train to repeat the run.')}")
        settings, more = knobs.from_url(model, start)
        knobs.fill(lab, knobs.with_long(settings, found.settings) if found else settings)
        complaints += more
    elif knobs.key(lab, "seed") not in state:  # back from another page: Streamlit forgot the widgets
        knobs.fill(lab, state[f"{lab}/settings"])
    return complaints


def _knobs(lab: str, model: type[Settings]) -> tuple[Settings, str]:
    """The settings of the widgets; while the knobs contradict each other, the last ones that made sense, and why."""
    try:
        return knobs.draw(lab, model, lambda kind: shown.choices(lab, kind)), ""
    except BadSettings as error:
        return st.session_state[f"{lab}/settings"], str(error)


def _scenes(lab: str, text: lecture.Lecture) -> None:
    """The named presets, with a question to predict and an answer to open."""
    slug = st.session_state[f"{lab}/scene"]
    st.session_state[f"{lab}/pick"] = slug
    st.pills(
        _("Scenes"),
        list(text.scenes),
        format_func=lambda s: text.scenes[s].title,
        key=f"{lab}/pick",
        required=True,
        on_change=_choose,
        args=(lab,),
        label_visibility="collapsed",
    )
    scene = text.scenes[slug]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/psychology_alt: **{_('Predict first.')}** {prose(scene.question)}")
        with st.popover(_("What happened"), icon=":material/lightbulb:"):
            st.markdown(prose(scene.answer))


def _choose(lab: str) -> None:
    slug = st.session_state[f"{lab}/pick"]
    scene = next(s for s in labs.module(lab, "settings").SCENES if s.slug == slug)
    live.leave(lab)
    st.session_state.pop(f"{lab}/before", None)  # the run that the tabs opened belongs to the scene that is left
    st.session_state[f"{lab}/scene"], st.session_state[f"{lab}/run"] = slug, None
    knobs.fill(lab, scene.settings)


def _write_url(lab: str, settings: Settings) -> None:
    """The address bar always holds a link that opens this page as it is."""
    state = st.session_state
    scene = next(s for s in labs.module(lab, "settings").SCENES if s.slug == state[f"{lab}/scene"])
    wanted = knobs.to_url(settings, scene.settings, scene=scene.slug, run=state[f"{lab}/run"])
    state[f"{lab}/answered"] = None
    if wanted != st.query_params.to_dict():
        st.query_params.from_dict(wanted)
