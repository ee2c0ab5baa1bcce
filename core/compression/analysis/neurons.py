"""Channels and neurons: the scale γ of each, and the network without those whose |γ| is smallest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.compression import models, slimming
from core.record import Record


@dataclass(frozen=True)
class Gammas:
    """values: |γ| of every channel and neuron (units,), as a share of its layer's largest where `relative`.
    layers: the names of their layers."""

    values: np.ndarray
    layers: list[str]

    def threshold(self, ratio: float) -> float:
        """Below it lie `ratio` percent of all values."""
        return float(np.quantile(self.values, ratio / 100))


def gammas(record: Record, model: str, relative: bool) -> Gammas:
    """Those of a network of a run."""
    net = record.run.net(model)
    scales = [scale.numpy() for scale in slimming.gammas(net)]
    values = np.concatenate([scale / scale.max() if relative else scale for scale in scales])
    return Gammas(values, models.weight_names(net)[:-1])


@dataclass(frozen=True)
class Cut:
    """A network without a share of its channels, held against the whole one. accuracy: percent. gained: points.
    parameters_gained: percent of all. before, after: the width of each layer."""

    accuracy: float
    gained: float
    parameters: int
    parameters_gained: float
    before: list[int]
    after: list[int]


def cut(curve: Sequence[Mapping[str, Any]], ratio: int) -> Cut:
    """At one ratio of a curve “ratio/…”, whose first row is the whole network."""
    whole, here = curve[0], next(row for row in curve if row["ratio"] == ratio)
    return Cut(
        here["accuracy"],
        here["accuracy"] - whole["accuracy"],
        here["parameters"],
        100 * here["parameters"] / whole["parameters"] - 100,
        whole["widths"],
        here["widths"],
    )
