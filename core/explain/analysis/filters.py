"""What the filters of a layer see: their maps, the patches that excite one most, and the weights on the pixels."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from torch import Tensor

from core.attribution import filters, inputs
from core.data import digits, photos
from core.explain.analysis.asked import Asked, pixels
from core.explain.settings import Excite
from core.record import Record

SHOWN = 64  # filters at once
BRIGHT = 0.995  # quantile of the activations that is white


def layers(asked: Asked) -> list[str]:
    """The layers that can be looked at, from the pixels on."""
    return list(inputs.layers(asked.subject.net))


def start(record: Record, layers: list[str]) -> tuple[str, int]:
    """The layer and the filter to begin with: those that the run excites, or else the first filter of the middle layer."""
    method = record.settings.method
    if not isinstance(method, Excite):
        return layers[len(layers) // 2], 0
    layer = min(method.layer, len(layers)) - 1 if method.unit == "filter" else len(layers) // 2
    return layers[layer], method.channel


@lru_cache(maxsize=60)
def maps(asked: Asked, layer: str) -> np.ndarray:
    """The activations of all filters of a layer on the picture, (K, h, w). Shared: never write into it."""
    subject = asked.subject
    return filters.activations(subject.net, subject.x.unsqueeze(0), inputs.layers(subject.net)[layer])[0].numpy()


def over(asked: Asked, values: np.ndarray) -> np.ndarray:
    """A filter's map (h, w) as large as the picture, (H, W): each pixel has the value of its place."""
    at = np.arange(asked.subject.x.shape[-1]) * values.shape[-1] // asked.subject.x.shape[-1]
    return values[at][:, at]


def tiles(maps: np.ndarray, begin: int) -> np.ndarray:
    """Up to 64 maps from number `begin` on, 8-bit (n, h, w) on one scale: bright is strong."""
    shown = maps[begin : begin + SHOWN]
    top = max(float(np.quantile(shown, BRIGHT)) or 1.0, 1e-9)
    return (255 * np.clip(shown / top, 0, 1)).astype(np.uint8)


@dataclass(frozen=True)
class Strongest:
    """The patches (9, h, w, 3), 8-bit, on which a filter is strongest, and its activations there, strongest first."""

    patches: np.ndarray
    values: list[float]


@lru_cache(maxsize=200)
def strongest(asked: Asked, layer: str, channel: int) -> Strongest:
    """At most one patch of each of our photos, or of each test digit."""
    net = asked.subject.net
    found = filters.strongest(net, inputs.layers(net)[layer], _others(asked), channel, 9, _maxima(asked, layer))
    return Strongest(np.stack([pixels(patch.pixels) for patch in found]), [patch.value for patch in found])


@lru_cache(maxsize=60)
def _maxima(asked: Asked, layer: str) -> filters.Maxima:
    """Where every filter of a layer is excited most in every picture that we have."""
    return filters.maxima(asked.subject.net, inputs.layers(asked.subject.net)[layer], _others(asked))


def _others(asked: Asked) -> Tensor:
    """The pictures among which the strongest patches are looked for, (N, C, H, W)."""
    return photos.every() if asked.subject.photo else digits.load().test_x


@lru_cache(maxsize=20)
def first_weights(asked: Asked) -> np.ndarray:
    """The first layer's weights as pictures, 8-bit (K, k, k, 3): each filter on a scale of its own, zero is grey."""
    weights = filters.first_filters(asked.subject.net)
    top = weights.abs().amax((1, 2, 3), keepdim=True).clamp(min=1e-9)
    return np.stack([pixels(each) for each in (weights / top + 1) / 2])
