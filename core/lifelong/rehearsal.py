"""Methods that remember old digits: replay, GEM, A-GEM, and joint training, which remembers them all."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from core.lifelong import models
from core.lifelong.method import Context, Finetune
from core.lifelong.tasks import Task

EPSILON = 1e-12  # a reference gradient of zero asks for nothing


class Memory:
    """At most `budget` training digits of the finished tasks, the same number of each, each class alike."""

    def __init__(self, budget: int):
        self.budget = budget
        self.parts: list[tuple[Tensor, Tensor]] = []  # (x, y) of each task, in the order in which they leave
        self.whole: tuple[Tensor, Tensor, Tensor] | None = (
            None  # all: x (N, 784) as `logits` takes it, y, numbers of tasks
        )

    def add(self, task: Task, generator: torch.Generator) -> None:
        """Makes room and remembers the task that has just ended."""
        room = self.budget // (len(self.parts) + 1)
        order = balanced(task.train_y, generator)[:room]
        self.keep([(x[:room], y[:room]) for x, y in self.parts] + [(task.train_x[order], task.train_y[order])])

    def keep(self, parts: list[tuple[Tensor, Tensor]]) -> None:
        self.parts = parts
        x, y = (torch.cat(column) for column in zip(*self.parts))
        sizes = torch.tensor([len(part[1]) for part in self.parts])
        self.whole = models.normalised(x), y, torch.arange(len(sizes)).repeat_interleave(sizes)

    def draw(self, number: int, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """At most `size` digits of one task."""
        x, y = self.parts[number]
        pick = torch.randperm(len(y), generator=generator)[:size]
        return x[pick], y[pick]

    def draw_any(self, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """At most `size` digits of any task: (N, 784) as `logits` takes them, labels, and the number of the task of each."""
        pick = torch.randperm(len(self.whole[1]), generator=generator)[:size]
        x, y, numbers = (column.index_select(0, pick) for column in self.whole)
        return x, y, numbers


def balanced(y: Tensor, generator: torch.Generator) -> Tensor:
    """Positions in an order whose every beginning holds each class equally often, as far as possible: (N,)."""
    order = torch.randperm(len(y), generator=generator)
    turn = torch.zeros(len(y), dtype=torch.long)
    for label in y.unique():
        mine = y[order] == label
        turn[mine] = torch.arange(int(mine.sum()))
    return order[turn.argsort(stable=True)]


class Rehearsal(Finetune):
    """A method with a memory."""

    def __init__(self, context: Context):
        super().__init__(context)
        self.memory = Memory(context.settings.method.budget)

    def begin_task(self, task: Task, theta: Tensor) -> Tensor:
        self.masks = self.context.masks(task.number)
        return theta

    def end_task(self, task: Task, theta: Tensor) -> None:
        self.memory.add(task, self.context.generator)

    def kept(self) -> list[Tensor]:
        return [column for part in self.memory.parts for column in part]

    def old_loss(self, theta: Tensor, x: Tensor, y: Tensor, numbers: Tensor, latest: int) -> Tensor:
        """Cross entropy of old digits, each among the outputs that compete for its own task."""
        z = self.logits(theta, x).masked_fill(~self.context.masks(latest)[numbers], -torch.inf)
        return F.cross_entropy(z, y)


class Replay(Rehearsal):
    """Each step sees a batch of the new task and one from the memory; every task so far has the same weight."""

    def loss(self, theta: Tensor, x: Tensor, y: Tensor, task: Task) -> Tensor:
        if not self.memory.parts:
            return super().loss(theta, x, y, task)
        old_x, old_y, numbers = self.memory.draw_any(len(y), self.context.generator)
        outputs = self.context.active(task, task.number)
        new_z, old_z = self.logits(theta, torch.cat([x, old_x])).split([len(y), len(old_y)])  # one pass for both
        new = F.cross_entropy(new_z[:, outputs], y - outputs.start)
        old = F.cross_entropy(old_z.masked_fill(~self.masks[numbers], -torch.inf), old_y)
        return (new + task.number * old) / (task.number + 1)


class GEM(Rehearsal):
    """The nearest gradient that raises the loss on no old task's memory (Lopez-Paz 2017, section 3).

    Each task's memory is seen through a batch of it, drawn anew for each step. Adam then rescales the gradient, so
    the promise holds for the gradient and only roughly for the step.
    """

    def direction(self, theta: Tensor, gradient: Tensor, task: Task) -> Tensor:
        if not self.memory.parts:
            return gradient
        old = []
        for number in range(task.number):
            x, y = self.memory.draw(number, self.context.settings.batch, self.context.generator)
            loss = self.old_loss(theta, x, y, torch.full((len(y),), number), task.number)
            old.append(torch.autograd.grad(loss, theta)[0])
        return gem_projection(gradient, torch.stack(old), self.context.settings.method.margin)


class AGEM(Rehearsal):
    """One constraint instead of one for each task: the mean over the memory (Chaudhry 2019, section 4)."""

    def direction(self, theta: Tensor, gradient: Tensor, task: Task) -> Tensor:
        if not self.memory.parts:
            return gradient
        batch = self.memory.draw_any(self.context.settings.batch, self.context.generator)
        (reference,) = torch.autograd.grad(self.old_loss(theta, *batch, task.number), theta)
        return agem_projection(gradient, reference)


def agem_projection(g: Tensor, g_ref: Tensor) -> Tensor:
    """g − (gᵀg_ref / g_refᵀg_ref) g_ref where gᵀg_ref < 0, otherwise g itself (Chaudhry 2019, section 4). (P,) each."""
    along = g @ g_ref
    return g if along >= 0 else g - along / (g_ref @ g_ref + EPSILON) * g_ref


def gem_projection(g: Tensor, old: Tensor, margin: float) -> Tensor:
    """The g̃ nearest to g with ⟨g̃, old_k⟩ ≥ 0 for every k; g itself when it does that already.

    g: (P,). old: (K, P), gradients on the memories. margin: lowest value of the dual variables, as in the authors'
    code: above 0 the old losses are pushed down rather than merely kept.
    """
    if (old @ g >= 0).all():
        return g
    rows = old.double()
    v = solve_dual((rows @ rows.T).numpy(), (rows @ g.double()).numpy(), margin)
    return (g.double() + torch.from_numpy(v) @ rows).to(g.dtype)


def solve_dual(q: np.ndarray, p: np.ndarray, margin: float) -> np.ndarray:
    """min_v ½ vᵀQv + pᵀv with v ≥ margin (Lopez-Paz 2017, section 3), by Lawson and Hanson's active set.

    Q = G Gᵀ (K, K), p = G g (K,). With u = v − margin ≥ 0 it is non-negative least squares: free the coordinate that
    promises most, solve for all free ones, and go back to the bound wherever that would cross it.
    """
    scale = max(float(np.trace(q)) / len(q), 1e-300)
    q, p = q / scale + 1e-9 * np.eye(len(q)), p / scale + margin * (q / scale).sum(1)
    u, free = np.zeros(len(p)), np.zeros(len(p), dtype=bool)
    for _ in range(10 * len(p)):
        gain = np.where(free, 0, -(q @ u + p))
        if gain.max() <= 1e-9 * (1 + np.abs(p).max()):
            break
        free[gain.argmax()] = True
        while True:
            wish = np.zeros(len(p))
            wish[free] = np.linalg.solve(q[np.ix_(free, free)], -p[free])
            crossing = free & (wish <= 0)
            if not crossing.any():
                break
            u = u + (u[crossing] / (u[crossing] - wish[crossing])).min() * (wish - u)
            free &= u > 1e-12
            u[~free] = 0
        u = wish
    return u + margin


class Joint(Finetune):
    """All tasks so far, a batch of each in every step: what could be reached if nothing had to be given away."""

    def loss(self, theta: Tensor, x: Tensor, y: Tensor, task: Task) -> Tensor:
        total, generator = super().loss(theta, x, y, task), self.context.generator
        for old in self.context.tasks[: task.number]:
            pick = torch.randint(len(old.train_y), (len(y),), generator=generator)
            outputs = self.context.active(old, task.number)
            total = total + F.cross_entropy(
                self.logits(theta, old.train_x[pick])[:, outputs], old.train_y[pick] - outputs.start
            )
        return total / (task.number + 1)

    def kept(self) -> list[Tensor]:
        return [part for task in self.context.tasks for part in (task.train_x, task.train_y)]
