"""Low rank: the singular values of each layer, and the network at every energy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.compression import factor, models
from core.record import Record


@dataclass(frozen=True)
class Layer:
    """Of a network: the singular values of a layer, and the shape of its weight matrix."""

    name: str
    sigma: np.ndarray
    shape: tuple[int, int]


def layers(record: Record, model: str) -> list[Layer]:
    """Every layer with weights."""
    net = record.run.net(model)
    shapes = [tuple(layer.weight.flatten(1).shape) for layer in models.weighted(net)]
    return [
        Layer(name, sigma.numpy(), shape)
        for name, sigma, shape in zip(models.weight_names(net), factor.singular_values(net), shapes, strict=True)
    ]


def curve(record: Record, model: str) -> list[dict[str, Any]]:
    """`factor.rank_curve` of a network of a run."""
    return factor.rank_curve(record.run.net(model))


@dataclass(frozen=True)
class Cut:
    """The network at one energy, held against the whole one. accuracy: percent. gained: points. parameters, macs: percent of the
    whole one's."""

    accuracy: float
    gained: float
    parameters: float
    macs: float
    ranks: list[int | None]


def cut(rows: Sequence[Mapping[str, Any]], energy: int) -> Cut:
    """At one energy of `curve`, whose last row is the whole network."""
    whole, here = rows[-1], next(row for row in rows if row["energy"] == energy)
    return Cut(
        here["accuracy"],
        here["accuracy"] - whole["accuracy"],
        100 * here["parameters"] / whole["parameters"],
        100 * here["macs"] / whole["macs"],
        here["ranks"],
    )
