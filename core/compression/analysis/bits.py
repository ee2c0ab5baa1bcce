"""Few bits for each weight: the values that rounding leaves, and real eight-bit inference."""

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from core import runs
from core.compression import int8
from core.compression.analysis.latency import on_digits
from core.compression.int8 import Int8Missing
from core.compression.models import weight_names, weighted
from core.compression.quantize import SCHEMES, round_weights
from core.data import digits
from core.loop import hits
from core.nets import DigitNet, count
from core.record import Record

__all__ = ["Int8Missing", "Rounded", "Timed", "engines", "int8_report", "layer_names", "rounded"]


def layer_names(record: Record, model: str) -> list[str]:
    """The layers with weights of a network of a run, from input to output."""
    return weight_names(record.run.net(model))


@dataclass(frozen=True)
class Rounded:
    """The weights of one layer (n,), and the different values that rounding leaves, ascending (k,)."""

    weights: np.ndarray
    values: np.ndarray


def rounded(record: Record, model: str, layer: int, bits: int, scheme: str) -> Rounded:
    """scheme: one of `quantize.SCHEMES`."""
    w = weighted(record.run.net(model))[layer].weight.detach()
    return Rounded(w.flatten().numpy(), np.unique(round_weights(w, bits, *SCHEMES[scheme]).numpy()))


@dataclass(frozen=True)
class Timed:
    """A network on one engine. accuracy: percent. bytes: its size. latency_1, latency_64: median ms for a batch of 1
    and of 64. speed_up: at a batch of 64, over the first row."""

    name: str
    accuracy: float
    bytes: int
    latency_1: float
    latency_64: float
    speed_up: float


def engines(run_id: str, model: str) -> list[Timed]:
    """`int8_report` of a network of a stored run."""
    return int8_report(runs.load(run_id).net(model))


@torch.inference_mode()
def int8_report(net: DigitNet, repeats: int = 20) -> list[Timed]:
    """float32 (both memory layouts) against every eight-bit engine.

    channels last is the fairest opponent: the same float32 numbers in the order that suits the processor best.
    Raises Int8Missing with one sentence.
    """
    data = digits.load()
    plain = copy.deepcopy(net).to(memory_format=torch.contiguous_format).eval()
    rows: dict[str, tuple[Callable, int]] = {
        "float32": (plain, 4 * count(net)),
        "float32, channels last": (channels_last(net), 4 * count(net)),
    }
    for engine in int8.engines():
        if engine != "qnnpack" or len(int8.engines()) == 1:  # made for ARM; beside the others it is ten times slower
            eight = int8.to_int8(net, engine)
            rows[f"int8, {engine}, scales {eight.scales}"] = (eight, eight.bytes)
    times = on_digits({name: function for name, (function, _) in rows.items()}, repeats)
    return [
        Timed(
            name,
            hits(function(data.test_x), data.test_y),
            size,
            times[name][1],
            times[name][64],
            times["float32"][64] / times[name][64],
        )
        for name, (function, size) in rows.items()
    ]


def channels_last(net: DigitNet) -> DigitNet:
    """A copy with channels last in memory, in evaluation mode."""
    return copy.deepcopy(net).to(memory_format=torch.channels_last).eval()
