"""What a training run tells the world: frozen records of numbers and arrays, never figures.

`train(settings)` of every lab yields them in this order: one `Started`, then any number of `Metrics`, `Picture`, `Turned`
and `Warned`, then one `Finished`. The command line prints them, the page draws them, a test asserts on them, a file
replays them.
"""

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

READ_DIGITS = (None, "mlp", "columns")  # kinds of networks that give ten logits for a digit


@dataclass(frozen=True)
class Model:
    """A trained network as plain data: the description `core.nets.build` understands, and its arrays by name."""

    arch: dict[str, Any]
    weights: dict[str, np.ndarray]

    @property
    def reads_digits(self) -> bool:
        """Whether it is a digit classifier of `core.nets`, which every lab can open; a lab's own kinds only that lab can."""
        return self.arch.get("kind") in READ_DIGITS


@dataclass(frozen=True)
class Started:
    """The run begins; it will end at `total_steps` unless it is stopped."""

    total_steps: int
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Metrics:
    """Numbers measured after `step` steps, by the names the lab declares in its METRICS."""

    step: int
    values: dict[str, float]


@dataclass(frozen=True)
class Picture:
    """An array measured after `step` steps (a histogram, an image, an outline); the page knows how to draw `name`."""

    step: int
    name: str
    array: np.ndarray


@dataclass(frozen=True)
class Warned:
    """Something went wrong that a learner should understand: `kind` names it, `sentence` explains it."""

    step: int
    kind: str
    sentence: str


@dataclass(frozen=True)
class Turned:
    """Knobs were turned while the run went on; `values` hold from step `step` + 1."""

    step: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Finished:
    """The run has ended. `summary` holds plain values; `models` what it trained, the most important one first."""

    step: int
    summary: dict[str, Any]
    models: dict[str, Model] = field(default_factory=dict)


Event = Started | Metrics | Picture | Warned | Turned | Finished
KINDS = {kind.__name__: kind for kind in (Started, Metrics, Picture, Warned, Turned, Finished)}


def pack(event: Event) -> dict[str, Any]:
    """An event as values that msgpack carries: strings, numbers, bytes, lists, dicts with string keys.

    Raises TypeError for an array that holds anything but numbers and truth values.
    """
    return {"event": type(event).__name__} | {f.name: _plain(getattr(event, f.name)) for f in fields(event)}


def unpack(packed: dict[str, Any]) -> Event:
    """The inverse of `pack`. Raises KeyError or TypeError on anything that `pack` did not write."""
    values = {name: _rich(value) for name, value in packed.items() if name != "event"}
    if packed["event"] == "Finished":
        values["models"] = {name: Model(**parts) for name, parts in values["models"].items()}
    return KINDS[packed["event"]](**values)


def _plain(value: Any) -> Any:
    match value:
        case np.ndarray() if value.dtype.kind not in "fiub":
            raise TypeError(f"an event cannot carry an array of {value.dtype}")
        case np.ndarray():
            return {
                "dtype": value.dtype.str,
                "shape": list(value.shape),
                "bytes": np.ascontiguousarray(value).tobytes(),
            }
        case np.generic():
            return value.item()
        case Model():
            return {"arch": _plain(value.arch), "weights": _plain(value.weights)}
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def _rich(value: Any) -> Any:
    match value:
        case {"dtype": str(dtype), "shape": list(shape) | tuple(shape), "bytes": bytes(data), **rest} if not rest:
            return np.frombuffer(data, dtype=np.dtype(dtype)).reshape(shape)
        case dict():
            return {key: _rich(item) for key, item in value.items()}
        case list() | tuple():  # Dask's own msgpack makes tuples of lists
            return [_rich(item) for item in value]
        case _:
            return value
