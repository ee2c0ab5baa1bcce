"""What is seen of a run: accuracy on every task, the matrix of them, what is held, and the way through weight space."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from core.events import Event, Finished, Metrics, Model, Warned
from core.lifelong import pictures, scores
from core.lifelong.expand import Progressive, parameters_of
from core.lifelong.method import Finetune
from core.lifelong.models import first_task_view
from core.lifelong.penalties import L2
from core.lifelong.plane import plane_of
from core.lifelong.settings import competing
from core.lifelong.tasks import Task
from core.loop import seeded, steps_of
from core.nets import from_model, to_model

EARLY = (1, 2, 4, 8, 16, 32)  # steps after a task's first at which all is measured: here the stability gap shows
POINTS = 12  # later, about so many times in a task
PATH = 60  # points of the path through the second task
PAIRS = 2000  # weights of which Ω and the way they went are shown
STIFF = 2.0  # η λ Ω above which a step of plain gradient descent overshoots more the longer it goes
NEARLY = 3  # points above guessing that are as good as guessing
CLEARLY = 10  # points above guessing from which on something was learned
FREE = 0.1  # a weight is nearly free when its Ω is below this times the mean


class Monitor:
    """Measures beside the training and never changes it. latest: number of the task that is being learned."""

    def __init__(self, method: Finetune):
        self.method, self.context = method, method.context
        self.settings, self.tasks = self.context.settings, self.context.tasks
        self.test_x = [method.prepared(task.test_x) for task in self.tasks]
        self.matrix = np.full((len(self.tasks), len(self.tasks)), np.nan)  # A[i, j]: task j after training task i
        self.untrained = np.full(len(self.tasks), np.nan)
        self.grows, self.holds = isinstance(method, Progressive), not isinstance(method, L2)
        self.drawn = self.settings.network == "small" and method.whole  # there is a plane to draw
        self.latest, self.first = 0, 0
        self.last: tuple[Tensor, Tensor | None] = torch.zeros(()), None  # losses of the newest step
        self.start = torch.zeros(0)  # θ, when this task began
        self.held: Tensor | None = None  # Ω, while this task is learned
        self.omega_1: Tensor | None = None  # Ω after the first task
        self.early: list[Tensor] = []  # θ after the first and the second task
        self.path: list[Tensor] = []
        self.models, self.warned = {}, set()

    def facts(self, parameters: int) -> dict:
        """What is known before the first step."""
        ends = np.cumsum(
            [steps_of(len(task.train_y), self.settings.batch, self.settings.epochs) for task in self.tasks]
        )
        return {
            "parameters": self.grown(parameters)[-1],
            "first_parameters": parameters,
            "outputs": self.context.widths[-1],
            "marks": ends[:-1].tolist(),  # where the later tasks begin
            "tasks": len(self.tasks),
            "digits": [len(task.train_y) for task in self.tasks],
            "classes": [task.classes for task in self.tasks],
        }

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
            self.untrained[: len(known)] = [self.accuracy(theta, each) for each in known]
            yield Metrics(step, self.summed(self.untrained[:1]))
            yield pictures.UNTRAINED.at(step, self.untrained.copy())
        yield from self.method.seen(step)
        if task.number == 1:
            self.path = [self.start]
        stiffness = 0.0 if self.held is None else self.settings.learning_rate * self.method.lam * self.held.max().item()
        if stiffness > STIFF:
            yield from self.warn(
                step,
                "stiff",
                f"For the most important weight η·λ·Ω is {stiffness:.3g}. Above {STIFF:g} "
                "a step of plain gradient descent jumps past the old value and lands farther away than "
                "before. Adam limits the length of a step, so such a weight shakes around its old value and "
                "never settles: the old tasks can suffer, too. A smaller λ or learning rate helps.",
            )

    def after_step(self, step: int, theta: Tensor, loss: Tensor, penalty: Tensor | None) -> Iterator[Event]:
        done, total = step - self.first, self.steps()
        if self.latest == 1 and self.drawn and done % max(1, total // PATH) == 0 and done < total:
            self.path.append(theta.clone())
        if done < total and (done in EARLY or done % max(1, total // POINTS) == 0):
            yield Metrics(step, self.seen(theta) | self.losses(loss, penalty))
            yield from self.method.seen(step)
        self.last = loss, penalty

    def task_ends(self, step: int, theta: Tensor) -> Iterator[Event]:
        latest, method = self.latest, self.method
        reach = latest + 1 if self.grows else len(self.tasks)
        self.matrix[latest, :reach] = [self.accuracy(theta, task) for task in self.tasks[:reach]]
        yield Metrics(step, self.summed(self.matrix[latest, : latest + 1]) | self.losses(*self.last))
        yield pictures.MATRIX.at(step, self.matrix.copy())
        yield from method.seen(step)
        if method.omega is not None and self.holds:
            first = method.omega[: 28 * 28 * self.context.widths[1]].view(-1, 28, 28)
            yield pictures.OMEGA.at(step, first.sum(0).numpy().astype(np.float32))
            if self.held is not None:
                yield pictures.MOVED.at(step, moved(self.held, (theta - self.start).abs(), self.settings.seed))
        yield from self.verdicts(step)
        if latest < 2:
            self.early.append(theta.clone())
            self.omega_1 = method.omega.clone() if latest == 0 and method.omega is not None else self.omega_1
        if latest == 0:
            self.models["after_1"] = method.model(theta)

    def run_ends(self, step: int, theta: Tensor) -> Iterator[Event]:
        if self.drawn and self.omega_1 is not None and self.holds:
            yield pictures.IMPORTANCE.at(step, self.omega_1.numpy().astype(np.float32))
        if self.drawn:
            plane, path = plane_of(torch.stack([*self.path, self.early[1]]), self.early[0])
            yield pictures.PLANE.at(step, plane.numpy())
            yield pictures.PATH.at(step, path.numpy())
        yield Finished(step, self.summary(len(theta)), {"model": self.shelf(theta)} | self.models)

    # ---- how it measures ----

    def steps(self) -> int:
        return steps_of(len(self.tasks[self.latest].train_y), self.settings.batch, self.settings.epochs)

    @torch.inference_mode()
    def accuracy(self, theta: Tensor, task: Task) -> float:
        """Of one task's test digits, in percent, with the outputs that compete now."""
        right = [
            (self.method.answers(theta, x, task, self.latest) == y).sum().item()
            for x, y in zip(self.test_x[task.number].split(250), task.test_y.split(250))
        ]
        return 100 * sum(right) / len(task.test_y)

    def seen(self, theta: Tensor) -> dict[str, float]:
        """Accuracy on every task so far, now."""
        return self.summed(np.array([self.accuracy(theta, task) for task in self.tasks[: self.latest + 1]]))

    def summed(self, now: np.ndarray) -> dict[str, float]:
        found = {f"task_{i + 1}": float(value) for i, value in enumerate(now)} | {"average": float(now.mean())}
        if self.latest:
            found["forgetting"] = scores.forgetting(np.vstack([self.matrix[: self.latest, : len(now)], now]))
        return found

    def losses(self, loss: Tensor, penalty: Tensor | None) -> dict[str, float]:
        return {"loss": loss.item()} | ({} if penalty is None else {"penalty": penalty.item()})

    def warn(self, step: int, kind: str, sentence: str) -> Iterator[Event]:
        """Each kind once in a run."""
        if kind not in self.warned:
            self.warned.add(kind)
            yield Warned(step, kind, sentence)

    def chance(self, number: int, latest: int) -> float:
        """What random answers get right of task `number` while `latest` is the newest, in percent."""
        return 100 / competing(self.settings, number, latest)

    def verdicts(self, step: int) -> Iterator[Event]:
        """At the end of a task: it was not learned at all, or an older one is gone."""
        last = self.latest
        if warning := stuck(step, self.matrix[last, last], self.chance(last, last), held=self.held is not None):
            yield from self.warn(step, warning.kind, warning.sentence)
        for number in range(last):
            chance, then, now = self.chance(number, last), self.matrix[number, number], self.matrix[last, number]
            if now <= chance + NEARLY and then >= learned(
                self.chance(number, number)
            ):  # else there was nothing to forget
                yield from self.warn(
                    step,
                    "forgot",
                    f"After task {last + 1} the network gets {now:.0f} % of task {number + 1} "
                    f"right. It was {then:.0f} % when that task had just been learned, and guessing gets "
                    f"{chance:.0f} %: the network has forgotten that task completely.",
                )

    def shelf(self, theta: Tensor) -> Model:
        """The final network; where each task has ten outputs of its own, cut down to those for digits as they are."""
        found = self.method.model(theta)
        if self.grows or self.context.widths[-1] <= 10:
            return found
        return to_model(first_task_view(from_model(found)))

    def summary(self, parameters: int) -> dict:
        """Plain values; forgetting after Chaudhry 2018, the transfers after Lopez-Paz 2017."""
        final, method = self.matrix[-1], self.method
        found = {
            "average": float(final.mean()),
            "forgetting": scores.forgetting(self.matrix),
            "backward_transfer": scores.backward_transfer(self.matrix),
            "forward_transfer": scores.forward_transfer(self.matrix, self.untrained),
            "accuracies": final.tolist(),
            "untrained": self.untrained.tolist(),
            **{f"task_{i + 1}": float(value) for i, value in enumerate(final)},
            **{f"average_after_{i + 1}": float(self.matrix[i, : i + 1].mean()) for i in range(len(final))},
            **{f"before_{i + 2}": float(value) for i, value in enumerate(np.diag(self.matrix, 1))},
            "parameters": self.grown(parameters)[-1],
            "memory_bytes": sum(part.nbytes for part in method.kept()),
        }
        if self.grows:
            found |= {"growth": self.grown(parameters)}
            of_columns = ("forward_transfer", "untrained", *(f"before_{i + 2}" for i in range(len(final) - 1)))
            found = {name: value for name, value in found.items() if name not in of_columns}  # not there yet: no answer
        if method.omega is not None and self.holds:
            found["free_share"] = 100 * (method.omega < FREE * method.omega.mean()).float().mean().item()
        return found


def learned(chance: float) -> float:
    """The accuracy from which on a task counts as learned, in percent: clearly above guessing, where there is room."""
    return chance + min(CLEARLY, (100 - chance) / 2)


def stuck(step: int, accuracy: float, chance: float, held: bool = False) -> Warned | None:
    """A warning when a network is hardly better than guessing on what it has just been taught; both in percent.

    held: a penalty ties it to old weights, which may be the reason, too.
    """
    if accuracy >= learned(chance):
        return None
    seen = (
        f"The network gets {accuracy:.0f} % right of the task that it has just been taught, and "
        f"guessing gets {chance:.0f} %: it has learned next to nothing."
    )
    why = (
        "The old weights may be held too hard (λ), or the steps may be too long for it to learn. "
        "Try a lower learning rate or strength."
        if held
        else "The steps may be too long for it to learn. Try a lower learning rate, or more epochs if it is low already."
    )
    return Warned(step, "guessing", f"{seen} {why}")


def moved(omega: Tensor, way: Tensor, seed: int) -> np.ndarray:
    """(2, K) float32: Ω and |θ − θ*| of K weights drawn at random."""
    pick = torch.randperm(len(omega), generator=seeded(seed))[:PAIRS]
    return torch.stack([omega[pick], way[pick]]).numpy().astype(np.float32)
