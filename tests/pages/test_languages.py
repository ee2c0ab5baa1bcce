"""In 中文 every page is in Chinese: no text is missing, none keeps an English sentence, and the numbers are the same."""

import gettext
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from core import labs, runs
from pages.parts import language, lecture, tabs, takeaway, words
from pages.views.explain import text
from tests.pages.conftest import PAGES, ROOT, charts, check

CHINESE = "zh_CN"
each_lab = pytest.mark.parametrize("lab", labs.LABS)
# what stays as it is: code, formulas, addresses, papers with their year, names in italics beside one, names of things
FOREIGN = re.compile(
    r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|https?://\S+|:material/\w+:|[（(][^（）()]*\d{4}[^（）()]*[）)]|</?\w+[^>]*>|%\{[^}]*\}"
    r"|[\w.-]+/[\w./-]+|(?:[A-Z]\w+,? )+et al\.|:\w+-background\[.*",
    re.DOTALL,
)
ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,})+")
NETWORKS = set(
    (ROOT / "assets" / "data" / "imagenet_classes.txt").read_text("utf-8").splitlines()
)  # the words of a network
EXAMPLES = {
    "Lectern speaks your words",
    "de noviembre de",
    *(sentence for _, sentence in text.EXAMPLES.values()),
}  # to type
WORD = re.compile(r"(?<![A-Za-z])[A-Z]?[a-z]{2,}(?![A-Za-z])")  # no SmoothGrad
SILENT = {
    "id",
    "key",
    "formId",
    "elementId",
    "url",
    "scriptHash",
    "uid",
    "code",
    "icon",
    "type",
    "mimeType",
    "codeText",
    "language",
}
FIGURE = {"name", "text", "title", "ticktext", "hovertemplate", "hovertext", "alt", "label", "labels", "words", "names"}


@pytest.fixture
def missing(monkeypatch) -> set[str]:
    """What a page looks up and nobody has translated."""
    asked: set[str] = set()

    class Missing(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            asked.add(message)
            return message

    found = gettext.translation("lectern", words.LOCALE, languages=[CHINESE])
    found.add_fallback(Missing())
    by_parts = words._translate  # it asks for parts of a sentence that need not be there

    def quietly(sentence: str, spoken: str) -> str:
        before = set(asked)
        told = by_parts.__wrapped__(sentence, spoken)
        asked.intersection_update(before)
        return told

    monkeypatch.setattr(words, "_catalogue", cache(lambda spoken: found))
    monkeypatch.setattr(words, "_translate", quietly)
    return asked


def texts(found: Any, wanted: bool = True, name: str = "") -> Iterator[str]:
    """Every text that is shown, of what the browser is told."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key not in SILENT:
                yield from texts(value, wanted, key)
    elif isinstance(found, list):
        for value in found:
            yield from texts(value, wanted, name)
    elif isinstance(found, str) and wanted:
        yield found


def drawn(figure: Any, named: bool = False) -> Iterator[str]:
    """The texts of a figure."""
    if isinstance(figure, dict):
        for key, value in figure.items():
            yield from drawn(value, named or key in FIGURE)
    elif isinstance(figure, list):
        for value in figure:
            yield from drawn(value, named)
    elif isinstance(figure, str) and named:
        yield figure


def of_page(visitor) -> Iterator[str]:
    for node in visitor._tree[0], visitor._tree[1]:
        for element in node:
            proto = getattr(element, "proto", None)
            if proto is not None and element.type not in ("bidi_component", "code", "table", "dataframe"):
                yield from texts(MessageToDict(proto))
    for chart in charts(visitor):
        yield from drawn(chart.figure)


def english(visitor) -> set[str]:
    """What of a page is English and should not be."""
    left = set()
    for shown in of_page(visitor):
        rest = "" if shown in NETWORKS else FOREIGN.sub(" ", shown)
        found = {match[0] for match in ENGLISH.finditer(rest)} - NETWORKS - EXAMPLES
        left |= {f"{match!r} in {shown[:90]!r}" for match in found if shown not in EXAMPLES}
    return left


def untranslated(missing: set[str]) -> set[str]:
    """What was looked up in vain, and is no name."""
    return {each for each in missing - NETWORKS if WORD.search(each)}


@pytest.mark.parametrize("page", ["pages/home.py", "pages/runs.py"])
def test_no_english_is_left_on_the_other_pages(visit, missing, page):
    visitor = check(visit(page, address={"lang": CHINESE}))
    assert not english(visitor) and not untranslated(missing)


@each_lab
def test_no_english_is_left_on_a_lab_in_chinese(visit, missing, lab):
    model = import_module(f"pages.views.{lab}")
    found: set[str] = set()
    first = visit(PAGES[lab], address={"lang": CHINESE})
    assert check(first).title[0].value == lecture.read(lab, CHINESE).title
    for tab in list(tabs.names())[1:]:
        found |= english(check(visit(PAGES[lab], address={"lang": CHINESE, "tab": tab})))
    for view in model.VIEWS:
        found |= english(check(visit(PAGES[lab], address={"lang": CHINESE, "view": view})))
    for scene in labs.of(lab).scenes[1:]:
        found |= english(check(visit(PAGES[lab], address={"lang": CHINESE, "scene": scene.slug})))
    unknown = untranslated(missing)
    assert not found and not unknown, "\n".join([*sorted(found), "", "not in the catalogue:", *sorted(unknown)])


def test_a_figure_that_is_taken_away_speaks_the_language_of_the_page():
    """It is made when it is asked for, in a thread that knows no visitor."""
    made = {spoken: language.fixed(spoken, takeaway.figure, runs.load("gan-the-duel")) for spoken in ("en", CHINESE)}
    assert json.dumps("训练步").strip('"') in made[CHINESE] and "training step" in made["en"]
