"""What the page measures without training: latency, the Pareto record of a network, and the lab's formulas."""

import copy
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from core.compression import bitstream, distill, huffman, int8, models, prune, quantize, slimming
from core.data import digits
from core.loop import hits
from core.nets import DigitNet, accuracy, count
from core.runs import Run
from core.settings import Formula

WARM_UP = 5
BATCHES = (1, 64)


@dataclass(frozen=True)
class Point:
    """One network in the Pareto picture. Latencies: median milliseconds for a batch of 1 and of 64, on one thread."""

    accuracy: float
    parameters: int
    bytes: int
    macs: int
    latency_1: float
    latency_64: float


def measure(net: DigitNet, bytes: int | None = None, repeats: int = 20) -> dict[str, float]:
    """Everything `Point` holds, as a dictionary. bytes: the stored size when it is not four per parameter."""
    data = digits.load()
    one, many = (latency({"net": net}, data.test_x[:n], repeats)["net"] for n in BATCHES)
    stored = 4 * count(net) if bytes is None else bytes
    return asdict(Point(accuracy(net, data.test_x, data.test_y), count(net), stored, models.macs(net), one, many))


@torch.inference_mode()
def latency(functions: dict[str, Callable[[Tensor], Tensor]], x: Tensor, repeats: int = 20) -> dict[str, float]:
    """Median milliseconds of each function on x, on one thread, after a warm-up.

    They take turns, so that a busy moment of the machine hits all alike.
    """
    threads, times = torch.get_num_threads(), {name: [] for name in functions}
    torch.set_num_threads(1)  # more would wait for each other in networks as small as these
    try:
        for turn in range(WARM_UP + repeats):
            for name, function in functions.items():
                start = time.perf_counter()
                function(x)
                if turn >= WARM_UP:
                    times[name].append(1000 * (time.perf_counter() - start))
    finally:
        torch.set_num_threads(threads)
    return {name: statistics.median(values) for name, values in times.items()}


def int8_report(net: DigitNet, repeats: int = 20) -> list[dict]:
    """float32 (both memory layouts) against every eight-bit engine: accuracy, bytes, latency_1, latency_64 in ms.

    channels last is the fairest opponent: the same float32 numbers in the order that suits the processor best.
    Raises int8.Int8Missing with one sentence.
    """
    data = digits.load()
    plain = copy.deepcopy(net).to(memory_format=torch.contiguous_format).eval()
    rows = {"float32": (plain, 4 * count(net)), "float32, channels last": (channels_last(net), 4 * count(net))}
    for engine in int8.engines():
        if engine != "qnnpack" or len(int8.engines()) == 1:  # made for ARM; beside the others it is ten times slower
            eight = int8.to_int8(net, engine)
            rows[f"int8, {engine}, scales {eight.scales}"] = (eight, eight.bytes)
    return _timed(rows, data, repeats)


def channels_last(net: DigitNet) -> DigitNet:
    """A copy with channels last in memory, in evaluation mode."""
    return copy.deepcopy(net).to(memory_format=torch.channels_last).eval()


@torch.inference_mode()
def _timed(rows: dict[str, tuple[Callable, int]], data: digits.Digits, repeats: int) -> list[dict]:
    functions = {name: function for name, (function, _) in rows.items()}
    one, many = (latency(functions, data.test_x[:n], repeats) for n in BATCHES)
    return [
        {
            "name": name,
            "accuracy": hits(function(data.test_x), data.test_y),
            "bytes": size,
            "latency_1": one[name],
            "latency_64": many[name],
        }
        for name, (function, size) in rows.items()
    ]


def pruning_latency(net: DigitNet, sparsity: float, batch: int = 64, repeats: int = 20) -> dict[str, float]:
    """Milliseconds of the largest dense layer: full, with zeros in it, and as PyTorch's sparse rows (CSR).

    Zeros are multiplied like any other number, so the masked layer costs what the full one does; the sparse format
    skips them, but pays for looking up where the others are. Also the whole network, full and masked.
    """
    sparse_net, x = prune.pruned(net, sparsity).eval(), digits.load().test_x[:batch]
    full, masked = (
        max(models.weighted(each), key=lambda layer: layer.weight.numel()).weight.detach().flatten(1)
        for each in (net.eval(), sparse_net)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "beta state": known, and part of the lesson
        rows = masked.to_sparse_csr()
    layer = latency(
        {
            "layer": lambda v: v @ full.T,
            "layer with zeros": lambda v: v @ masked.T,
            "layer as sparse rows": lambda v: (rows @ v.T).T,
        },
        torch.rand(batch, full.shape[1], generator=torch.Generator().manual_seed(0)),
        repeats,
    )
    return layer | latency({"network": net, "network with zeros": sparse_net}, x, repeats)


def redesign_report(channels: int = 16, kernel: int = 3, repeats: int = 20) -> list[dict]:
    """Standard against depthwise-separable convolutions of the same widths: parameters, multiply-adds, latencies in ms.

    Untrained: none of these figures depends on the weights.
    """
    nets = {kind: models.redesigned(kind, channels, kernel).eval() for kind in ("standard", "separable")}
    data = digits.load()
    one, many = (latency(nets, data.test_x[:n], repeats) for n in BATCHES)
    return [
        {
            "name": kind,
            "parameters": count(net),
            "macs": models.macs(net),
            "latency_1": one[kind],
            "latency_64": many[kind],
        }
        for kind, net in nets.items()
    ]


RATIOS = tuple(range(0, 96, 2))  # in percent; a slider moves over them, so each is measured beforehand
CURVES = ("ratio/relative", "ratio/absolute", "sparsity/global", "sparsity/layer", "bits")


def curve(net: DigitNet, name: str) -> list[dict]:
    """A curve that the page shows for a network, none of it fine-tuned; takes a second or two.

    name: ratio/… (channels removed, |γ| compared within its layer or itself), sparsity/… (weights removed, by one
    threshold or layer by layer), or bits.
    """
    match name.split("/"):
        case "ratio", how:
            return slimming.ratio_curve(net, RATIOS, relative=how == "relative")
        case "sparsity", scope:
            return prune.sparsity_curve(net, scope=scope)
        case _:
            return quantize.bits_curve(net)


def examine(run: Run) -> dict[str, dict]:
    """What a shipped run carries besides its training: every `curve` of every model in it."""
    return {"curves": {model: {name: curve(run.net(model), name) for name in CURVES} for model in run.models}}


THEORY = (
    Formula(
        "Softmax with temperature", r"S_i = \frac{\exp(V_i/T)}{\sum_j \exp(V_j/T)}", distill.softmax_with_temperature
    ),
    Formula(
        "Distillation loss",
        r"L = \alpha\, T^2\, \mathrm{KL}\!\left(S^{\text{teacher}} \,\|\, "
        r"S^{\text{student}}\right) + \beta\, \mathrm{CE}(y, V)",
        distill.distillation_loss,
    ),
    Formula(
        "Why T²: the gradient for large T",
        r"T^2\, \frac{\partial\, \mathrm{KL}}{\partial V_i} \;\to\; \frac{1}{10\,N}"
        r"\left[(V_i - \bar V) - (V^{\text{teacher}}_i - \bar V^{\text{teacher}})\right]",
        distill.logit_matching_gradient,
    ),
    Formula(
        "Bias of a class that was left out",
        r"\Delta b = \ln\frac{1/10}{9/10} - \ln\frac{\bar p}{1 - \bar p}",
        distill.prior_correction,
    ),
    Formula(
        "Slimming: a penalty on every scale", r"L' = L + \lambda \sum_{\gamma} |\gamma|", slimming.sparsity_penalty
    ),
    Formula(
        "Cost of a separable convolution",
        r"\frac{k^2 M P + M N P}{k^2 M N P} = \frac{1}{N} + \frac{1}{k^2}",
        models.separable_cost_ratio,
    ),
    Formula(
        "Even grid",
        r"\hat w = s \cdot \mathrm{clip}\!\left(\mathrm{round}(w/s),\ \pm(2^{b-1}-1)\right),\quad "
        r"s = \frac{\max|w|}{2^{b-1}-1}",
        quantize.uniform,
    ),
    Formula("k-means objective", r"\sum_{w} \min_k\, (w - c_k)^2", quantize.kmeans_objective),
    Formula("Length of Huffman's code", r"H \le \sum_i p_i\, l_i < H + 1", huffman.average_length),
    Formula(
        "Compression rate",
        r"r = \frac{4 \cdot \text{parameters}}{\text{bytes of the stream}}",
        bitstream.compression_rate,
    ),
)
