"""What is known of a run, live or ended: what analyses read."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from core import runs
from core.events import Event, Metrics, Picture, Started, Turned
from core.pictures import Kind
from core.runs import About, Run
from core.settings import Settings, build, flatten


@dataclass(frozen=True)
class Record:
    """The events of a run so far, the settings that made them, and the stored run when there is one."""

    id: str
    settings: Settings | None  # None when a newer Lectern no longer accepts them
    events: list[Event]
    run: Run | None

    @property
    def lab(self) -> str:
        return self.id.partition("-")[0]

    @cached_property
    def table(self) -> tuple[list[int], dict[str, list[float | None]]]:
        """The metrics as columns, as `core.runs.table` gives them."""
        return runs.table(self.events)

    @property
    def empty(self) -> bool:
        """Whether nothing has been measured yet."""
        return not any(isinstance(e, Metrics) for e in self.events)

    @cached_property
    def standing(self) -> Settings | None:
        """The settings as the knobs stand now: those of the start, and what was turned since."""
        turned = {name: value for e in self.events if isinstance(e, Turned) for name, value in e.values.items()}
        return build(type(self.settings), flatten(self.settings) | turned) if turned else self.settings

    def pictures(self, kind: Kind) -> list[Picture]:
        """What was measured of this kind, oldest first."""
        return list(self._pictures.get(kind.name, ()))

    @cached_property
    def _pictures(self) -> dict[str, list[Picture]]:
        """The pictures by the names of their kinds."""
        found: dict[str, list[Picture]] = {}
        for event in self.events:
            if isinstance(event, Picture):
                found.setdefault(event.name, []).append(event)
        return found

    def last(self, kind: Kind) -> np.ndarray | None:
        """The newest picture of this kind, None when there is none yet."""
        found = self.pictures(kind)
        return np.array(found[-1].array) if found else None

    def by_step(self, kind: Kind) -> dict[int, np.ndarray]:
        """The pictures of this kind, step → array; of several at one step the last."""
        return {e.step: e.array for e in self.pictures(kind)}

    def series(self, metric: str) -> tuple[list[int], list[float]]:
        """The steps at which a metric was measured, and its finite values."""
        steps, columns = self.table
        found = [(s, v) for s, v in zip(steps, columns.get(metric, ())) if v is not None and np.isfinite(v)]
        return [s for s, _ in found], [v for _, v in found]

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What was known when the run began."""
        return next((dict(e.facts) for e in self.events if isinstance(e, Started)), {})

    @property
    def summary(self) -> dict[str, Any]:
        return self.run.about.summary if self.run else {}


def comparable(about: About, shared: Callable[[Mapping[str, Any]], Hashable], result: str) -> list[About]:
    """Every stored run of the same lab that has this result and shares what is asked, the run itself included.

    shared: what two runs must share to be held against one another, of a run's flat settings. result: a name in the summary.
    """
    same = shared(about.settings)
    return [each for each in runs.listing(about.lab)[0] if result in each.summary and shared(each.settings) == same]
