"""How a run ends, what is kept of it, and what is said.

| ending                                  | state    | kept in the store           | the page says | Take away          |
|-----------------------------------------|----------|-----------------------------|---------------|--------------------|
| it finished                             | finished | the whole run               | nothing       | all six files      |
| a visitor pressed Stop                  | stopped  | what it had measured, if so | STOPPED       | the same six, or   |
| nobody watched it for 30 s              | stopped  | the same                    | UNWATCHED     | that nothing was   |
| it was paused while others waited       | stopped  | the same                    | TOO_LONG_PAUSED | measured         |
| it trained very long while others waited | stopped | the same                    | MADE_ROOM     |                    |
| its visitor started another run         | stopped  | the same                    | GAVE_WAY      |                    |
| the server closed                       | stopped  | the same                    | CLOSED        |                    |
| its worker died, the cluster was lost   | failed   | nothing                     | DIED, LOST    | that the run failed |
| a lab refused it, or an error of ours   | failed   | nothing                     | the reason    | that the run failed |

A full disk keeps any of them out of the store; the page then says so and still shows the run.
"""

from typing import TYPE_CHECKING, Any

from core import keeping, labs, runs, steering
from core.events import Event
from core.runs import Run, RunError
from core.settings import BadSettings, flatten, key

if TYPE_CHECKING:
    from core.job import Job

STOPPED = "Stopped."
UNWATCHED = "Stopped, because nobody watched it for 30 seconds."
TOO_LONG_PAUSED = "Stopped: it was paused for a minute while others were waiting."
MADE_ROOM = (
    "Stopped: it had trained for ten minutes while others were waiting. Train begins again, from its checkpoint where it "
    "has one."
)
GAVE_WAY = "Stopped, because you started another run."
CLOSED = "Stopped, because the server was closed."
DIED = "The process that trained this run died (killed, or out of memory). Nothing else is affected; press Train to start it again."
LOST = "The connection to the training processes was lost; press Train again."
KEPT = "What it had measured is kept."
NOTHING = "It had measured nothing yet."
MEASURED = 2  # events of a run that has measured something: the first only says that it began


def made(
    job: "Job", run_id: str, events: list[Event], seconds: float, state: str, made_on: dict[str, Any] | None = None
) -> tuple[Run, str]:
    """The run as it is to be stored, and otherwise a sentence that says why it cannot be."""
    settings, owned = job.settings, keeping.owned(job.settings, job.owner)
    try:
        if job.turned:  # saved as the settings that do it again
            settings = steering.repeatable(settings, events)
            run_id = key(job.lab, settings, labs.code_version()) + run_id.removeprefix(job.id)
        return runs.make(run_id, job.lab, flatten(settings), events, seconds, state, made_on, **owned), ""
    except BadSettings:
        run = runs.make(run_id, job.lab, flatten(settings), events, seconds, state, made_on, **owned)
        return run, "Its knobs were turned too often to be written down, so it is not stored: it could not be repeated."


def stored(run: Run) -> str:
    """Saves the run; a sentence when that is not possible."""
    try:
        runs.save(run)
    except RunError as error:
        return f"{error} It stays on this page until you leave it."
    return ""
