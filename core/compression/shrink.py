"""Training in the compression lab: slimming, pruning, rounding and Deep Compression, all from the same teacher."""

import copy
from collections.abc import Generator, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.compression import bitstream, models, prune, quantize, slimming
from core.compression.loop import (REPORT, augment, batches, broken, diverged, examine, fast, finished, fresh, gamma_events,
                                   hits, one_cycle, seeded, steps_of)
from core.compression.settings import Deep, Prune, Quantize, Slim
from core.data import digits
from core.events import Event, Metrics, Picture, Started, Warned
from core.nets import DigitNet, build, count, predict

Phase = Generator[Event, None, int]  # yields events; returns the step it ended at, or −1 when it diverged


def learn(net: DigitNet, epochs: int, rate: float, generator: torch.Generator, first: int, lam: float = 0.0,
          masks: list[Tensor] = [], prefix: str = "") -> Phase:
    """Cross entropy with a new optimiser; lam > 0 adds the penalty on γ, masks keep pruned weights at zero."""
    data, step = digits.load(), first
    optimizer, schedule = one_cycle(net.parameters(), rate, steps_of(epochs, len(data.train_x)))
    for step, index, last in batches(len(data.train_x), epochs, generator, first):
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
        prune.apply_masks(net, masks)
        if step % REPORT == 0:
            yield Metrics(step, {prefix + "loss": loss.item()})
        if last and prefix:
            yield Metrics(step, {prefix + "accuracy": test_accuracy(net)})
        elif last:
            yield from examine(step, net)
        if last and lam:
            yield from gamma_events(step, net)
    return step


def test_accuracy(net: DigitNet) -> float:
    """Share of the 1,000 test digits that are right, in percent."""
    data = digits.load()
    return hits(predict(net, data.test_x), data.test_y)


def train_slim(method: Slim, seed: int, teacher: DigitNet) -> Iterator[Event]:
    """Train with λ Σ|γ|, cut the channels with the smallest |γ|, fine-tune what is left; the control starts from nothing."""
    generator, net = seeded(seed), fast(copy.deepcopy(teacher))
    epochs = method.sparse_epochs + method.tune_epochs
    total = steps_of(epochs * (1 + method.control), len(digits.load().train_x))
    before = {"teacher_accuracy": test_accuracy(net)}
    yield Started(total, {"parameters": count(net), "macs": models.macs(net), "widths": slimming.widths(net)})
    yield from examine(0, net, **before)
    yield from gamma_events(0, net)
    step = yield from learn(net, method.sparse_epochs, method.learning_rate, generator, 0, lam=method.lam)
    if step < 0:
        return
    sparse = test_accuracy(net)
    keep = slimming.gamma_keep(net, method.ratio)
    small = fast(models.slim(net, keep))
    cut = test_accuracy(small)
    recalibrated = test_accuracy(slimming.recalibrate(copy.deepcopy(small)))
    yield from at_the_floor(step, small)
    yield from examine(step, small)
    step = yield from learn(small, method.tune_epochs, method.learning_rate, generator, step)
    if step < 0:
        return
    summary = before | {
        "sparse_accuracy": sparse, "before_tuning": cut, "recalibrated": recalibrated, "widths": slimming.widths(small),
        "widths_before": slimming.widths(net), "channels_removed": 100 * (1 - torch.cat(keep).float().mean().item()),
        "parameters_removed": 100 * (1 - count(small) / count(net))}
    others = {"sparse": net}
    if method.control:
        control = fresh(build, seed, small.arch)
        step = yield from learn(control, epochs, 2 * method.learning_rate, generator, step, prefix="control_")
        if step < 0:
            return
        others, summary = others | {"control": control}, summary | {"control_accuracy": test_accuracy(control)}
    yield finished(step, small, others, **summary)


def at_the_floor(step: int, small: DigitNet) -> Iterator[Event]:
    """A warning when a layer has but one channel left: everything must pass through it."""
    if 1 in slimming.widths(small):
        yield Warned(step, "floor", "A layer is down to its last channel: everything must pass through it. Prune less, or "
                                    "train longer with the penalty, so that the layers' γ spread out.")


def prune_rounds(net: DigitNet, method: Prune | Deep, scope: str, generator: torch.Generator) -> Phase:
    """Mask, fine-tune, mask more: after round r of R a share s·(1 − (1 − r/R)³) is zero (Zhu and Gupta 2017)."""
    step = 0
    for r in range(1, method.rounds + 1):
        share = method.sparsity * (1 - (1 - r / method.rounds) ** 3)
        masks = prune.magnitude_masks(net, share, scope)
        prune.apply_masks(net, masks)
        yield Metrics(step, {"sparsity": prune.zero_share(net), "accuracy": test_accuracy(net)})
        step = yield from learn(net, method.tune_epochs, method.learning_rate, generator, step, masks=masks)
        if step < 0:
            return -1
    yield Picture(step, "layer_sparsity", torch.tensor([100 * (w.weight == 0).float().mean() for w in models.weighted(net)]).numpy())
    return step


def train_pruned(method: Prune, seed: int, teacher: DigitNet) -> Iterator[Event]:
    """Magnitude pruning in rounds; the once pruned, never tuned network is the figure to compare with."""
    generator, net = seeded(seed), fast(copy.deepcopy(teacher))
    total = steps_of(method.rounds * method.tune_epochs, len(digits.load().train_x))
    before = {"teacher_accuracy": test_accuracy(net)}
    yield Started(total, {"parameters": count(net), "layers": models.weight_names(net)})
    yield from examine(0, net, sparsity=prune.zero_share(net), **before)
    untuned = test_accuracy(prune.pruned(net, method.sparsity, method.scope))
    step = yield from prune_rounds(net, method, method.scope, generator)
    if step < 0:
        return
    yield finished(step, net, before_tuning=untuned, sparsity=prune.zero_share(net), **before | {
        "bytes": prune.relative_index_bytes(net), "csr_bytes": prune.csr_bytes(net)})


def train_quantized(method: Quantize, seed: int, teacher: DigitNet) -> Iterator[Event]:
    """Round, then fine-tune the rounded network: on a grid by the straight-through gradient, or the shared values."""
    generator, net = seeded(seed), fast(copy.deepcopy(teacher))
    total = steps_of(method.tune_epochs, len(digits.load().train_x))
    before = {"teacher_accuracy": test_accuracy(net)}
    rounded, about = quantize.quantized(net, method.bits, method.scheme, method.granularity)
    yield Started(total, {"parameters": count(net), "layers": models.weight_names(net)} | about)
    yield from examine(0, rounded, **before)
    untuned = test_accuracy(rounded)
    if method.scheme == "shared":
        shared = [quantize.kmeans(layer.weight, 2 ** method.bits) for layer in models.weighted(net)]
        step = yield from tune_codebooks(net, shared, method.tune_epochs, method.learning_rate, generator, 0)
    else:
        step = yield from tune_on_grid(net, method, generator)
    if step < 0:
        return
    yield finished(step, net, before_tuning=untuned, **before | about)


def tune_on_grid(net: DigitNet, method: Quantize, generator: torch.Generator) -> Phase:
    """Straight-through: the gradient at the rounded weights moves the exact ones (Courbariaux et al. 2015). Rounds `net`."""
    data, step, layers = digits.load(), 0, models.weighted(net)
    optimizer, schedule = one_cycle(net.parameters(), method.learning_rate, steps_of(method.tune_epochs, len(data.train_x)))
    for step, index, last in batches(len(data.train_x), method.tune_epochs, generator):
        exact = round_in_place(layers, method)
        loss = F.cross_entropy(net.train()(augment(data.train_x[index], generator)), data.train_y[index])
        if broken(loss):
            yield from diverged(step)
            return -1
        optimizer.zero_grad()
        loss.backward()
        if step % REPORT == 0:
            yield Metrics(step, {"loss": loss.item()})
        if last:
            yield from examine(step, net)
        for layer, weight in zip(layers, exact):
            layer.weight.data.copy_(weight)
        optimizer.step()
        schedule.step()
    round_in_place(layers, method)
    return step


@torch.no_grad()
def round_in_place(layers: list[nn.Module], method: Quantize) -> list[Tensor]:
    """Puts rounded weights into the layers and returns the exact ones."""
    exact = [layer.weight.clone() for layer in layers]
    for layer, weight in zip(layers, exact):
        layer.weight.copy_(quantize.uniform(weight, method.bits, method.granularity)[0])
    return exact


def tune_codebooks(net: DigitNet, shared: list[quantize.Shared], epochs: int, rate: float, generator: torch.Generator,
                   first: int) -> Phase:
    """Moves the shared values, not who shares them: a centroid's gradient is the sum of its weights' (Han 2016, section 3.3).

    Adam, because these sums differ between layers by orders of magnitude. A centroid at exactly zero stays there.
    """
    data, step, layers = digits.load(), first, models.weighted(net)
    codebooks = [nn.Parameter(each.codebook.clone()) for each in shared]
    others = [p for unit in net.units() for p in unit.norm.parameters()] + [net.head.bias]
    total = steps_of(epochs, len(data.train_x))
    optimizer = torch.optim.Adam(codebooks + others, lr=rate / 50)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(total, 1))
    write_codebooks(layers, codebooks, shared)
    for step, index, last in batches(len(data.train_x), epochs, generator, first):
        loss = F.cross_entropy(net.train()(augment(data.train_x[index], generator)), data.train_y[index])
        if broken(loss):
            yield from diverged(step)
            return -1
        net.zero_grad()
        loss.backward()
        for layer, codebook, each in zip(layers, codebooks, shared):
            codebook.grad = torch.zeros_like(codebook).index_add(0, each.assignments.flatten(), layer.weight.grad.flatten())
            codebook.grad[each.codebook == 0] = 0
        optimizer.step()
        schedule.step()
        write_codebooks(layers, codebooks, shared)
        if step % REPORT == 0:
            yield Metrics(step, {"loss": loss.item()})
        if last:
            yield from examine(step, net)
    yield Picture(step, "codebook", codebooks[-2].detach().numpy().copy())
    return step


@torch.no_grad()
def write_codebooks(layers: list[nn.Module], codebooks: list[nn.Parameter], shared: list[quantize.Shared]) -> None:
    """Every weight becomes the value it shares."""
    for layer, codebook, each in zip(layers, codebooks, shared):
        layer.weight.copy_(codebook[each.assignments])


def train_deep(method: Deep, seed: int, teacher: DigitNet) -> Iterator[Event]:
    """Prune, share, code; bytes after each step. The accuracy is that of the network decoded from the stream."""
    generator, net = seeded(seed), fast(copy.deepcopy(teacher))
    epochs = method.rounds * method.tune_epochs + method.share_epochs
    before, full = {"teacher_accuracy": test_accuracy(net)}, 4 * count(net)
    yield Started(steps_of(epochs, len(digits.load().train_x)), {"parameters": count(net), "layers": models.weight_names(net)})
    yield from examine(0, net, bytes=full, **before)
    step = yield from prune_rounds(net, method, "global", generator)
    if step < 0:
        return
    pruned, pruned_accuracy = copy.deepcopy(net), test_accuracy(net)
    pruned_bytes = prune.relative_index_bytes(net, method.index_bits)
    yield Metrics(step, {"bytes": pruned_bytes})
    shared = [quantize.share_survivors(layer.weight, 2 ** method.bits) for layer in models.weighted(net)]
    step = yield from tune_codebooks(net, shared, method.share_epochs, method.learning_rate, generator, step)
    if step < 0:
        return
    net = bitstream.settle(net)
    shared_bytes, stream = bitstream.shared_bytes(net, method.index_bits), bitstream.encode(net, method.index_bits)
    decoded = bitstream.decode(stream)
    yield Metrics(step, {"bytes": len(stream)})
    yield finished(step, decoded, {"pruned": pruned}, pruned_accuracy=pruned_accuracy, sparsity=prune.zero_share(net),
                   **before | {"bytes": len(stream), "steps": [["float32", full], ["pruned", pruned_bytes],
                                                               ["shared", shared_bytes], ["Huffman", len(stream)]],
                               "rate": bitstream.compression_rate(count(teacher), len(stream))})
