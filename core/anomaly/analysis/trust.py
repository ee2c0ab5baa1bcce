"""Which method may be believed: on damaged digits it is known where the damage is, and how well each map finds it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from core.anomaly.analysis import maps
from core.anomaly.analysis.rivals import Rival, rivals
from core.anomaly.datasets import dataset_of
from core.anomaly.settings import AnomalySettings
from core.record import Record
from core.verdict import Verdict, verdict

MANY = 10  # damaged pictures
METHODS = ("expected", "saliency", "input_x_gradient", "integrated_gradients", "occlusion", "lime")


@dataclass(frozen=True)
class Judged:
    """rows: method → what it compares with → mean and standard error over the pictures, in % AUROC of their pixels. best,
    worst: with the method and the base by their names in `maps`, an empty base where the method compares with nothing else."""

    rows: Mapping[str, Mapping[str, tuple[float, float]]]
    best: Verdict
    worst: Verdict


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
    rows = {}
    for name in METHODS:
        if name in fitting.methods:
            each = bases if maps.method(name).compares else ("expected",) if name == "expected" else ("mean",)
            rows[name] = {base: over(rival, places, name, base, settings) for base in each}
    every = [
        (value[0], name, base if len(row) > 1 else "") for name, row in rows.items() for base, value in row.items()
    ]
    (most, best, of_best), (least, worst, of_worst) = max(every), min(every)
    return Judged(
        rows,
        verdict("trust-best-compared" if of_best else "trust-best", method=best, base=of_best, share=most),
        verdict("trust-worst-compared" if of_worst else "trust-worst", method=worst, base=of_worst, share=least),
    )


def over(rival: Rival, places: list[int], name: str, base: str, settings: AnomalySettings) -> tuple[float, float]:
    """Mean and standard error, in %, of `maps.where` over some damaged test pictures."""
    found = []
    for place in places:
        values = maps.answer(rival, dataset_of(settings).test_x[place], name, "{}", base, settings).map
        found.append(100 * maps.where(values, maps.mask_of(settings, place), name))
    return float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(len(found)))
