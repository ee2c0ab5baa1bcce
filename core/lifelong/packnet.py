"""Growth together with compression: PackNet packs one task after another into the weights that pruning has set free."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.events import Event, Model
from core.lifelong import models, pictures
from core.lifelong.expand import surest
from core.lifelong.method import Context, Finetune
from core.lifelong.tasks import Task
from core.loop import steps_of
from core.nets import to_model

FREE = -1  # the owner of a weight that no task needs
TRAIN = 2 / 3  # of a task's steps come before its weights are pruned, the others after it


class PackNet(Finetune):
    """Train the free weights, prune them by size, train what is left again, freeze it (Mallya, Lazebnik 2018, section 3).

    As in the paper, pruning works layer by layer, pruned weights are zero until the next task learns them, biases belong to
    the first task, and outputs that only one task has are its own, unpruned. It answers for task k with the weights of
    tasks 1 to k. Where nobody tells the task, the surest answer wins (this is not in the paper).
    """

    whole, looks_back = False, True

    def __init__(self, context: Context):
        super().__init__(context)
        self.share = context.settings.method.pruned / 100
        sizes = [size for a, b in pairwise(context.widths) for size in (a * b, b)]
        self.owner = torch.full((sum(sizes),), FREE, dtype=torch.int8)  # of each weight: the number of its task
        ends = np.cumsum([0, *sizes]).tolist()
        self.layers = [slice(*ends[i : i + 2]) for i in range(0, len(sizes), 2)]  # the weights of each layer in θ
        for i in range(1, len(sizes), 2):
            self.owner[ends[i] : ends[i + 1]] = 0
        self.pruned = list(self.layers)
        if context.widths[-1] > context.tasks[0].classes:  # each task has outputs of its own
            rows = self.owner[self.pruned.pop()].view(context.widths[-1], -1)
            for task in context.tasks:
                rows[task.own] = self.owner[ends[-2] : ends[-1]][task.own] = task.number
        self.done = self.cut = 0
        self.shown: np.ndarray | None = None

    def begin_task(self, task: Task, theta: Tensor) -> Tensor:
        self.owner[self.owner == FREE] = task.number
        steps = steps_of(len(task.train_y), self.context.settings.batch, self.context.settings.epochs)
        self.done, self.cut = 0, max(1, round(TRAIN * steps))
        return theta

    def loss(self, theta: Tensor, x: Tensor, y: Tensor, task: Task) -> Tensor:
        """Cross entropy among the task's own outputs, whatever the scenario: its weights know no others."""
        return F.cross_entropy(self.logits(theta, x)[:, task.own], y - task.first)

    @torch.no_grad()
    def after_step(
        self, before: Tensor, gradient: Tensor, after: Tensor, batch: tuple[Tensor, Tensor], task: Task
    ) -> None:
        """Whatever the optimizer did to weights of other tasks, or to pruned ones, is taken back: to the last bit."""
        after.copy_(torch.where(self.owner == task.number, after, before))
        self.done += 1
        if self.done == self.cut:
            for layer in self.pruned:
                gone = weakest(after[layer], self.owner[layer] == task.number, self.share)
                after[layer][gone], self.owner[layer][gone] = 0, FREE

    def of(self, theta: Tensor, number: int) -> Tensor:
        """θ as task `number` knows it: the weights of later tasks are zero."""
        return theta * (self.owner <= number)

    def answers(self, theta: Tensor, x: Tensor, task: Task, latest: int) -> Tensor:
        """With the task's own mask where its number is told, else with the mask that is surest."""
        if self.context.settings.incremental == "task":
            own = task.own
            return self.logits(self.of(theta, task.number), x)[:, own].argmax(1) + own.start
        known = self.context.tasks[: latest + 1]
        return surest([self.logits(self.of(theta, each.number), x)[:, each.own] for each in known], known)

    def kept(self) -> list[Tensor]:
        return [self.owner]

    def model(self, theta: Tensor) -> Model:
        """The network with the first task's weights, which read the digits as they are."""
        return to_model(models.net_of(self.of(theta, 0), self.context.widths))

    def seen(self, step: int) -> Iterator[Event]:
        shares = owned(self.owner, self.layers, len(self.context.tasks))
        if self.shown is None or not np.array_equal(self.shown, shares):
            self.shown = shares
            yield pictures.OWNED.at(step, shares)
            yield pictures.PIXELS.at(step, by_pixel(self.owner[self.layers[0]], len(self.context.tasks)))


def weakest(weights: Tensor, own: Tensor, share: float) -> Tensor:
    """Which of a layer's weights pruning removes: of its `own` ones (bool), the `share` of smallest |w|. All (P,).

    Mallya, Lazebnik 2018, section 3: only weights of the task that has just been learned are eligible.
    """
    places = own.nonzero().flatten()
    order = weights[places].abs().argsort()[: round(share * len(places))]
    return torch.zeros_like(own).index_fill_(0, places[order], True)


def share_of_task(pruned: float, number: int) -> float:
    """The share of a layer that task `number` (from 1) keeps when each prunes `pruned` of what it found free: both 0 to 1."""
    return (1 - pruned) * pruned ** (number - 1)


def owned(owner: Tensor, layers: list[slice], tasks: int) -> np.ndarray:
    """The share of each layer's weights that each task owns, and that is free, in percent: (layers, tasks + 1)."""
    counts = [torch.bincount((owner[layer].long() - FREE), minlength=tasks + 1).roll(-1) for layer in layers]
    return np.stack([(100 * each / each.sum()).numpy() for each in counts]).astype(np.float32)


def by_pixel(first: Tensor, tasks: int) -> np.ndarray:
    """The share of each pixel's weights that each task owns, in percent: (tasks, 28, 28). first: owners in the first layer."""
    rows = first.view(-1, 28, 28)
    return torch.stack([100 * (rows == task).float().mean(0) for task in range(tasks)]).numpy()
