"""Neuron pruning by the scale γ of BatchNorm (Liu et al., "Network Slimming", ICCV 2017)."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from core.compression.loop import augment
from core.compression.models import slim
from core.data import digits
from core.nets import DigitNet, accuracy, count


def gammas(net: DigitNet) -> list[Tensor]:
    """|γ| of every unit, from input to output: one tensor (width,) each. Raises ValueError where there is no BatchNorm."""
    if not isinstance(net, DigitNet):
        raise ValueError("This network has no BatchNorm, so it has no γ to go by.")
    return [unit.norm.weight.detach().abs() for unit in net.units()]


def sparsity_penalty(net: DigitNet, lam: float) -> Tensor:
    """λ · Σ |γ| over all channels and neurons: what slimming adds to the loss (equation 1)."""
    return lam * sum(unit.norm.weight.abs().sum() for unit in net.units())


@torch.no_grad()
def add_subgradient(net: DigitNet, lam: float) -> None:
    """Adds λ · sign(γ) to the gradient of every γ. To be called after `backward`, which overwrites nothing then."""
    for unit in net.units():
        unit.norm.weight.grad += lam * unit.norm.weight.sign()


def gamma_keep(net: DigitNet, ratio: float, relative: bool = True) -> list[Tensor]:
    """Which channels survive when the `ratio` percent with the smallest |γ| of the whole network go.

    One bool tensor (width,) per unit. One threshold for all layers; a layer that would lose everything keeps its
    largest |γ|, so that a little less than `ratio` may go.

    relative: compare |γ| / max |γ| of its layer. The paper compares |γ| itself, but where another BatchNorm follows
    it undoes any common factor of a layer's γ: the penalty then shrinks these layers as a whole, without cost, and one
    absolute threshold would empty them (measured here: three convolutions left with one channel each).
    """
    scales = [scale / scale.max().clamp_min(1e-12) if relative else scale for scale in gammas(net)]
    every = torch.cat(scales)
    gone = torch.zeros(len(every), dtype=torch.bool)
    gone[every.argsort(stable=True)[: math.floor(len(every) * ratio / 100)]] = True
    keep = [~part for part in gone.split([len(scale) for scale in scales])]
    for mask, scale in zip(keep, scales, strict=True):
        if not mask.any():
            mask[scale.argmax()] = True
    return keep


def widths(net: DigitNet) -> list[int]:
    """Channels and neurons of every unit, from input to output: what the drawing of a network needs."""
    return [unit.norm.num_features for unit in net.units()]


@torch.no_grad()
def recalibrate(net: DigitNet, batches: int = 8, seed: int = 0) -> DigitNet:
    """Measures BatchNorm's means and variances anew on training digits; weights stay. Changes and returns `net`.

    After pruning, the inputs of every layer are different from what its running statistics remember.
    """
    data, generator = digits.load(), torch.Generator().manual_seed(seed)
    norms = [unit.norm for unit in net.units()]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain average over all batches
    was_training = net.training
    net.train()
    for index in torch.randperm(len(data.train_x), generator=generator)[: batches * 128].split(128):
        net(augment(data.train_x[index], generator))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    return net.train(was_training)


def slimmed(net: DigitNet, ratio: float, recalibrated: bool = False, relative: bool = True) -> DigitNet:
    """The physically smaller network at a pruning ratio in percent, before any fine-tuning."""
    small = slim(net, gamma_keep(net, ratio, relative)).eval()
    return recalibrate(small) if recalibrated else small


def slim_point(net: DigitNet, ratio: float, recalibrated: bool = False, relative: bool = True) -> dict:
    """Test accuracy (%), parameters and widths of the smaller network at one ratio: about 50 ms."""
    data = digits.load()
    small = slimmed(net, ratio, recalibrated, relative)
    return {
        "ratio": ratio,
        "accuracy": accuracy(small, data.test_x, data.test_y),
        "parameters": count(small),
        "widths": widths(small),
    }


def ratio_curve(net: DigitNet, ratios: Sequence[int], recalibrated: bool = False, relative: bool = True) -> list[dict]:
    """`slim_point` for every ratio: about 40 ms each."""
    return [slim_point(net, ratio, recalibrated, relative) for ratio in ratios]
