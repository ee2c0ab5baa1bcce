"""What the sequence-to-sequence page draws: the film as it goes, the views of Look inside, the tab Explain."""

import streamlit as st

from pages.parts import views
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _
from pages.views.seq2seq import data, sounds
from pages.views.seq2seq.beam import beam
from pages.views.seq2seq.confused import confused
from pages.views.seq2seq.exposure import exposure
from pages.views.seq2seq.film import film
from pages.views.seq2seq.lengths import lengths
from pages.views.seq2seq.sample import sample
from pages.views.seq2seq.say import say
from pages.views.seq2seq.states import states
from pages.views.seq2seq.steps import steps
from pages.views.seq2seq.why import why as explain  # noqa: F401

FIRST = {
    "seq2seq-one-vector-is-too-small": "lengths",
    "seq2seq-greedy-or-beam": "beam",
}  # what the scenes' questions are about


def inside(current: Shown) -> None:
    """All views of a trained network, first one's own words. Where a run has none, its film, and meanwhile a shipped network."""
    trained = data.has_network(current)
    if not trained and (stand_in := data.shipped_for(current)):
        if current.last("said") is not None and not current.live:  # a film that stands still beside a live one misleads
            st.markdown(f"**{_('The film')}**")
            film(current)
        st.info(
            _("This run has no trained network to ask. Meanwhile the views below ask the shipped one, “{}”.").format(
                stand_in.id
            )
        )
        current = stand_in
    if not data.ready(current):
        return
    sounds.key(current.settings.task, "inside")
    every = {
        "say": (_("Your words"), say),
        "steps": (_("Step by step"), steps),
        "beam": (_("Beam search"), beam),
        "sample": (_("Sampling"), sample),
        "lengths": (_("Long words"), lengths),
        "states": (_("States"), states),
        "confused": (_("Confusions"), confused),
        "exposure": (_("Left to itself"), exposure),
        "film": (_("The film"), film),
    }
    if not trained:
        del every["film"]  # it is of the run shown, not of the one that answers
    first = FIRST.get(current.id, "say")
    views.draw(
        current,
        [View(name, title, draw, opens=lambda _, name=name: name == first) for name, (title, draw) in every.items()],
    )
