"""Training of a network with early exits, all of them together, beside the same network without."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import torch
from torch import Tensor

from core import together
from core.compression import exits, models, pictures
from core.compression.exits import Branches
from core.compression.loop import (
    BATCH,
    GUESSING,
    HINT,
    REPORT,
    augment,
    descend,
    learn_labels,
    test_accuracy,
)
from core.compression.methods import Exits
from core.data import digits
from core.events import Event, Finished, Metrics, Started
from core.loop import (
    batches,
    broken,
    confusion,
    diverged,
    fresh,
    hits,
    no_better_than_guessing,
    one_cycle,
    seeded,
    steps_of,
)
from core.nets import DigitNet, count, to_model

NEURONS = 64  # of the dense layer before the last exit
WATCHED = 60  # test digits that are followed through the exits


def train_exits(method: Exits, seed: int) -> Iterator[Event]:
    """Every batch trains all exits at once; the control sees the same batches and has the last one only."""
    data, generator = digits.load(), seeded(seed)
    conv = [method.channels, 2 * method.channels, 4 * method.channels]
    net, branches = fresh(DigitNet, seed, conv, (NEURONS,)), fresh(Branches, seed, conv)
    control = fresh(DigitNet, seed, conv, (NEURONS,)) if method.control else None
    total = steps_of(len(data.train_x), BATCH, method.epochs)
    yield Started(
        total,
        {
            "parameters": count(net) + count(branches),
            "macs": models.macs(net),
            "exit_macs": exits.macs(net, branches),
            "confidence": method.confidence,
        },
    )
    yield from look(0, method, net, branches, control, whole=True)
    yield pictures.PASSING.at(0, (255 * data.test_x[watched()][:, 0]).round().to(torch.uint8).numpy())
    learner = one_cycle([*net.parameters(), *branches.parameters()], method.learning_rate, total)
    twin = one_cycle(control.parameters(), method.learning_rate, total) if control else None
    for step, index, last in batches(len(data.train_x), BATCH, method.epochs, generator):
        x, y = augment(data.train_x[index], generator), data.train_y[index]
        steps = [partial(learn_exits, net, branches, x, y, method.exit_weight, *learner)]
        steps += [partial(learn_labels, control, x, y, *twin)] if control else []
        losses = dict(zip(("loss", "control_loss"), together.each(steps)))
        if broken(*losses.values()):
            yield from diverged(step)
            return
        if step % REPORT == 0:
            yield Metrics(step, {name: each.item() for name, each in losses.items()})
        if step % REPORT == 0 or last:
            yield from look(step, method, net, branches, control, whole=last)
    yield from ended(step, method, net, branches, control)


def learn_exits(net: DigitNet, branches: Branches, x: Tensor, y: Tensor, weight: float, optimizer, schedule) -> Tensor:
    """A whole step of all exits on digits x (N, 1, 28, 28) with labels y (N,). Returns the joint loss before it."""
    loss = exits.joint_loss(exits.logits(net.train(), branches, x), y, weight)
    descend(loss, optimizer, schedule)
    return loss.detach()


def watched() -> Tensor:
    """The places of the test digits that are followed: six of each class."""
    y = digits.load().test_y
    return torch.cat([(y == c).nonzero()[: WATCHED // 10, 0] for c in range(10)])


def scores(method: Exits, net: DigitNet, branches: Branches) -> tuple[dict[str, float], np.ndarray, Tensor, Tensor]:
    """At the run's confidence: numbers, what the picture EXITS holds, and of each test digit its exit and its answer."""
    data, costs = digits.load(), exits.macs(net, branches)
    p = exits.probabilities(net, branches, data.test_x)
    at = exits.leave(p, method.confidence / 100)
    answers = exits.said(p, at)
    right = answers == data.test_y
    table = [[int((at == e).sum()), int(right[at == e].sum()), cost] for e, cost in enumerate(costs)]
    numbers = {
        "accuracy": 100 * int(right.sum()) / len(right),
        "work": 100 * exits.mean_macs(at, costs) / models.macs(net),
    }
    numbers |= {f"exit{e + 1}_accuracy": hits(each, data.test_y) for e, each in enumerate(p)}
    return numbers, np.array(table), at, answers


def look(
    step: int, method: Exits, net: DigitNet, branches: Branches, control: DigitNet | None, whole: bool
) -> Iterator[Event]:
    """Numbers and pictures of the exits; with the control's accuracy and the confusion matrix where `whole`."""
    numbers, table, at, answers = scores(method, net, branches)
    y = digits.load().test_y
    if whole and control:
        numbers |= {"control_accuracy": test_accuracy(control)}
    yield Metrics(step, numbers)
    if whole:
        yield pictures.CONFUSION.at(step, confusion(y, answers))
    few = watched()
    yield pictures.LEFT.at(step, torch.stack([at[few], (answers == y)[few].long()], 1).to(torch.int8).numpy())
    yield pictures.EXITS.at(step, table)


def ended(step: int, method: Exits, net: DigitNet, branches: Branches, control: DigitNet | None) -> Iterator[Event]:
    """The last event. macs: what a digit takes on average; full_macs: what the network without exits takes."""
    numbers, table, *_ = scores(method, net, branches)
    yield from no_better_than_guessing(step, numbers["accuracy"], GUESSING, HINT)
    size = count(net) + count(branches)
    summary = numbers | {"parameters": size, "bytes": 4 * size, "macs": numbers["work"] * models.macs(net) / 100}
    summary |= {"full_macs": models.macs(net), "left_first": 100 * int(table[0, 0]) / int(table[:, 0].sum())}
    summary |= {"control_accuracy": test_accuracy(control)} if control else {}
    nets = {"model": net, "branches": branches} | ({"control": control} if control else {})
    yield Finished(step, summary, {name: to_model(each) for name, each in nets.items()})
