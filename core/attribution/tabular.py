"""Tables: what a random forest says about one row, and which of the row's values said so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations
from math import comb

import numpy as np
from lime.lime_tabular import LimeTabularExplainer
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance

from core.data.tables import Table

Predict = Callable[[np.ndarray], np.ndarray]  # rows (N, features) → probabilities (N, classes)
TREES = 100
TOP = 5  # features that two explanations are compared by
LOW_FIT = 0.3  # R² below which the weights describe the imitation rather than the model


@dataclass(frozen=True)
class Weight:
    """A feature by its number, the condition that the row fulfils, in words, and what it adds to the probability while it
    is fulfilled."""

    feature: int
    condition: str
    value: float


@dataclass(frozen=True)
class TabularExplanation:
    """weights: of every feature, the largest size first. r2: of the linear imitation, weighted by the kernel. local: what
    the imitation says about the row itself. probability: what the model says. effective: how many samples the kernel
    leaves, (Σ w)² / Σ w² (Kish 1965); with fewer than features, any R² is the row learned by heart."""

    weights: tuple[Weight, ...]
    r2: float
    local: float
    probability: float
    effective: float

    def top(self, many: int = TOP) -> frozenset[int]:
        """The numbers of the features with the largest weights."""
        return frozenset(weight.feature for weight in self.weights[:many])


@dataclass(frozen=True)
class Repeated:
    """Explanations that differ in their seed only. mean: their mean weights and numbers. sd: of each feature's
    weight, by its number. jaccard: mean over all pairs of |A ∩ B| / |A ∪ B| of the top five; 1 for a single one."""

    mean: TabularExplanation
    sd: dict[int, float]
    jaccard: float


@cache
def forest(table: Table) -> RandomForestClassifier:
    """A random forest of 100 trees (Breiman 2001) on the table's training part, trained once per process."""
    return RandomForestClassifier(TREES, random_state=0, n_jobs=1).fit(table.train_x, table.train_y)


def accuracy(table: Table) -> float:
    """Share of the table's test rows that the forest gets right, in [0, 1]."""
    return float(forest(table).score(table.test_x, table.test_y))


def commonest(table: Table) -> float:
    """Share of the test rows in the class that is the commonest in the training part: what needs no forest, in [0, 1]."""
    return float((table.test_y == np.bincount(table.train_y).argmax()).mean())


def default_width(table: Table) -> float:
    """The lime package's own kernel width: ¾ of the square root of the number of features."""
    return 0.75 * len(table.features) ** 0.5


def lime_tabular(
    table: Table,
    row: np.ndarray,
    target: int,
    samples: int = 2000,
    width: float | None = None,
    seed: int = 0,
    predict: Predict | None = None,
) -> TabularExplanation:
    """LIME on a row (features,) of a table, for the probability of class `target` (Ribeiro, Singh, Guestrin 2016, section
    3; lime.lime_tabular).

    Every value is cut into quarters of the training part; samples draw their quarters from it, and are weighted by
    √exp(−d² / σ²), where d² is how many features lie in another quarter than the row's. No feature is dropped before
    the fit, so that every feature has a weight in every repeat. width: σ. predict: of another model than the forest.
    """
    kept = []

    def kernel(distance: np.ndarray, kernel_width: float) -> np.ndarray:
        kept.append(np.exp(-((distance / kernel_width) ** 2) / 2))
        return kept[-1]

    # a new explainer each time: its random state moves on between calls
    explainer = LimeTabularExplainer(
        table.train_x,
        feature_names=list(table.features),
        class_names=list(table.classes),
        kernel_width=width,
        kernel=kernel,
        feature_selection="none",
        random_state=seed,
    )
    found = explainer.explain_instance(
        np.asarray(row, dtype=np.float64), predict or forest(table).predict_proba, labels=(target,), num_samples=samples
    )
    weights = tuple(
        Weight(int(i), condition(table, int(i), float(row[i])), float(value)) for i, value in found.local_exp[target]
    )
    return TabularExplanation(
        weights,
        float(found.score),
        float(found.local_pred[0]),
        float(found.predict_proba[target]),
        float(kept[0].sum() ** 2 / (kept[0] ** 2).sum()),
    )


def condition(table: Table, feature: int, value: float) -> str:
    """The quarter of the training part in which a value lies, as LIME cuts it, with numbers that can be told apart (the
    package rounds to two decimals, which makes 0.003 a 0)."""
    cuts = np.unique(np.percentile(table.train_x[:, feature], [25, 50, 75]))
    place, name = int(np.searchsorted(cuts, value)), table.features[feature]
    if place == 0:
        return f"{name} ≤ {cuts[0]:.4g}"
    return f"{name} > {cuts[-1]:.4g}" if place == len(cuts) else f"{cuts[place - 1]:.4g} < {name} ≤ {cuts[place]:.4g}"


def repeats(
    table: Table,
    row: np.ndarray,
    target: int,
    samples: int,
    width: float | None,
    seeds: Sequence[int],
    predict: Predict | None = None,
) -> Repeated:
    """The same question with several seeds: how much of the answer is chance."""
    found = [lime_tabular(table, row, target, samples, width, seed, predict) for seed in seeds]
    by_feature = {weight.feature: [] for weight in found[0].weights}
    for one in found:
        for weight in one.weights:
            by_feature[weight.feature].append(weight.value)
    mean = [replace(weight, value=float(np.mean(by_feature[weight.feature]))) for weight in found[0].weights]
    numbers = (
        float(np.mean([getattr(one, name) for one in found])) for name in ("r2", "local", "probability", "effective")
    )
    whole = TabularExplanation(tuple(sorted(mean, key=lambda weight: -abs(weight.value))), *numbers)
    spread = {i: float(np.std(values, ddof=1)) if len(found) > 1 else 0.0 for i, values in by_feature.items()}
    return Repeated(whole, spread, jaccard([one.top() for one in found]))


def jaccard(sets: Sequence[frozenset[int]]) -> float:
    """Mean over all pairs of sets of the share of their members that both have; 1 for a single set."""
    pairs = list(combinations(sets, 2))
    return float(np.mean([len(a & b) / len(a | b) for a, b in pairs])) if pairs else 1.0


def chance_jaccard(features: int, many: int = TOP) -> float:
    """The Jaccard index to expect of two random sets of `many` among `features` (hypergeometric), as `jaccard` has it."""
    many = min(many, features)
    ways = [comb(many, k) * comb(features - many, many - k) / comb(features, many) for k in range(many + 1)]
    return sum(share * k / (2 * many - k) for k, share in enumerate(ways))


@cache
def permutation(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """How far the forest's test accuracy falls when a feature's column is shuffled: mean and standard deviation of five
    shufflings, (features,) each (Breiman 2001). It speaks for the whole table, not for one row."""
    found = permutation_importance(forest(table), table.test_x, table.test_y, n_repeats=5, random_state=0, n_jobs=1)
    return found.importances_mean, found.importances_std
