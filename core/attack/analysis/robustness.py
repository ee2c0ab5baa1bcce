"""Robust accuracy against ε: the curves of a run, those of other networks, and where half of the answers are lost."""

from dataclasses import dataclass

import numpy as np

from core import runs
from core.attack.analysis.stored import ended, opened
from core.attack.metrics import METRICS
from core.attack.settings import Curve
from core.record import Record
from core.runs import About, RunError

ORDER = ("noise", "fgsm", "mifgsm", "deepfool", "pgd", "cw", "worst")  # from weak to strong
RESULT = "half"  # what the summary of a curve holds that came to its end


@dataclass(frozen=True)
class Curves:
    """steps: ε in levels of 255. right: accuracy in % at each of them, by attack, from weak to strong. highest: the largest
    ε of the run. guess: the accuracy of guessing."""

    steps: list[int]
    right: dict[str, list[float | None]]
    highest: float
    guess: float

    @property
    def numbers(self) -> np.ndarray:
        """(attacks, steps), NaN where nothing was measured yet."""
        return np.array([[np.nan if v is None else v for v in values] for values in self.right.values()])


def curves(record: Record) -> Curves:
    """What the run has measured so far."""
    steps, columns = record.table
    right = {name: columns[name] for name in ORDER if name in columns}
    return Curves(steps, right, record.settings.method.highest, METRICS["worst"].chance.of(record.settings))


def measured(record: Record) -> Record | None:
    """The run itself when it measures the curve, else the newest stored one that did on the same network."""
    if record.settings and isinstance(record.settings.method, Curve) and record.table[0]:
        return record
    network = network_of(record)
    same = [about for about in ended(RESULT) if full(about.settings.get("network", "")) == network]
    return next((found for found in opened(same) if found.settings), None)


def others(record: Record) -> list[About]:
    """The other stored runs in the same norm, on photos or on digits as this one, the newest first."""
    norm, photo = record.settings.method.norm, record.facts.get("photo", False)
    return [
        about
        for about in ended(RESULT)
        if about.id != record.id and about.settings.get("norm") == norm and ("network" not in about.settings) == photo
    ]


def worst_of(run_id: str) -> tuple[list[int], list[float | None]] | None:
    """ε, and what withstood everything there, in %; None when the run was deleted since."""
    try:
        steps, columns = runs.load(run_id).history()
    except RunError:
        return None
    return steps, columns["worst"]


def network_of(record: Record) -> str:
    """The network that the page is about, as run/model: the one that the run trained, or the one attacked; empty for photos."""
    if record.run and record.run.models:
        return full(record.id)
    return full(getattr(record.settings and record.settings.subject, "network", ""))


def full(name: str) -> str:
    """A network's name with its model: a run alone means the run's first."""
    run_id, _, model = name.partition("/")
    if not run_id or model:
        return name
    try:
        return f"{run_id}/{next(iter(runs.load(run_id).models), 'model')}"
    except RunError:
        return name


def strongest(record: Record, level: int) -> str | None:
    """The attack that left least at this ε, by its name in METRICS; None where it is not known."""
    name = record.summary.get("strongest", {}).get(str(level))
    return name if name in METRICS else None


def falls(record: Record, levels: list[int]) -> int:
    """Of these ε the one nearest to where half of the answers are lost; the largest when that was never reached."""
    half = record.summary.get(RESULT)
    return max(levels) if half is None else min(levels, key=lambda level: abs(level - half))
