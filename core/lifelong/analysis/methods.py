"""Several methods on the same tasks: which runs may be held against one another, what each reached and what it cost."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from core import runs
from core.lifelong.settings import METRICS, LifelongSettings, Method
from core.record import Record, comparable
from core.runs import About
from core.settings import union_members
from core.verdict import Verdict, verdict

SHARED = ("stream", "incremental", "turn", "tasks", "network", "epochs", "batch", "learning_rate", "seed")
MOST = 8  # runs that are chosen at first


def stream_of(settings: Mapping[str, Any]) -> Hashable:
    """What two runs must share to be held against one another: the tasks, the network, the steps, the seed."""
    return tuple(settings.get(name, LifelongSettings.model_fields[name].default) for name in SHARED)


def comparable_runs(about: About) -> list[About]:
    """Every stored run on the same tasks that ended, this one included."""
    return comparable(about, stream_of, "average")


def method_of(about: About) -> type[Method]:
    """The settings class of a stored run's method."""
    return union_members(LifelongSettings.model_fields["method"])[about.settings["method"]]


def chosen_first(found: list[About], own: str) -> list[str]:
    """The ids of the runs to begin with: one kind of every idea, and the run shown."""
    return [about.id for about in found if method_of(about).FAMILIAR or about.id == own][:MOST]


def averages(run_id: str) -> tuple[list[int], list[float]]:
    """Steps, and the average accuracy in percent on the tasks seen until then. Raises RunError when the run is gone."""
    run = runs.load(run_id)
    return Record(run_id, None, list(run.events), run).series("average")


@dataclass(frozen=True)
class Cost:
    """memory: what is kept besides the network, in KB of 1,000 bytes. seconds: of training. parameters: learnable numbers."""

    memory: float
    seconds: float
    parameters: int


def cost_of(about: About) -> Cost:
    """What a run cost."""
    return Cost(about.summary["memory_bytes"] / 1000, about.seconds, about.summary["parameters"])


def guessing(settings: LifelongSettings) -> Verdict:
    """What random answers get right of each task at the end of a run, in percent: what stands beside every accuracy."""
    each = [METRICS[f"task_{number + 1}"].chance.of(settings) for number in range(settings.tasks)]
    low, high = min(each), max(each)
    return verdict("guessing", share=low) if low == high else verdict("guessing-differs", low=low, high=high)
