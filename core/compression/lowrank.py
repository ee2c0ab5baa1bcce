"""Training of a low-rank network: cut the singular values, then fine-tune the factors."""

from collections.abc import Iterator

import numpy as np
import torch.nn.functional as F

from core.compression import factor, models, monitor, pictures
from core.compression.loop import BATCH, REPORT, augment, examine, finished, test_accuracy
from core.compression.methods import LowRank
from core.data import digits
from core.events import Event, Metrics, Started
from core.loop import batches, broken, diverged, one_cycle, seeded, steps_of
from core.nets import DigitNet, count


def train_lowrank(method: LowRank, seed: int, teacher: DigitNet) -> Iterator[Event]:
    """The singular values that the energy keeps, then epochs in which the factors of every layer are the parameters."""
    data, generator = digits.load(), seeded(seed)
    kept = factor.ranks(teacher, method.energy)
    parameters, macs = factor.costs(teacher, kept)
    total = steps_of(len(data.train_x), BATCH, method.tune_epochs)
    yield Started(
        total,
        {
            "parameters": parameters,
            "macs": macs,
            "layers": models.weight_names(teacher),
            "ranks": [rank or 0 for rank in kept],
        },
    )
    before = {"teacher_accuracy": test_accuracy(teacher)}
    net = factor.factored(teacher, kept)
    untuned = test_accuracy(net)
    yield from examine(0, net, **before)
    yield from spectrum(0, teacher)
    yield from spectrum(0, net)
    yield from monitor.size(0, 4 * count(teacher), 4 * parameters)
    optimizer, schedule = one_cycle(net.parameters(), method.learning_rate, total)
    step = 0
    for step, index, last in batches(len(data.train_x), BATCH, method.tune_epochs, generator):
        loss = F.cross_entropy(net.train()(augment(data.train_x[index], generator)), data.train_y[index])
        if broken(loss):
            yield from diverged(step)
            return
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % REPORT == 0:
            yield Metrics(step, {"loss": loss.item()})
            yield from spectrum(step, net)
        if last:
            yield from examine(step, net, **before)
    yield from spectrum(step, net)
    summary = before | {"before_tuning": untuned, "parameters": parameters, "bytes": 4 * parameters, "macs": macs}
    yield from finished(step, factor.multiplied(net.eval()), **summary, ranks=[rank or 0 for rank in kept])


def spectrum(step: int, net: DigitNet) -> Iterator[Event]:
    """The singular values of every layer, descending, NaN where there are none."""
    found = factor.singular_values(net)
    values = np.full((len(found), max(map(len, found))), np.nan, np.float32)
    for i, sigma in enumerate(found):
        values[i, : len(sigma)] = sigma.numpy()
    yield pictures.SPECTRUM.at(step, values)
