"""A key to the sounds: what the symbols of the dictionary stand for."""

import streamlit as st

from core.data.words import EXAMPLES
from core.seq2seq.settings import Pronounce, Task
from pages.parts.words import _

COLUMNS = 3


def key(task: Task, where: str) -> None:
    """A button that opens the table; nothing for a task without sounds. where: told apart from other keys on the page."""
    if not isinstance(task, Pronounce):
        return
    with st.popover(_("Key to the sounds"), icon=":material/key:", key=f"sounds/{where}"):
        said = _("The symbols of the dictionary (ARPAbet), each with a word that has the sound.")
        if task.stress:
            said += " " + _("The number behind a vowel is its stress: 0 none, 1 the main one, 2 a weaker one.")
        st.caption(said)
        names, many = list(EXAMPLES), -(-len(EXAMPLES) // COLUMNS)
        for column, start in zip(st.columns(COLUMNS), range(0, len(names), many)):
            column.markdown("  \n".join(f"**{name}** {EXAMPLES[name]}" for name in names[start : start + many]))
