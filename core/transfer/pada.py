"""PADA: DANN for a target that holds only some of the source's classes; the others lose their weight (Cao et al. 2018)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from core.transfer import models
from core.transfer.dann import DaNN, reversal
from core.transfer.method import Batch, World

TIMES = 20  # in a run, how often the weights of the classes are estimated anew


def class_weights(p: Tensor) -> Tensor:
    """γ (classes,): the mean answer to the target's pictures, divided by its largest entry (section 3.2 of the paper).

    p: (N, classes) probabilities on the target. A class that the target does not hold is seldom answered, so its weight is near 0.
    """
    mean = p.mean(0)
    return mean / mean.max()


def weighted_domain_loss(guesses: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy of the domain classifier, each picture with its weight: guesses, weights (N,). The first half is the
    source's, which is 0, and weighs as its class does; a picture of the target weighs 1."""
    truth = (torch.arange(len(guesses)) >= len(guesses) // 2).float()
    return (weights * F.binary_cross_entropy_with_logits(guesses, truth, reduction="none")).mean()


class PADA(DaNN):
    """DaNN in which a source picture counts as much as its class is answered on the target."""

    def __init__(self, world: World):
        super().__init__(world)
        self.gamma = torch.ones(world.pair.classes)
        self.every = max(1, world.settings.steps // TIMES)
        self.done = 0

    def weigh(self) -> None:
        """Asks the network as it is about the target."""
        net = self.net_for("target").eval()
        self.gamma = class_weights(models.answers(net, self.world.target_x))
        net.train()

    def losses(self, batch: Batch, p: float) -> dict[str, Tensor]:
        self.done += 1
        if self.done % self.every == 0:
            self.weigh()
        weight = self.gamma[batch.y_s]
        loss, h_s, h_t, *_ = self.both(batch, torch.cat([weight, torch.ones(len(batch.y_g))]))
        guesses = self.critic(reversal(torch.cat([h_s, h_t]), self.lam_at(p))).squeeze(1)
        domain = weighted_domain_loss(guesses, torch.cat([weight, torch.ones(len(h_t))]))
        return {"loss": loss, "domain_loss": domain}
