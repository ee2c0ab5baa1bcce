"""Low-rank factorisation: a weight matrix as a product of two thin ones.

Sources: Eckart, Young 1936; Denton, Zaremba, Bruna, LeCun, Fergus, "Exploiting Linear Structure Within Convolutional
Networks for Efficient Evaluation", NIPS 2014 (arXiv 1404.0736).
"""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from core.compression import models
from core.data import digits
from core.nets import DigitNet, accuracy, build

ENERGIES = (30, 40, 50, 60, 70, 75, 80, 85, 90, 95, 98, 100)  # percent: where a slider stops


def factors(W: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """A·B ≈ W with A (m, r) = U_r √Σ_r and B (r, n) = √Σ_r V_rᵀ. W: (m, n)."""
    U, sigma, V = torch.linalg.svd(W, full_matrices=False)
    root = sigma[:rank].sqrt()
    return U[:, :rank] * root, root[:, None] * V[:rank]


def truncated(W: Tensor, rank: int) -> Tensor:
    """W_r = Σ_{i≤r} σ_i u_i v_iᵀ: of all matrices of rank r the nearest to W (m, n) in the Frobenius norm (Eckart, Young 1936)."""
    A, B = factors(W, rank)
    return A @ B


def rank_of(sigma: Tensor, energy: float) -> int:
    """The smallest r ≥ 1 with Σ_{i≤r} σ_i² ≥ E · Σ_i σ_i². sigma: singular values, descending. energy: E in percent."""
    share = 100 * (sigma.double() ** 2).cumsum(0) / (sigma.double() ** 2).sum()
    return min(len(sigma), 1 + int((share < energy - 1e-9).sum()))


def factored_cost(m: int, n: int, rank: int) -> int:
    """r·(m + n): the numbers in two factors instead of m·n; fewer where r < m·n / (m + n)."""
    return rank * (m + n)


def singular_values(net: DigitNet) -> list[Tensor]:
    """Of the weight matrix of each layer of `models.weighted`, descending; a convolution's has a row for each output channel."""
    return [torch.linalg.svdvals(layer.weight.detach().flatten(1)) for layer in models.weighted(net)]


def ranks(net: DigitNet, energy: float) -> list[int | None]:
    """The rank of each layer at an energy in percent; None where two factors would not be smaller: it stays whole."""
    found = []
    for layer, sigma in zip(models.weighted(net), singular_values(net), strict=True):
        m, n = layer.weight.flatten(1).shape
        rank = rank_of(sigma, energy)
        found.append(rank if factored_cost(m, n, rank) < m * n else None)
    return found


def costs(net: DigitNet, kept: Sequence[int | None]) -> tuple[int, int]:
    """(parameters, multiply–adds) with these ranks: a k × k convolution becomes one with r filters and a 1 × 1 convolution."""
    parameters = macs = 0
    for row, layer, rank in zip(models.costs(net), models.weighted(net), kept, strict=True):
        m, n = layer.weight.flatten(1).shape
        numbers = m * n if rank is None else factored_cost(m, n, rank)
        parameters += row.parameters - m * n + numbers
        macs += row.macs // (m * n) * numbers
    return parameters, macs


@torch.no_grad()
def approximated(net: DigitNet, kept: Sequence[int | None]) -> DigitNet:
    """A copy of `net` whose weights have these ranks, multiplied out and not fine-tuned."""
    net = copy.deepcopy(net)
    for layer, rank in zip(models.weighted(net), kept, strict=True):
        if rank is not None:
            layer.weight.copy_(truncated(layer.weight.flatten(1), rank).view_as(layer.weight))
    return net


class Product(nn.Module):
    """A weight that is a product A·B of rank r; its factors are what is trained."""

    def __init__(self, rank: int, shape: torch.Size):
        super().__init__()
        self.rank, self.shape = rank, shape

    def forward(self, A: Tensor, B: Tensor) -> Tensor:
        return (A @ B).view(self.shape)

    def right_inverse(self, W: Tensor) -> tuple[Tensor, Tensor]:
        return factors(W.flatten(1), self.rank)


def factored(net: DigitNet, kept: Sequence[int | None]) -> DigitNet:
    """A copy of `net` in which the factors are the parameters of every layer that has a rank."""
    net = copy.deepcopy(net)
    for layer, rank in zip(models.weighted(net), kept, strict=True):
        if rank is not None:
            parametrize.register_parametrization(layer, "weight", Product(rank, layer.weight.shape))
    return net


@torch.no_grad()
def multiplied(net: DigitNet) -> DigitNet:
    """The inverse of `factored`: the same function with whole weights, as every lab can open it."""
    plain = build(net.arch)
    for mine, other in zip(models.weighted(plain), models.weighted(net), strict=True):
        mine.weight.copy_(other.weight)
    plain.head.bias.copy_(net.head.bias)
    for mine, other in zip(plain.units(), net.units(), strict=True):
        mine.norm.load_state_dict(other.norm.state_dict())
    return plain.train(net.training)


def rank_curve(net: DigitNet, energies: Sequence[int] = ENERGIES) -> list[dict]:
    """Test accuracy (%) without fine-tuning, ranks, parameters and multiply–adds at each energy: about 60 ms each."""
    data, rows = digits.load(), []
    for energy in energies:
        kept = ranks(net, energy)
        parameters, macs = costs(net, kept)
        rows.append(
            {
                "energy": energy,
                "accuracy": accuracy(approximated(net, kept), data.test_x, data.test_y),
                "ranks": kept,
                "parameters": parameters,
                "macs": macs,
            }
        )
    return rows
