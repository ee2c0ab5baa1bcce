"""What activation clustering finds in the network of a run with a backdoor."""

from dataclasses import dataclass

import numpy as np

from core.attack import backdoor, clustering
from core.attack.clustering import Split
from core.attack.models import folded
from core.nets import DigitNet
from core.record import Record
from core.verdict import Verdict, verdict

GROUPS = ("poisoned", "rest", "poisoned_small", "rest_small")


@dataclass(frozen=True)
class Found:
    """splits: label → its two groups. poisoned (N,): which training digits were tampered with. target: their label."""

    splits: dict[int, Split]
    poisoned: np.ndarray
    target: int

    @property
    def suspect(self) -> int:
        """The label whose groups are the least even."""
        return clustering.least_even(list(self.splits.values())).label


def clustered(record: Record) -> Found:
    """The training digits as the run had them, clustered by its own network."""
    method = record.settings.method
    data, net = backdoor.poison(method, record.settings.seed), record.run.net("model")
    net = folded(net) if isinstance(net, DigitNet) else net
    return Found(
        {each.label: each for each in clustering.splits(net, data.x, data.y)}, data.which.numpy(), method.target
    )


def groups(found: Found, label: int) -> dict[str, np.ndarray]:
    """The spots (n, 2) of a label's digits by GROUPS: poisoned or not, and in the smaller group or not."""
    split = found.splits[label]
    bad = found.poisoned[split.index]
    kinds = (bad & ~split.small, ~bad & ~split.small, bad & split.small, ~bad & split.small)
    return {name: split.spots[kind] for name, kind in zip(GROUPS, kinds)}


def says(found: Found) -> list[Verdict]:
    """Which label is suspected, whether it is the one, and what its smaller group holds beside a random one as large."""
    suspect, bad = found.splits[found.suspect], int(found.poisoned.sum())
    if not bad:
        return [verdict("nothing-poisoned", label=suspect.label, share=suspect.share)]
    is_it = suspect.label == found.target
    numbers = clustering.found(found.splits[found.target], found.poisoned)
    return [
        verdict(
            "suspect-right" if is_it else "suspect-wrong", label=suspect.label, share=suspect.share, target=found.target
        ),
        verdict("group-holds", **numbers, poisoned=bad),
    ]
