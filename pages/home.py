"""Home: one living picture, four labs on each side of it, and what is being trained now."""

import streamlit as st

from core import jobs, labs
from pages.parts.words import _
from pages.views.home import cards, now, stories

story = stories.chosen()
with st.container(key="headline", horizontal=True, vertical_alignment="center", gap="small"):
    st.title("Lectern", anchor=False, width="content")
    st.markdown(_("Deep learning to touch: turn a knob, train a real network in seconds, and see what changed."))
    cards.start(story)
with st.container(key="home"):
    # the film stands first in the page, so that it comes first on a phone; the style sheet puts it into the middle
    film, left, right = st.columns([1.45, 1, 1], gap="medium")
with film:
    stories.draw(story)
with left:
    cards.column([*labs.LABS.values()][:4])
with right:
    cards.column([*labs.LABS.values()][4:])
now.draw()
jobs.warm_up()  # last: the picture comes before the training processes
