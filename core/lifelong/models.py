"""The network as one vector: θ holds every weight and bias, as in the lecture's formula, and Ω, θ* have its length.

With θ in one piece a penalty, a projection or an optimizer's step is one line, and takes one call instead of six.
"""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.lifelong.settings import WIDTHS, LifelongSettings, outputs_of
from core.loop import fresh
from core.nets import MEAN, MLP, STD


def network(settings: LifelongSettings) -> MLP:
    """A fresh network of the chosen size, with as many outputs as the scenario asks for."""
    return MLP(WIDTHS[settings.network], outputs_of(settings))


def widths_of(settings: LifelongSettings) -> tuple[int, ...]:
    """784, the hidden layers, the outputs."""
    return (28 * 28, *WIDTHS[settings.network], outputs_of(settings))


def flat(net: nn.Module) -> Tensor:
    """θ: every parameter of the network in one vector (P,), layer by layer, weights before biases."""
    return torch.cat([p.detach().flatten() for p in net.parameters()])


def to_net(theta: Tensor, net: nn.Module) -> nn.Module:
    """`net` with the parameters that θ holds, in evaluation mode. The inverse of `flat`."""
    nn.utils.vector_to_parameters(theta.detach().clone(), net.parameters())
    return net.eval()


def net_of(theta: Tensor, widths: tuple[int, ...]) -> MLP:
    """A network of its own with the parameters that θ holds."""
    return to_net(theta, fresh(MLP, 0, widths[1:-1], widths[-1]))


def layers(theta: Tensor, widths: tuple[int, ...]) -> list[tuple[Tensor, Tensor]]:
    """(W, b) of each layer as views into θ: W (outputs, inputs), b (outputs,)."""
    sizes = [size for a, b in pairwise(widths) for size in (a * b, b)]
    parts = theta.split(sizes)
    return [(parts[2 * i].view(b, a), parts[2 * i + 1]) for i, (a, b) in enumerate(pairwise(widths))]


def normalised(x: Tensor) -> Tensor:
    """What the first layer reads of digits x (N, 1, 28, 28) in [0, 1]: (N, 784)."""
    return (x.flatten(1) - MEAN).div_(STD)


def signals(theta: Tensor, widths: tuple[int, ...], x: Tensor) -> tuple[list[Tensor], Tensor]:
    """What enters each layer, [(N, inputs), …], and the logits (N, outputs).

    x: digits (N, 1, 28, 28) in [0, 1], or what `normalised` makes of them, (N, 784).
    """
    entering, a = [], x if x.dim() == 2 else normalised(x)
    *hidden, (w, b) = layers(theta, widths)
    for v, c in hidden:
        entering.append(a)
        a = F.linear(a, v, c).relu_()
    return [*entering, a], F.linear(a, w, b)


def logits(theta: Tensor, widths: tuple[int, ...], x: Tensor) -> Tensor:
    """What `core.nets.MLP` with these parameters answers: (N, outputs) for x as in `signals`."""
    return signals(theta, widths, x)[1]


def backward(theta: Tensor, widths: tuple[int, ...], entering: list[Tensor], delta: Tensor) -> list[Tensor]:
    """Backpropagation by hand: ∂/∂(sums of each layer) of every sample, from the first layer to the last.

    delta: (…, N, outputs), the derivative by the logits. The gradient of sample n by layer l's weights is the outer
    product of deltas[l][n] and entering[l][n], which is why nothing of size (N, P) is ever needed.
    """
    deltas = [delta]
    for (w, _), a in zip(layers(theta, widths)[:0:-1], entering[:0:-1]):
        delta = (delta @ w).mul_(a > 0)
        deltas.insert(0, delta)
    return deltas


def joined(rows: list[Tensor], entering: list[Tensor]) -> Tensor:
    """Σ_n rows[l][n] ⊗ entering[l][n] of every layer, and Σ_n rows[l][n] of its biases, as one vector (P,)."""
    return torch.cat([part.flatten() for r, a in zip(rows, entering) for part in (r.T @ a, r.sum(0))])


def first_task_view(net: MLP) -> MLP:
    """The network cut down to its first ten outputs, which are the first task's: an ordinary digit classifier."""
    small = fresh(MLP, 0, net.arch["hidden"], min(10, net.arch["outputs"]))
    cut = {
        name: value[:10] if name.startswith(f"layers.{len(net.layers) - 1}.") else value
        for name, value in net.state_dict().items()
    }
    small.load_state_dict(cut)
    return small.eval()
