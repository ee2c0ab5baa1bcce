"""What needs no distance between domains: statistics of the target (AdaBN), a few labels of it, or all of them."""

import copy

import torch.nn.functional as F
from torch import Tensor, nn

from core.transfer import models
from core.transfer.method import Batch, SourceOnly


class AdaBN(SourceOnly):
    """The source's weights with BatchNorm statistics measured on the target (Li et al. 2016)."""

    def end(self, phase: int) -> None:
        self.twin = models.refresh(copy.deepcopy(self.net), self.world.target_x)


class FineTune(SourceOnly):
    """First the source; then a copy goes on with the granted target labels alone."""

    def begin(self, phase: int) -> list[nn.Parameter]:
        if phase == 0:
            return super().begin(phase)
        self.net.eval()
        self.twin = copy.deepcopy(self.net)
        return models.thawed(self.twin, self.settings.method.frozen)

    def losses(self, batch: Batch, p: float) -> dict[str, Tensor]:
        if self.twin is self.net:
            return {"loss": F.cross_entropy(self.net.head(self.net.layers(batch.x_s)), batch.y_s)}
        return {"loss": F.cross_entropy(self.twin.head(self.twin.layers(batch.x_g)), batch.y_g)}


class OnTarget(SourceOnly):
    """The target with all its labels."""

    def losses(self, batch: Batch, p: float) -> dict[str, Tensor]:
        return {"loss": F.cross_entropy(self.net.head(self.net.layers(batch.x_g)), batch.y_g)}
