"""The eight labs as pictures, each with one line."""

from collections.abc import Sequence

import streamlit as st

from core import labs
from core.labs import Lab
from pages.parts import lecture
from pages.parts.words import _
from pages.views.home.stories import Story

FOLDER = "assets/labs"  # made by thumbnails.py


def column(shown: Sequence[Lab]) -> None:
    """Cards, one below the other: the picture, and beside it the lab's name and line."""
    for lab in shown:
        title = lecture.read(lab.id).title
        with st.container(key=f"card-{lab.id}", horizontal=True, vertical_alignment="center", gap="small"):
            st.image(f"{FOLDER}/{lab.id}.png", width="stretch", alt=title)
            with st.container(gap=None):
                st.page_link(lab.path, label=title)  # the style sheet makes the whole card its place to click
                st.markdown(_(lab.line))


def start(story: Story | None) -> None:
    """The button that leads into the lab of the film that is shown, at the scene that it comes from."""
    if st.button(_("Start here"), type="primary", icon=":material/play_arrow:", key="home/start"):
        st.switch_page(
            labs.of(story.lab if story else "gan").path, query_params={"scene": story.scene} if story else None
        )
