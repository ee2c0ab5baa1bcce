"""Lottery tickets: what each round leaves, and how fast the same mask learns from different starts."""

from dataclasses import dataclass

import numpy as np

from core.compression import pictures
from core.record import Record

MEASURED = {"model": "accuracy", "control": "control_accuracy", "signs": "signs_accuracy"}  # network → metric


@dataclass(frozen=True)
class Neurons:
    """Weights of a few neurons of the first layer, as pictures: network → (neuron, 28, 28), NaN where a weight is gone. top:
    magnitude that few exceed. read (28, 28): how many neurons read each pixel."""

    weights: dict[str, np.ndarray]
    top: float
    read: np.ndarray


def neurons(record: Record) -> Neurons:
    """As measured last."""
    found = record.last(pictures.TICKETS).astype(np.float32)
    left = np.where(found == 0, np.nan, found)
    return Neurons(
        dict(zip(record.facts["networks"], left)),
        float(np.nanquantile(np.abs(left), 0.98)) or 1.0,
        record.last(pictures.READ),
    )


@dataclass(frozen=True)
class Curve:
    """Test accuracy in percent over steps since the weights were set. name: “dense”, “round”, or a network of the last mask.
    left: percent of the weights."""

    name: str
    steps: list[int]
    accuracy: list[float]
    left: float


def curves(record: Record) -> list[Curve]:
    """The dense network's, and those of the newest mask: of one round, or in the end of every start."""
    last = len(record.facts["starts"]) - 1
    now = _begun(record)
    names = {} if now == 0 else MEASURED if now == last else {"round": "accuracy"}
    found = [Curve("dense", *_part(record, "accuracy", 0), 100.0)]
    found += [Curve(name, *_part(record, metric, now), _left(record, now)) for name, metric in names.items()]
    return [curve for curve in found if curve.steps]


def length(record: Record) -> int:
    """Steps that each network trains for."""
    return record.facts["starts"][1]


@dataclass(frozen=True)
class Round:
    """left: percent of the weights. accuracy: percent, at its end. read (28, 28): how many neurons read each pixel.
    fewest, most: of the 784."""

    left: float
    accuracy: float
    read: np.ndarray
    fewest: int
    most: int


def rounds(record: Record) -> list[Round]:
    """One for the dense network and for each mask, those that have ended."""
    reads, found = record.by_step(pictures.READ), []  # of two at one step the second: what the next part begins with
    for i, start in enumerate(record.facts["starts"]):
        steps, values = _part(record, "accuracy", i)
        if steps and steps[-1] == length(record):
            read = np.array(reads[start])
            found.append(Round(_left(record, i), values[-1], read, int(read.min()), int(read.max())))
    return found


def _begun(record: Record) -> int:
    """The newest part of the run of which an accuracy is known."""
    newest = max((step for step in record.series("accuracy")[0]), default=0)
    return sum(1 for start in record.facts["starts"] if start < newest) - 1 if newest else 0


def _part(record: Record, metric: str, i: int) -> tuple[list[int], list[float]]:
    """A metric in one part of the run, over steps since its beginning."""
    start, end = record.facts["starts"][i], record.facts["starts"][i] + length(record)
    inside = {s - start: v for s, v in zip(*record.series(metric)) if start < s <= end}
    return list(inside), list(inside.values())


def _left(record: Record, i: int) -> float:
    """Percent of the weights that are left in one part of the run, as far as it is known."""
    steps, zeros = record.series("sparsity")
    start, end = record.facts["starts"][i], record.facts["starts"][i] + length(record)
    inside = [v for s, v in zip(steps, zeros) if (start < s <= end) or (i == 0 and s == 0)]
    return 100 - inside[-1] if inside else float("nan")
