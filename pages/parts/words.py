"""Text for people: English in the source, looked up through gettext in the visitor's language.

`_` looks up a text where it is shown; `N_` marks one that is only named there, as at the top of a file, and looked up later;
`translate` looks up a sentence that core has made, with its values in it. `python -m tests.words` gathers them all.
"""

import gettext
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from pages.parts import language

LOCALE = Path(__file__).resolve().parents[2] / "assets" / "locale"
SENTENCES = re.compile(r"(?<=[.!?])(?<!al\.) +(?=[^a-z])")
PARTS = {": ": "：", ", ": "，"}  # where else a text is cut, and how its parts are joined
FIELD = re.compile(r"\{[^{}]*\}")
OF_CORE = re.compile(r"\{\w")  # values with names or numbers; a page that fills them in itself may give them none


@cache
def _catalogue(spoken: str) -> gettext.NullTranslations:
    return gettext.translation("lectern", LOCALE, languages=[spoken], fallback=True)


def _(text: str) -> str:
    """The text in the visitor's language; itself where nobody has translated it."""
    spoken = language.spoken()
    return text if spoken == language.SOURCE or not text else _catalogue(spoken).gettext(text)


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """The text as it is: marked, to be looked up where it is shown."""
    return text


def translated(names: Mapping[Any, str]) -> dict[Any, str]:
    """Marked names in the visitor's language."""
    return {key: _(name) for key, name in names.items()}


def translate(sentence: str) -> str:
    """A sentence of core in the visitor's language: looked up whole, or by the sentence it was made from, whose values stand as
    {0}, {1} … in the catalogue; else part by part."""
    spoken = language.spoken()
    return sentence if spoken == language.SOURCE or not sentence else _translate(sentence, spoken)


@lru_cache(maxsize=4096)
def _translate(sentence: str, spoken: str) -> str:
    if width(sentence) > len(sentence):
        return sentence  # it is translated already
    if (found := _whole(sentence, spoken)) is not None:
        return found
    if len(several := SENTENCES.split(sentence)) > 1:
        return "".join(_translate(each, spoken) for each in several)
    for cut, joint in PARTS.items():
        parts = sentence.split(cut)
        if len(parts) > 1 and (told := [_translate(part, spoken) for part in parts]) != parts:
            return joint.join(told)
    return sentence


def _whole(text: str, spoken: str) -> str | None:
    """A text that stands in the catalogue, as it is or with values; None where it does not."""
    if (found := _catalogue(spoken).gettext(text)) != text:
        return found
    forms, sentences = _forms(spoken), len(SENTENCES.split(text))
    alike = *forms.get(sentences, ()), *forms.get(sentences + 1, ())  # of one more where a value begins a sentence
    for pattern, fields, form in alike:
        if match := pattern.fullmatch(text):
            return _filled(form, dict(zip(fields, match.groups())), spoken)
    return None


def _filled(form: str, values: Mapping[str, str], spoken: str) -> str:
    """A translated text with its values, which may be words themselves; of what is quoted only names with a capital are, all else is
    somebody's own."""

    def value(field: re.Match) -> str:
        text = values[field[0]]
        own = form[: field.start()].endswith("“") and not text[:1].isupper()
        return text if own or not text else _whole(text, spoken) or text

    return FIELD.sub(value, form)


@cache
def _forms(spoken: str) -> dict[int, list[tuple[re.Pattern, list[str], str]]]:
    """Texts with values: what each looks like when they are filled in, the names of the values, and its translation; by the number
    of their sentences, those of most letters first."""
    found: dict[int, list[tuple[re.Pattern, list[str], str]]] = {}
    known = {text: form for text, form in getattr(_catalogue(spoken), "_catalog", {}).items() if OF_CORE.search(text)}
    for text, form in sorted(known.items(), key=lambda pair: -len(FIELD.sub("", pair[0]))):
        fields, fixed = FIELD.findall(text), FIELD.split(text)
        if re.search(r"[A-Za-z]{2}", "".join(fixed)) and set(fields) >= set(FIELD.findall(form)):
            pattern = re.compile("(.*?)".join(map(re.escape, fixed)), re.DOTALL)
            found.setdefault(len(SENTENCES.split(text)), []).append((pattern, fields, form))
    return found


def with_unit(name: str, unit: str) -> str:
    """A translated name with its unit behind it: “Test accuracy (%)”. unit: as it is declared; empty where there is none."""
    return _("{name} ({unit})").format(name=name, unit=_(unit)) if unit else name


def prose(text: str) -> str:
    """A lecture's text for places that read Markdown: a line that begins with a number and a point, such as the “49.” that ends
    a sentence, begins no list."""
    return re.sub(r"^( {0,3}\d{1,9})([.)])(?=\s|$)", r"\1\\\2", text, flags=re.MULTILINE)


def in_a_row(*sentences: str) -> str:
    """Sentences one after another, as the language writes them."""
    return (" " if language.spoken() == language.SOURCE else "").join(sentences)


def width(text: str) -> int:
    """The room that a text takes, in letters: a Chinese character takes that of two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def first_sentences(text: str, letters: int) -> str:
    """As many sentences from the start of a text as fit into so many letters, at least one."""
    ends = [*(found.start() for found in re.finditer(r"(?<=[.!?])(?= [A-Z“0-9])|(?<=[。！？])(?!$)", text)), len(text)]
    return text[: max((end for end in ends if width(text[:end]) <= letters), default=ends[0])]


def plain(sentence: str) -> str:
    """A sentence that may quote what somebody typed, for places that read Markdown: nothing in it is formatting."""
    return re.sub(r"([\\`*\[\]<~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=[a-z/]))", r"\\\1", sentence)
