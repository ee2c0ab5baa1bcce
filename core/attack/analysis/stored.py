"""The newest stored run that measured something, for a run that did not."""

from collections.abc import Iterator

from core import runs
from core.attack.settings import AttackSettings
from core.pictures import Kind
from core.record import Record
from core.runs import About, RunError
from core.settings import BadSettings, build


def measured(record: Record, kind: Kind, result: str) -> Record | None:
    """The run itself when it carries such a picture, else the newest stored run that came to this result; None when there
    is none. result: a name in the summary."""
    return record if record.pictures(kind) else next(opened(ended(result)), None)


def ended(result: str) -> list[About]:
    """The stored runs of the lab that have this result, the newest first."""
    found = [about for about in runs.listing("attack")[0] if result in about.summary]
    return sorted(found, key=lambda about: -about.created)


def opened(found: list[About]) -> Iterator[Record]:
    """These runs, but those that were deleted since."""
    for about in found:
        try:
            yield record_of(about.id)
        except RunError:
            continue


def record_of(run_id: str) -> Record:
    """A stored run. Raises RunError."""
    run = runs.load(run_id)
    try:
        settings = build(AttackSettings, run.about.settings)
    except BadSettings:  # a newer Lectern no longer accepts them
        settings = None
    return Record(run_id, settings, list(run.events), run)
