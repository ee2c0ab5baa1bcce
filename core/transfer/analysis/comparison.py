"""Which stored runs and networks may be held against the run shown: on the same two domains, with the same training."""

from collections.abc import Hashable, Mapping
from typing import Any

from core import runs
from core.record import Record, comparable
from core.runs import About, Run
from core.settings import flatten, union_members
from core.transfer.settings import Method, TransferSettings

TARGET = (
    "target",
    "direction",
    "angle",
    "inversion",
    "blur",
    "turn",
    "imbalance",
    "noise",
    "unseen",
    "sources",
    "seen_as",
)
TRAINING = ("pixels", "steps", "batch", "learning_rate", "seed")

ALL = 10  # classes that the target holds, in runs from before there was a knob for it

Network = tuple[str, str]  # the id of a run, and which of its networks: "model", or "before" its last phases


def domains_of(settings: Mapping[str, Any]) -> Hashable:
    """What two runs must share to be held against one another: both domains, the steps, the seed."""
    return tuple(settings.get(name) for name in (*TARGET, "rare", *TRAINING)), settings.get("held", ALL)


def method_of(settings: Mapping[str, Any]) -> type[Method] | None:
    """The settings class of the method of flat settings; None where it is not named or not known here."""
    return union_members(TransferSettings.model_fields["method"]).get(settings.get("method"))


def trait(settings: Mapping[str, Any], attribute: str) -> Any:
    """A class attribute of the method of flat settings, such as BOUND; None of a method that is not known here."""
    return getattr(method_of(settings), attribute, None)


def source_only(settings: Mapping[str, Any]) -> bool:
    """Whether flat settings are of a run that learned from the source and nothing else."""
    return trait(settings, "BOUND") == "lower" and not settings.get("granted")


def upper_bound(settings: Mapping[str, Any]) -> bool:
    """Whether flat settings are of a run that learned from all labels of the target."""
    return trait(settings, "BOUND") == "upper"


def comparable_runs(about: About) -> list[About]:
    """Every stored run on the same two domains that ended, this one included; of those with equal settings only one."""
    found = comparable(about, domains_of, "target")
    first: dict[str, About] = {}
    for each in sorted(found, key=lambda each: each.id != about.id):
        first.setdefault(repr(sorted(each.settings.items())), each)
    return [each for each in found if each in first.values()]


def before(record: Record) -> Network | None:
    """The network of a stored source-only run on the same target with the same training, a shipped one first, then the
    newest; None when there is none, or when the run shown is source-only itself.

    How rare some target classes are, and how many labels are granted, may differ: source-only learns from neither.
    """
    flat = _flat(record)
    if not flat or source_only(flat):
        return None
    wanted = _same(flat)
    for about in runs.listing("transfer")[0]:
        alike = _same(about.settings) == wanted and source_only(about.settings)
        if alike and "model" in about.models and about.id != record.id:
            return about.id, "model"
    return None


def earlier(record: Record) -> Network | None:
    """The network to hold the run's own against: `before`, or else what the run kept of a first phase on the source alone."""
    own = first_phase(record)
    return before(record) or (own if trait(_flat(record), "SOURCE_FIRST") else None)


def first_phase(record: Record) -> Network | None:
    """The network that a run kept of its first phase; None where it has none."""
    return (record.id, "before") if record.run is not None and "before" in record.run.models else None


def run_of(record: Record, network: Network) -> Run:
    """The run that holds a network. Raises RunError when it has been deleted meanwhile."""
    return record.run if record.run is not None and network[0] == record.id else runs.load(network[0])


def _flat(record: Record) -> Mapping[str, Any]:
    """The settings of a run, also where today's Lectern no longer accepts them; none: {}."""
    if record.run is not None:
        return record.run.about.settings
    return flatten(record.settings) if record.settings else {}


def _same(settings: Mapping[str, Any]) -> list[Any]:
    return [settings.get(name) for name in (*TARGET, *TRAINING)]
