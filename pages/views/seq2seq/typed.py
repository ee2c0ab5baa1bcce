"""The field for one's own words, the same in every view that asks a network."""

import streamlit as st

from core.seq2seq import analysis
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.words import _, plain

LONGEST = 300  # signs that the field takes


def words(current: Shown, key: str, label: str, first: str | None = None) -> list[str]:
    """The words of a line that can be read; says what cannot. What was typed stays when another run comes, unless the field has a
    word of its own to begin with."""
    task = current.settings.task
    kept = f"seq2seq/typed/{task.name}"
    begun = first or st.session_state.get(kept) or task.example
    text = st.text_input(label, begun, key=key, max_chars=LONGEST, help=_(task.HINT))
    if first is None:
        st.session_state[kept] = text
    good, complaints, too_many = ask(analysis.own_words.readable, current, text)
    if too_many:
        complaints = [*complaints, _("Only the first {} words are said.").format(analysis.own_words.MOST)]
    for sentence in complaints[:1] if good and first else complaints:
        st.info(plain(sentence), icon=":material/spellcheck:")
    return good


def word(current: Shown, key: str, first: str = "") -> str | None:
    """One word or phrase; None where nothing can be read."""
    first = first or current.settings.task.hard or current.facts["inputs"][0]
    return next(iter(words(current, key, _("One word or phrase"), first)), None)
