"""Kinds of oddity: how well each is told from normals, and what a few known ones of one kind have changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core import runs
from core.anomaly import by_kind as kinds
from core.anomaly import decide
from core.anomaly.analysis.scores import final
from core.anomaly.analysis.scores import newest as newest_scores
from core.anomaly.by_kind import KINDS
from core.anomaly.pictures import EVALUATED, IS_ANOMALY
from core.record import Record
from core.runs import RunError
from core.verdict import Verdict, verdict

CONTROL = "anomaly-no-known-oddity"  # the shipped run of the scene's classifier, which was shown none
Placed = tuple[np.ndarray, np.ndarray]  # as decide.placements gives it


@dataclass(frozen=True, eq=False)
class ByKind:
    """AUROC of each kind in % with its standard error in points, of the run shown and of the control, which is None for itself;
    about: what follows."""

    auroc: Mapping[str, float]
    error: Mapping[str, float]
    control: Mapping[str, float] | None
    about: tuple[Verdict, ...]


def newest(current: Record) -> dict[str, float] | None:
    """AUROC of each kind in % at the newest evaluation; None before the first one and of data without such kinds."""
    found = newest_scores(current)
    if found is None or current.settings is None or current.settings.data.name != "oddities":
        return None
    each = kinds.kinds_of(current.last(IS_ANOMALY))
    return kinds.auroc_by_kind(found[0], each if final(current) else each[current.last(EVALUATED)])


def by_kind(current: Record) -> ByKind:
    """Of a run that ended, on data with such kinds."""
    each, known = kinds.kinds_of(final(current).is_anomaly), shown_of(current)
    own, control = placed(final(current).test, each), _control(current, each)
    auroc = {kind: 100 * float(sides[0].mean()) for kind, sides in own.items()}
    error = {kind: 100 * decide.error_of(sides) for kind, sides in own.items()}
    before = None if control is None else {kind: 100 * float(each[0].mean()) for kind, each in control.items()}
    said = (verdict("kinds-control"),) if control is None else about(own, control, known)
    return ByKind(auroc, error, before, tuple(said))


def shown_of(current: Record) -> str:
    """The kind of which the classifier was shown examples; empty where it was shown none."""
    data, method = current.settings.data, current.settings.method
    learns = method.name == "confidence" and not method.network and method.lam > 0
    return data.kind if learns and data.known else ""


def placed(scores: np.ndarray, each: np.ndarray) -> dict[str, Placed]:
    """Of each kind against all normals. scores: (N,). each: (N,), the number of its kind, −1 of normals."""
    owns = {name: (each < 0) | (each == i) for i, name in enumerate(KINDS)}
    return {name: decide.placements(scores[own], each[own] >= 0) for name, own in owns.items()}


def _control(current: Record, each: np.ndarray) -> dict[str, Placed] | None:
    if current.id == CONTROL:
        return None
    try:
        run = runs.load(CONTROL)
    except RunError:
        return None
    return placed(final(Record(CONTROL, run.settings, list(run.events), run)).test, each)


def about(own: Mapping[str, Placed], control: Mapping[str, Placed], known: str) -> Sequence[Verdict]:
    """Whether the known kind is found better than by the control, and how many of the others are, by more than chance."""
    unseen = [kind for kind in KINDS if kind != known]
    better, worse = (
        sum(decide.leads(*sides, len(unseen)) for sides in pairs)
        for pairs in (
            [(own[kind], control[kind]) for kind in unseen],
            [(control[kind], own[kind]) for kind in unseen],
        )
    )
    rest = verdict("kinds-unseen", n=len(unseen), better=better, worse=worse)
    if not known:
        return [verdict("kinds-none-known"), rest]
    numbers = {"kind": known} | dict(
        zip(("after", "before"), (100 * float(side[known][0].mean()) for side in (own, control)))
    )
    helped = decide.leads(own[known], control[known])
    return [verdict("kinds-known-better" if helped else "kinds-known-alike", **numbers), rest]
