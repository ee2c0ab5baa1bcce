"""The eight labs as pictures, each with one line."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared import lecture
from pages.shared.places import PAGES
from pages.shared.words import _
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


def grid(labs: Sequence[tuple[str, str]]) -> None:
    """Cards, two in a row."""
    with st.grid(2, min_column_width=130, gap="small"):
        for lab, line in labs:
            title = lecture.read(lab).title
            with st.container(key=f"card-{lab}", gap=None):
                st.image(f"{FOLDER}/{lab}.png", width="stretch", alt=title)
                st.page_link(PAGES[lab], label=title)  # the style sheet makes the whole card its place to click
                st.markdown(line)


def beginning(story: Story | None) -> tuple[Any, ...]:
    """Where “Start here” leads: to the scene of the film that is shown."""
    return PAGES[story.lab if story else "gan"], *()
