"""Runs of the lab for tests of what reads them."""

from core import runs
from core.explain.settings import ExplainSettings
from core.record import Record
from core.settings import build


def record(run_id: str) -> Record:
    """A shipped run."""
    run = runs.load(run_id)
    return Record(run_id, build(ExplainSettings, run.about.settings), list(run.events), run)


def of(**flat) -> Record:
    """A run that has only begun."""
    return Record("explain-begun", build(ExplainSettings, flat), [], None)
