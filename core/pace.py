"""What one viewer sees of a job, and how fast it goes."""

from dataclasses import dataclass

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

    @property
    def live(self) -> bool:
        return self.state in LIVE


def speed(events: list[Event], arrived: list[float], state: str) -> tuple[float, float, float | None]:
    """Progress 0..1, steps per second over the last few seconds, and seconds to go (None while unknown)."""
    total = next((e.total_steps for e in events if isinstance(e, Started)), 0)
    marks = [(at, e.step) for at, e in zip(arrived, events) if isinstance(e, Metrics | Picture)]
    if not total or not marks:
        return 0.0, 0.0, None
    recent = [mark for mark in marks if marks[-1][0] - mark[0] <= 5]
    seconds, steps = recent[-1][0] - recent[0][0], recent[-1][1] - recent[0][1]
    rate = steps / seconds if seconds > 0 else 0.0
    progress = 1.0 if state == "finished" else min(1.0, marks[-1][1] / total)
    return progress, rate, (total - marks[-1][1]) / rate if rate and state in LIVE else None
