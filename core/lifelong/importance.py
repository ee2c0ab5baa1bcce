"""How much each weight matters to a finished task: Ω (P,), measured on that task's own training digits.

Pure functions. All but `scp` factorise: for a dense layer a sample's gradient is δ ⊗ a, so its square is δ² ⊗ a² and
its absolute value |δ| ⊗ |a|, and the sum over samples is one product of matrices for each layer.
outputs: the logits that compete, as a slice; the others have no gradient.
"""

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from core.lifelong.models import backward, joined, signals

BATCH = 128  # of the estimate that squares the gradient of a batch


def fisher(theta: Tensor, widths: tuple[int, ...], x: Tensor, outputs: slice) -> Tensor:
    """Exact diagonal Fisher: mean over x of Σ_c p(c|x) (∂ log p(c|x) / ∂θ_i)² (Kirkpatrick 2017, section 2.1).

    The classes are summed before the products, δ² being weighted with p(c|x): as many products as layers, not ten
    times as many.
    """
    entering, z = signals(theta, widths, x)
    p = z[:, outputs].softmax(1)
    return _squares(theta, widths, entering, outputs, p, z)


def fisher_of_labels(theta: Tensor, widths: tuple[int, ...], x: Tensor, y: Tensor, outputs: slice) -> Tensor:
    """Mean over x of (∂ log p(y|x) / ∂θ_i)² for given labels y (N,), counted from the first logit of all.

    With the true labels it is the empirical Fisher, which vanishes where the network is sure and right; with labels
    drawn from p(y|x), `sampled_labels`, an unbiased estimate of the exact one.
    """
    entering, z = signals(theta, widths, x)
    chosen = one_hot(y - outputs.start, outputs.stop - outputs.start).float()
    return _squares(theta, widths, entering, outputs, chosen, z)


def _squares(
    theta: Tensor, widths: tuple[int, ...], entering: list[Tensor], outputs: slice, weight: Tensor, z: Tensor
) -> Tensor:
    """Mean over samples of Σ_c weight[n, c] (∂ log p(c|x_n) / ∂θ)². weight: (N, classes)."""
    p, classes = z[:, outputs].softmax(1), weight.shape[1]
    delta = torch.zeros(classes, *z.shape)
    delta[:, :, outputs] = torch.eye(classes)[:, None] - p  # ∂ log p(c|x) / ∂z, for every c
    deltas = backward(theta, widths, entering, delta)
    rows = [(weight.T[:, :, None] * d**2).sum(0) for d in deltas]
    return joined(rows, [a**2 for a in entering]) / len(z)


def sampled_labels(
    theta: Tensor, widths: tuple[int, ...], x: Tensor, outputs: slice, generator: torch.Generator
) -> Tensor:
    """A class for each image, drawn from the network's own answer: (N,), counted from the first logit of all."""
    p = signals(theta, widths, x)[1][:, outputs].softmax(1)
    return torch.multinomial(p, 1, generator=generator).flatten() + outputs.start


def fisher_of_batches(theta: Tensor, widths: tuple[int, ...], x: Tensor, y: Tensor, outputs: slice) -> Tensor:
    """What much code calls Fisher: the square of a batch's mean gradient, averaged over batches of 128.

    Gradients of opposite sign cancel before they are squared, so it is about a batch size too small, and more the
    closer training came to the minimum, where the mean gradient is zero.
    """
    found = []
    for part, labels in zip(x.split(BATCH), y.split(BATCH)):
        entering, z = signals(theta, widths, part)
        delta = torch.zeros_like(z)
        delta[:, outputs] = z[:, outputs].softmax(1) - one_hot(labels - outputs.start, outputs.stop - outputs.start)
        found.append((joined(backward(theta, widths, entering, delta), entering) / len(part)) ** 2)
    return torch.stack(found).mean(0)


def mas(theta: Tensor, widths: tuple[int, ...], x: Tensor, outputs: slice) -> Tensor:
    """Mean over x of |∂ ‖f(x)‖² / ∂θ_i|: no labels (Aljundi 2018, section 4).

    The absolute value is taken for each sample, or opposite signs would cancel; the norm is squared.
    """
    entering, z = signals(theta, widths, x)
    delta = torch.zeros_like(z)
    delta[:, outputs] = 2 * z[:, outputs]
    rows = [d.abs() for d in backward(theta, widths, entering, delta)]
    return joined(rows, [a.abs() for a in entering]) / len(z)


def scp(theta: Tensor, widths: tuple[int, ...], x: Tensor, outputs: slice, directions: Tensor) -> Tensor:
    """Mean over directions ξ of (∂ ξ·f̄ / ∂θ_i)², f̄ being the mean output over x (Kolouri 2020, algorithm 1).

    directions: (L, classes), each of length 1. Each projection is squared before the average: the mean of the
    directions themselves tends to zero.
    """
    entering, z = signals(theta, widths, x)
    total = torch.zeros_like(theta)
    for direction in directions:
        delta = torch.zeros_like(z)
        delta[:, outputs] = direction / len(z)
        total += joined(backward(theta, widths, entering, delta), entering) ** 2
    return total / len(directions)


def sphere(n: int, size: int, generator: torch.Generator) -> Tensor:
    """n directions, even on the unit sphere in `size` dimensions: (n, size)."""
    return torch.nn.functional.normalize(torch.randn(n, size, generator=generator), dim=1)


def path_integral(gained: Tensor, way: Tensor, damping: float) -> Tensor:
    """SI: ω / (Δ² + ξ), never below zero (Zenke 2017, equation 5).

    gained: Σ over steps of −g·Δθ, with g the gradient of the task's own loss. way: θ at the end minus at the start.
    """
    return gained.clamp(min=0) / (way**2 + damping)


def path_score(gained: Tensor, curvature: Tensor, way: Tensor, epsilon: float) -> Tensor:
    """RWalk: loss gained over a stretch of the path, per KL divergence gone: ΔL / (½ F Δθ² + ε) (Chaudhry 2018, section 4)."""
    return gained / (0.5 * curvature * way**2 + epsilon)


def to_unit(values: Tensor) -> Tensor:
    """Shifted and scaled to [0, 1]; all zeros when the values are equal."""
    return (values - values.min()) / (values.max() - values.min()).clamp(min=torch.finfo(values.dtype).tiny)
