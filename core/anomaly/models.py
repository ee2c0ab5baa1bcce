"""The networks of the lab, built from a plain description like all others."""

from math import ceil, prod
from typing import Any

import torch
from torch import Tensor, nn

from core import nets
from core.events import Model
from core.nets import MLP, DigitNet

CODE_SIDE = 7  # a convolutional code is a picture of 7 × 7
CHANNELS = (16, 32)
TURNS = 4


class AutoEncoder(nn.Module):
    """x → code → x̂ of the same shape; pictures end in a sigmoid, anything else in plain numbers.

    shape: of one example. net: dense layers (D – hidden – d – hidden – D); “conv”, two convolutions of stride 2 and a dense
    code; “local”, convolutions alone: a code of CODE_SIDE × CODE_SIDE numbers for each channel, at least d in all.
    variational: the encoder gives a mean and a log variance for each number of the code.
    """

    def __init__(self, shape=(1, 28, 28), net="dense", bottleneck=32, hidden=128, variational=False):
        super().__init__()
        self.arch = {
            "kind": "autoencoder",
            "shape": list(shape),
            "net": net,
            "bottleneck": bottleneck,
            "hidden": hidden,
            "variational": variational,
        }
        self.variational, self.bounded = variational, len(shape) == 3
        end = [nn.Sigmoid()] if self.bounded else []
        make = {"dense": self._dense, "conv": self._conv, "local": self._local}[net]
        self.encoder, self.decoder = make(tuple(shape), bottleneck, hidden, 2 if variational else 1, end)
        if net != "dense":
            self.to(memory_format=torch.channels_last)

    def _dense(self, shape, d, hidden, parts, end):
        size = prod(shape)
        return (
            nn.Sequential(nn.Flatten(), nn.Linear(size, hidden), nn.ReLU(), nn.Linear(hidden, parts * d)),
            nn.Sequential(nn.Linear(d, hidden), nn.ReLU(), nn.Linear(hidden, size), *end, nn.Unflatten(1, shape)),
        )

    def _conv(self, shape, d, hidden, parts, end):
        a, b = CHANNELS
        flat = b * CODE_SIDE**2
        return (
            nn.Sequential(*_down(a, b), nn.Flatten(), nn.Linear(flat, parts * d)),
            nn.Sequential(nn.Linear(d, flat), nn.ReLU(), nn.Unflatten(1, (b, CODE_SIDE, CODE_SIDE)), *_up(b, a), *end),
        )

    def _local(self, shape, d, hidden, parts, end):
        a, b = CHANNELS
        channels = ceil(d / CODE_SIDE**2)
        return (
            nn.Sequential(*_down(a, b), nn.Conv2d(b, parts * channels, 1)),
            nn.Sequential(nn.Conv2d(channels, b, 1), nn.ReLU(), *_up(b, a), *end),
        )

    def cloud(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance of the code, of a variational one."""
        return self.encoder(x).chunk(2, 1)

    def encode(self, x: Tensor) -> Tensor:
        """The code (N, d), of “local” (N, channels, 7, 7); of a variational one its mean."""
        return self.cloud(x)[0] if self.variational else self.encoder(x)

    def forward(self, x: Tensor) -> Tensor:
        return self.decoder(self.encode(x))


def _down(a: int, b: int) -> list[nn.Module]:
    return [nn.Conv2d(1, a, 3, 2, 1), nn.ReLU(), nn.Conv2d(a, b, 3, 2, 1), nn.ReLU()]


def _up(b: int, a: int) -> list[nn.Module]:
    return [nn.ConvTranspose2d(b, a, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(a, 1, 4, 2, 1)]


class Press(nn.Module):
    """What Deep SVDD presses onto a point: no bias and no bounded activation anywhere, or the network would ignore its
    input and always answer the centre (Ruff et al. 2018, propositions 2 and 3)."""

    def __init__(self, shape=(1, 28, 28), dimensions=32):
        super().__init__()
        self.arch = {"kind": "press", "shape": list(shape), "dimensions": dimensions}
        if len(shape) == 3:
            inner = [
                nn.Conv2d(1, 8, 5, padding=2, bias=False),
                nn.BatchNorm2d(8, affine=False),
                nn.LeakyReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(8, 4, 5, padding=2, bias=False),
                nn.BatchNorm2d(4, affine=False),
                nn.LeakyReLU(),
                nn.MaxPool2d(2),
                nn.Flatten(),
                nn.Linear(4 * CODE_SIDE**2, dimensions, bias=False),
            ]
        else:
            inner = [
                nn.Linear(prod(shape), 64, bias=False),
                nn.BatchNorm1d(64, affine=False),
                nn.LeakyReLU(),
                nn.Linear(64, dimensions, bias=False),
            ]
        self.layers = nn.Sequential(*inner)
        self.register_buffer("centre", torch.zeros(dimensions))
        self.register_buffer("radius", torch.zeros(()))  # squared; of the soft boundary
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Tensor) -> Tensor:
        """Squared distance (N,) of each example to the centre."""
        return (self.layers(x) - self.centre).square().sum(1)


class Turned(DigitNet):
    """A classifier of four turns of a picture, by 0, 90, 180 and 270 degrees; it knows no digits."""

    def __init__(self, **arch: Any):
        super().__init__(**arch)
        self.arch = {"kind": "turned"} | self.arch


class TurnedDense(MLP):
    """The same of dense layers alone."""

    def __init__(self, **arch: Any):
        super().__init__(**arch)
        self.arch |= {"kind": "turned_dense"}


class PlaneNet(nn.Module):
    """Points of the plane to the logits of a few classes."""

    def __init__(self, classes=2, hidden=32):
        super().__init__()
        self.arch = {"kind": "plane", "classes": classes, "hidden": hidden}
        self.layers = nn.Sequential(
            nn.Linear(2, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 2). Returns logits (N, classes)."""
        return self.layers(x)


KINDS = {"autoencoder": AutoEncoder, "press": Press, "turned": Turned, "turned_dense": TurnedDense, "plane": PlaneNet}


def build(arch: dict[str, Any]) -> nn.Module:
    """A fresh network from its description, of this lab or of those that all labs share."""
    if kind := KINDS.get(arch.get("kind")):
        return kind(**{name: value for name, value in arch.items() if name != "kind"})
    return nets.build(arch)


def from_model(model: Model) -> nn.Module:
    """A stored network of this lab, in evaluation mode."""
    return nets.from_model(model, build)
