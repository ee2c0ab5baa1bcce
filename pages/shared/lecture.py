"""The lecture text of a lab: assets/lectures/<language>/<lab>.md, cut at its headings.

# Title            the idea in one sentence, then a line that begins with "Watch:"
## scene: slug | Title      a question to predict; below "### Answer" what happened and why
## theory: Title            words for the formula of that title
## note: slug               a paragraph that the page shows where it names it
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "lectures"


@dataclass(frozen=True)
class SceneText:
    title: str
    question: str
    answer: str


@dataclass(frozen=True)
class Lecture:
    title: str
    idea: str
    watch: str
    scenes: dict[str, SceneText]
    theory: dict[str, str]
    notes: dict[str, str]


@lru_cache
def read(lab: str, language: str = "en") -> Lecture:
    """The lab's text. Raises FileNotFoundError when the lab has none, KeyError or ValueError when it is malformed."""
    head, *sections = re.split(r"^## ", (FOLDER / language / f"{lab}.md").read_text("utf-8"), flags=re.MULTILINE)
    title, _, rest = head.removeprefix("# ").partition("\n")
    idea, _, watch = rest.partition("Watch:")
    scenes, theory, notes = {}, {}, {}
    for section in sections:
        heading, _, body = section.partition("\n")
        kind, _, name = heading.partition(": ")
        if kind == "scene":
            slug, _, scene_title = name.partition(" | ")
            question, _, answer = body.partition("### Answer")
            scenes[slug.strip()] = SceneText(scene_title.strip(), question.strip(), answer.strip())
        else:
            {"theory": theory, "note": notes}[kind][name.strip()] = body.strip()
    return Lecture(title.strip(), idea.strip(), watch.strip(), scenes, theory, notes)
