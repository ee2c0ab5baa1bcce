"""Two translators of a finished run: which digit becomes which, and how near what they make lies to the other set."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from core.gan import cycle_monitor, models, quality, sets
from core.gan.analysis.players import Named
from core.record import Record
from core.verdict import Verdict, verdict

CLASSES = 10
MOST = 50  # %: of all digits, read as one and the same, from which G hardly looks at what it is given


@dataclass(frozen=True, eq=False)
class Translated:
    """there, back: of the test digits of each class, how many of what G or F makes of them the judge reads as each digit, in
    percent: (10, 10), rows are what went in. summary: the run's own."""

    there: np.ndarray
    back: np.ndarray
    summary: dict[str, float]

    @property
    def verdicts(self) -> list[Verdict]:
        """How many keep their class, how near they come to the other set, and whether G makes one digit of all."""
        now = self.summary
        found = [
            verdict("translated-kept", there=now["kept"], back=now["kept_back"], left=now["left_kept"]),
            verdict("translated-aim", made=now["distance"], left=now["left_distance"], floor=now["floor"]),
        ]
        share = self.there.mean(0)
        if share.max() > MOST:
            return [*found, verdict("translated-one", digit=int(share.argmax()), share=float(share.max()))]
        return found


def translated(record: Record) -> Translated | None:
    """None while a run goes on, when it diverged, and of a run on other data."""
    if record.run is None or record.settings is None or not {"G", "F"} <= set(record.run.models):
        return None
    return _translated(Named(record.id, record))


@lru_cache(maxsize=6)
def _translated(named: Named) -> Translated:
    run, change = named.record.run, named.record.settings.data.change
    G, F = (models.player(run.models[name]) for name in "GF")
    upright, changed = sets.both(change)
    with torch.inference_mode():
        there = sets.undone(cycle_monitor.still(G, upright.test_x), change)
        back = cycle_monitor.still(F, changed.test_x)
    read = (table(made, y) for made, y in ((there, upright.test_y), (back, changed.test_y)))
    return Translated(*read, run.about.summary)


def table(made: torch.Tensor, y: torch.Tensor) -> np.ndarray:
    """What the judge reads in pictures (N, 1, 28, 28) that were made of digits of the classes y (N,): (10, 10), each row in percent."""
    read = quality.answers(made).argmax(1)
    counted = torch.bincount(CLASSES * y + read, minlength=CLASSES**2).view(CLASSES, CLASSES).float()
    return (100 * counted / counted.sum(1, keepdim=True).clamp(min=1)).numpy()
