"""Weight pruning by magnitude (Han, Pool, Tran, Dally, "Learning both Weights and Connections", NIPS 2015)."""

import copy
import math

import numpy as np
import torch
from torch import Tensor

from core.compression.models import weighted
from core.data import digits
from core.nets import MLP, DigitNet, accuracy

INDEX_BITS = 5


def magnitude_masks(net: DigitNet, sparsity: float, scope: str = "global") -> list[Tensor]:
    """Which weights survive when the `sparsity` percent with the smallest magnitude go: True keeps.

    One bool tensor of the weights' shape for every layer of `weighted(net)`. scope "global": one threshold for the
    whole network; "layer": the same share of every layer. Exactly floor(n · sparsity / 100) weights go.
    """
    weights = [layer.weight.detach().abs() for layer in weighted(net)]
    if scope == "layer":
        return [_largest(weight.flatten(), sparsity).view_as(weight) for weight in weights]
    every = _largest(torch.cat([weight.flatten() for weight in weights]), sparsity)
    parts = every.split([weight.numel() for weight in weights])
    return [part.view_as(weight) for part, weight in zip(parts, weights, strict=True)]


def _largest(magnitudes: Tensor, sparsity: float) -> Tensor:
    keep = torch.ones(len(magnitudes), dtype=torch.bool)
    keep[magnitudes.argsort(stable=True)[: math.floor(len(magnitudes) * sparsity / 100 + 1e-9)]] = False
    return keep


@torch.no_grad()
def apply_masks(net: DigitNet, masks: list[Tensor]) -> DigitNet:
    """Sets the weights that a mask drops to zero. Needed after every optimiser step: momentum revives them."""
    for layer, mask in zip(weighted(net), masks, strict=True):
        layer.weight.mul_(mask)
    return net


def pruned(net: DigitNet, sparsity: float, scope: str = "global") -> DigitNet:
    """A copy of `net` with its smallest weights set to zero, not fine-tuned."""
    net = copy.deepcopy(net)
    return apply_masks(net, magnitude_masks(net, sparsity, scope))


def zero_share(net: DigitNet) -> float:
    """Share of the weights (convolutions, dense layers, head) that are exactly zero, in percent."""
    weights = [layer.weight for layer in weighted(net)]
    return 100 * sum(int((w == 0).sum()) for w in weights) / sum(w.numel() for w in weights)


def sparsity_curve(
    net: DigitNet, shares=(0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92, 94, 96, 98, 99), scope: str = "global"
) -> list[dict]:
    """Test accuracy without fine-tuning, and bytes of the sparse formats, for every share of zeros (percent)."""
    data, rows = digits.load(), []
    for share in shares:
        sparse = pruned(net, share, scope)
        rows.append(
            {
                "sparsity": share,
                "accuracy": accuracy(sparse, data.test_x, data.test_y),
                "bytes": relative_index_bytes(sparse),
                "csr_bytes": csr_bytes(sparse),
            }
        )
    return rows


def other_bytes(net: DigitNet | MLP) -> int:
    """Bytes of what no method here prunes: two float32 per channel (BatchNorm folds into them), the head's bias; all biases of
    a network without BatchNorm."""
    if isinstance(net, MLP):
        return 4 * sum(layer.bias.numel() for layer in net.layers)
    return 4 * (2 * sum(unit.norm.num_features for unit in net.units()) + net.head.bias.numel())


def csr_bytes(net: DigitNet) -> int:
    """Bytes as compressed sparse rows: float32 values, 16-bit column numbers, 32-bit row starts."""
    total = other_bytes(net)
    for layer in weighted(net):
        total += 6 * int((layer.weight != 0).sum()) + 4 * (layer.weight.shape[0] + 1)
    return total


def relative_index_bytes(net: DigitNet, index_bits: int = INDEX_BITS) -> int:
    """Bytes as float32 values and the gaps between them in `index_bits`, fillers counted (Han 2016, figure 2)."""
    total = other_bytes(net)
    for layer in weighted(net):
        entries = len(gaps(layer.weight.detach().flatten().numpy(), index_bits)[0])
        total += math.ceil(entries * (32 + index_bits) / 8)
    return total


def gaps(flat: np.ndarray, index_bits: int) -> tuple[np.ndarray, np.ndarray]:
    """A sparse vector as (gap − 1 to the previous entry, value); gaps above 2^index_bits take filler zeros.

    flat: (n,) numbers. Returns two arrays of equal length: int64 in [0, 2^index_bits) and values, fillers zero.
    """
    span = 2**index_bits
    places = np.flatnonzero(flat)
    steps = np.diff(places, prepend=-1)
    fillers = (steps - 1) // span
    ends = np.cumsum(fillers + 1) - 1
    codes = np.full(int((fillers + 1).sum()), span - 1, dtype=np.int64)
    values = np.zeros(len(codes), dtype=flat.dtype)
    codes[ends] = (steps - 1) % span
    values[ends] = flat[places]
    return codes, values


def from_gaps(codes: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    """The inverse of `gaps`: a vector of n numbers."""
    flat = np.zeros(n, dtype=values.dtype)
    flat[np.cumsum(codes + 1) - 1] = values
    return flat
