"""Home: one living picture, the eight labs around it, and what is being trained now."""

import streamlit as st

from core import jobs
from pages.shared import chart
from pages.shared.words import _
from pages.views.home import cards, now, stories

told = stories.every()
story = told.get(st.session_state.get("home/story"), next(iter(told.values()), None))
with st.container(key="headline", horizontal=True, vertical_alignment="center", gap="small"):
    st.title("Lectern", anchor=False)
    st.markdown(_("Deep learning to touch: turn a knob, train a real network in seconds, and see what changed."), width="content")
    if st.button(_("Start here"), type="primary", icon=":material/play_arrow:", key="home/start"):
        st.switch_page(*cards.beginning(story))
with st.container(key="home"):
    # the film stands first in the page, so that it comes first on a phone; the style sheet puts it into the middle
    middle, left, right = st.columns([1.5, 1, 1], gap="medium")
with middle:
    if told:
        st.pills(_("Film"), list(told), format_func=lambda name: told[name].title, default=next(iter(told)),
                 required=True, key="home/story", label_visibility="collapsed")
        frames, names = stories.film(story.lab, story.scene)
        chart.film(frames, names, key="home/film", alt=f"{story.title}. {story.caption}", share=1)
        st.caption(story.caption)
for place, labs in ((left, cards.LINES[:4]), (right, cards.LINES[4:])):
    with place:
        cards.grid(labs)
now.now()
jobs.warm_up()  # last: the picture comes before the training processes
