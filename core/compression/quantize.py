"""Rounding weights to few values: an even grid, or values shared through a k-means codebook.

Sources: Jacob et al. 2018 (arXiv 1712.05877) for grids, Rastegari et al. 2016 (XNOR-Net, section 3.1) for one bit,
Han, Mao, Dally 2016 (Deep Compression, section 3) for sharing.
"""

import copy
import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.compression.models import weighted
from core.compression.prune import other_bytes
from core.data import digits
from core.nets import DigitNet, accuracy


def uniform(w: Tensor, bits: int, granularity: str = "tensor") -> tuple[Tensor, Tensor]:
    """w rounded to scale · {−(2^(b−1)−1), …, 2^(b−1)−1}, symmetric around zero; one bit: ±mean|w|.

    w: (outputs, …). granularity: "tensor" (one scale) or "channel" (one per output). Returns the rounded weights and
    the scales, () or (outputs, 1, …). Every error is at most scale/2 from two bits on.
    """
    axes = list(range(1, w.ndim)) if granularity == "channel" else list(range(w.ndim))
    if bits == 1:
        scale = w.abs().mean(axes, keepdim=granularity == "channel")
        return scale * torch.where(w < 0, -1.0, 1.0), scale
    largest = 2 ** (bits - 1) - 1
    scale = (w.abs().amax(axes, keepdim=granularity == "channel") / largest).clamp_min(1e-12)
    return scale * (w / scale).round().clamp(-largest, largest), scale


@dataclass(frozen=True)
class Shared:
    """Weights that share values: codebook (k,), ascending, and for each weight its place in it, int64 of its shape."""

    codebook: Tensor
    assignments: Tensor

    def weights(self) -> Tensor:
        return self.codebook[self.assignments]


def kmeans(w: Tensor, k: int, iterations: int = 50) -> Shared:
    """One-dimensional k-means (Lloyd's algorithm) of all numbers in w, centroids first spread evenly from min to max.

    Linear initialisation keeps the few large weights represented, which matter most (Deep Compression, section 3.2).
    In one dimension a cluster is an interval of the sorted numbers, so sums come from one cumulative sum.
    """
    values = w.detach().flatten().double().sort().values
    sums = torch.cat([torch.zeros(1, dtype=torch.double), values.cumsum(0)])
    codebook = torch.linspace(values[0].item(), values[-1].item(), k, dtype=torch.double)
    for _ in range(iterations):
        ends = torch.searchsorted(values, (codebook[1:] + codebook[:-1]) / 2)
        bounds = torch.cat([torch.tensor([0]), ends, torch.tensor([len(values)])])
        sizes = bounds.diff()
        means = (sums[bounds[1:]] - sums[bounds[:-1]]) / sizes.clamp_min(1)
        moved = torch.where(sizes > 0, means, codebook)  # an empty cluster stays where it is
        if torch.equal(moved, codebook):
            break
        codebook = moved
    codebook = codebook.to(w.dtype)
    return Shared(codebook, nearest(w, codebook))


def share_survivors(w: Tensor, k: int) -> Shared:
    """k-means with k − 1 values among the weights that are not zero; zero keeps a place of its own in the codebook."""
    alive = w.detach()[w.detach() != 0]
    values = kmeans(alive, k - 1).codebook if len(alive) else alive
    values = torch.cat([values, torch.zeros(1)]).unique()
    return Shared(values, torch.where(w == 0, torch.searchsorted(values, torch.zeros(())), nearest(w, values)))


def nearest(w: Tensor, codebook: Tensor) -> Tensor:
    """For each number of w the place of the nearest centroid in the ascending codebook."""
    return torch.searchsorted(((codebook[1:] + codebook[:-1]) / 2).contiguous(), w.detach().contiguous())


def kmeans_objective(w: Tensor, codebook: Tensor) -> Tensor:
    """Σ_w min_k (w − c_k)²: what k-means minimises (Deep Compression, equation 2)."""
    return ((w.flatten()[:, None] - codebook) ** 2).min(1).values.sum()


def scale_bytes(net: DigitNet, bits: int, scheme: str, granularity: str) -> int:
    """Bytes of the rounded network: codes, scales or codebooks in float32, and `other_bytes` (BatchNorm, bias)."""
    total = other_bytes(net)
    for layer in weighted(net):
        extras = 2**bits if scheme == "shared" else layer.weight.shape[0] if granularity == "channel" else 1
        total += math.ceil(layer.weight.numel() * bits / 8) + 4 * extras
    return total


def round_weights(w: Tensor, bits: int, scheme: str = "uniform", granularity: str = "tensor") -> Tensor:
    """w on an even grid ("uniform") or shared through a codebook of 2^bits values ("shared")."""
    return kmeans(w, 2**bits).weights() if scheme == "shared" else uniform(w, bits, granularity)[0]


@torch.no_grad()
def quantized(net: DigitNet, bits: int, scheme: str = "uniform", granularity: str = "tensor") -> tuple[DigitNet, dict]:
    """A rounded copy of `net` (float32 numbers, few different ones) and {"bytes", "error"}, not fine-tuned.

    error: root mean square of the weights' change over root mean square of the weights, in percent.
    """
    rounded, squares, total = copy.deepcopy(net), 0.0, 0.0
    for layer in weighted(rounded):
        w = round_weights(layer.weight, bits, scheme, granularity)
        squares, total = squares + ((w - layer.weight) ** 2).sum().item(), total + (layer.weight**2).sum().item()
        layer.weight.copy_(w)
    return rounded, {"bytes": scale_bytes(net, bits, scheme, granularity), "error": 100 * math.sqrt(squares / total)}


SCHEMES = {"per layer": ("uniform", "tensor"), "per channel": ("uniform", "channel"), "k-means": ("shared", "tensor")}


def bits_curve(net: DigitNet, bits=(1, 2, 3, 4, 5, 6, 7, 8)) -> list[dict]:
    """Test accuracy, bytes and error without fine-tuning, for all bits and schemes: about 3 s, once per network."""
    data, rows = digits.load(), []
    for name, (scheme, granularity) in SCHEMES.items():
        for b in bits:
            rounded, about = quantized(net, b, scheme, granularity)
            rows.append({"scheme": name, "bits": b, "accuracy": accuracy(rounded, data.test_x, data.test_y)} | about)
    return rows
