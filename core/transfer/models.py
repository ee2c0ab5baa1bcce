"""The networks: a feature extractor that both domains pass, a label predictor, and a domain classifier that is thrown away."""

import copy

import torch
from torch import Tensor, nn

from core.loop import seeded
from core.nets import DigitNet, Unit, in_batches
from core.transfer.settings import Coloured, Moons, TransferSettings

CONV, DENSE = (16, 32, 64), (128,)


class PlaneNet(nn.Module):
    """Points of the plane to two logits: small enough to draw everything that it says.

    Without BatchNorm: with it DaNN turned the border by half as much (85 instead of 99 % on moons turned by 35°).
    """

    def __init__(self, hidden=(32, 32)):
        super().__init__()
        widths = (2, *hidden)
        units = [part for a, b in zip(widths, widths[1:]) for part in (nn.Linear(a, b), nn.ReLU())]
        self.layers = nn.Sequential(*units)
        self.head = nn.Linear(hidden[-1], 2)

    def normalise(self, x: Tensor) -> Tensor:
        return x

    def features(self, x: Tensor) -> Tensor:
        """x: (N, 2). Returns what the last layer reads, (N, hidden)."""
        return self.layers(x)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, 2). Returns logits (N, 2)."""
        return self.head(self.features(x))


def network(settings: TransferSettings) -> DigitNet | PlaneNet:
    """A fresh network for the target that was chosen."""
    if isinstance(settings.target, Moons):
        return PlaneNet()
    net = DigitNet(
        CONV,
        DENSE,
        channels=3 if isinstance(settings.target, Coloured) else 1,
        pool_first=True,
        standardise=settings.pixels == "standardised",
    )
    for unit in net.units():
        unit.relu.inplace = True  # what it overwrites nobody reads again: a twenty-fifth of a step
    return net


def extractor(net: nn.Module) -> nn.Sequential:
    """G_f: what both domains pass before they are compared; of a digit classifier its convolutions, flattened."""
    flat = [i for i, layer in enumerate(net.layers) if isinstance(layer, nn.Flatten)]
    return net.layers[: flat[0] + 1] if flat else net.layers


def predictor(net: nn.Module) -> nn.Sequential:
    """G_y: what makes logits of the extractor's features; what its last layer reads is `net.features`."""
    return nn.Sequential(*net.layers[len(extractor(net)) :], net.head)


def through(net: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """(h, f) of normalised pictures: the extractor's features and what the last layer reads."""
    h = extractor(net)(x)
    return h, predictor(net)[:-1](h)


def answers(net: nn.Module, x: Tensor, batch: int = 50) -> Tensor:
    """What a network in evaluation mode says of normalised pictures x: probabilities (N, classes), computed on two cores."""
    return torch.cat(in_batches(lambda part: net.head(net.layers(part)), x, batch)).softmax(1)


def twin(net: nn.Module) -> nn.Module:
    """The same weights, whoever learns them, with BatchNorm statistics of their own: so each domain keeps its own means."""
    other = copy.deepcopy(net)
    for mine, module in zip(net.modules(), other.modules()):
        for name in list(module._parameters):
            module._parameters[name] = mine._parameters[name]
    return other


def critic(net: nn.Module, hidden: int = 100) -> nn.Sequential:
    """G_d: a fresh domain classifier for the extractor's features (N, D), which gives one logit (N, 1); above 0 is target."""
    width = predictor(net)[0]
    width = (width.weights if isinstance(width, Unit) else width).in_features
    return nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, 1))


def thawed(net: nn.Module, frozen: str) -> list[nn.Parameter]:
    """Puts the network into training mode but for what stays frozen, statistics included; returns what may learn.

    frozen: none, first (layer), convolutions (the extractor), or features (all but the last layer).
    """
    held = {"none": [], "first": net.layers[:1], "convolutions": extractor(net), "features": net.layers}[frozen]
    net.train()
    for layer in held:
        layer.eval().requires_grad_(False)
    return [p for p in net.parameters() if p.requires_grad]


@torch.no_grad()
def refresh(net: nn.Module, x: Tensor, batch: int = 500) -> nn.Module:
    """AdaBN: BatchNorm's means and variances measured anew on normalised pictures x, no label used (Li et al. 2016).

    With momentum None they are plain means over batches of about one size, in an order drawn once: pictures may lie
    sorted by class, and a batch of one class has other variances.
    """
    norms = [layer for layer in net.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    was = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    net.train()
    for part in x[torch.randperm(len(x), generator=seeded(0))].chunk(max(1, round(len(x) / batch))):
        net.layers(part)
    for norm, momentum in zip(norms, was):
        norm.momentum = momentum
    return net.eval()
