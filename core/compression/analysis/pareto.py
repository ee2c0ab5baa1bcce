"""Everything tried: accuracy against what it costs, for every stored run."""

from dataclasses import dataclass

from core import runs
from core.compression.analysis.latency import latency
from core.compression.settings import CompressionSettings, Exits, LowRank
from core.data import digits
from core.runs import About
from core.settings import Frozen, union_members

NUMBERS = ("accuracy", "bytes", "macs")


@dataclass(frozen=True)
class Tried:
    """A stored run that holds a network. accuracy: percent. bytes: its size. macs: multiply–adds for one digit."""

    id: str
    method: type[Frozen]
    accuracy: float
    bytes: float
    macs: float


def tried() -> list[Tried]:
    """Every stored run of the lab whose method there is today."""
    methods = union_members(CompressionSettings.model_fields["method"])
    return [
        Tried(about.id, method, *(about.summary[name] for name in NUMBERS))
        for about in runs.listing("compression")[0]
        if (method := methods.get(about.settings.get("method"))) and _complete(about)
    ]


def _complete(about: About) -> bool:
    return bool(about.models) and all(name in about.summary for name in NUMBERS)


def measurable(found: list[Tried]) -> list[Tried]:
    """Those whose stored network takes the time that it is counted with: not the whole network behind early exits, and not the
    factors multiplied out."""
    return [each for each in found if each.method not in (Exits, LowRank)]


def latencies(run_ids: tuple[str, ...], batch: int) -> dict[str, float]:
    """Median milliseconds of the runs' networks on a batch of test digits; they take turns."""
    return latency({run_id: runs.load(run_id).net("model") for run_id in run_ids}, digits.load().test_x[:batch])
