"""The stream: the same 5,000 digits, seen anew by every task; and which outputs count in which scenario."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil, sqrt

import torch
from torch import Tensor

from core.data import digits
from core.data.digits import rotated
from core.lifelong.settings import LifelongSettings, outputs_of, shares
from core.loop import seeded

SIDE = 28
EXAMPLE = 3  # the digit that shows what a task looks like


@dataclass(frozen=True)
class Task:
    """One task. Images (N, 1, 28, 28) in [0, 1]; labels (N,) are the numbers of the outputs that should win.

    number: from 0. classes: how many it tells apart. first: its first output.
    """

    number: int
    train_x: Tensor
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor
    classes: int
    first: int

    @property
    def own(self) -> slice:
        """The outputs of its own classes."""
        return slice(self.first, self.first + self.classes)


def stream(settings: LifelongSettings) -> list[Task]:
    """All tasks in the order of training; the same seed gives the same tasks."""
    if settings.stream == "split":
        return [split_task(settings, number) for number in range(settings.tasks)]
    data = digits.load()
    tasks = []
    for number, view in enumerate(views(settings)):
        first = 0 if settings.incremental == "domain" else 10 * number
        tasks.append(
            Task(number, view(data.train_x), data.train_y + first, view(data.test_x), data.test_y + first, 10, first)
        )
    return tasks


def views(settings: LifelongSettings) -> list[Callable[[Tensor], Tensor]]:
    """How each task sees the digits (N, 1, 28, 28), where all tasks have the same ones."""
    if settings.stream == "permuted":
        return [partial(permuted, order=order) for order in orders(settings.tasks, settings.seed)]
    return [partial(rotated, degrees=angle) for angle in angles(settings.tasks, settings.turn)]


def looks(settings: LifelongSettings) -> Tensor:
    """What each task looks like, (tasks, H, W) in [0, 1]: one digit as it sees it; of split digits all of its own, side by side in
    rows."""
    data = digits.load()
    first = torch.stack([data.test_x[data.test_y == which][0] for which in range(10)])
    if settings.stream != "split":
        return torch.cat([view(first[EXAMPLE : EXAMPLE + 1])[:, 0] for view in views(settings)])
    parts = shares(settings.tasks)
    across = ceil(sqrt(len(parts[0])))
    down = -(-len(parts[0]) // across)
    found = torch.zeros(len(parts), down * across, SIDE, SIDE)
    for number, part in enumerate(parts):
        found[number, : len(part)] = first[part.start : part.stop, 0]
    return found.view(-1, down, across, SIDE, SIDE).transpose(2, 3).reshape(-1, down * SIDE, across * SIDE)


def orders(tasks: int, seed: int) -> list[Tensor]:
    """A permutation of the 784 pixels for each task; that of the first leaves every pixel where it is."""
    generator = seeded(seed + 10_000)  # not the numbers that the batches are drawn with
    return [torch.arange(SIDE * SIDE)] + [torch.randperm(SIDE * SIDE, generator=generator) for _ in range(tasks - 1)]


def permuted(x: Tensor, order: Tensor) -> Tensor:
    """Pixel i of the result is pixel order[i] of x. x: (N, 1, 28, 28), also the result."""
    return x.flatten(1)[:, order].view_as(x)


def angles(tasks: int, turn: float = 180) -> list[float]:
    """Degrees by which each task is turned: evenly from 0 to `turn`."""
    return [turn * i / (tasks - 1) for i in range(tasks)]


def split_task(settings: LifelongSettings, number: int) -> Task:
    """Only the digits of this task. Domain-incremental: its first digit is output 0, its second output 1, and so on."""
    data, mine = digits.load(), shares(settings.tasks)[number]
    train, test = ((y >= mine.start) & (y < mine.stop) for y in (data.train_y, data.test_y))
    shift = mine.start if settings.incremental == "domain" else 0
    return Task(
        number,
        data.train_x[train],
        data.train_y[train] - shift,
        data.test_x[test],
        data.test_y[test] - shift,
        len(mine),
        mine.start - shift,
    )


def active(settings: LifelongSettings, tasks: list[Task], task: Task, latest: int) -> slice:
    """The outputs that compete when `task` is trained or tested while task number `latest` is the newest.

    Task-incremental: the task's own, which is the same as a head of its own. Domain-incremental: all of them.
    Class-incremental: those of every class met so far.
    """
    match settings.incremental:
        case "task":
            return task.own
        case "domain":
            return slice(0, outputs_of(settings))
        case "class":
            return slice(0, tasks[max(latest, task.number)].own.stop)
