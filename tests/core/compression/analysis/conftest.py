"""Records that the tests of the analyses share: a shipped run, and one of a few pictures made by hand."""

from core import runs
from core.compression.settings import CompressionSettings
from core.events import Started
from core.record import Record
from core.settings import build


def shipped(name: str) -> Record:
    """The record of a shipped run."""
    run = runs.load(f"compression-{name}")
    return Record(run.about.id, build(CompressionSettings, run.about.settings), list(run.events), run)


def record_of(facts, *pictures) -> Record:
    """A run that has measured these pictures (kind, step, array)."""
    return Record("compression-x", None, [Started(10, facts), *(kind.at(*at) for kind, *at in pictures)], None)
