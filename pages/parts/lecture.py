"""The lecture text of a lab: assets/lectures/<language>/<lab>.md, cut at its headings.

# Title            the idea, its first sentence alone one line, then a line that begins with "Watch:"
## scene: slug | Title      the set-up; where the picture shows something else than the lab's "Watch:" line says, a "Watch:"
                            paragraph of its own; a bold question in a paragraph; a list of answers, the right one with [x];
                            below "### Answer" the reason in one sentence, then a paragraph on what happened and why
## theory: Title            words for the formula of that title
## note: slug               a paragraph that the page shows where it names it; below "### More" what is shown on demand beside it
## tour: Title              a step of the guided tour, in their order: lines “at: scene=slug&…” (where it opens another address), “mark: …”,
                            “done: …” as `core.lessons.Step` has them, then what to do and what to see
## verdict: case            the whole sentence for a case that an analysis can reach; its numbers stand in braces: {gap:.2f}
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import streamlit as st

from core import labs
from core.lessons import Lesson, Step
from pages.parts import language

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "lectures"


@dataclass(frozen=True)
class SceneText:
    title: str
    setup: str
    watch: str
    question: str
    choices: tuple[str, ...]
    right: int  # which of the choices
    reason: str  # in one sentence
    answer: str


@dataclass(frozen=True)
class Lecture:
    title: str
    idea: str
    scenes: dict[str, SceneText]
    theory: dict[str, str]
    notes: dict[str, str]
    verdicts: dict[str, str]
    tour: tuple[Step, ...]


def read(lab: str, spoken: str | None = None) -> Lecture:
    """The lab's text in a language, the visitor's when left out. Raises FileNotFoundError when the lab has none, KeyError or
    ValueError when it is malformed."""
    return _read(lab, spoken or language.spoken())


def name(lab: str) -> str:
    """What a lab is called in the navigation: short in English, else as its lecture is."""
    return labs.of(lab).name if language.spoken() == language.SOURCE else read(lab).title


@lru_cache
def _read(lab: str, spoken: str) -> Lecture:
    head, *sections = re.split(r"^## ", (FOLDER / spoken / f"{lab}.md").read_text("utf-8"), flags=re.MULTILINE)
    title, _, rest = head.removeprefix("# ").partition("\n")
    idea, _, watch = rest.partition("Watch:")
    scenes, theory, notes, verdicts, tour = {}, {}, {}, {}, []
    for section in sections:
        heading, _, body = section.partition("\n")
        kind, _, name = heading.partition(": ")
        if kind == "scene":
            slug, _, scene_title = name.partition(" | ")
            scenes[slug.strip()] = _scene(scene_title.strip(), *body.split("### Answer"))
        elif kind == "tour":
            tour.append(_step(lab, name.strip(), body.strip()))
        else:
            {"theory": theory, "note": notes, "verdict": verdicts}[kind][name.strip()] = body.strip()
    scenes = {slug: replace(scene, watch=scene.watch or _sentence(watch)) for slug, scene in scenes.items()}
    return Lecture(title.strip(), idea.strip(), scenes, theory, notes, verdicts, tuple(tour))


def stories() -> dict[str, Lesson]:
    """The stories that lead through several labs, in the visitor's language: assets/lectures/<language>/stories.md has them as
    “## story: slug | Title” with steps like those of a tour, which also say their “lab: …”."""
    return _stories(language.spoken())


@lru_cache
def _stories(spoken: str) -> dict[str, Lesson]:
    found: dict[str, tuple[str, list[Step]]] = {}
    __, *sections = re.split(r"^## ", (FOLDER / spoken / "stories.md").read_text("utf-8"), flags=re.MULTILINE)
    for section in sections:
        heading, __, body = section.partition("\n")
        kind, __, title = heading.partition(": ")
        if kind == "story":
            slug, __, title = title.partition(" | ")
            found[slug] = title.strip(), []
        else:
            found[slug][1].append(_step("", title.strip(), body.strip()))
    return {slug: Lesson(title=title, steps=tuple(steps)) for slug, (title, steps) in found.items()}


def _step(lab: str, title: str, body: str) -> Step:
    """A step of a tour: lines that say where, what and when, and below an empty line the task. Raises ValueError."""
    lines, __, task = body.partition("\n\n")
    said = dict(line.split(": ", 1) for line in lines.splitlines())
    query = dict(parse_qsl(said.pop("at", ""), strict_parsing=True)) if "at" in said else {}
    return Step(**{"lab": lab} | said, query=query, title=title, task=" ".join(task.split()))


def note(lab: str, name: str, **numbers: Any) -> str:
    """A note as it stands there. numbers: what stands in its braces."""
    text = read(lab).notes[name]
    return text.format(**numbers) if numbers else text


def write(lab: str, name: str, **numbers: Any) -> None:
    """A note as a paragraph, what is below its “More” on demand."""
    said, __, more = note(lab, name, **numbers).partition("### More")
    st.markdown(said.strip(), help=more.strip() or None)


def caption(lab: str, name: str, **numbers: Any) -> None:
    """A note as a small line below what it is about, what is below its “More” on demand."""
    said, __, more = note(lab, name, **numbers).partition("### More")
    st.caption(said.strip(), help=more.strip() or None)


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]


def _scene(title: str, asked: str, answered: str) -> SceneText:
    """A scene of its two halves. Raises ValueError when a part is missing."""
    *setup, question, choices = asked.strip().split("\n\n")
    watch = setup.pop().removeprefix("Watch:") if setup[-1].startswith("Watch:") else ""
    listed = [line.removeprefix("- ") for line in choices.splitlines()]
    (right,) = (i for i, choice in enumerate(listed) if choice.startswith("[x] "))
    reason, _, answer = answered.strip().partition("\n\n")
    return SceneText(
        title,
        "\n\n".join(setup),
        _sentence(watch),
        question.strip("* "),
        tuple(choice.removeprefix("[x] ") for choice in listed),
        right,
        reason,
        answer,
    )
