"""Training in the compression lab: one flat loop per method. Here: teacher and redesign."""

from collections.abc import Iterator
from functools import partial

import torch.nn.functional as F

from core import together
from core.compression import branch, lowrank, models, monitor, rounding, shrink, slimmable, student, ticket
from core.compression.loop import (
    BATCH,
    REPORT,
    augment,
    descend,
    examine,
    finished,
    learn_labels,
    start_network,
    test_accuracy,
)
from core.compression.settings import (
    CompressionSettings,
    Deep,
    Distill,
    Exits,
    LowRank,
    Prune,
    Quantize,
    Redesign,
    Slim,
    Slimmable,
    Teacher,
    Ticket,
)
from core.data import digits
from core.events import Event, Metrics, Started
from core.loop import batches, broken, diverged, fresh, hits, one_cycle, seeded, steps_of
from core.nets import DigitNet, count


def train(settings: CompressionSettings, start: DigitNet | None = None) -> Iterator[Event]:
    """The run that `settings` describe. The same settings (and start network) give the same events.

    start: the network to begin with, instead of the stored run that `settings.teacher` names.
    """
    seed, method = settings.seed, settings.method
    if alone := FROM_SCRATCH.get(type(method)):
        yield from alone(method, seed)
    else:
        yield from OF_A_TEACHER[type(method)](method, seed, start_network(settings.teacher) if start is None else start)


def train_teacher(method: Teacher, seed: int) -> Iterator[Event]:
    """Cross entropy, SGD, one-cycle schedule."""
    data, generator = digits.load(), seeded(seed)
    net = fresh(models.teacher, seed, method.channels, method.neurons)
    total = steps_of(len(data.train_x), BATCH, method.epochs)
    yield Started(total, {"parameters": count(net), "macs": models.macs(net), "says": ["model"]})
    yield from examine(0, net)
    yield from monitor.digits_asked()
    yield from monitor.says(0, [net])
    optimizer, schedule = one_cycle(net.parameters(), method.learning_rate, total)  # takes a second in a new process
    for step, index, last in batches(len(data.train_x), BATCH, method.epochs, generator):
        x, y = data.train_x[index], data.train_y[index]
        logits = net.train()(augment(x, generator) if method.augment else x)
        loss = F.cross_entropy(logits, y)
        if broken(loss):
            yield from diverged(step)
            return
        descend(loss, optimizer, schedule)
        if step % REPORT == 0:
            yield Metrics(step, {"loss": loss.item(), "batch_accuracy": hits(logits, y)})
            yield from monitor.says(step, [net])
        if last:
            yield from examine(step, net)
    yield from finished(step, net)


def train_redesigned(method: Redesign, seed: int) -> Iterator[Event]:
    """The cheaper architecture and, as control, the standard one of the same widths, on the same batches."""
    data, generator = digits.load(), seeded(seed)
    net = fresh(models.redesigned, seed, method.architecture, method.channels, method.kernel)
    standard = fresh(models.redesigned, seed, "standard", method.channels, method.kernel)
    control = {"control": standard} if method.control and method.architecture != "standard" else {}
    total = steps_of(len(data.train_x), BATCH, method.epochs)
    nets = {"loss": net} | ({"control_loss": standard} if control else {})
    yield Started(
        total,
        {
            "parameters": count(net),
            "macs": models.macs(net),
            "standard_parameters": count(standard),
            "standard_macs": models.macs(standard),
            "says": ["model", *control],
        },
    )
    yield from examine(0, net)
    yield from monitor.digits_asked()
    yield from monitor.size(0, 4 * count(standard), 4 * count(net))
    yield from monitor.says(0, list(nets.values()))
    learners = [one_cycle(each.parameters(), method.learning_rate, total) for each in nets.values()]
    for step, index, last in batches(len(data.train_x), BATCH, method.epochs, generator):
        x, y = augment(data.train_x[index], generator), data.train_y[index]
        steps = [partial(learn_labels, each, x, y, *how) for each, how in zip(nets.values(), learners, strict=True)]
        losses = dict(zip(nets, together.each(steps)))
        if broken(*losses.values()):
            yield from diverged(step)
            return
        if step % REPORT == 0:
            yield Metrics(step, {name: loss.item() for name, loss in losses.items()})
            yield from monitor.says(step, list(nets.values()))
        if last:
            yield from examine(step, net, **{f"{name}_accuracy": test_accuracy(each) for name, each in control.items()})
    yield from finished(
        step,
        net,
        control,
        cost_ratio=models.macs(net) / models.macs(standard),
        **{f"{name}_accuracy": test_accuracy(each) for name, each in control.items()},
    )


FROM_SCRATCH = {
    Teacher: train_teacher,
    Redesign: train_redesigned,
    Ticket: ticket.train_ticket,
    Exits: branch.train_exits,
    Slimmable: slimmable.train_slimmable,
}
OF_A_TEACHER = {
    Distill: student.train_student,
    Slim: shrink.train_slim,
    Prune: shrink.train_pruned,
    Quantize: rounding.train_quantized,
    Deep: rounding.train_deep,
    LowRank: lowrank.train_lowrank,
}
