"""Networks that more than one lab uses: the digit classifier, built from a plain description.

The description (`arch`) and the weights are all that a stored run keeps, so any lab can open a network that another
lab trained, thinned or rounded: `build(arch)` then `load_state_dict`.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.events import Model

# Networks as small as these are slower with two threads than with one as soon as anything else runs on the machine.
torch.set_num_threads(1)

MEAN, STD = 0.1307, 0.3081  # of MNIST's pixels; inside the network, so that every caller hands over [0, 1]


class Unit(nn.Sequential):
    """Weights, BatchNorm, ReLU: after BatchNorm every channel or neuron has one scale γ that says how much it matters."""

    def __init__(self, weights: nn.Conv2d | nn.Linear):
        conv = isinstance(weights, nn.Conv2d)
        width = weights.out_channels if conv else weights.out_features
        super().__init__()
        self.weights = weights
        self.norm = nn.BatchNorm2d(width) if conv else nn.BatchNorm1d(width)
        self.relu = nn.ReLU()


class DigitNet(nn.Module):
    """Convolution units, each followed by 2×2 max-pooling, then dense units, then one linear layer to ten logits.

    conv: channels of each convolution unit. dense: neurons of each dense unit. kernel: side of the convolutions.
    separable: from the second convolution on, a depthwise and a 1×1 convolution instead of a full one (MobileNet,
    Howard et al. 2017, section 3.1). With `separable`, `depth` is implied: a depthwise unit keeps its input's width.
    """

    def __init__(self, conv=(16, 32, 64), dense=(128,), kernel=3, separable=False):
        super().__init__()
        self.arch = {"conv": list(conv), "dense": list(dense), "kernel": kernel, "separable": separable}
        width, side, layers = 1, 28, []
        for i, out in enumerate(conv):
            if separable and i > 0:
                layers.append(Unit(nn.Conv2d(width, width, kernel, padding=kernel // 2, groups=width, bias=False)))
                layers.append(Unit(nn.Conv2d(width, out, 1, bias=False)))
            else:
                layers.append(Unit(nn.Conv2d(width, out, kernel, padding=kernel // 2, bias=False)))
            layers.append(nn.MaxPool2d(2))
            width, side = out, side // 2
        layers.append(nn.Flatten())
        width = width * side * side
        for out in dense:
            layers.append(Unit(nn.Linear(width, out, bias=False)))
            width = out
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(width, 10)
        self.to(memory_format=torch.channels_last)  # on one thread a step takes two thirds of the time

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 1, 28, 28) in [0, 1]. Returns logits (N, 10)."""
        return self.head(self.layers((x - MEAN) / STD))

    def units(self) -> list[Unit]:
        """Every layer that has a γ, from input to output."""
        return [layer for layer in self.layers if isinstance(layer, Unit)]


def build(arch: dict[str, Any]) -> DigitNet:
    """A fresh network from its description; raises TypeError when the description has an unknown entry."""
    return DigitNet(**arch)


def to_model(net: DigitNet) -> Model:
    """The network as plain data, to be put into a `Finished` event."""
    return Model(net.arch, {name: value.detach().cpu().numpy().copy() for name, value in net.state_dict().items()})


def from_model(model: Model) -> DigitNet:
    """The network again, in evaluation mode. Raises RuntimeError when weights and description do not fit."""
    net = build(model.arch)
    net.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in model.weights.items()})
    return net.eval()


def count(net: nn.Module) -> int:
    """Learnable numbers in the network (weights, biases, γ and β)."""
    return sum(p.numel() for p in net.parameters())


@torch.inference_mode()
def predict(net: nn.Module, x: Tensor, batch: int = 200) -> Tensor:
    """Logits (N, 10) for images (N, 1, 28, 28), in evaluation mode; leaves the network's mode as it was.

    batch: 200 images keep all activations in the cache; 1,000 at once take twice as long.
    """
    was_training = net.training
    net.eval()
    logits = torch.cat([net(part) for part in x.split(batch)])
    net.train(was_training)
    return logits


def accuracy(net: nn.Module, x: Tensor, y: Tensor) -> float:
    """Share of correct answers in percent."""
    return 100 * int((predict(net, x).argmax(1) == y).sum()) / len(y)
