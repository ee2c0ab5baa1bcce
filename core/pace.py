"""What one viewer sees of a job, and how fast it goes."""

from dataclasses import dataclass
from typing import Any

from core.events import Event, Metrics, Picture, Started
from core.runs import Run
from core.settings import Settings

LIVE = ("queued", "running", "paused")


@dataclass(frozen=True)
class View:
    """What one viewer sees of a job."""

    id: str
    lab: str
    settings: Settings
    state: str
    position: int  # place in the queue, 1 is next; 0 when it does not wait
    ahead: bool  # other runs train or wait
    progress: float  # 0 to 1
    rate: float  # steps per second
    eta: float | None  # seconds
    events: list[Event]  # those from `since` on
    total: int  # events so far
    message: str
    viewers: int
    run: Run | None
    owner: str = ""  # the visitor who steers it

    @property
    def live(self) -> bool:
        return self.state in LIVE


RECENT = 5.0  # seconds over which the speed is a mean, where there were two reports in them


def speed(
    events: list[Event], arrived: list[float], state: str, since: float = 0.0
) -> tuple[float, float, float | None]:
    """Progress 0..1, steps per second of late, and seconds to go (None while unknown).

    arrived: when each event came, in seconds of one clock. since: when the run last began or went on after a pause: the
    time before it was not spent on steps. A run that reports seldom is timed from its report before the last.
    """
    total = next((e.total_steps for e in events if isinstance(e, Started)), 0)
    marks = [
        (at, 0 if isinstance(e, Started) else e.step)
        for at, e in zip(arrived, events)
        if isinstance(e, Started | Metrics | Picture)
    ]
    if not total or len(marks) < 2:
        return 0.0, 0.0, None
    end, step = marks[-1]
    begin, done = next(mark for mark in marks if end - mark[0] <= RECENT)
    if done == step:
        begin, done = next((mark for mark in reversed(marks) if mark[1] < step), marks[-1])
    seconds = end - (since if begin < since < end else begin)
    rate = (step - done) / seconds if seconds > 0 else 0.0
    progress = 1.0 if state == "finished" else min(1.0, step / total)
    return progress, rate, (total - step) / rate if rate and state in LIVE else None


def view(job: Any, since: int, position: int, ahead: bool, viewers: int) -> View:
    """What there is to see of a `core.jobs.Job` now; see View. since: the first event that is wanted."""
    progress, rate, eta = speed(job.events, job.arrived, job.state, job.paused_since)
    return View(
        job.id,
        job.lab,
        job.settings,
        job.state,
        position,
        ahead,
        progress,
        rate,
        eta,
        job.events[since:],
        len(job.events),
        job.message,
        viewers,
        job.run,
        job.owner,
    )
