"""Networks that more than one lab uses: digit classifiers, built from a plain description.

The description (`arch`) and the weights are all that a stored run keeps, so any lab can open a network that another
lab trained, thinned or rounded: `build(arch)` then `load_state_dict`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from core import together
from core.events import Model

A = TypeVar("A")

# Networks as small as these are slower with two threads than with one as soon as anything else runs on the machine.
torch.set_num_threads(1)

MEAN, STD = 0.1307, 0.3081  # of MNIST's pixels; inside the network, so that every caller hands over [0, 1]
FLAT = 0.01  # added to a picture's deviation, so that an empty one stays empty


class Unit(nn.Sequential):
    """Weights, BatchNorm, ReLU: after BatchNorm every channel or neuron has one scale γ that says how much it matters.

    pool: 2×2 max-pooling comes between the weights and BatchNorm, which then sees a quarter of the numbers.
    """

    def __init__(self, weights: nn.Conv2d | nn.Linear, pool: bool = False):
        conv = isinstance(weights, nn.Conv2d)
        width = weights.out_channels if conv else weights.out_features
        super().__init__()
        self.weights = weights
        if pool:
            self.pool = nn.MaxPool2d(2)
        self.norm = nn.BatchNorm2d(width) if conv else nn.BatchNorm1d(width)
        self.relu = nn.ReLU()

    def pooled(self, x: Tensor, pool: nn.MaxPool2d) -> Tensor:
        """What `pool` makes of the unit's output: ReLU keeps the order of numbers, so it may come last, to a quarter of them."""
        return self.relu(pool(self.norm(self.weights(x))))


class DigitNet(nn.Module):
    """Convolution units, each followed by 2×2 max-pooling, then dense units, then one linear layer to ten logits.

    conv: channels of each convolution unit. dense: neurons of each dense unit. kernel: side of the convolutions.
    separable: from the second convolution on, a depthwise and a 1×1 convolution instead of a full one (MobileNet,
    Howard et al. 2017, section 3.1). With `separable`, `depth` is implied: a depthwise unit keeps its input's width.
    channels: 3 for pictures in colour; a grey one is then seen as a colour one whose channels are equal.
    standardise: each picture is brought to mean 0 and deviation 1 of its own, instead of MNIST's. pool_first: the
    pooling comes before BatchNorm and ReLU.
    """

    def __init__(
        self,
        conv=(16, 32, 64),
        dense=(128,),
        kernel=3,
        separable=False,
        channels=1,
        standardise=False,
        pool_first=False,
    ):
        super().__init__()
        self.arch = {"conv": list(conv), "dense": list(dense), "kernel": kernel, "separable": separable}
        if channels > 1 or standardise or pool_first:
            self.arch |= {"channels": channels, "standardise": standardise, "pool_first": pool_first}
        self.channels, self.standardise = channels, standardise
        width, side, layers = channels, 28, []
        for i, out in enumerate(conv):
            if separable and i > 0:
                layers.append(Unit(nn.Conv2d(width, width, kernel, padding=kernel // 2, groups=width, bias=False)))
                layers.append(Unit(nn.Conv2d(width, out, 1, bias=False), pool_first))
            else:
                layers.append(Unit(nn.Conv2d(width, out, kernel, padding=kernel // 2, bias=False), pool_first))
            if not pool_first:
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
        """x: (N, 1 or channels, 28, 28) in [0, 1]. Returns logits (N, 10)."""
        return self.head(self.features(x))

    def features(self, x: Tensor) -> Tensor:
        """What the last layer reads: (N, width of the last unit), none below 0."""
        x = self.normalise(x)
        if self.channels > 1 and x.shape[1] < self.channels:  # in this order: a grey network must stay traceable
            x = x.expand(-1, self.channels, -1, -1).contiguous(memory_format=torch.channels_last)
        if not self.training:
            return self.layers(x)  # as it is drawn and explained: each layer is called
        for layer, pool in self.pooled_layers():
            x = layer.pooled(x, pool) if pool else layer(x)
        return x

    def pooled_layers(self) -> list[tuple[nn.Module, nn.MaxPool2d | None]]:
        """Every layer together with the pooling that follows it, if one does."""
        layers = [*self.layers, None]
        pairs = [
            (layer, after if isinstance(after, nn.MaxPool2d) else None) for layer, after in zip(layers, layers[1:])
        ]
        return [pair for pair in pairs if not isinstance(pair[0], nn.MaxPool2d)]

    def normalise(self, x: Tensor) -> Tensor:
        """The picture as the first layer wants it."""
        if not self.standardise:
            return (x - MEAN) / STD
        return (x - x.mean((1, 2, 3), keepdim=True)) / (x.std((1, 2, 3), keepdim=True) + FLAT)

    def units(self) -> list[Unit]:
        """Every layer that has a γ, from input to output."""
        return [layer for layer in self.layers if isinstance(layer, Unit)]


class MLP(nn.Module):
    """Dense layers with ReLU between them, nothing normalised: 784 – hidden – outputs.

    A network without BatchNorm has no statistics that leak from one task into the next. outputs: 10 for a digit
    classifier; a stream of tasks may need 2, or ten for each task, of which the first ten are the first task's.
    """

    def __init__(self, hidden=(100, 100), outputs=10):
        super().__init__()
        self.arch = {"kind": "mlp", "hidden": list(hidden), "outputs": outputs}
        widths = [28 * 28, *hidden, outputs]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 1, 28, 28) in [0, 1]. Returns logits (N, outputs)."""
        x = (x.flatten(1) - MEAN) / STD
        for layer in self.layers[:-1]:
            x = layer(x).relu()
        return self.layers[-1](x)


class Columns(nn.Module):
    """Progressive columns (Rusu et al. 2016, equation 1): one narrow MLP for each task, which reads all older ones.

    h_i of column k is ReLU(W_i h_{i−1} + Σ_{j<k} U_i^{(k:j)} h_{i−1} of column j); the logits are the same without ReLU.
    As a plain classifier the first column answers, which learned the digits as they are.
    """

    def __init__(self, hidden=(100, 100), outputs=10, columns=1):
        super().__init__()
        self.arch = {"kind": "columns", "hidden": list(hidden), "outputs": outputs, "columns": columns}
        widths = [28 * 28, *hidden, outputs]
        self.own = nn.ModuleList(
            nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:])) for _ in range(columns)
        )
        self.lateral = nn.ModuleList(
            nn.ModuleList(
                nn.Linear(k * a, b, bias=False) if k else nn.Identity() for a, b in zip(widths[1:], widths[2:])
            )
            for k in range(columns)
        )

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 1, 28, 28) in [0, 1]. Returns the first column's logits (N, outputs)."""
        return self.each(x, 0)[0]

    def each(self, x: Tensor, last: int) -> list[Tensor]:
        """The logits (N, outputs) of every column up to number `last`, in one pass from left to right."""
        x = (x.flatten(1) - MEAN) / STD
        found = [own[0](x) for own in self.own[: last + 1]]
        for i in range(1, len(self.own[0])):
            h = [sums.relu() for sums in found]
            found = [own[i](mine) for own, mine in zip(self.own, h)]
            for k in range(1, last + 1):
                found[k] = found[k] + self.lateral[k][i - 1](torch.cat(h[:k], 1))
        return found


def build(arch: dict[str, Any]) -> nn.Module:
    """A fresh network from its description; raises TypeError when the description has an unknown entry."""
    match arch.get("kind"):
        case "mlp":
            return MLP(**_but_kind(arch))
        case "columns":
            return Columns(**_but_kind(arch))
        case _:
            return DigitNet(**arch)


def _but_kind(arch: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arch.items() if name != "kind"}


def to_model(net: nn.Module) -> Model:
    """The network as plain data, to be put into a `Finished` event."""
    return Model(net.arch, {name: value.detach().cpu().numpy().copy() for name, value in net.state_dict().items()})


def from_model(model: Model, make: Callable[[dict[str, Any]], nn.Module] = build) -> nn.Module:
    """The network again, in evaluation mode. Raises RuntimeError when weights and description do not fit.

    make: builds networks of a lab's own from their description.
    """
    with together.own_draws():  # the weights that it draws are replaced at once
        net = make(model.arch)
    net.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in model.weights.items()})
    return net.eval()


def count(net: nn.Module) -> int:
    """Learnable numbers in the network (weights, biases, γ and β)."""
    return sum(p.numel() for p in net.parameters())


@torch.inference_mode()
def predict(net: nn.Module, x: Tensor, batch: int = 200) -> Tensor:
    """Logits (N, 10) for images (N, 1, 28, 28), in evaluation mode; leaves the network's mode as it was.

    batch: 200 images keep all activations in the cache; 1,000 at once take twice as long. Several batches are shared between two
    cores.
    """
    was_training = net.training
    net.eval()
    logits = torch.cat(in_batches(net, x, batch))
    net.train(was_training)
    return logits


def in_batches(answer: Callable[[Tensor], A], x: Tensor, batch: int) -> list[A]:
    """What is answered, without gradients, to each batch of x (N, …), on two cores."""
    quietly = torch.inference_mode()(answer)  # each thread has its own mode
    return together.each([partial(quietly, part) for part in x.split(batch)])


def accuracy(net: nn.Module, x: Tensor, y: Tensor) -> float:
    """Share of correct answers in percent."""
    return 100 * int((predict(net, x).argmax(1) == y).sum()) / len(y)
