"""What a translation must keep of the English text: its parts, its numbers, its placeholders, its terms, and the room it takes."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

LECTURES = Path(__file__).resolve().parents[1] / "assets" / "lectures"
LOCALE = LECTURES.parent / "locale"
HEADING = re.compile(r"^## (\w+): (.*)\n", re.MULTILINE)
PLACEHOLDER = re.compile(r"%\{[^}]*\}|\{[^{}]*\}")
FORMULA = re.compile(r"\$[^$]+\$")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
ENGLISH = re.compile(r"\b[A-Za-z]{2,}(?: [a-z]{2,}){2,}\b")
QUOTED = re.compile(
    r"`[^`]*`|\$[^$]+\$|\{[^{}]*\}|[（(][^（）()]*\d{4}[^（）()]*[）)]|\*[^*]+\*(?=[^*]*\d{4})|\bet al\b|https?://\S+"
)
MARKS = ("### Answer", "### More", "Watch:", "- [x]", "\nat: ", "\nmark: ", "\ndone: ")


@cache
def glossary(language: str) -> list[tuple[re.Pattern, tuple[str, ...], tuple[str, ...]]]:
    """(the English term, what it is called, what it is never called) of every row."""
    with (LOCALE / language / "glossary.csv").open(newline="", encoding="utf-8") as stream:
        return [
            (
                re.compile(rf"\b{re.escape(row['english'])}s?\b", re.IGNORECASE),
                tuple(row["chinese"].split("|")),
                tuple(filter(None, row["never"].split("|"))),
            )
            for row in csv.DictReader(stream)
        ]


def numbers(text: str) -> Counter:
    """The numbers that stand in a text outside its placeholders."""
    return Counter(NUMBER.findall(PLACEHOLDER.sub(" ", text)))


def faults(english: str, translated: str, language: str, exact: bool = True) -> Iterator[str]:
    """What is wrong with the translation of one text. exact: whether the placeholders have to be the same letter by letter."""
    if not translated.strip():
        yield "not translated"
        return
    if numbers(english) != numbers(translated):
        missing, more = numbers(english) - numbers(translated), numbers(translated) - numbers(english)
        yield f"numbers differ: missing {sorted(missing.elements())}, too many {sorted(more.elements())}"
    for what, pattern in (("placeholders", PLACEHOLDER), ("formulas", FORMULA)):
        here, there = Counter(pattern.findall(english)), Counter(pattern.findall(translated))
        if what == "placeholders" and not exact:  # {} {} may become {1} {0}
            here, there = Counter(map(_bare, here.elements())), Counter(map(_bare, there.elements()))
        if here != there:
            yield f"{what} differ: {sorted((here - there).elements())} against {sorted((there - here).elements())}"
    if left := ENGLISH.findall(QUOTED.sub(" ", translated)):
        yield f"English words: {left}"
    for term, called, never in glossary(language):
        if wrong := [word for word in never if word in translated]:
            yield f"“{wrong[0]}” is never said for “{term.pattern}”"
        if (
            len(english) > 25
            and term.search(PLACEHOLDER.sub("", english))
            and not any(word in translated for word in called)
        ):
            yield f"the term {term.pattern} is called {called}"


def _bare(placeholder: str) -> str:
    return re.sub(r"^\{\d*", "{", placeholder)


def sections(text: str) -> list[tuple[str, str, str]]:
    """(kind, name, body) of a lecture's sections, the head first."""
    parts = HEADING.split(text)
    return [("head", "", parts[0]), *zip(parts[1::3], parts[2::3], parts[3::3], strict=True)]


def faults_of_lecture(lab: str, language: str) -> list[str]:
    """What is wrong with a lecture in another language, one line each."""
    english, other = (sections((LECTURES / each / f"{lab}.md").read_text("utf-8")) for each in ("en", language))
    found = []
    named = [[(kind, key(kind, name)) for kind, name, __ in each] for each in (english, other)]
    for i, (ours, theirs) in enumerate(zip(*named)):
        if ours != theirs:
            return [f"section {i}: {theirs} stands where {ours} stands in English"]
    if len(english) != len(other):
        return [f"{len(other)} sections instead of {len(english)}"]
    for (kind, name, body), (__, called, told) in zip(english, other):
        where = f"{kind}: {name}"
        for mark in MARKS:
            if body.count(mark) != told.count(mark):
                found.append(f"{where}: {mark.strip()} stands {told.count(mark)} times instead of {body.count(mark)}")
        if kind == "tour" and fixed(body) != fixed(told):
            found.append(f"{where}: the lines at, mark and done differ")
        body, told = (re.sub(r"^(lab|at|mark|done): .*\n", "", each, flags=re.MULTILINE) for each in (body, told))
        told = re.sub(r"^(## .*|###.*|Watch:)", "", told, flags=re.MULTILINE)
        body = re.sub(r"^(## .*|###.*|Watch:)", "", body, flags=re.MULTILINE)
        if body.strip():
            found += [f"{where}: {fault}" for fault in faults(body, told, language)]
        if (name.count(" | ") or kind == "tour") and not re.search(
            r"[\u4e00-\u9fff]|^[A-Z]+$", called.split(" | ")[-1]
        ):
            found.append(f"{where}: its title is not translated")
    return found


def key(kind: str, name: str) -> str:
    """What a heading must keep: a scene's address, everything of a theory, note or verdict, nothing of a step's title."""
    return "" if kind == "tour" else name.split(" | ")[0].strip()


def fixed(body: str) -> list[str]:
    return re.findall(r"^(?:lab|at|mark|done): .*$", body, flags=re.MULTILINE)
