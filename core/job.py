"""One run, who looks at it, and whose it is.

Who looks is named “visitor.page”: a visitor may have several pages open. A name without a point is a visitor with one page.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from core.events import Event
from core.pace import LIVE
from core.runs import Run
from core.settings import Settings

UNWATCHED = 30.0  # seconds until a run without viewers is dropped
LOOKING = 4.0  # seconds since the last look within which somebody counts as a viewer
PATIENT = 0.3  # seconds more for each viewer there is: the more watch, the more seldom each looks (pages/parts/live.py)


def visitor_of(viewer: str) -> str:
    """The visitor of “visitor.page”."""
    return viewer.partition(".")[0]


class JobError(Exception):
    """A run cannot be started or steered; the message is one sentence for people."""


@dataclass
class Job:
    """One run, shared by all who watch it."""

    id: str
    lab: str
    settings: Settings
    state: str = "queued"  # queued, running, paused, finished, stopped, failed
    events: list[Event] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)  # when each event came, seconds of time.monotonic()
    owners: list[str] = field(
        default_factory=list
    )  # visitors who pressed Train on these settings; the first one steers it
    first: bool = False  # a lecturer's, which no other run keeps waiting
    viewers: dict[str, float] = field(default_factory=dict)  # who looked, and when last
    message: str = ""  # why it failed or stopped, or why it was not saved
    run: Run | None = None
    future: Any = None
    submitted: float = field(default_factory=time.monotonic)
    paused_since: float = 0.0
    wish: str = "run"  # how it begins
    attempt: int = 0  # a new attempt needs a new name in Dask
    retried: bool = False  # because a worker died before this run had begun
    storable: bool = False  # it was stopped, and what it had measured can be saved
    turned: bool = False  # somebody turned its knobs: it is no longer the run that its settings describe

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def owner(self) -> str:
        """The visitor who steers it."""
        return self.owners[0] if self.owners else ""

    def looking(self, now: float) -> set[str]:
        """Who looked of late."""
        of_late = {viewer: now - seen for viewer, seen in self.viewers.items() if now - seen < UNWATCHED}
        return {viewer for viewer, ago in of_late.items() if ago < LOOKING + PATIENT * (len(of_late) - 1)}

    def others(self, viewer: str, now: float) -> set[str]:
        """Other visitors who look."""
        return {visitor_of(each) for each in self.looking(now)} - {visitor_of(viewer)}

    def steers(self, viewer: str, now: float) -> bool:
        """Whether this viewer may pause it and turn its knobs: its owner, also while others watch; where the owner has gone,
        whoever looks alone."""
        if visitor_of(viewer) == self.owner:
            return True
        gone = all(now - seen > UNWATCHED for each, seen in self.viewers.items() if visitor_of(each) == self.owner)
        return gone and not self.others(viewer, now)

    def outlives(self, viewer: str, now: float) -> bool:
        """Whether it goes on when this viewer presses Stop: it is another's, or others who look have asked for it as well."""
        return not self.steers(viewer, now) or not self.others(viewer, now).isdisjoint(self.owners)

    def leave(self, viewer: str, now: float) -> str:
        """This viewer leaves it to the others; a sentence that says so. The next who asked for it steers it."""
        self.viewers.pop(viewer, None)
        visitor = visitor_of(viewer)
        if visitor in self.owners and visitor not in map(visitor_of, self.looking(now)):
            self.owners.remove(visitor)
        many = len(self.others(viewer, now))
        if many > 1:
            return f"You left this run. It goes on, because {many} other visitors watch it."
        return "You left this run. It goes on, because 1 other visitor watches it."
