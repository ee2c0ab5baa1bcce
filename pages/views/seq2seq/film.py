"""The film: what the network said to the same inputs at every evaluation of the run."""

import streamlit as st

from core.seq2seq import pictures
from core.seq2seq.analysis import film
from pages.parts import chart, choose
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, plain
from pages.views.seq2seq import stage


@view(N_("The film"), needs=(pictures.SAID,))
def draw(current: Shown) -> None:
    """A slider over the evaluations, the answers at that time, and where the decoder looked for one of them."""
    shots = current.by_step(pictures.SAID)
    if len(shots) < 2:
        st.info(_("The film begins with the second evaluation of the run."))
        return
    step = choose.scrubber("film/step", list(shots), _("After step"))
    said, sure = shots[step], current.by_step(pictures.SURE)[step]
    looked, gates = (current.by_step(kind).get(step) for kind in (pictures.LOOKED, pictures.GENERATED))
    number = stage.chosen(current, "film/said")
    left, right = st.columns([1.7, 1], gap="medium")
    with left:
        figure, many = stage.answers(current, said, sure, gates, None if looked is None else number)
        alt = _("What was said after {:,} steps: {} right").format(step, many)
        chart.show(figure, key="film/said", alt=alt, pick=True)
        _settled(ask(film.settled, current))
    with right:
        if looked is not None:
            stage.attention(current, said, looked, gates, number, key="film/attention")


def _settled(found: film.Settled) -> None:
    """Since when each input is right, and which are wrong."""
    if found.since:
        since = [_("*{}* since step {:,}").format(plain(text), step) for text, step in found.since]
        st.markdown(_("Right, and right at every later evaluation: {}.").format(", ".join(since)))
    if found.never:
        never = [f"*{plain(text)}*" for text in found.never]
        st.markdown(_("Wrong at the last evaluation: {}.").format(", ".join(never)))
