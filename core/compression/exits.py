"""Early exits: a classifier after each block, and the rule by which a digit leaves.

Source: Teerapittayanon, McDanel, Kung, "BranchyNet", ICPR 2016 (arXiv 1709.01686).
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.compression import models
from core.nets import DigitNet, in_batches

POOLED = 7  # rows and columns that an early exit reads of each channel


class Branches(nn.Module):
    """The early exits of a digit network: one linear layer for each block of its convolutions but the last.

    conv: channels of all blocks. Each exit reads its block's channels, averaged to 7 × 7.
    """

    def __init__(self, conv: Sequence[int] = (8, 16, 32)):
        super().__init__()
        self.arch = {"kind": "branches", "conv": list(conv)}
        self.heads = nn.ModuleList(nn.Linear(channels * POOLED**2, 10) for channels in conv[:-1])


def make(arch: dict[str, Any]) -> Branches:
    """From its description, as a stored run keeps it."""
    return Branches(arch["conv"])


def logits(net: DigitNet, branches: Branches, x: Tensor) -> list[Tensor]:
    """What every exit answers to x (N, 1, 28, 28): one (N, 10) for each block, the network's own head last."""
    found, x = [], net.normalise(x)
    for layer, pool in net.pooled_layers():
        x = layer.pooled(x, pool) if pool else layer(x)
        if pool and len(found) < len(branches.heads):
            small = F.adaptive_avg_pool2d(x, POOLED).flatten(1)
            found.append(branches.heads[len(found)](small))
    return [*found, net.head(x)]


@torch.inference_mode()
def probabilities(net: DigitNet, branches: Branches, x: Tensor, batch: int = 200) -> Tensor:
    """Each exit's softmax (exits, N, 10), in evaluation mode; leaves the network's mode as it was."""
    was_training = net.training
    net.eval()
    parts = in_batches(lambda part: torch.stack(logits(net, branches, part)), x, batch)
    net.train(was_training)
    return torch.cat(parts, 1).softmax(2)


def joint_loss(answers: Sequence[Tensor], y: Tensor, weight: float) -> Tensor:
    """L = w · Σ_early CE + CE_last (section III-B). answers: logits (N, 10) of each exit, the last one last; y: labels (N,)."""
    *early, last = (F.cross_entropy(each, y) for each in answers)
    return weight * sum(early) + last


def leave(p: Tensor, confidence: float) -> Tensor:
    """The exit at which each digit leaves: the first one with max_c p_c ≥ τ, else the last one. p: (exits, N, 10). τ: from 0
    to 1. Returns (N,) int64, from 0."""
    sure = p.max(2).values >= confidence
    sure[-1] = True
    return sure.int().argmax(0)


def said(p: Tensor, exits: Tensor) -> Tensor:
    """What is answered to each digit that leaves at `exits` (N,): classes (N,)."""
    return p.argmax(2).gather(0, exits[None])[0]


def macs(net: DigitNet, branches: Branches) -> list[int]:
    """Multiply–adds for one digit until each exit has answered, early exits on the way included; the last one's last."""
    rows, total, found = models.costs(net), 0, []
    for row, head in zip(rows, branches.heads):
        total += row.macs + head.weight.numel()
        found.append(total)
    return [*found, total + sum(row.macs for row in rows[len(branches.heads) :])]


def mean_macs(exits: Tensor, costs: Sequence[int]) -> float:
    """C = Σ_e (share that leaves at e) · C_e: multiply–adds of one digit on average. exits: (N,). costs: until each exit."""
    return torch.tensor(costs, dtype=torch.float64)[exits].mean().item()
