"""How fast a live run goes, from when its events came."""

from core.events import Event, Metrics, Picture, Started

LIVE = ("queued", "running", "paused")


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
