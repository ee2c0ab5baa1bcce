"""Slimmable networks: one set of weights for several widths, each width with BatchNorms of its own.

Source: Yu, Yang, Xu, Yang, Huang, "Slimmable Neural Networks", ICLR 2019 (arXiv 1812.08928).
"""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.compression import models, pictures
from core.compression.loop import BATCH, REPORT, augment, descend, examine, finished, learn_labels, test_accuracy
from core.compression.methods import Slimmable
from core.data import digits
from core.events import Event, Metrics, Started
from core.loop import batches, broken, diverged, fresh, one_cycle, seeded, steps_of
from core.nets import DigitNet, count
from core.together import both

WIDTHS = (25, 50, 75, 100)  # percent of the channels of every layer


def narrow(channels: int, width: int) -> int:
    """How many of a layer's channels there are at a width in percent: the first ones, at least one."""
    return max(1, round(channels * width / 100))


class Switchable(nn.Module):
    """A network of convolutions whose first channels are networks, too.

    net: the widest. norms: for each width the BatchNorms of all its layers; the same ones for all widths where they are
    `shared`, each reading its first channels (the paper's “naive training”).
    """

    def __init__(self, conv: Sequence[int], shared: bool = False):
        super().__init__()
        self.net, self.shared = DigitNet(conv, ()), shared
        widths = [[narrow(channels, width) for channels in conv] for width in WIDTHS]
        self.norms = nn.ModuleList(
            [] if shared else [nn.ModuleList(nn.BatchNorm2d(channels) for channels in each) for each in widths]
        )

    def forward(self, x: Tensor, width: int) -> Tensor:
        """Logits (N, 10) of the network of one of WIDTHS. x: (N, 1, 28, 28)."""
        x, units = self.net.normalise(x), self.net.units()
        for i, unit in enumerate(units):
            weight = unit.weights.weight[: narrow(len(unit.weights.weight), width), : x.shape[1]]
            x = self._norm(i, width, F.conv2d(x, weight, padding=unit.weights.padding))
            x = F.relu(F.max_pool2d(x, 2))
        x = x.flatten(1)
        return F.linear(x, self.net.head.weight[:, : x.shape[1]], self.net.head.bias)

    def _norm(self, i: int, width: int, x: Tensor) -> Tensor:
        """BatchNorm of layer i."""
        if not self.shared:
            return self.norms[WIDTHS.index(width)][i](x)
        norm, few = self.net.units()[i].norm, x.shape[1]
        statistics = norm.running_mean[:few], norm.running_var[:few]  # views: what is measured here is kept there
        return F.batch_norm(x, *statistics, norm.weight[:few], norm.bias[:few], self.training, norm.momentum, norm.eps)

    @torch.no_grad()
    def at(self, width: int) -> DigitNet:
        """The network of one width, alone, in evaluation mode."""
        found = fresh(DigitNet, 0, [narrow(channels, width) for channels in self.net.arch["conv"]], ())
        for i, (small, large) in enumerate(zip(found.units(), self.net.units(), strict=True)):
            outputs, inputs = small.weights.weight.shape[:2]
            small.weights.weight.copy_(large.weights.weight[:outputs, :inputs])
            norm = large.norm if self.shared else self.norms[WIDTHS.index(width)][i]
            for name in ("weight", "bias", "running_mean", "running_var"):
                getattr(small.norm, name).copy_(getattr(norm, name)[:outputs])
        found.head.weight.copy_(self.net.head.weight[:, : found.head.in_features])
        found.head.bias.copy_(self.net.head.bias)
        return found.eval()

    def numbers(self) -> int:
        """Learnable numbers of all widths together: the widest network's, and the BatchNorms of the others."""
        return count(self.net) + sum(count(norms) for norms in self.norms[:-1])


def loss_of_widths(shape: Switchable, x: Tensor, y: Tensor) -> Tensor:
    """L = Σ_w CE_w: what every batch x (N, 1, 28, 28) with labels y (N,) is trained by, all widths at once (algorithm 1)."""
    return sum(F.cross_entropy(shape(x, width), y) for width in WIDTHS)


def learn_widths(shape: Switchable, x: Tensor, y: Tensor, optimizer, schedule) -> Tensor:
    """A whole step of all widths on digits x with labels y, as in `loss_of_widths`. Returns the loss before it."""
    loss = loss_of_widths(shape.train(), x, y)
    descend(loss, optimizer, schedule)
    return loss.detach()


def learn_alone(alone: Sequence[DigitNet], x: Tensor, y: Tensor, learners: Sequence[tuple]) -> list[Tensor]:
    """A whole step of each control on the same digits: as much work as `learn_widths`. Returns the losses before it."""
    return [learn_labels(net, x, y, *how) for net, how in zip(alone, learners, strict=True)]


def train_slimmable(method: Slimmable, seed: int) -> Iterator[Event]:
    """Every batch trains all widths, their gradients added up (algorithm 1); the controls, one of each width, see the same."""
    data, generator = digits.load(), seeded(seed)
    conv = [method.channels, 2 * method.channels, 4 * method.channels]
    shape = fresh(Switchable, seed, conv, method.norms == "shared")
    alone = [fresh(DigitNet, seed, net.arch["conv"], ()) for net in networks(shape)] if method.control else []
    total = steps_of(len(data.train_x), BATCH, method.epochs)
    widest = networks(shape)[-1]
    costs = {
        "channels": [net.arch["conv"] for net in networks(shape)],
        "macs_at": list(map(models.macs, networks(shape))),
    }
    yield Started(total, {"parameters": shape.numbers(), "macs": models.macs(widest), "widths": list(WIDTHS)} | costs)
    yield from look(0, shape, alone)
    learners = [one_cycle(net.parameters(), method.learning_rate, total) for net in (shape, *alone)]
    for step, index, last in batches(len(data.train_x), BATCH, method.epochs, generator):
        x, y = augment(data.train_x[index], generator), data.train_y[index]
        loss, control_losses = both(
            partial(learn_widths, shape, x, y, *learners[0]), partial(learn_alone, alone, x, y, learners[1:])
        )
        if broken(loss, *control_losses):
            yield from diverged(step)
            return
        if step % REPORT == 0:
            beside = {"control_loss": control_losses[-1].item()} if alone else {}
            yield Metrics(step, {"loss": loss.item() / len(WIDTHS)} | beside)
        if last:
            yield from look(step, shape, alone)
    yield from ended(step, shape, alone)


def networks(shape: Switchable) -> list[DigitNet]:
    """The network of each width, the narrowest first."""
    return [shape.at(width) for width in WIDTHS]


def scores(shape: Switchable, alone: Sequence[DigitNet]) -> np.ndarray:
    """Test accuracy of each width, together and alone, in percent: (widths, 2), NaN where nothing was trained alone."""
    together = [test_accuracy(net) for net in networks(shape)]
    return np.array([together, [test_accuracy(net) for net in alone] or [np.nan] * len(WIDTHS)]).T


def look(step: int, shape: Switchable, alone: Sequence[DigitNet]) -> Iterator[Event]:
    """The accuracy of every width, and the confusion matrix of the widest."""
    found = scores(shape, alone)
    beside = {"narrow_control": found[0, 1], "control_accuracy": found[-1, 1]} if alone else {}
    more = {"narrow_accuracy": found[0, 0]} | beside
    yield from examine(step, networks(shape)[-1], **{name: float(value) for name, value in more.items()})
    yield pictures.WIDTHS.at(step, found)


def ended(step: int, shape: Switchable, alone: Sequence[DigitNet]) -> Iterator[Event]:
    """The last event: the widest network first, then the others, narrower and narrower, and the control of the widest."""
    found, nets = scores(shape, alone), networks(shape)
    others = {f"w{width}": net for width, net in zip(WIDTHS, nets)} | ({"control": alone[-1]} if alone else {})
    widest = others.pop(f"w{WIDTHS[-1]}")
    summary = {f"at_{width}": float(value) for width, value in zip(WIDTHS, found[:, 0])}
    summary |= {f"alone_{width}": float(value) for width, value in zip(WIDTHS, found[:, 1]) if alone}
    summary |= {"control_accuracy": float(found[-1, 1])} if alone else {}
    separate = sum(count(net) for net in nets)
    yield from finished(
        step,
        widest,
        others,
        **summary | {"parameters": shape.numbers(), "bytes": 4 * shape.numbers(), "parameters_apart": separate},
    )
