"""Training in the compression lab: one flat loop per method. Here: teacher, distillation, redesign."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F

from core.compression import models, shrink
from core.compression.distill import prior_correction, soft_loss
from core.compression.loop import (REPORT, augment, batches, broken, diverged, examine, finished, fresh, hits, one_cycle,
                                   seeded, start_network, steps_of)
from core.compression.settings import (CompressionSettings, Deep, Distill, Prune, Quantize, Redesign, Slim, Teacher)
from core.data import digits
from core.events import Event, Finished, Metrics, Started
from core.nets import DigitNet, count, predict


def train(settings: CompressionSettings, start: DigitNet | None = None) -> Iterator[Event]:
    """The run that `settings` describe. The same settings (and start network) give the same events.

    start: the network to begin with, instead of the stored run that `settings.teacher` names.
    """
    seed, method = settings.seed, settings.method
    if not isinstance(method, Teacher | Redesign) and start is None:
        start = start_network(settings.teacher)
    match method:
        case Teacher():
            yield from train_teacher(method, seed)
        case Redesign():
            yield from train_redesigned(method, seed)
        case Distill():
            yield from train_student(method, seed, start)
        case Slim():
            yield from shrink.train_slim(method, seed, start)
        case Prune():
            yield from shrink.train_pruned(method, seed, start)
        case Quantize():
            yield from shrink.train_quantized(method, seed, start)
        case Deep():
            yield from shrink.train_deep(method, seed, start)


def train_teacher(method: Teacher, seed: int) -> Iterator[Event]:
    """Cross entropy, SGD, one-cycle schedule."""
    data, generator = digits.load(), seeded(seed)
    net = fresh(models.teacher, seed, method.channels, method.neurons)
    total = steps_of(method.epochs, len(data.train_x))
    optimizer, schedule = one_cycle(net.parameters(), method.learning_rate, total)
    yield Started(total, {"parameters": count(net), "macs": models.macs(net)})
    yield from examine(0, net)
    for step, index, last in batches(len(data.train_x), method.epochs, generator):
        x, y = data.train_x[index], data.train_y[index]
        logits = net.train()(augment(x, generator) if method.augment else x)
        loss = F.cross_entropy(logits, y)
        if broken(loss):
            yield from diverged(step)
            return
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % REPORT == 0:
            yield Metrics(step, {"loss": loss.item(), "batch_accuracy": hits(logits, y)})
        if last:
            yield from examine(step, net)
    yield finished(step, net)


def train_redesigned(method: Redesign, seed: int) -> Iterator[Event]:
    """The cheaper architecture and, as control, the standard one of the same widths, on the same batches."""
    data, generator = digits.load(), seeded(seed)
    net = fresh(models.redesigned, seed, method.architecture, method.channels, method.kernel)
    control = fresh(models.redesigned, seed, "standard", method.channels, method.kernel)
    nets = [net, control] if method.control and method.architecture != "standard" else [net]
    total = steps_of(method.epochs, len(data.train_x))
    learners = [one_cycle(each.parameters(), method.learning_rate, total) for each in nets]
    yield Started(total, {"parameters": count(net), "macs": models.macs(net), "control_parameters": count(control),
                          "control_macs": models.macs(control)})
    yield from examine(0, net)
    for step, index, last in batches(len(data.train_x), method.epochs, generator):
        x, y = augment(data.train_x[index], generator), data.train_y[index]
        losses = []
        for each, (optimizer, schedule) in zip(nets, learners):
            logits = each.train()(x)
            losses.append(F.cross_entropy(logits, y))
            optimizer.zero_grad()
            losses[-1].backward()
            optimizer.step()
            schedule.step()
        if broken(*losses):
            yield from diverged(step)
            return
        if step % REPORT == 0:
            yield Metrics(step, dict(zip(("loss", "control_loss"), [loss.item() for loss in losses])))
        if last:
            yield from examine(step, net, **_control(nets[1:]))
    others = {"control": control} if len(nets) == 2 else {}
    yield finished(step, net, others, cost_ratio=models.macs(net) / models.macs(control), **_control(nets[1:]))


def _control(nets: list[DigitNet]) -> dict[str, float]:
    data = digits.load()
    return {"control_accuracy": hits(predict(net, data.test_x), data.test_y) for net in nets}


def train_student(method: Distill, seed: int, teacher: DigitNet) -> Iterator[Event]:
    """L = α·L_soft + β·L_hard. The soft loss sees the whole transfer set, the hard loss the digits with a known label.

    The control is the same student from the same initial weights, on batches of labelled digits alone: as many steps.
    """
    data, generator = digits.load(), seeded(seed)
    transfer = torch.nonzero(data.train_y != method.omit).flatten()
    x, y = data.train_x[transfer], data.train_y[transfer]
    labelled = _labelled(y, method.labels, generator)
    known = torch.zeros(len(y), dtype=torch.bool).index_fill(0, labelled, True)
    net, twin = (fresh(models.student, seed, method.student_channels) for _ in range(2))
    total = steps_of(method.epochs, len(y))
    optimizer, schedule = one_cycle(net.parameters(), method.learning_rate, total)
    control_optimizer, control_schedule = one_cycle(twin.parameters(), method.learning_rate, total)
    yield Started(total, {"parameters": count(net), "teacher_parameters": count(teacher), "macs": models.macs(net),
                          "transfer_set": len(y), "labelled": len(labelled)})
    teacher_accuracy = hits(predict(teacher, data.test_x), data.test_y)
    yield from _examine_student(0, net, twin, teacher_accuracy, method)
    targets = predict(teacher, x).clone()  # once: the teacher does not change
    for step, index, last in batches(len(y), method.epochs, generator):
        logits, hard = net.train()(x[index]), known[index]
        l_soft = soft_loss(logits, targets[index], method.temperature)
        l_hard = F.cross_entropy(logits[hard], y[index][hard]) if hard.any() else torch.zeros(())
        loss = method.alpha * l_soft + method.beta * l_hard
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if method.control:
            pick = labelled[torch.randint(len(labelled), (len(index),), generator=generator)]
            control_loss = F.cross_entropy(twin.train()(x[pick]), y[pick])
            control_optimizer.zero_grad()
            control_loss.backward()
            control_optimizer.step()
            control_schedule.step()
        if broken(loss):
            yield from diverged(step)
            return
        if step % REPORT == 0:
            more = {"control_loss": control_loss.item()} if method.control else {}
            yield Metrics(step, {"loss_soft": l_soft.item(), "loss_hard": l_hard.item()} | more)
        if last:
            yield from _examine_student(step, net, twin, teacher_accuracy, method)
    yield from _finish_student(step, net, twin, teacher_accuracy, method, x)


def _labelled(y, percent: float, generator: torch.Generator):
    """Positions of the digits whose label may be used: the same share of every class, at least one."""
    picks = []
    for digit in y.unique():
        places = torch.nonzero(y == digit).flatten()
        picks.append(places[torch.randperm(len(places), generator=generator)][:max(1, round(len(places) * percent / 100))])
    return torch.cat(picks)


def _examine_student(step: int, net: DigitNet, twin: DigitNet, teacher: float, method: Distill) -> Iterator[Event]:
    data = digits.load()
    more = {"teacher_accuracy": teacher}
    missing = data.test_y == method.omit
    if method.control:
        twin_logits = predict(twin, data.test_x)
        more["control_accuracy"] = hits(twin_logits, data.test_y)
    if missing.any():
        more["omitted_accuracy"] = hits(predict(net, data.test_x[missing]), data.test_y[missing])
        if method.control:
            more["omitted_control"] = hits(twin_logits[missing], data.test_y[missing])
    yield from examine(step, net, **more)


def _finish_student(step: int, net: DigitNet, twin: DigitNet, teacher: float, method: Distill, x) -> Iterator[Event]:
    """Corrects the bias of an omitted digit, measures before and after."""
    summary = {"teacher_accuracy": teacher} | _control([twin] if method.control else [])
    if method.omit >= 0:
        data = digits.load()
        missing = data.test_y == method.omit
        logits = predict(net, data.test_x)
        summary |= {"accuracy_before_correction": hits(logits, data.test_y),
                    "omitted_before_correction": hits(logits[missing], data.test_y[missing])}
        correction = prior_correction(predict(net, x), method.omit)
        with torch.no_grad():
            net.head.bias[method.omit] += correction
        summary |= {"bias_correction": correction,
                    "omitted_accuracy": hits(predict(net, data.test_x[missing]), data.test_y[missing])}
        yield from _examine_student(step, net, twin, teacher, method)
    yield finished(step, net, {"control": twin} if method.control else {}, **summary)
