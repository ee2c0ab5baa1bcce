"""How well each task is known at looks that are evenly apart, from the first step of a run to its last."""

from dataclasses import dataclass

import numpy as np

from core.record import Record


@dataclass(frozen=True, eq=False)
class Tape:
    """steps: of each look. known: (tasks, looks), accuracy in whole percent, NaN of a task that was not measured yet."""

    steps: list[int]
    known: np.ndarray

    def until(self, look: int) -> np.ndarray:
        """The same (tasks, looks) as it stood at that look: what came later is NaN."""
        return np.where(np.arange(len(self.steps)) <= look, self.known, np.nan)


def tape(record: Record) -> Tape:
    """Of a run with at least two looks, which are as far apart as the last two: the first ones are nearer together."""
    steps, columns = record.table
    tasks = [columns[f"task_{number + 1}"] for number in range(record.settings.tasks)]
    apart = steps[-1] - steps[-2]
    kept = [place for place, step in enumerate(steps) if step % apart == 0]
    known = [[np.nan if task[place] is None else round(task[place]) for place in kept] for task in tasks]
    return Tape([steps[place] for place in kept], np.array(known))
