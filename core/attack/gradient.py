"""Attacks that follow the gradient of the loss within a ball: FGSM, I-FGSM, PGD, MI-FGSM, DIM, and noise as their control.

Each is a generator of the attacked pictures after every step, so that a page can show them growing and a training can
use the last. `net`: anything that makes logits (N, classes) of pictures (N, C, H, W) and can be differentiated.
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.attack.ball import TINY, Ball
from core.attack.models import Aim, ask, by_parts

REACH = 2.5  # how far all steps of PGD together may go, in ε, where nobody chooses
SMALLEST = 0.9  # side of the smallest picture that DIM resizes to, as a share of the whole


def gradient(net: nn.Module, x: Tensor, aim: Aim) -> tuple[Tensor, Tensor]:
    """∇ₓ of what the attack raises, (N, C, H, W), and the wanted answer's lead at x, (N,).

    The loss is that of the logits, summed, so pictures do not mix.
    """

    def slope(part: Tensor, here: slice) -> tuple[Tensor, Tensor]:
        part, mine = part.detach().requires_grad_(), aim.only(here)
        logits = net(part)
        return torch.autograd.grad(mine.loss(logits).sum(), part)[0], mine.lead(logits.detach())

    slopes, leads = zip(*by_parts(net, x, slope))
    return torch.cat(slopes), torch.cat(leads)


def fgsm(net: nn.Module, x: Tensor, aim: Aim, ball: Ball) -> Iterator[Tensor]:
    """Fast gradient sign method (Goodfellow, Shlens, Szegedy 2015, section 4): x' = x + ε sign ∇ₓL.

    The worst point of the box for a linear network with two classes. With more classes another corner may be worse: the
    gradient weighs all rivals at x by their probabilities, and the sign ignores how much each pixel helps which of them.
    """
    yield ball.project(x, x + ball.steepest(gradient(net, x, aim)[0]))


def ifgsm(net: nn.Module, x: Tensor, aim: Aim, ball: Ball, steps: int, stride: float) -> Iterator[Tensor]:
    """Basic iterative method (Kurakin, Goodfellow, Bengio 2017, section 2.2): steps of α = stride · ε, each projected."""
    attacked = x
    for _ in range(steps):
        attacked = ball.project(x, attacked + stride * ball.steepest(gradient(net, attacked, aim)[0]))
        yield attacked


def pgd(
    net: nn.Module,
    x: Tensor,
    aim: Aim,
    ball: Ball,
    steps: int,
    stride: float,
    restarts: int,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Projected gradient descent (Madry et al. 2018, section 2.1): steps of α = stride · ε from random points of the ball.

    Yields, after each step, the best of each picture among all points whose answer is known: of all steps and restarts
    the one with the largest lead. The last point of a restart is asked, too.
    """
    best, lead = x, torch.full((len(x),), -torch.inf)
    for _ in range(restarts):
        attacked = ball.anywhere(x, generator)
        for step in range(steps):
            rise, now = gradient(net, attacked, aim)
            best, lead = better(best, lead, attacked, now)
            attacked = ball.project(x, attacked + stride * ball.steepest(rise))
            if step == steps - 1:
                best, lead = better(best, lead, attacked, aim.lead(ask(net, attacked)))
            yield best


def better(best: Tensor, lead: Tensor, x: Tensor, now: Tensor) -> tuple[Tensor, Tensor]:
    """Of each picture the one whose lead is larger, and that lead. Pictures (N, C, H, W), leads (N,)."""
    won = now > lead
    return torch.where(won[:, None, None, None], x, best), torch.where(won, now, lead)


def mifgsm(
    net: nn.Module, x: Tensor, aim: Aim, ball: Ball, steps: int, stride: float, momentum: float
) -> Iterator[Tensor]:
    """Momentum iterative FGSM (Dong et al. 2018, algorithm 1): gradients of mean size 1, summed with a decay μ.

    The paper divides by ‖g‖₁, the mean times the number of pixels: all sums are smaller by one factor, the steps are the same.
    """
    attacked, gathered = x, torch.zeros_like(x)
    for _ in range(steps):
        now = gradient(net, attacked, aim)[0]
        gathered = momentum * gathered + now / now.abs().mean((1, 2, 3), keepdim=True).clamp_min(TINY)
        attacked = ball.project(x, attacked + stride * ball.steepest(gathered))
        yield attacked


def dim(
    net: nn.Module,
    x: Tensor,
    aim: Aim,
    ball: Ball,
    steps: int,
    stride: float,
    momentum: float,
    often: float,
    generator: torch.Generator,
) -> Iterator[Tensor]:
    """Diverse inputs (Xie et al. 2019, section 3.2; their M-DI²-FGSM): as MI-FGSM, with gradients at T(x; p).

    often: p, the share of the steps at which the picture is resized.
    """
    yield from mifgsm(lambda x: net(diverse(x, often, generator)), x, aim, ball, steps, stride, momentum)


def diverse(x: Tensor, often: float, generator: torch.Generator) -> Tensor:
    """T(x; p): with probability p the pictures (N, C, H, W) shrunk to a random side and put at a random place on black.

    Xie et al. enlarge them instead, from 299 pixels to a frame of 330.
    """
    if torch.rand((), generator=generator) >= often:
        return x
    side = x.shape[-1]
    small = int(torch.randint(int(SMALLEST * side), side, (), generator=generator))
    left, top = torch.randint(0, side - small + 1, (2,), generator=generator).tolist()
    shrunk = F.interpolate(x, (small, small), mode="bilinear", align_corners=False)
    return F.pad(shrunk, (left, side - small - left, top, side - small - top))


def noise(x: Tensor, ball: Ball, generator: torch.Generator) -> Iterator[Tensor]:
    """No attack at all: noise of the same size, in one step."""
    yield ball.noise(x, generator)
