"""Dynamic expansion: progressive columns, which cannot forget because what was learned is frozen."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from core.events import Model
from core.lifelong.method import Context, Finetune
from core.lifelong.tasks import Task
from core.loop import fresh
from core.nets import Columns, to_model


class Progressive(Finetune):
    """A new column for each task, with lateral connections from all older ones, which are frozen (Rusu et al. 2016).

    The paper is told the task's number, also at test. Where the scenario does not tell it, the most confident column
    answers (this is not in the paper). θ is the newest column alone, its laterals included.
    """

    whole = False

    def __init__(self, context: Context):
        super().__init__(context)
        self.net: Columns | None = None
        self.widths = (*context.widths[:-1], context.tasks[0].classes)  # of one column: the outputs of one task
        self.names: list[str] = []  # parameters of the newest column

    def begin_task(self, task: Task, theta: Tensor) -> Tensor:
        old, seed = self.net, self.context.settings.seed + task.number
        self.net = fresh(Columns, seed, self.widths[1:-1], self.widths[-1], task.number + 1)
        if old is not None:
            self.net.load_state_dict(self.net.state_dict() | old.state_dict())
        self.net.requires_grad_(False)
        self.names = [name for name, _ in self.net.named_parameters() if name.split(".")[1] == str(task.number)]
        parameters = dict(self.net.named_parameters())
        return torch.cat([parameters[name].flatten() for name in self.names])

    def columns(self, theta: Tensor, x: Tensor) -> list[Tensor]:
        """Logits (N, classes of a task) of every column so far, the newest with the parameters that θ holds."""
        parameters = dict(self.net.named_parameters())
        mine = [parameters[name] for name in self.names]
        parts = theta.split([p.numel() for p in mine])
        changed = {name: part.view_as(p) for name, part, p in zip(self.names, parts, mine)}
        return functional_call(_Each(self.net), {f"net.{name}": part for name, part in changed.items()}, x)

    def prepared(self, x: Tensor) -> Tensor:
        return x  # the columns normalise it themselves

    def loss(self, theta: Tensor, x: Tensor, y: Tensor, task: Task) -> Tensor:
        """Cross entropy among the task's own outputs, whatever the scenario: the column knows no others."""
        return F.cross_entropy(self.columns(theta, x)[-1][:, : task.classes], y - task.first)

    @torch.no_grad()
    def end_task(self, task: Task, theta: Tensor) -> None:
        parameters = dict(self.net.named_parameters())
        parts = theta.split([parameters[name].numel() for name in self.names])
        for name, part in zip(self.names, parts):
            parameters[name].copy_(part.view_as(parameters[name]))

    def answers(self, theta: Tensor, x: Tensor, task: Task, latest: int) -> Tensor:
        """The task's own column where its number is told, else the column whose likeliest class is the likeliest."""
        found = [z[:, : own.classes] for own, z in zip(self.context.tasks, self.columns(theta, x))]
        if self.context.settings.incremental == "task":
            return found[task.number].argmax(1) + task.first
        return surest(found, self.context.tasks[: len(found)])

    def model(self, theta: Tensor) -> Model:
        self.end_task(self.context.tasks[len(self.net.own) - 1], theta)
        return to_model(self.net)


class _Each(nn.Module):
    """All columns at once, as the module that `functional_call` asks for."""

    def __init__(self, net: Columns):
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> list[Tensor]:
        return self.net.each(x, len(self.net.own) - 1)


def surest(logits: list[Tensor], tasks: list[Task]) -> Tensor:
    """The answer of the part of the network whose likeliest class is the likeliest: the number of an output, (N,).

    logits: (N, classes) of each part; tasks: what each has learned.
    """
    sure, best = zip(*(z.softmax(1).max(1) for z in logits))
    winner = torch.stack(sure).argmax(0)
    answers = torch.stack([each + task.first for each, task in zip(best, tasks)])
    return answers[winner, torch.arange(len(winner))]


def parameters_of(widths: tuple[int, ...], columns: int) -> list[int]:
    """Learnable numbers in all after each new column: column k also reads the k older ones, so growth is quadratic."""
    own = sum((a + 1) * b for a, b in zip(widths, widths[1:]))
    lateral = sum(a * b for a, b in zip(widths[1:], widths[2:]))
    return [k * own + k * (k - 1) // 2 * lateral for k in range(1, columns + 1)]
