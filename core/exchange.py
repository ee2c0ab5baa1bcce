"""Runs that come from elsewhere as files, and the titles that makers give to their runs."""

import hashlib
import re
from contextlib import suppress
from dataclasses import replace

from core import keeping, labs, runs
from core.runs import Run, RunError

TITLE = re.compile(r"[^\w .,:;!?()+\-–·αβγεηλμσΩ%°×=/]")  # what may not stand in a title


def take_in(data: bytes, maker: str = "") -> Run:
    """Stores a run file from elsewhere, and returns its run. One of a name that is taken here gets another. Raises RunError.

    maker: who brings it, and may name and delete it from then on.
    """
    run = runs.from_bytes(data)
    runs.of_lab(run, run.about.lab if run.about.lab in labs.LABS else "of another version")
    run_id = run.about.id
    with suppress(RunError):
        if runs.path_of(runs.checked(run_id)).read_bytes() == data:
            return runs.load(run_id)
        run_id = f"{run.about.lab}-{hashlib.sha256(data).hexdigest()[:12]}"
    title = cleaned(run.about.title)
    run = Run(replace(run.about, id=runs.checked(run_id), maker=maker, title=title), run.events)
    runs.save(run)
    return run


def cleaned(title: str) -> str:
    """A title as it may stand on anybody's page."""
    return " ".join(TITLE.sub(" ", title).split())[: runs.LONGEST_TITLE]


def rename(run_id: str, title: str, maker: str = "") -> None:
    """Gives a run of the visitor's own a title, or takes it back when it is empty. Raises RunError as `delete` does."""
    run = runs.load(run_id)
    if not keeping.deleted_by(run.about, maker):
        raise RunError(
            "This run is another visitor's, who alone can name it." if not run.about.shipped else runs.SHIPPED_STAYS
        )
    runs.save(Run(replace(run.about, title=cleaned(title)), run.events))
