"""Training a student: knowledge distillation beside its control, and the digit that was left out."""

import copy
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from core.compression import models, monitor
from core.compression.distill import prior_correction, soft_loss
from core.compression.loop import BATCH, REPORT, examine, finished, test_accuracy
from core.compression.settings import Distill
from core.data import digits
from core.events import Event, Metrics, Started
from core.loop import batches, broken, diverged, fresh, hits, one_cycle, seeded, steps_of
from core.nets import DigitNet, count, predict


def train_student(method: Distill, seed: int, teacher: DigitNet) -> Iterator[Event]:
    """L = α·L_soft + β·L_hard. The soft loss sees the whole transfer set, the hard loss the digits with a known label.

    Digits are not augmented, so that the teacher's outputs are computed once. At the end an omitted digit's bias is
    corrected.
    """
    data, generator = digits.load(), seeded(seed)
    transfer = torch.nonzero(data.train_y != method.omit).flatten()
    x, y = data.train_x[transfer], data.train_y[transfer]
    labelled = pick_labelled(y, method.labels, generator)
    known = torch.zeros(len(y), dtype=torch.bool).index_fill(0, labelled, True)
    net = fresh(models.student, seed, method.student_channels)
    nets = {"": net} | ({"control": copy.deepcopy(net)} if method.control else {})
    yield Started(
        steps_of(len(y), BATCH, method.epochs),
        {
            "parameters": count(net),
            "teacher_parameters": count(teacher),
            "macs": models.macs(net),
            "transfer_set": len(y),
            "labelled": len(labelled),
            "says": ["model", "teacher"],
            "temperature": method.temperature,
        },
    )
    beside = {"teacher_accuracy": test_accuracy(teacher)}
    yield from examine(0, net, **beside, **scores(nets, method.omit))
    yield from monitor.digits_asked()
    yield from monitor.size(0, 4 * count(teacher), 4 * count(net))
    yield from monitor.says(0, [net, teacher], method.temperature)
    targets = predict(teacher, x).clone()
    optimizer, schedule = one_cycle(net.parameters(), method.learning_rate, steps_of(len(y), BATCH, method.epochs))
    control = control_losses(nets.get("control"), x[labelled], y[labelled], method, len(y), generator)
    for step, index, last in batches(len(y), BATCH, method.epochs, generator):
        logits, hard = net.train()(x[index]), known[index]
        l_soft = soft_loss(logits, targets[index], method.temperature)
        l_hard = F.cross_entropy(logits[hard], y[index][hard]) if hard.any() else torch.zeros(())
        loss, control_loss = method.alpha * l_soft + method.beta * l_hard, next(control)
        if broken(loss, *control_loss.values()):
            yield from diverged(step)
            return
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % REPORT == 0:
            losses = {"loss_soft": l_soft, "loss_hard": l_hard} | control_loss
            yield Metrics(step, {name: value.item() for name, value in losses.items()})
            yield from monitor.says(step, [net, teacher], method.temperature)
        if last:
            yield from examine(step, net, **beside, **scores(nets, method.omit))
    if method.omit >= 0:
        beside |= correct_bias(net, predict(net, x), method.omit)
        yield from examine(step, net, **scores(nets, method.omit))
    yield from monitor.says(step, [net, teacher], method.temperature)
    others = {name: each for name, each in nets.items() if name}
    yield from finished(step, net, others, **beside, **scores(nets, method.omit))


def control_losses(
    twin: DigitNet | None, x: Tensor, y: Tensor, method: Distill, n: int, generator: torch.Generator
) -> Iterator[dict[str, Tensor]]:
    """The control: the same student, same initial weights, as many steps, on full batches of labelled digits alone.

    One step and its loss for each `next`; nothing, for ever, when there is no control.
    """
    while twin is None:
        yield {}
    optimizer, schedule = one_cycle(twin.parameters(), method.learning_rate, steps_of(n, BATCH, method.epochs))
    for _, index, _ in batches(n, BATCH, method.epochs, generator):
        pick = torch.randint(len(y), (len(index),), generator=generator)
        loss = F.cross_entropy(twin.train()(x[pick]), y[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        yield {"control_loss": loss.detach()}


def pick_labelled(y: Tensor, percent: float, generator: torch.Generator) -> Tensor:
    """Positions of the digits whose label may be used: the same share of every class, at least one of each."""
    picks = []
    for digit in y.unique():
        places = torch.nonzero(y == digit).flatten()
        some = max(1, round(len(places) * percent / 100))
        picks.append(places[torch.randperm(len(places), generator=generator)[:some]])
    return torch.cat(picks)


def scores(nets: dict[str, DigitNet], omit: int) -> dict[str, float]:
    """The control's test accuracy, and how much of the omitted digit each network recognises (percent)."""
    data, found = digits.load(), {}
    missing = data.test_y == omit
    for name, net in nets.items():
        logits = predict(net, data.test_x)
        if name:
            found["control_accuracy"] = hits(logits, data.test_y)
        if missing.any():
            found["omitted_control" if name else "omitted_accuracy"] = hits(logits[missing], data.test_y[missing])
    return found


@torch.no_grad()
def correct_bias(net: DigitNet, training_logits: Tensor, omit: int) -> dict[str, float]:
    """Raises the omitted digit's bias by `prior_correction`; returns the correction and the accuracies before it."""
    before = {
        "before_correction": test_accuracy(net),
        "omitted_before_correction": scores({"": net}, omit)["omitted_accuracy"],
    }
    correction = prior_correction(training_logits, omit)
    net.head.bias[omit] += correction
    return before | {"bias_correction": correction}
