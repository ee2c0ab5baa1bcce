"""What is seen of a run beside its numbers: what networks say to ten digits, what is left of the weights, how large it is.

Each is a small `Picture`; none changes the training.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from core.compression import models, pictures
from core.data import digits
from core.events import Event
from core.nets import DigitNet, predict

SIDE = 28  # rows and columns of the piece of a weight matrix


@cache
def asked() -> tuple[Tensor, np.ndarray]:
    """The first test digit of each class, 0 to 9: as the networks read them (10, 1, 28, 28) and as 8-bit pictures (10, 28, 28)."""
    data = digits.load()
    first = torch.stack([(data.test_y == c).nonzero()[0, 0] for c in range(10)])
    x = data.test_x[first]
    return x, (255 * x[:, 0]).round().to(torch.uint8).numpy()


def digits_asked() -> Iterator[Event]:
    """The ten digits themselves, once at the beginning."""
    yield pictures.ASKED.at(0, asked()[1])


def answers(nets: Sequence[nn.Module]) -> Tensor:
    """The logits of each network for the ten digits: (networks, 10, 10)."""
    return torch.stack([predict(net, asked()[0]) for net in nets])


def says(step: int, nets: Sequence[nn.Module], T: float = 1.0, others: Tensor | None = None) -> Iterator[Event]:
    """p(class | digit) = softmax(logits / T) of each network for the ten digits: (networks, 10, 10) float16, in this order.

    others: `answers` of further networks that no longer learn.
    """
    logits = answers(nets) if others is None else torch.cat([answers(nets), others])
    yield pictures.SAYS.at(step, (logits / T).softmax(2).half().numpy())


def piece(step: int, net: DigitNet) -> Iterator[Event]:
    """The upper left piece of the largest layer's weight matrix: at most (28, 28) float16, a row for each output."""
    weight = max((layer.weight for layer in models.weighted(net)), key=Tensor.numel)
    yield pictures.WEIGHTS.at(step, weight.detach().flatten(1)[:SIDE, :SIDE].half().numpy())


def size(step: int, before: float, now: float) -> Iterator[Event]:
    """Bytes of the network that the run began with, or is held against, and of its own: (2,) float64."""
    yield pictures.SIZE.at(step, np.array([before, now], np.float64))


def kept(step: int, keep: Sequence[Tensor]) -> Iterator[Event]:
    """Which channels and neurons stay, from the first layer to the last: (units,) uint8, 1 for those that stay."""
    yield pictures.KEPT.at(step, torch.cat(list(keep)).to(torch.uint8).numpy())
