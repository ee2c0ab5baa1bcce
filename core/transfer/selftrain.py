"""Self-training: the network's own surest answers on the target become its labels, the same share of each class.

The choice by class is that of Zou et al. 2018. Their rounds take 20 % of each class and 5 % more each time, up to 50 %; ours
take 90 % to all: with DaNN before them the answers are right in nine cases of ten.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from core.transfer import models
from core.transfer.dann import DaNN, rising
from core.transfer.method import Aligned, Batch, World

GAMMA = 10  # of λ(p), as in the DANN paper
FIRST = 0.9  # share of the answers that the first round takes as labels; the last takes all


def believed(p: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """Which pictures to believe, and as what: of each class that is answered, this share of them, the surest.

    p: (N, classes) probabilities. Returns indices (K,) and labels (K,). One threshold for all classes would believe only
    what is easy (Zou et al. 2018, section 4.2).
    """
    sure, said = p.max(1)
    found = []
    for which in said.unique():
        own = torch.nonzero(said == which).flatten()
        found.append(own[sure[own].argsort(descending=True, stable=True)[: max(1, round(share * len(own)))]])
    index = torch.cat(found)
    return index, said[index]


class SelfTraining(DaNN):
    """First DaNN, or the source alone; then rounds in each of which the network learns from what it answered before.

    The domain classifier stays where there was one: without it the rounds unlearn what it brought (measured).
    """

    index: Tensor | None = None  # which target pictures are believed, and as what
    labels: Tensor | None = None

    def __init__(self, world: World):
        super().__init__(world)
        if world.settings.method.start == "source":
            self.critic = None

    def rate(self, phase: int) -> float:
        return self.settings.learning_rate / (2 if phase else 1)

    def begin(self, phase: int) -> list[nn.Parameter]:
        if phase:
            p = models.answers(self.twin.eval(), self.world.target_x)
            self.index, self.labels = believed(p, share_of(phase, self.settings.method.rounds))
        return super().begin(phase) if self.critic is not None else Aligned.begin(self, phase)

    def lam_at(self, p: float) -> float | None:
        return None if self.critic is None else rising(1.0 if self.index is not None else p, GAMMA)

    def losses(self, batch: Batch, p: float) -> dict[str, Tensor]:
        if self.index is not None:
            pick = torch.randint(len(self.index), (len(batch.x_t),), generator=self.world.generator)
            x, y = self.world.target_x[self.index[pick]], self.labels[pick]
            batch = replace(batch, x_g=torch.cat([batch.x_g, x]), y_g=torch.cat([batch.y_g, y]))
        return super().losses(batch, p) if self.critic is not None else {"loss": self.both(batch)[0]}


def share_of(phase: int, rounds: int) -> float:
    """How much the round number `phase`, from 1, believes: evenly from FIRST to all."""
    return 1.0 if rounds == 1 else FIRST + (1 - FIRST) * (phase - 1) / (rounds - 1)
