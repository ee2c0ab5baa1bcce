"""The two lines on top of a lab page: its title with the scenes, and the scene's question with answers to click."""

from collections.abc import Callable, Sequence

import streamlit as st

from core import labs
from pages.parts.lecture import Lecture, SceneText
from pages.parts.state import LabState, presenting
from pages.parts.words import _, prose

REVEALED = -1  # in place of a guess: the answer was asked for


def scenes(lab: str, text: Lecture, choose: Callable[[str], None], more: Callable[[str], None]) -> None:
    """The title, the named presets, and on demand what the lab is about. choose: called with the lab when another is picked.
    more: draws what else stands in this line."""
    slug = LabState(lab).scene
    scene, first = text.scenes[slug], [each.slug for each in labs.of(lab).scenes if not each.more]
    st.session_state[f"{lab}/pick"] = slug if slug in first else None
    with st.container(key="headline", horizontal=True, vertical_alignment="center", gap="small"):
        st.title(text.title, anchor=False)
        st.pills(
            _("Scenes"),
            first,
            format_func=lambda slug: text.scenes[slug].title,
            key=f"{lab}/pick",
            required=True,
            on_change=choose,
            args=(lab,),
            label_visibility="collapsed",
        )
        _others(lab, text, [slug for slug in text.scenes if slug not in first], choose)
        with st.popover(_("About"), icon=":material/info:", type="tertiary"):
            st.markdown(text.idea)
            st.markdown(f":material/visibility: **{_('Watch')}** {scene.watch}")
            st.markdown(f"**{scene.title}**\n\n{prose(scene.setup)}")
        more(lab)


def _others(lab: str, text: Lecture, others: Sequence[str], choose: Callable[[str], None]) -> None:
    """The scenes that do not stand in the line: a list that opens, named after the one that is open."""
    if not others:
        return
    slug = LabState(lab).scene
    here = slug in others
    name = text.scenes[slug].title if here else _("More scenes")
    key = f"more-scenes-open-{slug}" if here else "more-scenes"  # another key is another list, and that one is closed
    with st.container(key=key, width="content"), st.popover(name, type="tertiary"), st.container(gap="xsmall"):
        for other in others:
            title, tip, at = text.scenes[other].title, text.scenes[other].question, f"scene/{lab}/{other}"
            st.button(title, key=at, type="tertiary", help=tip, on_click=open_scene, args=(lab, other, choose))


def open_scene(lab: str, slug: str, choose: Callable[[str], None]) -> None:
    """Picks a scene as a click on its name does. choose: what is called then."""
    st.session_state[f"{lab}/pick"] = slug
    choose(lab)


def ask(lab: str, text: Lecture) -> None:
    """The question to predict. The learner commits by a click; then the same line says whether it was right, and why."""
    slug = LabState(lab).scene
    scene = text.scenes[slug]
    with st.container(key="question", horizontal=True, vertical_alignment="center", gap="small"):
        guess = LabState(lab).guess(slug)
        if guess is None:
            st.markdown(f":material/psychology_alt: **{scene.question}**", width="content")
            st.pills(
                scene.question,
                range(len(scene.choices)),
                format_func=lambda i: scene.choices[i],
                key=f"{lab}/guess/{slug}",
                on_change=_commit,
                args=(lab, slug),
                label_visibility="collapsed",
            )
        else:
            st.markdown(_verdict(scene, guess), width="content")
        if guess is None and presenting():
            st.button(_("Answer"), key="present/answer", shortcut="A", type="tertiary", on_click=reveal, args=(lab,))
            return
        with st.popover(_("Why"), icon=":material/lightbulb:", type="tertiary"):
            right = _("**{question}** {answer}.").format(question=scene.question, answer=scene.choices[scene.right])
            st.markdown(f"{right}\n\n{scene.reason}\n\n{prose(scene.answer)}")


def answered(lab: str) -> bool:
    """Whether the learner has committed to an answer in the open scene."""
    return LabState(lab).guess(LabState(lab).scene) is not None


def reveal(lab: str) -> None:
    """Shows the answer of the open scene without a guess."""
    LabState(lab).commit(LabState(lab).scene, REVEALED)


def _commit(lab: str, slug: str) -> None:
    LabState(lab).commit(slug, st.session_state[f"{lab}/guess/{slug}"])


def _verdict(scene: SceneText, guess: int) -> str:
    """Whether the guess was right, what is right, and the reason."""
    right = scene.choices[scene.right]
    if guess == scene.right:
        return f":material/check_circle: :green[**{_('Right: {}.').format(right)}**] {scene.reason}"
    if guess == REVEALED:
        return f":material/lightbulb: **{_('Answer: {}.').format(right)}** {scene.reason}"
    return f":material/cancel: :orange[**{_('Not {}, but {}.').format(scene.choices[guess], right)}**] {scene.reason}"
