"""Winning tickets: which weights are left after each round, and what the ones that are left start from.

Sources: Frankle, Carbin, "The Lottery Ticket Hypothesis", ICLR 2019 (arXiv 1803.03635); Zhou, Lan, Liu, Yosinski,
"Deconstructing Lottery Tickets: Zeros, Signs, and the Supermask", NeurIPS 2019 (arXiv 1905.01067).
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from core.nets import MLP


def round_share(sparsity: float, rounds: int) -> float:
    """p = 1 − (1 − s)^(1/R) in percent: what goes in each of R rounds of what is left then, so that s is gone at the end."""
    return 100 * (1 - (1 - sparsity / 100) ** (1 / rounds))


def next_masks(weights: Sequence[Tensor], masks: Sequence[Tensor], share: float) -> list[Tensor]:
    """The masks of the next round: of each layer's weights that are left, the `share` percent with the smallest magnitude go.

    weights, masks: one tensor of any shape and one bool tensor of the same shape for each layer, the last layer's last; of the
    last layer half as many go (section 2). Exactly floor(left · share / 100) weights go; what is gone stays gone.
    """
    found = []
    for i, (weight, mask) in enumerate(zip(weights, masks, strict=True)):
        part = share if i < len(weights) - 1 else share / 2
        left = mask.flatten().nonzero()[:, 0]
        order = weight.detach().flatten()[left].abs().argsort(stable=True)
        gone = left[order[: math.floor(len(left) * part / 100 + 1e-9)]]
        found.append(mask.flatten().index_fill(0, gone, False).view_as(mask))
    return found


def glorot(net: MLP, generator: torch.Generator) -> MLP:
    """Draws the weights anew: Gaussian, variance 2 / (inputs + outputs), biases zero (Glorot, Bengio 2010). Changes and returns `net`."""
    with torch.no_grad():
        for layer in net.layers:
            deviation = math.sqrt(2 / sum(layer.weight.shape))
            layer.weight.copy_(deviation * torch.randn(layer.weight.shape, generator=generator))
            layer.bias.zero_()
    return net


def signs_only(weight: Tensor) -> Tensor:
    """σ · sign(w): of a layer's initial weights the signs alone, all of one size, their standard deviation σ (Zhou et al. 2019)."""
    return weight.std(correction=0) * weight.sign()


def same_signs(weights: Sequence[Tensor], initial: Sequence[Tensor], masks: Sequence[Tensor]) -> float:
    """Of the weights that are left, the share whose sign is that of the initial weight, in percent; 50 by chance."""
    pairs = [(w.detach()[m].sign() == start[m].sign()) for w, start, m in zip(weights, initial, masks, strict=True)]
    return 100 * torch.cat(pairs).float().mean().item()
