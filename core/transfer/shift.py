"""Label shift: the classes look as they did, but come more or less often. Black-box shift estimation (Lipton, Wang, Smola 2018)."""

import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core import together
from core.data.digits import Digits
from core.loop import confusion, fresh
from core.nets import predict
from core.transfer import judge, models
from core.transfer.method import Batch, SourceOnly, World

RAREST = 0.001  # a class is never estimated to be rarer: its weight would be 0, and its logarithm no number


def ratios(target: Tensor, source: Tensor) -> Tensor:
    """w(y) = q(y) / p(y): how many times as frequent each class is in the target (section 3 of the paper).

    target, source: (classes,) shares q and p that sum to 1.
    """
    return target.clamp(min=RAREST) / source


def corrected(logits: Tensor, w: Tensor) -> Tensor:
    """Logits (N, classes) whose softmax is p(y | x) w(y), made to sum to 1: Bayes' rule with the target's class shares
    (Saerens, Latinne, Decaestecker 2002, equation 2.4)."""
    return logits + w.log()


def shares_of(net: nn.Module, source: Digits, x: Tensor) -> tuple[np.ndarray, np.ndarray | None]:
    """What the answers of a network in evaluation mode tell of the class shares in pictures x (N, …) of the target: (answered, estimated).

    answered: (classes,) shares of the answers. estimated: the same after black-box shift estimation, which counts the network's
    mistakes on the source's test part; None where it cannot.
    """
    classes = int(source.test_y.max()) + 1
    of_target, of_source = together.both(
        lambda: predict(net, x).argmax(1), lambda: predict(net, source.test_x).argmax(1)
    )
    answered = of_target.bincount(minlength=classes).numpy() / len(x)
    return answered, judge.label_shares(confusion(source.test_y, of_source, classes), answered)


class BBSE(SourceOnly):
    """The source alone; then its answers are corrected by w, or a new network learns with the weights w."""

    w: Tensor | None = None  # (classes,), as of the last evaluation
    again: nn.Module | None = None  # the network that learns with these weights

    def __init__(self, world: World):
        super().__init__(world)
        self.p = world.source_y.bincount(minlength=world.pair.classes) / len(world.source_y)
        self.first = self.net  # whose answers are asked

    def look(self) -> None:
        """Estimates w anew from the answers of the network as it is, and corrects them, unless it is to learn anew."""
        if self.again is None:
            pair = self.world.pair
            self.shares = shares_of(self.first.eval(), pair.source, pair.target.train_x)
            found = self.shares[1]
            self.w = ratios(self.p if found is None else torch.from_numpy(found).float(), self.p)
            if self.settings.method.correct == "answers":
                self.twin = copy.deepcopy(self.first)
                with torch.no_grad():  # softmax sees the sum of both: so the correction is a part of the last layer
                    self.twin.head.bias.copy_(corrected(self.twin.head.bias, self.w))
            self.first.train()

    def begin(self, phase: int) -> list[nn.Parameter]:
        if phase == 0:
            return super().begin(phase)
        self.look()
        self.first.eval()
        self.again = self.net = self.twin = fresh(models.network, self.settings.seed, self.settings)
        return super().begin(phase)

    def losses(self, batch: Batch, p: float) -> dict[str, Tensor]:
        if self.again is None:
            return super().losses(batch, p)
        x, y = batch.labelled()
        weight = torch.cat([self.w[batch.y_s], torch.ones(len(batch.y_g))])
        return {"loss": (weight * F.cross_entropy(self.net.head(self.net.layers(x)), y, reduction="none")).mean()}

    def rivals(self) -> dict[str, nn.Module]:
        return {"unadapted": self.first}
