"""Training a student: knowledge distillation beside its control, and the digit that was left out."""

import copy
from collections.abc import Iterator
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from core import together
from core.compression import models, monitor
from core.compression.distill import prior_correction, soft_loss
from core.compression.loop import BATCH, REPORT, descend, examine, finished, learn_labels, test_accuracy
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
    total = steps_of(len(y), BATCH, method.epochs)
    yield Started(
        total,
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
    of_teacher = monitor.answers([teacher])
    yield from monitor.says(0, [net], method.temperature, of_teacher)
    targets = predict(teacher, x).clone()
    learners = [one_cycle(each.parameters(), method.learning_rate, total) for each in nets.values()]
    picks = control_picks(labelled, len(y), method.epochs, generator) if method.control else None
    for step, index, last in batches(len(y), BATCH, method.epochs, generator):
        steps = [partial(distil, net, x[index], targets[index], y[index], known[index], method, *learners[0])]
        if picks:
            pick = next(picks)
            steps += [partial(learn_labels, nets["control"], x[pick], y[pick], *learners[1])]
        (loss, l_soft, l_hard), *control_loss = together.each(steps)
        if broken(loss, *control_loss):
            yield from diverged(step)
            return
        if step % REPORT == 0:
            losses = zip(("loss_soft", "loss_hard", "control_loss"), (l_soft, l_hard, *control_loss))
            yield Metrics(step, {name: value.item() for name, value in losses})
            yield from monitor.says(step, [net], method.temperature, of_teacher)
        if last:
            yield from examine(step, net, **beside, **scores(nets, method.omit))
    if method.omit >= 0:
        beside |= correct_bias(net, predict(net, x), method.omit)
        yield from examine(step, net, **scores(nets, method.omit))
    yield from monitor.says(step, [net], method.temperature, of_teacher)
    others = {name: each for name, each in nets.items() if name}
    yield from finished(step, net, others, **beside, **scores(nets, method.omit))


def distil(
    net: DigitNet,
    x: Tensor,
    targets: Tensor,
    y: Tensor,
    known: Tensor,
    method: Distill,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> tuple[Tensor, Tensor, Tensor]:
    """The student's whole step on digits x (N, 1, 28, 28) of the transfer set: the loss, its soft and its hard part before it.

    targets: the teacher's logits (N, 10). y, known: labels (N,), and which of them may be used.
    """
    logits = net.train()(x)
    l_soft = soft_loss(logits, targets, method.temperature)
    l_hard = F.cross_entropy(logits[known], y[known]) if known.any() else torch.zeros(())
    loss = method.alpha * l_soft + method.beta * l_hard
    descend(loss, optimizer, schedule)
    return loss.detach(), l_soft.detach(), l_hard.detach()


def control_picks(labelled: Tensor, n: int, epochs: int, generator: torch.Generator) -> Iterator[Tensor]:
    """What the control learns from, the same student from the same weights: as many batches, full of labelled digits alone."""
    for _, index, _ in batches(n, BATCH, epochs, generator):
        yield labelled[torch.randint(len(labelled), (len(index),), generator=generator)]


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
        if not name and not missing.any():
            continue  # its accuracy is told by `examine`
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
