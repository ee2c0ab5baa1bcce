"""Learning without forgetting: no old image is kept, only what the old network answers to the new ones."""

import torch
import torch.nn.functional as F
from torch import Tensor

from core.lifelong.method import Context, Finetune
from core.lifelong.tasks import Task


class LwF(Finetune):
    """λ T² KL(old answer ‖ new answer) on the new task's images, over the old outputs alone (Li, Hoiem 2016, section 3).

    The paper has the cross entropy of the softened answers, without T² (equations 2 to 4, T = 2). KL has the same gradient;
    the factor T² is from Hinton et al. 2015, section 2.
    """

    def __init__(self, context: Context):
        super().__init__(context)
        self.method, self.lam = context.settings.method, context.settings.method.lam
        self.groups: list[slice] = []  # outputs that stood in one softmax before this task
        self.theta: Tensor | None = None
        self.old: Tensor | None = None  # the old network's logits for every training image of this task

    @torch.no_grad()
    def begin_task(self, task: Task, theta: Tensor) -> Tensor:
        before = self.context.tasks[: task.number]
        self.groups = list(
            dict.fromkeys((s.start, s.stop) for s in (self.context.active(t, task.number - 1) for t in before))
        )
        self.groups = [slice(*group) for group in self.groups]
        self.theta = theta
        if before:
            self.old = torch.cat([self.logits(theta, part).detach() for part in task.train_x.split(500)])
        return theta

    def penalty(self, theta: Tensor, index: Tensor, task: Task) -> Tensor | None:
        if not self.groups:
            return None
        new, old = self.logits(theta, task.train_x[index]), self.old[index]
        terms = [soft_loss(new[:, group], old[:, group], self.method.temperature) for group in self.groups]
        return self.lam * sum(terms)

    def kept(self) -> list[Tensor]:
        return [self.theta] if self.theta is not None else []  # the old network, while the new task is learned


def soft_loss(new: Tensor, old: Tensor, temperature: float) -> Tensor:
    """T² KL(softmax(old/T) ‖ softmax(new/T)), mean over the batch; logits (N, classes).

    T² keeps the gradient's size about the same for every T (Hinton 2015, section 2); without it λ would mean less the higher T.
    """
    p, log_q = (old / temperature).softmax(1), (new / temperature).log_softmax(1)
    return temperature**2 * F.kl_div(log_q, p, reduction="batchmean")
