"""What a method against forgetting may do, and what it knows. Doing nothing at all is fine-tuning."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.events import Event, Model
from core.lifelong import models
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import Task, active
from core.nets import to_model


@dataclass(frozen=True)
class Context:
    """What every method knows: the settings, the tasks, the network's widths, the run's random numbers."""

    settings: LifelongSettings
    tasks: list[Task]
    widths: tuple[int, ...]
    generator: torch.Generator

    def active(self, task: Task, latest: int) -> slice:
        """The outputs that compete for `task` while task number `latest` is the newest."""
        return active(self.settings, self.tasks, task, latest)

    def masks(self, latest: int) -> Tensor:
        """The same for every task so far, as bools: (latest + 1, outputs)."""
        found = torch.zeros(latest + 1, self.widths[-1], dtype=torch.bool)
        for task in self.tasks[: latest + 1]:
            found[task.number, self.active(task, latest)] = True
        return found


class Finetune:
    """The base of all methods: it goes on training and protects nothing.

    A method overrides the few of these that it needs. θ is one vector (P,); `task` is the one that is being learned.
    """

    omega: Tensor | None = None  # (P,): the importance that holds the weights at present
    lam: float = 0.0
    whole = True  # all of θ answers, for every task
    looks_back = False  # `after_step` needs θ before the step

    def __init__(self, context: Context):
        self.context = context

    def begin_task(self, task: Task, theta: Tensor) -> Tensor:
        """Called before the first step of a task. Returns the θ that will be trained."""
        return theta

    def prepared(self, x: Tensor) -> Tensor:
        """What is the same for digits x (N, 1, 28, 28) in every step, and therefore computed once for all steps."""
        return models.normalised(x)

    def logits(self, theta: Tensor, x: Tensor) -> Tensor:
        """(N, outputs) for digits x (N, 1, 28, 28), or for `prepared` ones."""
        return models.logits(theta, self.context.widths, x)

    def loss(self, theta: Tensor, x: Tensor, y: Tensor, task: Task) -> Tensor:
        """L_B, the loss of the task itself: cross entropy among the outputs that compete."""
        outputs = self.context.active(task, task.number)
        return F.cross_entropy(self.logits(theta, x)[:, outputs], y - outputs.start)

    def penalty(self, theta: Tensor, index: Tensor, task: Task) -> Tensor | None:
        """What is added to L_B, λ included; index: which training digits the batch holds."""
        return None

    def pull(self, theta: Tensor, index: Tensor, task: Task) -> tuple[Tensor | None, Tensor | None]:
        """The penalty, and its gradient (P,), which is kept apart from that of L_B: some methods need that one alone."""
        penalty = self.penalty(theta, index, task)
        return (None, None) if penalty is None else (penalty.detach(), torch.autograd.grad(penalty, theta)[0])

    def direction(self, theta: Tensor, gradient: Tensor, task: Task) -> Tensor:
        """The gradient that is handed to the optimizer, given that of L_B."""
        return gradient

    def after_step(
        self, before: Tensor | None, gradient: Tensor, after: Tensor, batch: tuple[Tensor, Tensor], task: Task
    ) -> None:
        """Called after each step, with θ before it (where the method looks back) and after it, and the gradient of L_B alone."""

    def end_task(self, task: Task, theta: Tensor) -> None:
        """Called after the last step of a task, while its training digits are still there."""

    def answers(self, theta: Tensor, x: Tensor, task: Task, latest: int) -> Tensor:
        """The output that wins for each image of `task`: (N,)."""
        outputs = self.context.active(task, latest)
        return self.logits(theta, x)[:, outputs].argmax(1) + outputs.start

    def seen(self, step: int) -> Iterator[Event]:
        """Pictures of its own, where there is anything new to see."""
        yield from ()

    def kept(self) -> list[Tensor]:
        """What it has to remember besides the network."""
        return []

    def model(self, theta: Tensor) -> Model:
        """The network as it is now, to be stored."""
        return to_model(models.net_of(theta, self.context.widths))


def sample(task: Task, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """n training digits of a task, drawn without putting back, with their labels."""
    pick = torch.randperm(len(task.train_y), generator=generator)[:n]
    return task.train_x[pick], task.train_y[pick]
