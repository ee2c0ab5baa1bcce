"""Lessons: pages in an order, each with a task. One link or one small file holds a whole lesson and opens in any Lectern.

Anybody may have made it, so nothing in it is believed: sizes are bounded, names are checked, and its texts are shown as text.
"""

import base64
import json
import zlib
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError, field_validator

from core import labs
from core.settings import Frozen

LARGEST = 2**17  # bytes of a lesson's JSON
STEPS = 20
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:=.+\-]{1,80}$")]
Value = Annotated[str, StringConstraints(max_length=2000)]


class BadLesson(ValueError):
    """One sentence: what is wrong with a lesson, and what a lesson is."""


class Step(Frozen):
    """One page of a lesson.

    query: what its address says besides the lesson. hide: what is not shown, by the names of `pages.parts.lesson.parts`; what is
    hidden cannot be changed. mark: the part that the task speaks of. done: what the learner has to have done, as
    `pages.parts.lesson.is_done` reads it, several joined by “+”; empty where it is enough to read.
    """

    lab: str
    query: dict[Name, Value] = Field({}, max_length=60)
    title: Annotated[str, StringConstraints(max_length=80)] = ""
    task: Annotated[str, StringConstraints(max_length=800)] = ""
    hide: tuple[Name, ...] = Field((), max_length=80)
    mark: Name | None = None
    done: Name | None = None

    @field_validator("lab")
    @classmethod
    def _known(cls, lab: str) -> str:
        return labs.of(lab).id


class Lesson(Frozen):
    """Steps in their order."""

    title: Annotated[str, StringConstraints(max_length=120)] = ""
    steps: tuple[Step, ...] = Field((), min_length=1, max_length=STEPS)


def to_json(lesson: Lesson) -> str:
    """The lesson as a file."""
    return json.dumps(lesson.model_dump(exclude_defaults=True, mode="json"), ensure_ascii=False, indent=2)


def from_json(text: str | bytes) -> Lesson:
    """A lesson from its file. Raises BadLesson."""
    if len(text) > LARGEST:
        raise BadLesson(f"This lesson is larger than {LARGEST // 1024} KB, which is all that a lesson may have.")
    try:
        return Lesson.model_validate(json.loads(text))
    except ValidationError as error:
        raise BadLesson(f"This lesson cannot be read: {_where(error.errors()[0])}.") from None
    except (ValueError, RecursionError):
        raise BadLesson("This is no lesson: a lesson is a JSON file that Lectern's Share has written.") from None


def _where(error: Any) -> str:
    """Which part pydantic complains of, and why."""
    place = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in error["loc"])
    why = error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{place[:80]}: {why[:200]}" if place else why[:200]


def to_text(lesson: Lesson) -> str:
    """The lesson as a link holds it: its JSON, packed, in letters that need no quoting."""
    plain = json.dumps(lesson.model_dump(exclude_defaults=True, mode="json"), separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(zlib.compress(plain.encode(), 9)).decode().rstrip("=")


def from_text(text: str) -> Lesson:
    """A lesson from a link. Raises BadLesson."""
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(packed, LARGEST)  # a few bytes could stand for gigabytes
    except (ValueError, zlib.error):
        raise BadLesson(
            "The lesson in this link cannot be read: a part of the link is missing or was changed."
        ) from None
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise BadLesson("The lesson in this link cannot be read: a part of the link is missing, or it is too long.")
    return from_json(plain)
