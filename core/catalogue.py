"""The store as a list to choose from: what each run did, and how good it became.

Names are English, as settings and metrics declare them; a page translates them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from core import labs, runs
from core.runs import About
from core.settings import every_field, extra, union_members

FIRST = ("accuracy", "average", "auroc")  # the results that say most of a run, if it has them
CHOICES = 2  # that say what a run does, where its lab has no method


@dataclass(frozen=True)
class Result:
    """What a run became: a number in percent, and what it is called."""

    name: str
    percent: float


@dataclass(frozen=True)
class Row:
    """One run. scene: the slug of the scene that shipped with it, if any. did: what was chosen. kilobytes: of the network, if
    that was measured. made: when, None of a shipped run."""

    about: About
    scene: str | None
    did: tuple[str, ...]
    seed: int
    result: Result | None
    kilobytes: float | None
    made: datetime | None


def rows(maker: str) -> tuple[list[Row], list[str]]:
    """All runs that this visitor may find, the own ones first and the newest of them on top, then the shipped ones; and a
    sentence for each file that was skipped."""
    found, skipped = runs.listing(maker=maker)
    return [row(about) for about in sorted(found, key=lambda about: about.shipped)], skipped


def row(about: About) -> Row:
    """What the header of a run says of it."""
    size = about.summary.get("bytes")
    return Row(
        about,
        scene(about),
        did(about.lab, about.settings),
        about.settings.get("seed", 0),
        result(about),
        size / 1000 if isinstance(size, (int, float)) else None,
        None if about.shipped else datetime.fromtimestamp(about.created, UTC),
    )


def scene(about: About) -> str | None:
    """The scene that a shipped run belongs to: it is called after lab and scene."""
    if not about.shipped or about.lab not in labs.LABS:
        return None
    slug = about.id.removeprefix(f"{about.lab}-")
    return slug if slug in {each.slug for each in labs.of(about.lab).scenes} else None


def did(lab: str, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """What a run does: its method, or where its lab has no such choice its first choices; nothing of an unknown lab.

    settings: flat.
    """
    if "method" in settings:
        return (value_of(lab, settings, "method"),)
    fields = labs.of(lab).settings.model_fields if lab in labs.LABS else {}
    chosen = [name for name, field in fields.items() if union_members(field)]
    return tuple(value_of(lab, settings, name) for name in chosen[:CHOICES])


def value_of(lab: str, settings: Mapping[str, Any], name: str) -> str:
    """The value of a setting as its knob calls it. settings: flat."""
    field = every_field(labs.of(lab).settings).get(name) if lab in labs.LABS else None
    value = settings.get(name)
    named = (extra(field, "names") or {}).get(value) if field and isinstance(value, (str, int)) else None
    return named or str(value)


def result(about: About) -> Result | None:
    """A run's accuracy, the average over its tasks, its AUROC, or the first percentage that its lab reports; None when it has no
    such number."""
    metrics = labs.of(about.lab).metrics if about.lab in labs.LABS else {}
    reported = (name for name, metric in metrics.items() if metric.unit == "%")
    for name in (*FIRST, *reported):
        if isinstance(value := about.summary.get(name), (int, float)) and isfinite(value):
            return Result(metrics[name].label if name in metrics else "Accuracy", float(value))
    return None


def opens_in(about: About) -> Mapping[str, Mapping[str, str]]:
    """Where else the digit classifier of a run can be looked into, lab → what the address of its page says."""
    if not about.models:
        return {}
    asked = {"subject": "digit", "network": about.id}
    teacher = {"method": "distill", "teacher": about.id}
    doubt = {"data": "damaged", "method": "confidence", "network": about.id}
    found = {"explain": asked, "attack": asked, "anomaly": doubt}
    return found | ({"compression": teacher} if about.settings.get("method") == "teacher" else {})


def matches(row: Row, words: str) -> bool:
    """Whether a run has all of these words in what is said of it."""
    about = row.about
    said = " ".join([about.lab, about.id, about.title, row.scene or "", *row.did, about.state]).lower()
    return all(word in said for word in words.lower().split())
