"""The eight labs as pictures, each with one line."""

from collections.abc import Sequence

import streamlit as st

from pages.parts import lecture
from pages.parts.places import PAGES
from pages.parts.words import _
from pages.views.home.stories import Story

FOLDER = "assets/labs"  # made by thumbnails.py
LINES = (
    ("transfer", _("Learn in one domain, work in another one")),
    ("lifelong", _("Learn one task after another without forgetting")),
    ("anomaly", _("Learn what is normal, and find what is not")),
    ("gan", _("One network makes fakes, another one tells them apart")),
    ("seq2seq", _("Letters go in, and sounds come out")),
    ("compression", _("Make a network small, and keep what it knows")),
    ("attack", _("Change a photo so little that only a network notices")),
    ("explain", _("Ask a network why it gives its answer")),
)


def column(labs: Sequence[tuple[str, str]]) -> None:
    """Cards, one below the other: the picture, and beside it the lab's name and line."""
    for lab, line in labs:
        title = lecture.read(lab).title
        with st.container(key=f"card-{lab}", horizontal=True, vertical_alignment="center", gap="small"):
            st.image(f"{FOLDER}/{lab}.png", width="stretch", alt=title)
            with st.container(gap=None):
                st.page_link(PAGES[lab], label=title)  # the style sheet makes the whole card its place to click
                st.markdown(line)


def start(story: Story | None) -> None:
    """The button that leads into the lab of the film that is shown, at the scene that it comes from."""
    if st.button(_("Start here"), type="primary", icon=":material/play_arrow:", key="home/start"):
        st.switch_page(PAGES[story.lab if story else "gan"], query_params={"scene": story.scene} if story else None)
