"""Text for people: English in the source, looked up through gettext."""

import gettext
import re
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[2] / "assets" / "locale"
_ = gettext.translation("lectern", LOCALE, languages=["en"], fallback=True).gettext


def with_unit(name: str, unit: str) -> str:
    """A translated name with its unit behind it: “Test accuracy (%)”. unit: as it is declared; empty where there is none."""
    return _("{name} ({unit})").format(name=name, unit=_(unit)) if unit else name


def prose(text: str) -> str:
    """A lecture's text for places that read Markdown: a line that begins with a number and a point, such as the “49.” that ends
    a sentence, begins no list."""
    return re.sub(r"^( {0,3}\d{1,9})([.)])(?=\s|$)", r"\1\\\2", text, flags=re.MULTILINE)


def first_sentences(text: str, letters: int) -> str:
    """As many sentences from the start of a text as fit into so many letters, at least one."""
    kept, *rest = re.split(r"(?<=[.!?]) (?=[A-Z“0-9])", text)
    for sentence in rest:
        if len(kept) + 1 + len(sentence) > letters:
            break
        kept += f" {sentence}"
    return kept


def plain(sentence: str) -> str:
    """A sentence that may quote what somebody typed, for places that read Markdown: nothing in it is formatting."""
    return re.sub(r"([\\`*\[\]<~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=[a-z/]))", r"\\\1", sentence)
