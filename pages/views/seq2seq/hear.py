"""What a stored network says to what somebody typed: computed once for each text, and kept."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.seq2seq.settings import Dates, Pronounce, Task
from pages.parts.words import _, plain
from pages.views.seq2seq import data

MOST = 12  # words of a line
LONGEST = 300  # signs that a text field takes
DEFAULTS = {"pronounce": "Lectern speaks your words", "dates": "5 de noviembre de 2026"}


@dataclass(frozen=True)
class Heard:
    """One input as it was read, the answer with <EOS> where it came to an end, p of each token, and where it looked (T, S).

    known: all right answers, where anybody knows them.
    """

    text: str
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    sure: tuple[float, ...]
    looked: np.ndarray | None
    known: tuple[tuple[str, ...], ...]

    @property
    def said(self) -> list[str]:
        """The answer without <EOS>."""
        return [token for token in self.tokens if token != "<EOS>"]

    @property
    def p(self) -> float:
        """The probability of the whole answer."""
        return float(np.prod(self.sure))


def default_text(task: Task) -> str:
    """Something to begin with."""
    return DEFAULTS.get(task.name) or "abcdefghijklmnop"[: min(task.alphabet, task.longest)]


def typed(task: Task, key: str, label: str, first: str | None = None) -> str:
    """A field for one's own words."""
    hints = {
        "pronounce": _("Any words, real or invented: a to z and the apostrophe; accents are dropped."),
        "dates": _("A date in one of 26 languages, the month in letters or the year first."),
        "toy": _("Letters of the alphabet chosen under Alphabet."),
    }
    kept = f"seq2seq/typed/{task.name}"  # what was typed stays when another run comes
    begun = first or st.session_state.get(kept) or default_text(task)
    text = st.text_input(label, begun, key=key, max_chars=LONGEST, help=hints[task.name])
    if first is None:
        st.session_state[kept] = text
    return text


def words(run_id: str, text: str) -> tuple[list[str], list[str]]:
    """(what of a typed line can be read, a sentence for each thing that cannot). Only spelling takes several words at once."""
    from core.seq2seq import tasks

    world = data.opened(run_id)[1]
    parts = tasks.sayings(text) if world.name == "pronounce" else [text]
    good, complaints = [], []
    for part in parts[:MOST] or [""]:
        try:
            tasks.understood(world, part)
            good.append(part)
        except ValueError as error:
            complaints.append(str(error))
    if len(parts) > MOST:
        complaints.append(_("Only the first {} words are said.").format(MOST))
    return list(dict.fromkeys(good)), list(dict.fromkeys(complaints))


def complain(sentences: list[str]) -> None:
    """What cannot be read, in words."""
    for sentence in sentences:
        st.info(plain(sentence), icon=":material/spellcheck:")


@st.cache_data(max_entries=400, show_spinner=False)
def heard(run_id: str, text: str) -> Heard:
    """Greedily, free-running. Raises ValueError with a sentence for what cannot be read."""
    from core.seq2seq import decode, tasks

    net, world = data.opened(run_id)
    readable = tasks.understood(world, text)
    found = decode.greedy(net, net.read(world.example(text)), world.longest)
    ids = tuple(int(i) for i in found.tokens[0])
    looked = None if found.looked is None else found.looked[0].numpy()
    names = tuple(world.target.tokens[i] for i in ids)
    known = tuple(tuple(way) for way in world.known(readable))
    return Heard(readable, ids, names, tuple(found.sure[0].tolist()), looked, known)


@st.cache_resource(max_entries=3, show_spinner=False)
def _learned(task: Task) -> dict[str, bool]:
    """Whether a word or phrase was there to learn from; those that were held out are false."""
    from core.data import dates
    from core.data import words as dictionary

    data = dates.load() if task.name == "dates" else dictionary.load(task.stress)
    texts = data.phrases if task.name == "dates" else data.words
    return {texts[i]: part is data.train for part in (data.train, data.dev, data.test) for i in part}


def origin(task: Task, text: str) -> str:
    """Whether a network had met this input when it learned."""
    match task:
        case Pronounce() | Dates():
            new = (
                _("not in the dictionary") if isinstance(task, Pronounce) else _("not among the phrases to learn from")
            )
            return {True: _("was there to learn from"), False: _("held out, never learned")}.get(
                _learned(task).get(text), new
            )
        case _:
            return _("longer than any learned") if len(text) > task.longest else _("no longer than those learned")


def architecture(run_id: str) -> dict[str, Any]:
    """The description of a stored run's network."""
    return data.opened(run_id)[0].arch
