"""Label shift: some classes are rare in the target. What shows it without labels, beside the true shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from core.record import Record
from core.runs import RunError
from core.transfer import judge
from core.transfer.analysis.answers import on_source, on_target_training
from core.transfer.analysis.comparison import Network, trait
from core.verdict import Verdict, verdict

UNEVEN = 0.8  # the rarest class's share of the most frequent one's, below which the classes are unbalanced
SURE = 2.0  # standard errors from which on a difference is more than chance


@dataclass(frozen=True)
class Shares:
    """Percent of each class (classes,) among a network's answers to the target's training part, and what black-box shift
    estimation makes of them (None where it cannot)."""

    answered: np.ndarray
    estimated: np.ndarray | None


@dataclass(frozen=True)
class LabelShift:
    """truth: (classes,), percent of each class in the target's training part. seen: what a network tells of it: of this run
    ("run"), of source only ("source"), as far as there are such networks. verdicts: paragraph by paragraph."""

    truth: np.ndarray
    seen: dict[str, Shares]
    verdicts: list[list[Verdict]]

    @property
    def estimated(self) -> np.ndarray | None:
        """The better estimate: source only's where there is one."""
        best = self.seen.get("source", self.seen.get("run"))
        return best.estimated if best else None


def label_shift(record: Record, source: Network | None = None) -> LabelShift | None:
    """None where the target's classes are about equally frequent. source: the network that learned from the source alone."""
    given = np.array(record.facts.get("target_classes", []), float)
    if not len(given) or given.min() >= UNEVEN * given.max():
        return None
    truth, seen = 100 * given / given.sum(), _seen(record, source)
    aligns = record.run is not None and bool(trait(record.run.about.settings, "ALIGNS"))
    return LabelShift(truth, seen, about_shift(truth, seen, aligns, int(given.sum())))


def _seen(record: Record, source: Network | None) -> dict[str, Shares]:
    if record.run is None or "model" not in record.run.models or record.settings is None:
        return {}
    found = {"run": shares(record, (record.id, "model"))}
    try:
        return {"source": shares(record, source)} | found if source else found
    except RunError:  # deleted since
        return found


def shares(record: Record, network: Network) -> Shares:
    """What a network's answers tell of the frequency of the classes. Raises RunError when it has been deleted."""
    said = on_target_training(record, network)
    answered = np.bincount(said.argmax(1), minlength=said.shape[1]) / len(said)
    estimated = judge.label_shares(on_source(record, network), answered)
    return Shares(100 * answered, None if estimated is None else 100 * estimated)


def about_shift(truth: np.ndarray, seen: Mapping[str, Shares], aligns: bool, examples: int) -> list[list[Verdict]]:
    """On the rare classes, paragraph by paragraph. truth (classes,): shares in percent. seen: by "run" and "source". aligns:
    the method makes the two clouds alike. examples: of the target's training part."""
    rare = truth < truth.mean()
    usual, answered = 100 * float(rare.mean()), {name: float(each.answered[rare].sum()) for name, each in seen.items()}
    said = [[verdict("rare-classes", source=usual, target=float(truth[rare].sum()))]]
    for name, each in seen.items():
        said.append([verdict("rare-by-run" if name == "run" else "rare-by-source", answered=answered[name])])
        if each.estimated is not None:
            said[-1].append(verdict("rare-estimated", estimated=float(each.estimated[rare].sum())))
    if aligns and "run" in seen:
        said.append([about_pull(answered["run"], answered.get("source"), usual, examples)])
    return said


def about_pull(run: float, source: float | None, usual: float, examples: int) -> Verdict:
    """Whether a method that makes the clouds alike moved the share of the rare classes towards the source's. run, source: their
    share among each network's answers in percent. usual: among the source's examples. examples: that were asked.

    The standard error is that of two independent samples: on the same examples it is smaller, so the test is a careful one.
    """
    if source is None:
        return verdict("rare-may-move")
    error = 100 * sqrt(sum(p * (1 - p) for p in (run / 100, source / 100)) / examples)
    if abs(run - source) <= SURE * error:
        return verdict("rare-by-chance", change=run - source, error=error)
    return verdict("rare-moved" if abs(run - usual) < abs(source - usual) else "rare-moved-away", change=run - source)
