"""The shapes of this lab: teacher, students, redesigned networks; what they cost; and the surgery that slims one."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.nets import MLP, DigitNet, build


def teacher(channels: int = 16, neurons: int = 256) -> DigitNet:
    """Three 3×3 convolutions of c, 2c, 4c channels and one dense layer: 173,946 parameters as shipped."""
    return DigitNet((channels, 2 * channels, 4 * channels), (neurons,))


def student(channels: int = 6) -> DigitNet:
    """Three 3×3 convolutions of c, 2c, 4c channels, nothing dense: 3.2 % of the teacher's parameters at c = 6."""
    return DigitNet((channels, 2 * channels, 4 * channels), ())


def redesigned(architecture: str, channels: int = 16, kernel: int = 3) -> DigitNet:
    """The teacher's convolutions alone, "standard" or "separable" (depthwise k×k, then 1×1)."""
    return DigitNet((channels, 2 * channels, 4 * channels), (), kernel, architecture == "separable")


@dataclass(frozen=True)
class Cost:
    """What one layer takes: learnable numbers (BatchNorm's γ and β included) and multiply-adds for one digit."""

    layer: str
    outputs: int
    parameters: int
    macs: int


def costs(net: DigitNet | MLP) -> list[Cost]:
    """One row per layer with weights, from input to output. Multiply-adds count convolutions and dense layers only."""
    if isinstance(net, MLP):
        widths = [layer.weight.shape for layer in net.layers]
        return [
            Cost("head" if i == len(widths) - 1 else "dense", a, a * b + a, a * b) for i, (a, b) in enumerate(widths)
        ]
    rows, side = [], 28
    for layer in net.layers:
        if isinstance(layer, nn.MaxPool2d):
            side //= 2
        elif not isinstance(layer, nn.Flatten):
            weights = layer.weights
            places = side * side if isinstance(weights, nn.Conv2d) else 1
            outputs, numbers = weights.weight.shape[0], weights.weight.numel()
            rows.append(Cost(_kind(weights), outputs, numbers + 2 * outputs, numbers * places))
    head = net.head.weight
    return rows + [Cost("head", head.shape[0], head.numel() + head.shape[0], head.numel())]


def macs(net: DigitNet | MLP) -> int:
    """Multiply-adds for one digit, in convolutions and dense layers."""
    return sum(row.macs for row in costs(net))


def separable_cost_ratio(outputs: int, kernel: int) -> float:
    """Multiply-adds of a depthwise-separable over those of a full convolution with N outputs (MobileNet, section 3.1).

    k²·M·P + M·N·P over k²·M·N·P for M inputs and P places is 1/N + 1/k².
    """
    return 1 / outputs + 1 / kernel**2


def weighted(net: DigitNet | MLP) -> list[nn.Module]:
    """Every layer whose weights can be pruned or rounded: convolutions, dense layers, the head."""
    if isinstance(net, MLP):
        return list(net.layers)
    return [unit.weights for unit in net.units()] + [net.head]


def weight_names(net: DigitNet | MLP) -> list[str]:
    """What to call these layers on screen, in the same order."""
    if isinstance(net, MLP):
        return [f"dense {i + 1}" for i in range(len(net.layers) - 1)] + ["head"]
    names = [f"{_kind(unit.weights)} {i + 1}" for i, unit in enumerate(net.units())]
    return names + ["head"]


def _kind(weights: nn.Module) -> str:
    if isinstance(weights, nn.Linear):
        return "dense"
    return "depthwise" if weights.groups > 1 else "convolution"


@torch.no_grad()
def slim(net: DigitNet, keep: list[Tensor]) -> DigitNet:
    """A physically smaller copy of `net` with only the channels and neurons that `keep` marks.

    keep: one bool tensor (width,) for each unit, at least one True in each. A removed channel stops emitting its
    constant ReLU(β); that constant is not folded into the next layer, as in the paper: zero padding makes it differ
    at the border, and fine-tuning repairs the rest. With γ = β = 0 nothing is lost.
    Raises ValueError for a separable network, for a mask that does not fit, and for a layer that would become empty.
    """
    _check(net, keep)
    conv = len(net.arch["conv"])
    left = [int(k.sum()) for k in keep]
    small = build(net.arch | {"conv": left[:conv], "dense": left[conv:]})
    inputs = torch.ones(1, dtype=torch.bool)
    for i, (old, new, kept) in enumerate(zip(net.units(), small.units(), keep, strict=True)):
        if i == conv:
            inputs = inputs.repeat_interleave(_places(net))  # Flatten lays out one block of H·W numbers per channel
        new.weights.weight.copy_(old.weights.weight[kept][:, inputs])
        for name in ("weight", "bias", "running_mean", "running_var"):
            getattr(new.norm, name).copy_(getattr(old.norm, name)[kept])
        inputs = kept
    if conv == len(keep):
        inputs = inputs.repeat_interleave(_places(net))
    small.head.weight.copy_(net.head.weight[:, inputs])
    small.head.bias.copy_(net.head.bias)
    return small.train(net.training)


def _places(net: DigitNet) -> int:
    return (28 // 2 ** len(net.arch["conv"])) ** 2


def _check(net: DigitNet, keep: list[Tensor]) -> None:
    if net.arch["separable"]:
        raise ValueError("A separable network cannot be slimmed here: its depthwise channels depend on each other.")
    widths = [unit.norm.num_features for unit in net.units()]
    if [len(k) for k in keep] != widths:
        raise ValueError(f"One mask per layer is needed, of lengths {widths}.")
    if not all(k.any() for k in keep):
        raise ValueError("Every layer must keep at least one channel or neuron.")
