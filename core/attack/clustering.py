"""Activation clustering: the digits that share a label fall into two groups inside a network with a backdoor, those that are
what the label says, and those that carry the trigger (Chen et al. 2018)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.nets import DigitNet

COMPONENTS = 10  # principal components that are kept of the last hidden layer
FEW = 20  # digits of a label; fewer are not clustered


@dataclass(frozen=True)
class Split:
    """The digits of one label in two groups.

    label: the class. index (n,): their numbers among the training digits. spots (n, 2): first two principal components of
    their activations. small (n,): truth values, those in the smaller group. silhouette: how far apart the groups are, −1 to 1.
    """

    label: int
    index: np.ndarray
    spots: np.ndarray
    small: np.ndarray
    silhouette: float

    @property
    def share(self) -> float:
        """The smaller group in % of the label's digits; about 50 where nothing tells two groups apart."""
        return 100 * float(self.small.mean())


def splits(net: DigitNet, x: Tensor, y: Tensor, seed: int = 0) -> Iterator[Split]:
    """A split of every label, in order. x: (N, 1, 28, 28), y: labels (N,) as the trainer has them."""
    with torch.inference_mode():
        activations = torch.cat([net.eval().features(part) for part in x.split(200)]).numpy()
    for label in range(10):
        index = np.flatnonzero(y.numpy() == label)
        if len(index) >= FEW:
            yield split(label, index, activations[index], seed)


def split(label: int, index: np.ndarray, activations: np.ndarray, seed: int) -> Split:
    """2-means on the principal components of the last hidden layer's activations (n, width) (Chen et al. 2018, algorithm 1).

    The paper keeps independent components instead. These are scaled to the same variance, and on so few digits that drowns
    the component that tells the groups apart.
    """
    from sklearn.cluster import KMeans  # slow to load, and only who looks for a backdoor needs it
    from sklearn.decomposition import PCA
    from sklearn.metrics import silhouette_score

    reduced = PCA(COMPONENTS, random_state=seed).fit_transform(activations)
    group = KMeans(2, n_init=10, random_state=seed).fit_predict(reduced)
    small = group == np.bincount(group, minlength=2).argmin()
    return Split(label, index, reduced[:, :2], small, float(silhouette_score(reduced, group)))


def found(split: Split, poisoned: np.ndarray) -> dict[str, float]:
    """How many of the poisoned digits of the label are in the smaller group, in %: recall; and how many of the group are
    poisoned: precision. chance_recall, chance_precision: of a random group of the same size. poisoned: (N,) truth values."""
    bad = poisoned[split.index]
    both, picked = int((bad & split.small).sum()), int(split.small.sum())
    return {
        "recall": 100 * both / max(int(bad.sum()), 1),
        "precision": 100 * both / max(picked, 1),
        "chance_recall": split.share,
        "chance_precision": 100 * float(bad.mean()),
    }


def least_even(splits: list[Split]) -> Split:
    """The label whose smaller group is the smallest share of it: the suspect (Chen et al. 2018: relative size)."""
    return min(splits, key=lambda each: each.share)
