"""What D and G want: pure functions of D's raw scores for real examples and for fakes, each (N,). Of S seeds at once: (S, N), to (S,)."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def optimal_discriminator(p: Tensor, q: Tensor) -> Tensor:
    """What the best D says of a place where real examples have density p and fakes q: ½ wherever they are equal
    (Goodfellow et al. 2014, proposition 1). p, q: of one shape, not both 0."""
    return p / (p + q)


def d_logistic(real: Tensor, fake: Tensor) -> Tensor:
    """−log D(x) − log(1 − D(G(z))) with D = sigmoid(score), means over the batch (Goodfellow et al. 2014, equation 1)."""
    return F.softplus(-real).mean(-1) + F.softplus(fake).mean(-1)


def g_saturating(fake: Tensor) -> Tensor:
    """log(1 − D(G(z))): its gradient by the score is −D(G(z)), which vanishes where D is sure (Goodfellow et al. 2014, equation 1)."""
    return -F.softplus(fake).mean(-1)


def g_nonsaturating(fake: Tensor) -> Tensor:
    """−log D(G(z)): its gradient by the score is −(1 − D(G(z))), largest where D is sure (Goodfellow et al. 2014, section 3)."""
    return F.softplus(-fake).mean(-1)


def d_least_squares(real: Tensor, fake: Tensor) -> Tensor:
    """½(D(x) − 1)² + ½ D(G(z))² on raw scores (Mao et al. 2017, equation 9)."""
    return 0.5 * (real - 1).square().mean(-1) + 0.5 * fake.square().mean(-1)


def g_least_squares(fake: Tensor) -> Tensor:
    """½(D(G(z)) − 1)² on raw scores (Mao et al. 2017, equation 9)."""
    return 0.5 * (fake - 1).square().mean(-1)


def d_wasserstein(real: Tensor, fake: Tensor) -> Tensor:
    """D(G(z)) − D(x), means: minus the distance that the critic measures (Arjovsky et al. 2017, equation 3)."""
    return fake.mean(-1) - real.mean(-1)


def g_wasserstein(fake: Tensor) -> Tensor:
    """−D(G(z)): its gradient by the score never vanishes (Arjovsky et al. 2017, algorithm 1)."""
    return -fake.mean(-1)


def d_hinge(real: Tensor, fake: Tensor) -> Tensor:
    """max(0, 1 − D(x)) + max(0, 1 + D(G(z))), means (Miyato et al. 2018, equation 16)."""
    return (1 - real).relu().mean(-1) + (1 + fake).relu().mean(-1)


def cycle_loss(x: Tensor, back_x: Tensor, y: Tensor, back_y: Tensor) -> Tensor:
    """‖F(G(x)) − x‖₁ + ‖G(F(y)) − y‖₁, means over batch and pixels (Zhu et al. 2017, equation 2). back_x = F(G(x)), back_y = G(F(y))."""
    return (back_x - x).abs().mean() + (back_y - y).abs().mean()


def gradient_penalty(D: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, between: Tensor) -> Tensor:
    """(‖∇D(x̂)‖ − 1)², mean over points x̂ on the lines from real ones to fakes (Gulrajani et al. 2017, equation 3).

    real, fake: (N, ...), `between`: (N,) in [0, 1], where on the line. The norm is over all numbers of an example.
    """
    share = between.view(*between.shape, *[1] * (real.dim() - between.dim()))
    return (gradient_norms(D, share * real + (1 - share) * fake) - 1).square().mean(-1)


def r1_penalty(D: Callable[[Tensor], Tensor], real: Tensor) -> Tensor:
    """½‖∇D(x)‖², mean over real examples (Mescheder et al. 2018, equation 9). real: (N, ...)."""
    return 0.5 * squares(D, real).mean(-1)


def gradient_norms(D: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """‖∇D(x)‖ of each example (N, ...): (N,). A tiny number under the root keeps its own gradient finite at 0."""
    return (squares(D, x) + 1e-12).sqrt()


def squares(D: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """‖∇D(x)‖² of each example (N, ...), over all its numbers, itself differentiable by D's weights: (N,), as D(x) is."""
    x = x.detach().requires_grad_(True)
    scores = D(x)
    (gradient,) = torch.autograd.grad(scores.sum(), x, create_graph=True)
    return gradient.square().flatten(scores.dim()).sum(-1)


@torch.no_grad()
def clip_weights(net: nn.Module, limit: float) -> None:
    """Every weight into [−c, c], in place (Arjovsky et al. 2017, algorithm 1)."""
    for weight in net.parameters():
        weight.clamp_(-limit, limit)


LOSSES: dict[str, tuple[Callable[[Tensor, Tensor], Tensor], Callable[[Tensor], Tensor]]] = {
    "saturating": (d_logistic, g_saturating),
    "nonsaturating": (d_logistic, g_nonsaturating),
    "ls": (d_least_squares, g_least_squares),
    "wgan": (d_wasserstein, g_wasserstein),
    "gp": (d_wasserstein, g_wasserstein),
    "hinge": (d_hinge, g_wasserstein),
}
