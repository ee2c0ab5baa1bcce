"""Training that makes a teacher smaller by leaving out: neurons (slimming), then single weights (magnitude pruning)."""

import copy
from collections.abc import Generator, Iterator, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from core.compression import models, monitor, pictures, prune, slimming
from core.compression.loop import BATCH, REPORT, augment, examine, finished, gamma_events, learn_labels, test_accuracy
from core.compression.settings import Deep, Prune, Slim
from core.data import digits
from core.events import Event, Metrics, Started, Warned
from core.loop import batches, broken, diverged, fresh, one_cycle, seeded, steps_of
from core.nets import DigitNet, build, count

Phase = Generator[Event, None, int]  # yields events; returns the step it ended at, or −1 when it diverged


def learn(
    net: DigitNet,
    epochs: int,
    learning_rate: float,
    generator: torch.Generator,
    first: int,
    beside: dict[str, float],
    lam: float = 0.0,
    masks: Sequence[Tensor] = (),
) -> Phase:
    """Cross entropy with a new optimiser. lam > 0 adds the penalty on γ; masks keep pruned weights at zero.

    beside: numbers to report with every test accuracy.
    """
    data, step = digits.load(), first
    optimizer, schedule = one_cycle(net.parameters(), learning_rate, steps_of(len(data.train_x), BATCH, epochs))
    for step, index, last in batches(len(data.train_x), BATCH, epochs, generator, first):
        logits = net.train()(augment(data.train_x[index], generator))
        loss = F.cross_entropy(logits, data.train_y[index])
        if broken(loss):
            yield from diverged(step)
            return -1
        optimizer.zero_grad()
        loss.backward()
        if lam:
            slimming.add_subgradient(net, lam)
        optimizer.step()
        schedule.step()
        if masks:
            prune.apply_masks(net, masks)
        if step % REPORT == 0:
            yield Metrics(step, {"loss": loss.item()})
        if step % REPORT == 0 and masks:
            yield from monitor.piece(step, net)
        if last:
            yield from examine(step, net, **beside)
        if lam and (last or step % REPORT == 0):
            yield from gamma_events(step, net)
    return step


def train_slim(method: Slim, seed: int, teacher: DigitNet) -> Iterator[Event]:
    """Train with λ Σ|γ|, cut the channels with the smallest |γ|, fine-tune what is left, then train the control."""
    generator, net = seeded(seed), copy.deepcopy(teacher)
    epochs = method.sparse_epochs + method.tune_epochs
    before = {"teacher_accuracy": test_accuracy(net)}
    yield Started(
        steps_of(len(digits.load().train_x), BATCH, epochs * (1 + method.control)),
        {
            "parameters": count(net),
            "macs": models.macs(net),
            "widths": slimming.widths(net),
            "layers": models.weight_names(net)[:-1],
        },
    )
    yield from examine(0, net, **before)
    yield from monitor.size(0, 4 * count(net), 4 * count(net))
    yield from gamma_events(0, net)
    step = yield from learn(net, method.sparse_epochs, method.learning_rate, generator, 0, before, lam=method.lam)
    if step < 0:
        return
    keep = slimming.gamma_keep(net, method.ratio, method.threshold == "relative")
    small = models.slim(net, keep)
    summary = before | {
        "sparse_accuracy": test_accuracy(net),
        "before_tuning": test_accuracy(small),
        "recalibrated": test_accuracy(slimming.recalibrate(copy.deepcopy(small))),
        "widths": slimming.widths(small),
        "widths_before": slimming.widths(net),
        "channels_removed": 100 * (1 - torch.cat(keep).float().mean().item()),
        "parameters_removed": 100 * (1 - count(small) / count(net)),
    }
    yield from _at_the_floor(step, small)
    yield from monitor.kept(step, keep)
    yield from monitor.size(step, 4 * count(net), 4 * count(small))
    yield from examine(step, small, **before)
    step = yield from learn(small, method.tune_epochs, method.learning_rate, generator, step, before)
    if step < 0:
        return
    others = {"sparse": net}
    if method.control:
        control = fresh(build, seed, small.arch)
        step = yield from train_control(control, epochs, 2 * method.learning_rate, generator, step)
        if step < 0:
            return
        others, summary = others | {"control": control}, summary | {"control_accuracy": test_accuracy(control)}
    yield from finished(step, small, others, **summary)


def train_control(net: DigitNet, epochs: int, learning_rate: float, generator: torch.Generator, first: int) -> Phase:
    """The same small shape from scratch, for as many epochs (Liu et al., "Rethinking the Value of Network Pruning")."""
    data, step = digits.load(), first
    optimizer, schedule = one_cycle(net.parameters(), learning_rate, steps_of(len(data.train_x), BATCH, epochs))
    for step, index, last in batches(len(data.train_x), BATCH, epochs, generator, first):
        loss = learn_labels(net, augment(data.train_x[index], generator), data.train_y[index], optimizer, schedule)
        if broken(loss):
            yield from diverged(step)
            return -1
        if step % REPORT == 0:
            yield Metrics(step, {"control_loss": loss.item()})
        if last:
            yield Metrics(step, {"control_accuracy": test_accuracy(net)})
    return step


def _at_the_floor(step: int, small: DigitNet) -> Iterator[Event]:
    if 1 in slimming.widths(small):
        yield Warned(
            step,
            "floor",
            "A layer is down to its last channel: everything must pass through it. Prune less, "
            "compare |γ| within its layer, or train longer with the penalty.",
        )


def train_pruned(method: Prune, seed: int, teacher: DigitNet) -> Iterator[Event]:
    """Magnitude pruning in rounds; the figure to compare with is the network pruned at once and never tuned."""
    generator, net = seeded(seed), copy.deepcopy(teacher)
    before = {"teacher_accuracy": test_accuracy(net)}
    yield Started(
        steps_of(len(digits.load().train_x), BATCH, method.rounds * method.tune_epochs),
        {"parameters": count(net), "layers": models.weight_names(net)},
    )
    yield from examine(0, net, sparsity=prune.zero_share(net), **before)
    yield from monitor.size(0, 4 * count(net), 4 * count(net))
    yield from monitor.piece(0, net)
    untuned = test_accuracy(prune.pruned(net, method.sparsity, method.scope))
    step = yield from prune_rounds(net, method, method.scope, generator, before)
    if step < 0:
        return
    yield from finished(
        step,
        net,
        before_tuning=untuned,
        sparsity=prune.zero_share(net),
        **before | {"bytes": prune.relative_index_bytes(net), "csr_bytes": prune.csr_bytes(net)},
    )


def prune_rounds(
    net: DigitNet, method: Prune | Deep, scope: str, generator: torch.Generator, before: dict[str, float]
) -> Phase:
    """Mask, fine-tune, mask more: after round r of R a share s·(1 − (1 − r/R)³) is zero (Zhu and Gupta 2017)."""
    step, full = 0, 4 * count(net)
    for r in range(1, method.rounds + 1):
        masks = prune.magnitude_masks(net, method.sparsity * (1 - (1 - r / method.rounds) ** 3), scope)
        prune.apply_masks(net, masks)
        yield Metrics(step, {"sparsity": prune.zero_share(net), "accuracy": test_accuracy(net)})
        yield from monitor.piece(step, net)
        yield from monitor.size(step, full, prune.relative_index_bytes(net))
        step = yield from learn(net, method.tune_epochs, method.learning_rate, generator, step, before, masks=masks)
        if step < 0:
            return -1
    zeros = torch.stack([100 * (layer.weight == 0).float().mean() for layer in models.weighted(net)])
    yield pictures.LAYER_SPARSITY.at(step, zeros.numpy())
    return step
