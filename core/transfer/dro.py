"""Domain generalisation: several sources, nothing of the target. Group DRO weighs the worst of them most (Sagawa et al. 2020)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from core.transfer.method import Batch, SourceOnly, World


def group_losses(each: Tensor, group: Tensor, many: int) -> Tensor:
    """Mean loss of each source domain, (many,): of the losses (N,) of single pictures. 0 where a batch has none of it."""
    where = F.one_hot(group, many).to(each.dtype)
    return (where * each.unsqueeze(1)).sum(0) / where.sum(0).clamp(min=1)


def risen(q: Tensor, losses: Tensor, eta: float) -> Tensor:
    """The weights of the domains after one step: q_d exp(η L_d), made to sum to 1 (Sagawa et al. 2020, algorithm 1).

    q, losses: (domains,).
    """
    q = q * torch.exp(eta * losses)
    return q / q.sum()


class GroupDRO(SourceOnly):
    """Minimise the weighted loss of the source domains, whose weights rise where the loss is high."""

    def __init__(self, world: World):
        super().__init__(world)
        self.many = int(world.group.max()) + 1
        self.q = torch.full((self.many,), 1 / self.many)

    def losses(self, batch: Batch, p: float) -> dict[str, Tensor]:
        each = F.cross_entropy(self.net.head(self.net.layers(batch.x_s)), batch.y_s, reduction="none")
        domains = group_losses(each, batch.d_s, self.many)
        self.q = risen(self.q, domains.detach(), self.settings.method.eta)
        loss = self.q @ domains
        if len(batch.y_g):
            loss = loss + F.cross_entropy(self.net.head(self.net.layers(batch.x_g)), batch.y_g)
        return {"loss": loss}
