"""What every view needs that asks a network: whether there is one, and the field for one's own words."""

import streamlit as st

from core import runs
from core.seq2seq import analysis
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.words import _, plain, translate

LONGEST = 300  # signs that the field takes


def ready(current: Shown) -> bool:
    """Whether the run has a network that can be asked; says in one sentence why not."""
    if current.settings is None:
        st.info(_("This run is of another version of Lectern, and its settings are no longer understood."))
        return False
    if not analysis.network.has_network(current):
        st.info(_("There is no trained network to ask yet: let a run end."))
        return False
    try:
        runs.load(current.id)
    except runs.RunError as error:  # deleted since it was shown
        st.info(plain(translate(str(error))))
        return False
    return True


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
        st.info(plain(translate(sentence)), icon=":material/spellcheck:")
    return good


def word(current: Shown, key: str, first: str = "") -> str | None:
    """One word or phrase; None where nothing can be read."""
    first = first or current.settings.task.hard or current.facts["inputs"][0]
    return next(iter(words(current, key, _("One word or phrase"), first)), None)
