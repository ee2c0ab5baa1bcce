"""Kinds of oddity: how well each is told from normals, and what a few known ones of one kind have changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core import runs
from core.anomaly import decide, oddities
from core.anomaly.analysis.scores import final
from core.anomaly.analysis.scores import newest as newest_scores
from core.anomaly.datasets import dataset_of
from core.anomaly.oddities import KINDS, NORMAL
from core.anomaly.pictures import EVALUATED
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
    y = dataset_of(current.settings).test_y.numpy()
    return oddities.auroc_by_kind(found[0], y if final(current) else y[current.last(EVALUATED)])


def by_kind(current: Record) -> ByKind:
    """Of a run that ended, on data with such kinds."""
    y, known = dataset_of(current.settings).test_y.numpy(), shown_of(current)
    own, control = placed(final(current).test, y), _control(current, y)
    auroc = {kind: 100 * float(each[0].mean()) for kind, each in own.items()}
    error = {kind: 100 * decide.error_of(each) for kind, each in own.items()}
    before = None if control is None else {kind: 100 * float(each[0].mean()) for kind, each in control.items()}
    said = (verdict("kinds-control"),) if control is None else about(own, control, known)
    return ByKind(auroc, error, before, tuple(said))


def shown_of(current: Record) -> str:
    """The kind of which the classifier was shown examples; empty where it was shown none."""
    data, method = current.settings.data, current.settings.method
    learns = method.name == "confidence" and not method.network and method.lam > 0
    return data.kind if learns and data.known else ""


def placed(scores: np.ndarray, y: np.ndarray) -> dict[str, Placed]:
    """Of each kind against all normals. scores, y: (N,)."""
    kind = y - NORMAL
    owns = {name: (kind < 0) | (kind == i) for i, name in enumerate(KINDS)}
    return {name: decide.placements(scores[own], kind[own] >= 0) for name, own in owns.items()}


def _control(current: Record, y: np.ndarray) -> dict[str, Placed] | None:
    if current.id == CONTROL:
        return None
    try:
        run = runs.load(CONTROL)
    except RunError:
        return None
    return placed(final(Record(CONTROL, run.settings, list(run.events), run)).test, y)


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
