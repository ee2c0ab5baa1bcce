"""ADDA: a second encoder learns to pass for the source's (Tzeng et al. 2017)."""

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.loop import fresh
from core.transfer import models
from core.transfer.dann import domain_loss
from core.transfer.method import Batch, SourceOnly


def passing_loss(guesses: Tensor) -> Tensor:
    """−log of the domain classifier's belief that the target's features are the source's: guesses (N,) (equation 9).

    Not the reversed gradient: this one is steep where the classifier is sure.
    """
    return F.binary_cross_entropy_with_logits(guesses, torch.zeros_like(guesses))


class ADDA(SourceOnly):
    """First the source alone. Then its encoder and the label predictor are frozen, and a copy of the encoder learns."""

    def rate(self, phase: int) -> float:
        return self.settings.learning_rate if phase == 0 else self.settings.method.encoder_rate

    def begin(self, phase: int) -> list[nn.Parameter]:
        if phase == 0:
            return super().begin(phase)
        self.twin = models.refresh(
            copy.deepcopy(self.net), self.world.target_x
        )  # a better start than the source's statistics
        self.net.eval().requires_grad_(False)
        self.critic = fresh(models.critic, self.settings.seed, self.net)
        self.learner = torch.optim.Adam(
            self.critic.parameters(), self.settings.learning_rate / 2, betas=(0.5, 0.999), fused=True
        )
        self.twin.train()
        return list(models.extractor(self.twin).parameters())

    def losses(self, batch: Batch, p: float) -> dict[str, Tensor]:
        if self.critic is None:
            return super().losses(batch, p)
        with torch.no_grad():
            h_s = models.extractor(self.net)(batch.x_s)
        h_t, _ = models.through(self.twin, batch.x_t)
        self._judge(h_s, h_t.detach())
        return {"passing_loss": passing_loss(self.critic(h_t).squeeze(1))}

    def _judge(self, h_s: Tensor, h_t: Tensor) -> None:
        """One step of the domain classifier."""
        self.learner.zero_grad()
        domain_loss(self.critic(torch.cat([h_s, h_t])).squeeze(1), len(h_s)).backward()
        self.learner.step()
