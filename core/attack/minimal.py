"""Attacks that look for the smallest change (L2) with which the network errs: DeepFool, and Carlini and Wagner's.

Each is a generator of the attacked pictures (N, C, H, W) in [0, 1] after every step; many pictures go in lock-step.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from core.attack.ball import TINY, lengths
from core.attack.models import Aim, ask, by_parts

RIVALS = (
    9  # best other answers whose borders DeepFool looks at: all of ten digits; of a photo's thousand, as its authors do
)
INSIDE = 0.999999  # black and white are at ±∞ on the tanh scale, where nothing moves: so they start a little inside
FIRST, FACTOR = (
    1.0,
    10.0,
)  # Carlini and Wagner's c at the start, and by how much it grows or shrinks until it is bracketed


def deepfool(net: nn.Module, x: Tensor, aim: Aim, steps: int, overshoot: float) -> Iterator[Tensor]:
    """DeepFool (Moosavi-Dezfooli, Fawzi, Frossard 2016, algorithm 2): to the nearest linearised border, until across.

    overshoot: η, as a share. Slopes are taken at x + r, r the sum of all steps, and what is yielded is x + (1 + η) r,
    both clamped. Pictures that are across stay as they are. When targeted, the only border is the one between the wanted
    answer and the best of the others. Ends early when all are across.
    """
    change, attacked = torch.zeros_like(x), x
    left = torch.nonzero(~aim.reached(ask(net, x)))[:, 0]
    for _ in range(steps):
        if len(left):
            reached = x[left] + change[left]
            change[left] = (reached + to_border(net, reached, aim.only(left))).clamp(0, 1) - x[left]
            attacked = (x + (1 + overshoot) * change).clamp(0, 1)
            left = left[~aim.only(left).reached(ask(net, attacked[left]))]
        yield attacked
        if not len(left):
            return


def to_border(net: nn.Module, x: Tensor, aim: Aim) -> Tensor:
    """The step |f| w / ‖w‖₂² to the nearest border, (N, C, H, W).

    f is by how much a rival is behind, w its gradient (equations 8 and 9 of the paper). One backward pass for each rival:
    twice as fast as all rivals in one batched pass, on digits and on photos.
    """

    def step(part: Tensor, here: slice) -> Tensor:
        part = part.detach().requires_grad_()
        gaps = leads_of(net(part), aim.only(here))
        w = torch.stack([torch.autograd.grad(gap.sum(), part, retain_graph=True)[0] for gap in gaps.unbind(1)], 1)
        size, length = gaps.detach().abs(), w.flatten(2).norm(dim=2)
        mine = torch.arange(len(part)), (size / length.clamp_min(TINY)).argmin(1)
        return (size[mine] / length[mine].square().clamp_min(TINY))[:, None, None, None] * w[mine]

    return torch.cat(by_parts(net, x, step))


def leads_of(logits: Tensor, aim: Aim) -> Tensor:
    """By how much each answer that would do leads, (N, rivals): the largest is `aim.lead`. logits: (N, classes)."""
    mine = logits.gather(1, aim.label[:, None])
    others = logits.scatter(1, aim.label[:, None], -torch.inf)
    if aim.targeted:
        return mine - others.amax(1, keepdim=True)
    return others.topk(min(RIVALS, logits.shape[1] - 1)).values - mine


def carlini_wagner(
    net: nn.Module, x: Tensor, aim: Aim, confidence: float, searches: int, steps: int, learning_rate: float
) -> Iterator[Tensor]:
    """Carlini and Wagner's L2 attack (2017, sections V and VI A): Adam on w, where x' = (tanh w + 1) / 2.

    Lowers ‖x' − x‖₂² + c · max(−lead, −κ), the lead that of the wanted logit. confidence: κ ≥ 0. learning_rate:
    Adam's. searches: how many c each picture tries, `steps` steps each. Yields of each picture the smallest change so far
    whose lead is larger than κ; x itself where there is none yet.
    """
    start = torch.atanh(INSIDE * (2 * x - 1))
    best, shortest = x, torch.full((len(x),), torch.inf)
    c, low, high = torch.full((len(x),), FIRST), torch.zeros(len(x)), torch.full((len(x),), torch.inf)
    for _ in range(searches):
        w, worked = start.clone(), torch.zeros(len(x), dtype=torch.bool)
        adam = torch.optim.Adam([w], lr=learning_rate)
        for _ in range(steps):
            w.grad, attacked, lead = pull(net, x, w, aim, c, confidence)
            adam.step()
            worked = worked | (lead > confidence)
            length = lengths(attacked - x).flatten()
            won = (lead > confidence) & (length < shortest)
            best, shortest = torch.where(won[:, None, None, None], attacked, best), torch.where(won, length, shortest)
            yield best
        c, low, high = narrowed(c, low, high, worked)


def pull(net: nn.Module, x: Tensor, w: Tensor, aim: Aim, c: Tensor, confidence: float) -> tuple[Tensor, Tensor, Tensor]:
    """The gradient of Carlini and Wagner's loss at w, and x' at w, both (N, C, H, W); the wanted answer's lead there, (N,)."""

    def pulled(part: Tensor, here: slice) -> tuple[Tensor, Tensor, Tensor]:
        part = part.detach().requires_grad_()
        attacked = (part.tanh() + 1) / 2
        lead = aim.only(here).lead(net(attacked))
        loss = (attacked - x[here]).square().sum() + (c[here] * (-lead).clamp_min(-confidence)).sum()
        return torch.autograd.grad(loss, part)[0], attacked.detach(), lead.detach()

    gradients, pictures, leads = zip(*by_parts(net, w, pulled))
    return torch.cat(gradients), torch.cat(pictures), torch.cat(leads)


def narrowed(c: Tensor, low: Tensor, high: Tensor, worked: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The next c, and the bounds between which it is searched, each (N,): larger where it failed, smaller where it worked."""
    low, high = torch.where(worked, low, c), torch.where(worked, c, high)
    c = torch.where(high.isinf(), FACTOR * low, torch.where(low == 0, high / FACTOR, (low * high).sqrt()))
    return c, low, high
