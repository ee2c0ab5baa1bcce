"""TENT: while it is used, the network makes its answers on each batch surer, by BatchNorm's scales and shifts alone (Wang et al. 2021)."""

import copy

import torch
from torch import Tensor, nn

from core.transfer import models
from core.transfer.method import Batch, SourceOnly, World

TENTHS = (
    10  # of the batches, after each of which the run is looked at: the second phase is short and is what it is about
)


def entropy(logits: Tensor) -> Tensor:
    """Mean entropy in nats of the answers to one batch, logits (N, classes); what TENT minimises (section 3.1)."""
    return -(logits.softmax(1) * logits.log_softmax(1)).sum(1).mean()


def norms(net: nn.Module) -> list[nn.Module]:
    """All its BatchNorms."""
    return [layer for layer in net.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]


def by_batch(net: nn.Module, size: int) -> nn.Module:
    """A copy in which every BatchNorm takes the mean and variance of the batch that it is given, in use as well.

    size: of these batches; the copy remembers it as `together`, for whoever asks it.
    """
    found = copy.deepcopy(net)
    found.together = size
    for norm in norms(found):
        norm.track_running_stats, norm.running_mean, norm.running_var, norm.num_batches_tracked = (
            False,
            None,
            None,
            None,
        )
    return found


class Tent(SourceOnly):
    """First the source alone. Then batches of the target come, without labels, and each moves the scales and shifts once."""

    still: nn.Module | None = None  # the same with the batches' statistics, which learns nothing

    def __init__(self, world: World):
        super().__init__(world)
        first, more = world.settings.steps, world.settings.method.tent_steps
        self.watched = {first + round(more * tenth / TENTHS) for tenth in range(TENTHS)}

    def rate(self, phase: int) -> float:
        return self.settings.method.tent_rate if phase else self.settings.learning_rate

    def begin(self, phase: int) -> list[nn.Parameter]:
        if phase == 0:
            return super().begin(phase)
        size = self.settings.method.tent_batch
        self.net.eval()
        self.still, self.twin = by_batch(self.net, size), by_batch(self.net, size).requires_grad_(False)
        self.stream = self.order()
        for norm in norms(self.twin):
            norm.requires_grad_(True)
        return [p for norm in norms(self.twin) for p in norm.parameters()]

    def order(self) -> Tensor:
        """The target's training pictures, each once, in batches of one size: (batches, size)."""
        n, size = len(self.world.target_x), min(self.twin.together, len(self.world.target_x))
        return torch.randperm(n, generator=self.world.generator)[: n // size * size].view(-1, size)

    def losses(self, batch: Batch, p: float) -> dict[str, Tensor]:
        if self.still is None:
            return super().losses(batch, p)
        if not len(self.stream):
            self.stream = self.order()
        index, self.stream = self.stream[0], self.stream[1:]
        return {"entropy_loss": entropy(self.twin.head(self.twin.layers(self.world.target_x[index])))}

    def rivals(self) -> dict[str, nn.Module]:
        return {"unadapted": self.net} | ({"still": self.still} if self.still is not None else {})

    def kept(self) -> nn.Module:
        """With statistics measured once on the target: a stored network answers to single pictures as well."""
        found = copy.deepcopy(self.net)
        for mine, norm in zip(norms(found), norms(self.twin)):
            mine.load_state_dict(norm.state_dict(), strict=False)
        return models.refresh(found, self.world.target_x)
