"""Training of lottery tickets: rounds of training, pruning and rewinding, then the same mask from three different starts."""

import copy
from collections.abc import Generator, Iterator, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from core.compression import lottery, models, monitor, pictures, prune
from core.compression.loop import BATCH, REPORT, examine, finished, test_accuracy
from core.compression.settings import Ticket
from core.data import digits
from core.events import Event, Metrics, Started
from core.loop import batches, broken, diverged, fresh, seeded, steps_of
from core.nets import MLP, count

HIDDEN = (300, 100)  # LeNet-300-100, the paper's network for MNIST
SHOWN = 3  # neurons whose incoming weights are shown
NAMES = {"accuracy": "model", "control_accuracy": "control", "signs_accuracy": "signs"}  # metric → network

Masks = list[Tensor]


def train_ticket(method: Ticket, seed: int) -> Iterator[Event]:
    """Find a ticket by iterative magnitude pruning, then train its mask from what is rewound to, from new random weights, and
    from the signs of the initial weights alone, all three on the same batches."""
    generator = seeded(seed)
    net = lottery.glorot(fresh(MLP, 0, HIDDEN), generator)
    initial, early = copy.deepcopy(net), copy.deepcopy(net)
    masks = [torch.ones_like(layer.weight, dtype=torch.bool) for layer in net.layers]
    share, step, beside = lottery.round_share(method.sparsity, method.rounds), 0, {}
    each = steps_of(len(digits.load().train_x), BATCH, method.epochs)
    starts = [
        each * r for r in range(method.rounds + 1)
    ]  # of the dense network, of each smaller one, and of the last mask
    yield Started(
        starts[-1] + each,
        {"parameters": count(net), "macs": models.macs(net), "starts": starts, "networks": list(NAMES.values())},
    )
    yield from examine(0, net, sparsity=0.0)
    for r in range(method.rounds):
        yield from show(step, {"model": net}, masks)
        step = yield from learn({"model": net}, masks, method, generator, step, beside, early if r == 0 else None)
        if step < 0:
            return
        if r == 0:
            dense, beside = net, {"dense_accuracy": test_accuracy(net)}
        masks = lottery.next_masks([layer.weight for layer in net.layers], masks, share)
        start = {"initial": initial, "early": early, "trained": net}[method.rewind]
        net = prune.apply_masks(copy.deepcopy(start), masks)
    nets = {"model": net} | controls(initial, masks, generator)
    yield from race(nets, initial, dense, masks, method, generator, step, beside)


def controls(initial: MLP, masks: Masks, generator: torch.Generator) -> dict[str, MLP]:
    """The same mask with new random weights (“control”), and with the signs of the initial weights alone (“signs”)."""
    signs = copy.deepcopy(initial)
    with torch.no_grad():
        for layer in signs.layers:
            layer.weight.copy_(lottery.signs_only(layer.weight))
    nets = {"control": lottery.glorot(fresh(MLP, 0, HIDDEN), generator), "signs": signs}
    return {name: prune.apply_masks(net, masks) for name, net in nets.items()}


def race(
    nets: dict[str, MLP],
    initial: MLP,
    dense: MLP,
    masks: Masks,
    method: Ticket,
    generator: torch.Generator,
    step: int,
    beside: dict[str, float],
) -> Iterator[Event]:
    """The end of the run: the last mask from three starts. initial: the weights at the very beginning; dense: trained from them."""
    firsts: dict[str, float] = {}
    yield from show(step, nets, masks)
    step = yield from learn(nets, masks, method, generator, step, beside, firsts=firsts)
    if step < 0:
        return
    net, others = nets["model"], {name: each for name, each in nets.items() if name != "model"}
    weights = [[layer.weight for layer in each.layers] for each in (net, initial)]
    yield from finished(
        step,
        net,
        {"dense": dense},
        sparsity=prune.zero_share(net),
        same_signs=lottery.same_signs(*weights, masks),
        **beside | firsts | {"bytes": min(4 * count(net), prune.relative_index_bytes(net))},
        **{f"{name}_accuracy": test_accuracy(each) for name, each in others.items()},
    )


def learn(
    nets: Mapping[str, MLP],
    masks: Masks,
    method: Ticket,
    generator: torch.Generator,
    first: int,
    beside: dict[str, float],
    early: MLP | None = None,
    firsts: dict[str, float] | None = None,
) -> Generator[Event, None, int]:
    """Cross entropy with Adam at one rate, as in the paper, for every network on the same batches; masked weights stay zero.

    early: takes the weights of the network after its first epoch. firsts: takes the accuracies after it. Returns the step at
    which it ends, −1 when a network diverges.
    """
    data, step = digits.load(), first
    learners = {name: torch.optim.Adam(net.parameters(), method.learning_rate) for name, net in nets.items()}
    for step, index, last in batches(len(data.train_x), BATCH, method.epochs, generator, first):
        x, y = data.train_x[index], data.train_y[index]
        losses = {name: F.cross_entropy(net(x), y) for name, net in nets.items()}
        if broken(*losses.values()):
            yield from diverged(step)
            return -1
        for name, loss in losses.items():
            learners[name].zero_grad()
            loss.backward()
            learners[name].step()
            prune.apply_masks(nets[name], masks)
        if step % REPORT == 0 or last:
            found = {metric: test_accuracy(nets[name]) for metric, name in NAMES.items() if name in nets}
            zeros = prune.zero_share(nets["model"])
            yield Metrics(step, found | {"loss": losses["model"].item(), "sparsity": zeros})
        if last:
            yield from examine(step, nets["model"], **beside)
            yield from show(step, nets, masks)
        if last and early is not None:
            early.load_state_dict(nets["model"].state_dict())
            early = None
        if last and firsts is not None and not firsts:
            firsts |= {f"first_{metric}": value for metric, value in found.items()}
    return step


def show(step: int, nets: Mapping[str, MLP], masks: Masks) -> Iterator[Event]:
    """The incoming weights of the neurons that have most of them left, how many neurons read each pixel, and the size."""
    reading = masks[0].view(-1, 28, 28)
    chosen = reading.flatten(1).sum(1).argsort(descending=True, stable=True)[:SHOWN]
    yield pictures.TICKETS.at(
        step,
        torch.stack([net.layers[0].weight.detach()[chosen].view(-1, 28, 28) for net in nets.values()]).half().numpy(),
    )
    yield pictures.READ.at(step, reading.sum(0).to(torch.int16).numpy())
    full = 4 * count(nets["model"])
    yield from monitor.size(step, full, min(full, prune.relative_index_bytes(nets["model"])))
