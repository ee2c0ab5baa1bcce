"""DaNN, the lecture's name for DANN: a domain classifier learns to tell the domains apart; its gradient is reversed on the way back.

In the literature DaNN is another method, with MMD (Ghifary et al. 2014).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.loop import fresh
from core.transfer import models
from core.transfer.method import Aligned, Batch, World


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(context, h: Tensor, lam: float) -> Tensor:
        context.lam = lam
        return h.view_as(h)

    @staticmethod
    def backward(context, gradient: Tensor) -> tuple[Tensor, None]:
        return -context.lam * gradient, None


def reversal(h: Tensor, lam: float) -> Tensor:
    """h as it is; on the way back its gradient times −λ (Ganin et al. 2016, equations 16 and 17, with λ taken into the layer).

    The λ belongs here alone, as in the paper's experiments (section 5.2.2): the domain classifier behind it learns at full
    speed from the first step on.
    """
    return _Reversal.apply(h, lam)


def rising(p: float, gamma: float) -> float:
    """λ(p) from 0 at p = 0 towards 1 at p = 1, p the share of all steps done (Ganin et al. 2016, section 5.2.2)."""
    return 2 / (1 + math.exp(-gamma * p)) - 1


def domain_loss(guesses: Tensor, source: int) -> Tensor:
    """Cross-entropy of the domain classifier: the first `source` of the logits (N,) belong to the source, which is 0."""
    truth = torch.ones_like(guesses)
    truth[:source] = 0
    return F.binary_cross_entropy_with_logits(guesses, truth)


class DaNN(Aligned):
    """Minimise L_y − λ L_d by the feature extractor, L_y by the label predictor, L_d by the domain classifier."""

    def __init__(self, world: World):
        super().__init__(world)
        self.critic = fresh(models.critic, world.settings.seed, self.net)

    def begin(self, phase: int) -> list[nn.Parameter]:
        return super().begin(phase) + list(self.critic.train().parameters())

    def lam_at(self, p: float) -> float | None:
        method = self.settings.method
        return method.lam * (rising(p, method.gamma) if method.schedule == "rising" else 1)

    def losses(self, batch: Batch, p: float) -> dict[str, Tensor]:
        loss, h_s, h_t, *_ = self.both(batch)
        guesses = self.critic(reversal(torch.cat([h_s, h_t]), self.lam_at(p))).squeeze(1)
        return {"loss": loss, "domain_loss": domain_loss(guesses, len(h_s))}
