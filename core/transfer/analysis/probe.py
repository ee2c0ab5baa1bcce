"""Whether the domain can still be seen in the features: the method's own domain classifier beside a fresh probe."""

from collections.abc import Mapping, Sequence
from typing import Any

from core import runs
from core.record import Record
from core.runs import RunError
from core.transfer.analysis.comparison import before
from core.verdict import Verdict, verdict

FARTHEST = 2.0  # proxy A-distance of domains that are never mistaken for one another
NEAR = 60.0  # %: up to here a classifier of two equally large domains is hardly better than guessing
FAR = 70.0  # %: from here on it finds them well
BETTER, SAME, NEARER = 5.0, 1.0, 10.0  # points: the target's accuracy rose clearly; hardly; the probe's fell clearly


def measured(record: Record) -> bool:
    """Whether a probe has been trained at all."""
    return any(value is not None for value in record.table[1].get("probe", []))


def about_domain(record: Record) -> list[Verdict]:
    """What the two classifiers of the domain say together, at the end of a run or as far as it came."""
    columns = record.table[1]
    probe = record.summary.get("probe", _last(columns["probe"]))
    return about_classifiers(_last(columns.get("domain", [])), probe)


def about_classifiers(own: float | None, probe: float) -> list[Verdict]:
    """own: accuracy in percent of the method's own domain classifier, None for a method without one. probe: of a fresh one."""
    from core.transfer.judge import a_distance  # loads torch, which the page's first picture does without

    away = {"distance": a_distance(probe), "farthest": FARTHEST}
    said = [verdict("probe-alone", probe=probe) if own is None else verdict("probe-and-own", own=own, probe=probe)]
    own = probe if own is None else own  # where there is none, nothing could be fooled
    if probe >= FAR:
        return [*said, verdict("probe-fooled" if own <= NEAR else "probe-finds", **away)]
    if own >= FAR:
        return [*said, verdict("probe-misses", **away)]
    return [*said, verdict("probe-little" if probe > NEAR else "probe-hardly", **away), verdict("classes-may-differ")]


def about_source(record: Record) -> list[Verdict]:
    """The run held against the source-only run on the same target; nothing where there is none."""
    found = before(record)
    try:
        return beside_source(runs.load(found[0]).about.summary, record.summary) if found else []
    except RunError:  # deleted since
        return []


def beside_source(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Verdict]:
    """How far probe and target accuracy came from source only's, and what that teaches; nothing where one is missing."""
    if not all(name in each for name in ("probe", "target") for each in (before, after)):
        return []
    probe, target = (before["probe"], after["probe"]), (before["target"], after["target"])
    said = [verdict("beside-source", probe_before=probe[0], probe=probe[1], target_before=target[0], target=target[1])]
    nearer, better = probe[0] - probe[1], target[1] - target[0]
    if better >= BETTER and nearer < NEARER and probe[1] >= FAR:
        said.append(verdict("no-proof-of-failure"))
    elif nearer >= NEARER and better < SAME:
        said.append(verdict("no-proof-of-success"))
    return said


def _last(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)
