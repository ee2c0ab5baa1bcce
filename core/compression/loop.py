"""What every training loop of this lab shares: start network, batches, schedule, examination after each epoch."""

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import runs
from core.compression import models, pictures
from core.data import digits
from core.events import Event, Finished, Metrics
from core.loop import confusion, hits, no_better_than_guessing
from core.nets import DigitNet, count, predict, to_model

BATCH = 64
REPORT = 12  # steps between two points of the loss curve: about 4 a second for the teacher
GUESSING = 10.0  # percent: the test digits of all ten classes are equally many
HINT = (
    "Most often the learning rate is too high: try a tenth of it. Otherwise too much was taken away at once: prune less, keep "
    "more bits, or fine-tune longer."
)
SMALL = 0.05  # |γ| below which a channel hardly speaks


def start_network(run: str) -> DigitNet:
    """The first network of a stored run. Raises what `runs.load` raises when there is no such run."""
    return runs.load(run).net()


def augment(
    x: Tensor, generator: torch.Generator, pixels: float = 1, degrees: float = 10, scale: float = 0.1
) -> Tensor:
    """Every digit shifted, turned and scaled at random, up to these bounds. x: (N, 1, 28, 28), also the result."""

    def draw(bound: float) -> Tensor:
        return (2 * torch.rand(len(x), generator=generator) - 1) * bound

    angle, zoom, right, down = draw(math.radians(degrees)), 1 + draw(scale), draw(pixels / 14), draw(pixels / 14)
    cos, sin = angle.cos() / zoom, angle.sin() / zoom
    moves = torch.stack([torch.stack([cos, -sin, right], 1), torch.stack([sin, cos, down], 1)], 1)
    return F.grid_sample(x, F.affine_grid(moves, list(x.shape), align_corners=False), align_corners=False)


def descend(loss: Tensor, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LRScheduler) -> None:
    """The second half of a step: the gradient of the loss, new weights, the next learning rate."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()


def learn_labels(
    net: nn.Module,
    x: Tensor,
    y: Tensor,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> Tensor:
    """A whole step of cross entropy with labels y (N,) on digits x (N, 1, 28, 28). Returns the loss before it."""
    loss = F.cross_entropy(net.train()(x), y)
    descend(loss, optimizer, schedule)
    return loss.detach()


def test_accuracy(net: DigitNet) -> float:
    """Share of the 1,000 test digits that are right, in percent."""
    data = digits.load()
    return hits(predict(net, data.test_x), data.test_y)


def examine(step: int, net: DigitNet, **more: float) -> Iterator[Event]:
    """Test accuracy, together with `more` numbers, and the confusion matrix."""
    data = digits.load()
    logits = predict(net, data.test_x)
    yield Metrics(step, {"accuracy": hits(logits, data.test_y)} | more)
    yield pictures.CONFUSION.at(step, confusion(data.test_y, logits.argmax(1)))


def gamma_events(step: int, net: DigitNet) -> Iterator[Event]:
    """|γ| of every channel and neuron, from the first layer to the last, and how many are nearly zero."""
    gammas = torch.cat([unit.norm.weight.detach().abs() for unit in net.units()])
    yield Metrics(step, {"gamma_sum": gammas.sum().item(), "gamma_small": 100 * (gammas < SMALL).float().mean().item()})
    yield pictures.GAMMA.at(step, gammas.numpy().copy())


def finished(step: int, net: DigitNet, others: dict[str, nn.Module] | None = None, **summary) -> Iterator[Event]:
    """The last event: accuracy, size and cost of the network, then what the method adds. Before it a warning when the network
    only guesses."""
    plain = {
        "accuracy": test_accuracy(net),
        "parameters": count(net),
        "bytes": 4 * count(net),
        "macs": models.macs(net),
    }
    kept = {"model": net} | (others or {})
    yield from no_better_than_guessing(step, plain["accuracy"], GUESSING, HINT)
    yield Finished(step, plain | summary, {name: to_model(net) for name, net in kept.items()})
