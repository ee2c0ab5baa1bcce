"""Which method may be believed: on damaged digits it is known where the damage is, and how well each map finds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.stats import ttest_rel

from core.anomaly.analysis import maps
from core.anomaly.analysis.rivals import Rival, rivals
from core.anomaly.datasets import dataset_of
from core.anomaly.settings import AnomalySettings
from core.record import Record
from core.verdict import Verdict, verdict

MANY = 10  # damaged pictures
METHODS = ("expected", "saliency", "input_x_gradient", "integrated_gradients", "occlusion", "lime")
CHANCE = 0.05  # a difference that chance alone makes as often as that, or more often, is none

Way = tuple[
    str, str
]  # a method and what it compares with, by their names in `maps`; “” where it compares with nothing else


@dataclass(frozen=True)
class Judged:
    """rows: method → what it compares with → mean and standard error over the pictures, in % AUROC of their pixels. about: which
    is best and which is worst, as far as that can be told; a `Way` stands in each as its `way`."""

    rows: Mapping[str, Mapping[str, tuple[float, float]]]
    about: tuple[Verdict, ...]


def judged(current: Record) -> Judged:
    """Of the detector of the run shown."""
    (rival,), settings = rivals(current, [current.id]), current.settings
    fitting = maps.fits(rival.load(), settings)
    places = [
        int(i)
        for i in torch.nonzero(dataset_of(settings).test_is_anomaly)
        if maps.mask_of(settings, int(i)) is not None
    ]
    places = [places[(k * len(places)) // MANY] for k in range(min(MANY, len(places)))]
    bases = tuple(base for base in ("mean", "black", "expected") if base in fitting.bases)
    rows, every = {}, {}
    for name in METHODS:
        if name in fitting.methods:
            each = bases if maps.METHODS[name].compares else ("expected",) if name == "expected" else ("mean",)
            found = {base: over(rival, places, name, base, settings) for base in each}
            rows[name] = {base: (float(f.mean()), float(f.std(ddof=1) / np.sqrt(len(f)))) for base, f in found.items()}
            every |= {(name, base if len(each) > 1 else ""): shares for base, shares in found.items()}
    return Judged(rows, (best(every), worst(every)))


def over(rival: Rival, places: list[int], name: str, base: str, settings: AnomalySettings) -> np.ndarray:
    """`maps.where` of some damaged test pictures (n,), in %."""
    found = []
    for place in places:
        values = maps.answer(rival, dataset_of(settings).test_x[place], name, "{}", base, settings).map
        found.append(100 * maps.where(values, maps.mask_of(settings, place), name))
    return np.array(found)


# ---- which of them chance cannot have made ----


def best(every: Mapping[Way, np.ndarray]) -> Verdict:
    """The way with the highest mean, if its lead over each other one is more than chance. every: shares in % of the same pictures
    (n,)."""
    first = max(every, key=lambda way: every[way].mean())
    near = not_below(every[first], [every[way] for way in every if way != first])
    numbers = {"way": first, "share": float(every[first].mean()), "others": len(every) - 1}
    return verdict("trust-highest", near=near, **numbers) if near else verdict("trust-best", **numbers)


def worst(every: Mapping[Way, np.ndarray]) -> Verdict:
    """The way with the lowest mean, if each other one's lead over it is more than chance. every: as for `best`."""
    last = min(every, key=lambda way: every[way].mean())
    near = not_below(-every[last], [-every[way] for way in every if way != last])
    numbers = {"way": last, "share": float(every[last].mean()), "others": len(every) - 1}
    return verdict("trust-lowest", near=near, **numbers) if near else verdict("trust-worst", **numbers)


def not_below(leader: np.ndarray, others: Sequence[np.ndarray]) -> int:
    """How many of the others may be as good as the leader, all measured on the same pictures (n,).

    By a paired t-test on each, one-sided, its level divided by the number of others (Bonferroni), since the leader is whichever
    came out on top.
    """
    leads = [ttest_rel(leader, other, alternative="greater").pvalue < CHANCE / len(others) for other in others]
    return len(others) - int(np.sum(leads))
