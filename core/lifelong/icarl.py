"""iCaRL: a few well-chosen examples of each class, and the class whose mean is nearest answers."""

import torch
import torch.nn.functional as F
from torch import Tensor

from core.lifelong import models
from core.lifelong.method import Context
from core.lifelong.rehearsal import Rehearsal
from core.lifelong.tasks import Task

FEW = 50  # digits of each class that stand for it while it is learned


class ICaRL(Rehearsal):
    """Exemplars by herding, distillation from the old network, nearest mean of exemplars (Rebuffi et al. 2017, section 2).

    Features are what enters the last layer, each of length 1. Where old and new tasks share their outputs
    (domain-incremental) there is nothing to distil: a digit's label is then the same for all of them. The network that is
    stored answers with its outputs: the means are no part of it.
    """

    def __init__(self, context: Context):
        super().__init__(context)
        self.sets: list[tuple[int, int, Tensor]] = []  # (task, output, its exemplars in the order of herding)
        self.old: Tensor | None = None  # θ before this task
        self.means: tuple[Tensor, Tensor] | None = None  # θ, and the means of exemplars with it

    def features(self, theta: Tensor, x: Tensor) -> Tensor:
        """(N, width of the last hidden layer), each of length 1."""
        return F.normalize(models.signals(theta, self.context.widths, x)[0][-1], dim=1)

    def begin_task(self, task: Task, theta: Tensor) -> Tensor:
        self.old = theta.detach().clone() if task.number else None
        for (
            label
        ) in task.train_y.unique().tolist():  # until the task ends, some of its own digits stand for its classes
            self.sets.append((task.number, label, task.train_x[task.train_y == label][:FEW]))
        return theta

    def loss(self, theta: Tensor, x: Tensor, y: Tensor, task: Task) -> Tensor:
        """Binary cross entropy of each output: new ones are told the class, old ones what they said before (algorithm 3)."""
        if self.old is not None:
            old_x, old_y = self.memory.draw_any(len(y), self.context.generator)[:2]
            x, y = torch.cat([x, old_x]), torch.cat([y, old_y])
        z = self.logits(theta, x)
        target = F.one_hot(y, z.shape[1]).float()
        first = 0 if self.context.settings.incremental == "domain" else task.first
        if self.old is not None and first:
            with torch.no_grad():
                target[:, :first] = self.logits(self.old, x)[:, :first].sigmoid()
        stop = task.own.stop
        return F.binary_cross_entropy_with_logits(z[:, :stop], target[:, :stop], reduction="sum") / len(y)

    @torch.no_grad()
    def end_task(self, task: Task, theta: Tensor) -> None:
        """Room is made for the classes of this task: each old one keeps the first of its exemplars."""
        self.sets = [each for each in self.sets if each[0] < task.number]
        classes = [(task.number, label) for label in task.train_y.unique().tolist()]
        room = max(1, self.memory.budget // (len(self.sets) + len(classes)))
        self.sets = [(number, label, x[:room]) for number, label, x in self.sets]
        for number, label in classes:
            x = task.train_x[task.train_y == label]
            self.sets.append((number, label, x[herding(self.features(theta, x), room)]))
        self.memory.keep([self.part(number) for number in range(task.number + 1)])
        self.means = None

    def part(self, number: int) -> tuple[Tensor, Tensor]:
        """The exemplars of a task and their labels."""
        mine = [(label, x) for task, label, x in self.sets if task == number]
        return torch.cat([x for _, x in mine]), torch.cat([torch.full((len(x),), label) for label, x in mine])

    def answers(self, theta: Tensor, x: Tensor, task: Task, latest: int) -> Tensor:
        """The class whose exemplars' mean is nearest; of a task that has not begun, the likeliest output, as of other methods."""
        told = self.context.settings.incremental == "task"
        known = [i for i, (number, label, _) in enumerate(self.sets) if not told or number == task.number]
        if not known:
            return super().answers(theta, x, task, latest)
        means = self.centres(theta)[known]
        nearest = nearest_mean(self.features(theta, x), means)
        return torch.tensor([self.sets[i][1] for i in known])[nearest]

    def centres(self, theta: Tensor) -> Tensor:
        """The mean feature of each set of exemplars, of length 1, as the network sees them now: (sets, width)."""
        if self.means is None or self.means[0] is not theta:
            found = [F.normalize(self.features(theta, x).mean(0), dim=0) for _, _, x in self.sets]
            self.means = theta, torch.stack(found)
        return self.means[1]


def herding(features: Tensor, count: int) -> Tensor:
    """Which examples to keep, best first: each brings the mean of those chosen nearest to the mean of all.

    features: (N, width). Returns (min(count, N),) (Rebuffi et al. 2017, algorithm 4; no example twice).
    """
    mean, total, chosen = features.mean(0), torch.zeros(features.shape[1]), []
    free = torch.ones(len(features), dtype=torch.bool)
    for k in range(1, min(count, len(features)) + 1):
        apart = (mean - (total + features) / k).norm(dim=1).masked_fill(~free, torch.inf)
        best = int(apart.argmin())
        chosen.append(best)
        free[best] = False
        total = total + features[best]
    return torch.tensor(chosen)


def nearest_mean(features: Tensor, means: Tensor) -> Tensor:
    """argmin_c ‖φ(x) − μ_c‖, (N,): which of the means (C, width) is nearest (Rebuffi et al. 2017, algorithm 1)."""
    return torch.cdist(features, means).argmin(1)
