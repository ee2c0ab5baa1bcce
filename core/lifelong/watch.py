"""What is seen of a run: accuracy on every task, the matrix of them, what is held, and the way through weight space."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from core.events import Event, Finished, Metrics, Model, Picture, Warned
from core.lifelong import scores
from core.lifelong.expand import Progressive, parameters_of
from core.lifelong.method import Finetune
from core.lifelong.models import first_task_view, net_of
from core.lifelong.penalties import L2
from core.lifelong.plane import plane_of
from core.lifelong.tasks import Task
from core.loop import seeded, steps_of
from core.nets import to_model

EARLY = (1, 2, 4, 8, 16, 32)  # steps after a task's first at which all is measured: here the stability gap shows
POINTS = 12  # later, about so many times in a task
PATH = 60  # points of the path through the second task
PAIRS = 2000  # weights of which Ω and the way they went are shown
STIFF = 2.0  # η λ Ω above which a step of plain gradient descent overshoots more the longer it goes
NEARLY = 3  # points above guessing that are as good as guessing
FREE = 0.1  # a weight is nearly free when its Ω is below this times the mean


class Watch:
    """Measures beside the training and never changes it. latest: number of the task that is being learned."""

    def __init__(self, method: Finetune):
        self.method, self.world = method, method.world
        self.settings, self.tasks = self.world.settings, self.world.tasks
        self.matrix = np.full((len(self.tasks), len(self.tasks)), np.nan)  # A[i, j]: task j after training task i
        self.untrained = np.full(len(self.tasks), np.nan)
        self.grows, self.holds = isinstance(method, Progressive), not isinstance(method, L2)
        self.drawn = self.settings.network == "small" and not self.grows  # there is a plane to draw
        self.latest, self.first, self.last_losses = 0, 0, {}
        self.start = torch.zeros(0)  # θ, when this task began
        self.held: Tensor | None = None  # Ω, while this task is learned
        self.omega_1: Tensor | None = None  # Ω after the first task
        self.early: list[Tensor] = []  # θ after the first and the second task
        self.path: list[Tensor] = []
        self.models, self.warned = {}, set()

    def facts(self, parameters: int) -> dict:
        """What is known before the first step."""
        ends = np.cumsum([steps_of(len(task.train_y), self.settings.batch, self.settings.epochs) for task in self.tasks])
        return {"parameters": self.grown(parameters)[-1], "first_parameters": parameters, "outputs": self.world.widths[-1],
                "marks": ends[:-1].tolist(),  # where the later tasks begin
                "tasks": len(self.tasks), "digits": [len(task.train_y) for task in self.tasks],
                "classes": [task.classes for task in self.tasks]}

    def grown(self, parameters: int) -> list[int]:
        """Learnable numbers after each task; only columns add any."""
        tasks = len(self.tasks)
        return parameters_of(self.method.widths, tasks) if self.grows else [parameters] * tasks

    # ---- what the loop calls ----

    def task_begins(self, step: int, task: Task, theta: Tensor) -> Iterator[Event]:
        self.latest, self.first, self.start = task.number, step, theta.detach().clone()
        self.held = None if self.method.omega is None else self.method.omega.clone()
        if task.number == 0:
            known = self.tasks[:1] if self.grows else self.tasks
            self.untrained[:len(known)] = [self.accuracy(theta, each) for each in known]
            yield Metrics(step, self.summed(self.untrained[:1]))
        if task.number == 1:
            self.path = [self.start]
        stiffness = 0.0 if self.held is None else self.settings.learning_rate * self.method.lam * self.held.max().item()
        if stiffness > STIFF:
            yield from self.warn(step, "stiff", f"For the weight that is held hardest η·λ·Ω is {stiffness:.3g}. Above "
                                 f"{STIFF:g} a step of plain gradient descent overshoots the old value by more than it "
                                 "was away from it. Adam's steps are bounded, so such weights tremble around their old "
                                 "value instead of coming to rest. A smaller λ or learning rate helps.")

    def after_step(self, step: int, theta: Tensor, loss: Tensor, penalty: Tensor | None) -> Iterator[Event]:
        done, total = step - self.first, self.steps()
        if self.latest == 1 and self.drawn and done % max(1, total // PATH) == 0 and done < total:
            self.path.append(theta.clone())
        if done < total and (done in EARLY or done % max(1, total // POINTS) == 0):
            yield Metrics(step, self.seen(theta) | self.losses(loss, penalty))
        self.last_losses = self.losses(loss, penalty)

    def task_ends(self, step: int, theta: Tensor) -> Iterator[Event]:
        latest, method = self.latest, self.method
        reach = latest + 1 if self.grows else len(self.tasks)
        self.matrix[latest, :reach] = [self.accuracy(theta, task) for task in self.tasks[:reach]]
        yield Metrics(step, self.summed(self.matrix[latest, :latest + 1]) | self.last_losses)
        yield Picture(step, "matrix", self.matrix.copy())
        if method.omega is not None and self.holds:
            first = method.omega[:28 * 28 * self.world.widths[1]].view(-1, 28, 28)
            yield Picture(step, "omega", first.sum(0).numpy().astype(np.float32))
            if self.held is not None:
                yield Picture(step, "moved", moved(self.held, (theta - self.start).abs(), self.settings.seed))
        yield from self.forgotten(step)
        if latest < 2:
            self.early.append(theta.clone())
            self.omega_1 = method.omega.clone() if latest == 0 and method.omega is not None else self.omega_1
        if latest == 0:
            self.models["after_1"] = method.model(theta)

    def run_ends(self, step: int, theta: Tensor) -> Iterator[Event]:
        if self.drawn and self.omega_1 is not None and self.holds:
            yield Picture(step, "importance_1", self.omega_1.numpy().astype(np.float32))
        if self.drawn:
            plane, path = plane_of(torch.stack([*self.path, self.early[1]]), self.early[0])
            yield Picture(step, "plane", plane.numpy())
            yield Picture(step, "path", path.numpy())
        yield Finished(step, self.summary(len(theta)), {"model": self.shelf(theta)} | self.models)

    # ---- how it measures ----

    def steps(self) -> int:
        return steps_of(len(self.tasks[self.latest].train_y), self.settings.batch, self.settings.epochs)

    @torch.inference_mode()
    def accuracy(self, theta: Tensor, task: Task) -> float:
        """Of one task's test digits, in percent, with the outputs that compete now."""
        right = [(self.method.answers(theta, x, task, self.latest) == y).sum().item()
                 for x, y in zip(task.test_x.split(250), task.test_y.split(250))]
        return 100 * sum(right) / len(task.test_y)

    def seen(self, theta: Tensor) -> dict[str, float]:
        """Accuracy on every task so far, now."""
        return self.summed(np.array([self.accuracy(theta, task) for task in self.tasks[:self.latest + 1]]))

    def summed(self, now: np.ndarray) -> dict[str, float]:
        found = {f"task_{i + 1}": float(value) for i, value in enumerate(now)} | {"average": float(now.mean())}
        if self.latest:
            found["forgetting"] = float((self.matrix[:self.latest, :self.latest].max(0) - now[:-1]).mean())
        return found

    def losses(self, loss: Tensor, penalty: Tensor | None) -> dict[str, float]:
        return {"loss": loss.item()} | ({} if penalty is None else {"penalty": penalty.item()})

    def warn(self, step: int, kind: str, sentence: str) -> Iterator[Event]:
        """Each kind once in a run."""
        if kind not in self.warned:
            self.warned.add(kind)
            yield Warned(step, kind, sentence)

    def forgotten(self, step: int) -> Iterator[Event]:
        """A task that is no longer better than guessing, though it once was."""
        for task in self.tasks[:self.latest]:
            outputs = self.world.active(task, self.latest)
            chance, now = 100 / (outputs.stop - outputs.start), self.matrix[self.latest, task.number]
            if now <= chance + NEARLY < self.matrix[task.number, task.number]:
                yield from self.warn(step, "forgot", f"After task {self.latest + 1} the network gets {now:.0f} % of task "
                                     f"{task.number + 1} right; guessing would get {chance:.0f} %. It has forgotten that "
                                     "task altogether.")

    def shelf(self, theta: Tensor) -> Model:
        """The final network; where each task has ten outputs of its own, cut down to those for digits as they are."""
        wide = self.world.widths[-1] > 10
        if self.grows or not wide:
            return self.method.model(theta)
        return to_model(first_task_view(net_of(theta, self.world.widths)))

    def summary(self, parameters: int) -> dict:
        """Plain values; forgetting after Chaudhry 2018, the transfers after Lopez-Paz 2017."""
        final, method = self.matrix[-1], self.method
        found = {"average": float(final.mean()), "forgetting": scores.forgetting(self.matrix),
                 "backward_transfer": scores.backward_transfer(self.matrix),
                 "forward_transfer": scores.forward_transfer(self.matrix, self.untrained),
                 "accuracies": final.tolist(), "untrained": self.untrained.tolist(),
                 **{f"task_{i + 1}": float(value) for i, value in enumerate(final)},
                 **{f"average_after_{i + 1}": float(self.matrix[i, :i + 1].mean()) for i in range(len(final))},
                 "parameters": self.grown(parameters)[-1], "memory_bytes": sum(part.nbytes for part in method.kept())}
        if self.grows:
            found |= {"growth": self.grown(parameters)}
            del found["forward_transfer"], found["untrained"]  # a column that is not there yet answers nothing
        if method.omega is not None and self.holds:
            found["free_share"] = 100 * (method.omega < FREE * method.omega.mean()).float().mean().item()
        return found


def moved(omega: Tensor, way: Tensor, seed: int) -> np.ndarray:
    """(2, K) float32: Ω and |θ − θ*| of K weights drawn at random."""
    pick = torch.randperm(len(omega), generator=seeded(seed))[:PAIRS]
    return torch.stack([omega[pick], way[pick]]).numpy().astype(np.float32)
