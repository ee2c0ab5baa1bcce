"""What the sequence-to-sequence page draws: the film as it goes, the views of Look inside (one idea a file), the tab Explain."""

import streamlit as st

from core.data.words import EXAMPLES
from core.seq2seq import analysis
from core.seq2seq.settings import Pronounce, Task
from pages.parts import lecture, shown, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.seq2seq.letters import explain
from pages.views.seq2seq.stage import beside, picture
from pages.views.seq2seq.typed import ready

__all__ = ["VIEWS", "beside", "explain", "inside", "picture"]

COLUMNS = 3  # of the key to the sounds
VIEWS = (
    "own_words",
    "at_once",
    "steps",
    "beam",
    "samples",
    "lengths",
    "states",
    "confusions",
    "references",
    "exposure",
    "film",
)


def inside(current: Shown) -> None:
    """All views of a trained network, first one's own words. Where a run has none, its film, and meanwhile a shipped network."""
    *others, film = views.of("seq2seq")
    fitting = [*others, film]
    if current.settings and not analysis.network.has_network(current):
        if run_id := analysis.network.stand_in(current.settings):
            if film.fits(current) and not current.live:  # a film that stands still beside a live one misleads
                st.markdown(f"**{film.title}**")
                film(current)
            st.info(lecture.note("seq2seq", "stand-in", run=run_id))
            # the film is of the run shown, not of the one that answers
            current, fitting = shown.find(run_id), others
    if ready(current):
        _key_to_sounds(current.settings.task)
        views.draw(current, fitting)


def _key_to_sounds(task: Task) -> None:
    """What the symbols of the dictionary stand for; nothing for a task without sounds."""
    if not isinstance(task, Pronounce):
        return
    with st.popover(_("Key to the sounds"), icon=":material/key:", key="sounds/inside"):
        st.caption(_("The symbols of the dictionary (ARPAbet), each with a word that has the sound."))
        if task.stress:
            st.caption(_("The number behind a vowel is its stress: 0 none, 1 the main one, 2 a weaker one."))
        names, many = list(EXAMPLES), -(-len(EXAMPLES) // COLUMNS)
        for column, start in zip(st.columns(COLUMNS), range(0, len(names), many)):
            column.markdown("  \n".join(f"**{name}** {EXAMPLES[name]}" for name in names[start : start + many]))
