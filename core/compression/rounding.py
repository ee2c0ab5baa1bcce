"""Training that makes a teacher smaller by rounding: on a grid, with shared values, and Deep Compression as a whole."""

import copy
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.compression import bitstream, models, monitor, pictures, prune, quantize
from core.compression.loop import BATCH, REPORT, augment, examine, finished, test_accuracy
from core.compression.settings import Deep, Quantize
from core.compression.shrink import Phase, prune_rounds
from core.data import digits
from core.events import Event, Metrics, Started
from core.loop import batches, broken, diverged, one_cycle, seeded, steps_of
from core.nets import DigitNet, count


def train_quantized(method: Quantize, seed: int, teacher: DigitNet) -> Iterator[Event]:
    """Round, then fine-tune the rounded network: on a grid by the straight-through gradient, or the shared values."""
    generator, net = seeded(seed), copy.deepcopy(teacher)
    before = {"teacher_accuracy": test_accuracy(net)}
    rounded, about = quantize.quantized(net, method.bits, method.scheme, method.granularity)
    yield Started(
        steps_of(len(digits.load().train_x), BATCH, method.tune_epochs),
        {"parameters": count(net), "layers": models.weight_names(net)} | about,
    )
    yield from examine(0, rounded, **before)
    yield from monitor.size(0, 4 * count(net), about["bytes"])
    yield from monitor.piece(0, net)
    yield from monitor.piece(0, rounded)
    if method.scheme == "shared":
        shared = [quantize.kmeans(layer.weight, 2**method.bits) for layer in models.weighted(net)]
        step = yield from tune_codebooks(net, shared, method.tune_epochs, method.learning_rate, generator, 0, before)
    else:
        step = yield from tune_on_grid(net, method, generator, before)
    if step < 0:
        return
    yield from finished(step, net, before_tuning=test_accuracy(rounded), **before | about)


def tune_on_grid(net: DigitNet, method: Quantize, generator: torch.Generator, before: dict[str, float]) -> Phase:
    """Straight-through: the gradient at the rounded weights moves the exact ones (Courbariaux et al. 2015).

    Leaves `net` rounded.
    """
    data, step, layers = digits.load(), 0, models.weighted(net)
    total = steps_of(len(data.train_x), BATCH, method.tune_epochs)
    optimizer, schedule = one_cycle(net.parameters(), method.learning_rate, total)
    for step, index, last in batches(len(data.train_x), BATCH, method.tune_epochs, generator):
        exact = round_in_place(layers, method)
        loss = F.cross_entropy(net.train()(augment(data.train_x[index], generator)), data.train_y[index])
        if broken(loss):
            yield from diverged(step)
            return -1
        optimizer.zero_grad()
        loss.backward()
        if step % REPORT == 0:
            yield Metrics(step, {"loss": loss.item()})
            yield from monitor.piece(step, net)
        if last:
            yield from examine(step, net, **before)
        for layer, weight in zip(layers, exact, strict=True):
            layer.weight.data.copy_(weight)
        optimizer.step()
        schedule.step()
    round_in_place(layers, method)
    return step


@torch.no_grad()
def round_in_place(layers: list[nn.Module], method: Quantize) -> list[Tensor]:
    """Puts rounded weights into the layers and returns the exact ones."""
    exact = [layer.weight.clone() for layer in layers]
    for layer, weight in zip(layers, exact, strict=True):
        layer.weight.copy_(quantize.uniform(weight, method.bits, method.granularity)[0])
    return exact


def tune_codebooks(
    net: DigitNet,
    shared: list[quantize.Shared],
    epochs: int,
    learning_rate: float,
    generator: torch.Generator,
    first: int,
    before: dict[str, float],
) -> Phase:
    """Moves the shared values, not who shares them.

    A centroid's gradient is the sum of its weights' gradients (Han 2016, section 3.3). Adam at a fiftieth of the learning rate,
    because these sums differ between layers by orders of magnitude. A centroid at exactly zero stays there.
    """
    data, step, layers = digits.load(), first, models.weighted(net)
    codebooks = [nn.Parameter(each.codebook.clone()) for each in shared]
    others = [p for unit in net.units() for p in unit.norm.parameters()] + [net.head.bias]
    optimizer = torch.optim.Adam(codebooks + others, lr=learning_rate / 50)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, steps_of(len(data.train_x), BATCH, epochs)))
    write_codebooks(layers, codebooks, shared)
    for step, index, last in batches(len(data.train_x), BATCH, epochs, generator, first):
        loss = F.cross_entropy(net.train()(augment(data.train_x[index], generator)), data.train_y[index])
        if broken(loss):
            yield from diverged(step)
            return -1
        net.zero_grad()
        loss.backward()
        for layer, codebook, each in zip(layers, codebooks, shared, strict=True):
            codebook.grad = centroid_gradient(layer.weight.grad, each)
        optimizer.step()
        schedule.step()
        write_codebooks(layers, codebooks, shared)
        if step % REPORT == 0:
            yield Metrics(step, {"loss": loss.item()})
            yield from monitor.piece(step, net)
        if last:
            yield from examine(step, net, **before)
    largest = max(range(len(layers)), key=lambda i: layers[i].weight.numel())
    yield pictures.CODEBOOK.at(step, codebooks[largest].detach().numpy().copy())
    return step


def centroid_gradient(gradient: Tensor, shared: quantize.Shared) -> Tensor:
    """∂L/∂c_k: the sum of ∂L/∂w over the weights that share c_k; 0 for a centroid at zero. (k,)"""
    sums = torch.zeros_like(shared.codebook).index_add(0, shared.assignments.flatten(), gradient.flatten())
    return sums * (shared.codebook != 0)


@torch.no_grad()
def write_codebooks(layers: list[nn.Module], codebooks: list[nn.Parameter], shared: list[quantize.Shared]) -> None:
    """Every weight becomes the value it shares."""
    for layer, codebook, each in zip(layers, codebooks, shared, strict=True):
        layer.weight.copy_(codebook[each.assignments])


def train_deep(method: Deep, seed: int, teacher: DigitNet) -> Iterator[Event]:
    """Prune, share, code; bytes after each step. The accuracy is that of the network decoded from the stream."""
    generator, net = seeded(seed), copy.deepcopy(teacher)
    epochs = method.rounds * method.tune_epochs + method.share_epochs
    before, full = {"teacher_accuracy": test_accuracy(net)}, 4 * count(net)
    yield Started(
        steps_of(len(digits.load().train_x), BATCH, epochs),
        {"parameters": count(net), "layers": models.weight_names(net)},
    )
    yield from examine(0, net, bytes=full, **before)
    yield from monitor.size(0, full, full)
    yield from monitor.piece(0, net)
    step = yield from prune_rounds(net, method, "global", generator, before)
    if step < 0:
        return
    pruned, pruned_bytes = copy.deepcopy(net), prune.relative_index_bytes(net, method.index_bits)
    yield Metrics(step, {"bytes": pruned_bytes})
    yield from monitor.size(step, full, pruned_bytes)
    shared = [quantize.share_survivors(layer.weight, 2**method.bits) for layer in models.weighted(net)]
    step = yield from tune_codebooks(net, shared, method.share_epochs, method.learning_rate, generator, step, before)
    if step < 0:
        return
    bitstream.settle(net)
    shared_bytes, stream = bitstream.shared_bytes(net, method.index_bits), bitstream.encode(net, method.index_bits)
    yield Metrics(step, {"bytes": len(stream)})
    yield from monitor.size(step, full, len(stream))
    yield from finished(
        step,
        bitstream.decode(stream),
        {"pruned": pruned},
        **before
        | {
            "bytes": len(stream),
            "rate": bitstream.compression_rate(count(teacher), len(stream)),
            "steps": [["float32", full], ["pruned", pruned_bytes], ["shared", shared_bytes], ["Huffman", len(stream)]],
            "symbols": bitstream.symbol_counts(net, method.index_bits),
            "sparsity": prune.zero_share(net),
            "pruned_accuracy": test_accuracy(pruned),
        },
    )
