"""What a method may see of the two domains, and the simplest method: to look at the source alone."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import together
from core.loop import fresh, seeded
from core.transfer import domains, models
from core.transfer import settings as s


@dataclass(frozen=True)
class Batch:
    """Pictures as the network's first layer reads them: labelled source, target without labels, target with granted ones.

    d_s: from which of several source domains each picture comes, from 0.
    """

    x_s: Tensor
    y_s: Tensor
    x_t: Tensor
    x_g: Tensor
    y_g: Tensor
    d_s: Tensor

    def labelled(self) -> tuple[Tensor, Tensor]:
        """The source's pictures and the granted ones, with their labels."""
        if not len(self.y_g):
            return self.x_s, self.y_s
        return torch.cat([self.x_s, self.x_g]), torch.cat([self.y_s, self.y_g])


class World:
    """The data of a run. Target labels leave it through `granted_y` alone: as many as were granted, all for the upper bound."""

    def __init__(self, settings: s.TransferSettings):
        self.settings, self.generator = settings, seeded(settings.seed)
        self.pair = domains.pair(settings)
        source, target, net = self.pair.source, self.pair.target, self.network()
        self.source_x, self.source_y = net.normalise(source.train_x), source.train_y
        self.target_x = net.normalise(target.train_x)
        self.group = torch.zeros_like(source.train_y) if self.pair.group is None else self.pair.group
        upper = isinstance(settings.method, s.OnTarget)
        which = (
            torch.arange(len(target.train_y)) if upper else domains.granted(target, s.labelled(settings), settings.seed)
        )
        self.granted_x, self.granted_y = self.target_x[which], target.train_y[which]

    def network(self) -> nn.Module:
        return fresh(models.network, self.settings.seed, self.settings)

    def draw(self) -> Batch:
        """As many of source and target, drawn with replacement; of the granted at most as many."""
        size = self.settings.batch
        i, j, k = (
            torch.randint(max(1, n), (many,), generator=self.generator)
            for n, many in (
                (len(self.source_y), size),
                (len(self.target_x), size),
                (len(self.granted_y), min(size, len(self.granted_y))),
            )
        )
        return Batch(
            picked(self.source_x, i),
            self.source_y[i],
            picked(self.target_x, j),
            picked(self.granted_x, k),
            self.granted_y[k],
            self.group[i],
        )


def picked(x: Tensor, i: Tensor) -> Tensor:
    """x[i]. Pictures lie channels last: each is one piece of memory, and to say so takes a third of the time."""
    return x.permute(0, 2, 3, 1).index_select(0, i).permute(0, 3, 1, 2) if x.ndim == 4 else x[i]


class SourceOnly:
    """Minimise the source's loss; granted target labels are learned from as well.

    net: answers for the source. twin: answers for the target; it has the same weights, and BatchNorm statistics of its own,
    or is the same network where statistics are shared. critic: the domain classifier of a method that has one.
    """

    critic: nn.Module | None = None
    watched: Collection[int] = ()  # steps after which the run is looked at as well
    shares: tuple[np.ndarray, np.ndarray | None] | None = (
        None  # of the classes in the target, where a method asks for them
    )

    def __init__(self, world: World):
        self.world, self.settings, self.net = world, world.settings, world.network()
        self.twin = self.net

    def rate(self, phase: int) -> float:
        return self.settings.learning_rate

    def begin(self, phase: int) -> list[nn.Parameter]:
        """The phase begins: what it learns."""
        self.net.train()
        return list(self.net.parameters())

    def lam_at(self, p: float) -> float | None:
        """λ at the share p of the phase's steps; None for a method without one."""
        return None

    def losses(self, batch: Batch, p: float) -> dict[str, Tensor]:
        """The parts of the loss, weighted as they are added up."""
        x, y = batch.labelled()
        return {"loss": F.cross_entropy(self.net.head(self.net.layers(x)), y)}

    def look(self) -> None:
        """An evaluation comes: what a method measures anew for it, and never learns from."""

    def end(self, phase: int) -> None:
        """The phase has ended."""

    def net_for(self, domain: str) -> nn.Module:
        """The network that answers for pictures of "source" or "target"."""
        return self.net if domain == "source" else self.twin

    def kept(self) -> nn.Module:
        """The network for the target that is stored."""
        return self.net_for("target")

    def rivals(self) -> dict[str, nn.Module]:
        """Other networks that are asked about the target as well, by the name of the metric."""
        return {}


class Aligned(SourceOnly):
    """What all methods share that show the network unlabelled target pictures in every step."""

    def __init__(self, world: World):
        super().__init__(world)
        if world.settings.statistics == "own":
            self.twin = models.twin(self.net)

    def begin(self, phase: int) -> list[nn.Parameter]:
        self.twin.train()
        return super().begin(phase)

    def both(self, batch: Batch, weight: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """(label loss, h_s, h_t, f_s, f_t): the extractor's features h and what the last layer reads of it, f.

        weight: how much each labelled picture counts in the label loss, the source's first; None: all alike.
        """
        m, some = len(batch.x_t), len(batch.x_g) > 0
        x_t = torch.cat([batch.x_t, batch.x_g]) if some else batch.x_t
        h_s, h_t, f_s, f_t = self.features(batch.x_s, x_t)
        f, y = (torch.cat([f_s, f_t[m:]]), torch.cat([batch.y_s, batch.y_g])) if some else (f_s, batch.y_s)
        logits = self.net.head(f)
        loss = (
            F.cross_entropy(logits, y)
            if weight is None
            else (weight * F.cross_entropy(logits, y, reduction="none")).mean()
        )
        return loss, h_s, h_t[:m], f_s, f_t[:m]

    def features(self, x_s: Tensor, x_t: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(h_s, h_t, f_s, f_t): one pass for both domains where they share the statistics, else one for each, on two cores."""
        if self.twin is self.net:
            h, f = models.through(self.net, torch.cat([x_s, x_t]))
            return h[: len(x_s)], h[len(x_s) :], f[: len(x_s)], f[len(x_s) :]
        if isinstance(self.net, models.PlaneNet):  # too small for two cores, and it has no BatchNorm
            (h_s, f_s), (h_t, f_t) = models.through(self.net, x_s), models.through(self.twin, x_t)
            return h_s, h_t, f_s, f_t
        mine, other = models.extractor(self.net), models.extractor(self.twin)
        h_s, h_t = together.halves(lambda: mine(x_s), lambda: other(x_t), mine.parameters())
        return h_s, h_t, models.predictor(self.net)[:-1](h_s), models.predictor(self.twin)[:-1](h_t)
