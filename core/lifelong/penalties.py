"""Methods that hold the weights back: L(θ) = L_B(θ) + λ/2 Σ_i Ω_i (θ_i − θ*_i)². They differ in Ω."""

import torch
from torch import Tensor

from core.lifelong import importance
from core.lifelong.method import Context, Finetune, sample
from core.lifelong.tasks import Task

INTERVAL = 10  # steps between two points of RWalk's path
EPSILON = 0.001  # in RWalk's score


def quadratic(lam: float, omega: Tensor, theta: Tensor, theta_star: Tensor) -> Tensor:
    """λ/2 Σ_i Ω_i (θ_i − θ*_i)²: the bowl around the old weights. All vectors (P,)."""
    return lam / 2 * (omega * (theta - theta_star) ** 2).sum()


@torch.no_grad()
def spring(lam: float, omega: Tensor, theta: Tensor, theta_star: Tensor) -> tuple[Tensor, Tensor]:
    """The same and its gradient, λ Ω (θ − θ*): as autograd finds it, to the last bit, in a third of its passes over θ."""
    way = theta.detach() - theta_star
    gradient = (lam * omega).mul_(way)
    return way @ gradient / 2, gradient


def penalized_loss(loss_b: Tensor, lam: float, omega: Tensor, theta: Tensor, theta_star: Tensor) -> Tensor:
    """The loss of the lecture: L_B(θ) + λ/2 Σ_i Ω_i (θ_i − θ*_A,i)² (Kirkpatrick 2017, equation 3)."""
    return loss_b + quadratic(lam, omega, theta, theta_star)


class Held(Finetune):
    """One Ω and one anchor θ*, both renewed at the end of each task. Here with Ω = 1: L2."""

    anchor: Tensor | None = None  # θ* (P,)

    def __init__(self, context: Context):
        super().__init__(context)
        self.method, self.lam = context.settings.method, context.settings.method.lam

    def importance(self, task: Task, theta: Tensor) -> Tensor:
        """Ω of the task that has just ended (P,)."""
        return torch.ones_like(theta)

    def merged(self, new: Tensor) -> Tensor:
        """The Ω that holds from now on: that of all tasks so far, summed."""
        return new if self.omega is None else self.omega + new

    def penalty(self, theta: Tensor, index: Tensor, task: Task) -> Tensor | None:
        if self.omega is not None:
            return quadratic(self.lam, self.omega, theta, self.anchor)

    def pull(self, theta: Tensor, index: Tensor, task: Task) -> tuple[Tensor | None, Tensor | None]:
        return (None, None) if self.omega is None else spring(self.lam, self.omega, theta, self.anchor)

    def end_task(self, task: Task, theta: Tensor) -> None:
        self.omega, self.anchor = self.merged(self.importance(task, theta)), theta.clone()

    def kept(self) -> list[Tensor]:
        return [each for each in (self.omega, self.anchor) if each is not None]


class L2(Held):
    """Every weight is as important as every other, however many tasks there were."""

    def merged(self, new: Tensor) -> Tensor:
        return new

    def kept(self) -> list[Tensor]:
        return [self.anchor] if self.anchor is not None else []


class OnlineEWC(Held):
    """Ω ← γ Ω + F, anchored at the newest weights (Schwarz 2018, section 4; γ is applied once for each task)."""

    def importance(self, task: Task, theta: Tensor) -> Tensor:
        outputs, context = self.context.active(task, task.number), self.context
        x, _ = sample(task, self.method.samples, context.generator)
        return importance.fisher(theta, context.widths, x, outputs)

    def merged(self, new: Tensor) -> Tensor:
        """Ω of all tasks so far, (P,): what is remembered of the old one, and the Fisher of the newest task."""
        return new if self.omega is None else self.method.gamma * self.omega + new


class EWC(Held):
    """One Fisher and one anchor for each task: Σ_k λ/2 Σ_i F_k,i (θ_i − θ*_k,i)² (Kirkpatrick 2017, section 2.1)."""

    def __init__(self, context: Context):
        super().__init__(context)
        self.bowls: list[tuple[Tensor, Tensor]] = []  # (F, θ*) of each task

    def importance(self, task: Task, theta: Tensor) -> Tensor:
        outputs, context = self.context.active(task, task.number), self.context
        x, y = sample(task, self.method.samples, context.generator)
        match self.method.estimate:
            case "exact":
                return importance.fisher(theta, context.widths, x, outputs)
            case "sampled":
                y = importance.sampled_labels(theta, context.widths, x, outputs, context.generator)
                return importance.fisher_of_labels(theta, context.widths, x, y, outputs)
            case "empirical":
                return importance.fisher_of_labels(theta, context.widths, x, y, outputs)
            case "batch":
                return importance.fisher_of_batches(theta, context.widths, x, y, outputs)

    def penalty(self, theta: Tensor, index: Tensor, task: Task) -> Tensor | None:
        return sum(quadratic(self.lam, omega, theta, anchor) for omega, anchor in self.bowls) if self.bowls else None

    def pull(self, theta: Tensor, index: Tensor, task: Task) -> tuple[Tensor | None, Tensor | None]:
        if not self.bowls:
            return None, None
        newest_first = reversed(self.bowls)  # the order in which autograd adds
        penalties, gradients = zip(*(spring(self.lam, omega, theta, anchor) for omega, anchor in newest_first))
        return sum(penalties), sum(gradients)

    def end_task(self, task: Task, theta: Tensor) -> None:
        self.bowls.append((self.importance(task, theta), theta.clone()))
        self.omega = sum(omega for omega, _ in self.bowls)

    def kept(self) -> list[Tensor]:
        return [part for bowl in self.bowls for part in bowl]


class MAS(Held):
    """Ω is the mean |∂‖f(x)‖²/∂θ|, summed over tasks (Aljundi 2018, section 4)."""

    def importance(self, task: Task, theta: Tensor) -> Tensor:
        x, _ = sample(task, self.method.samples, self.context.generator)
        return importance.mas(theta, self.context.widths, x, self.context.active(task, task.number))


class SCP(Held):
    """Ω is the mean square of the gradient of random projections of the mean output (Kolouri 2020, algorithm 1)."""

    def importance(self, task: Task, theta: Tensor) -> Tensor:
        outputs, context = self.context.active(task, task.number), self.context
        x, _ = sample(task, self.method.samples, context.generator)
        directions = importance.sphere(self.method.projections, outputs.stop - outputs.start, context.generator)
        return importance.scp(theta, context.widths, x, outputs, directions)


class SI(Held):
    """Ω is the fall of the task's own loss that each weight brought about, per squared way (Zenke 2017, section 3)."""

    looks_back = True

    def begin_task(self, task: Task, theta: Tensor) -> Tensor:
        self.start, self.gained = theta.detach().clone(), torch.zeros_like(theta)
        return theta

    def after_step(
        self, before: Tensor, gradient: Tensor, after: Tensor, batch: tuple[Tensor, Tensor], task: Task
    ) -> None:
        self.gained -= gradient * (after - before)  # the way that Adam really went, not η times the gradient

    def importance(self, task: Task, theta: Tensor) -> Tensor:
        return importance.path_integral(self.gained, theta - self.start, self.method.damping)


class RWalk(Held):
    """Ω is a running Fisher plus the score of the path, both scaled to [0, 1] (Chaudhry 2018, section 4)."""

    looks_back = True
    score: Tensor | None = None  # of the tasks before this one
    curvature: Tensor | None = None  # the running Fisher, over all tasks

    def begin_task(self, task: Task, theta: Tensor) -> Tensor:
        self.mark, self.steps = theta.detach().clone(), 0
        self.gained, self.fresh_score = torch.zeros_like(theta), torch.zeros_like(theta)
        return theta

    def after_step(
        self, before: Tensor, gradient: Tensor, after: Tensor, batch: tuple[Tensor, Tensor], task: Task
    ) -> None:
        self.gained -= gradient * (after - before)
        self.steps += 1
        if self.steps % INTERVAL == 0:
            x, y = batch
            new = importance.fisher_of_labels(after, self.context.widths, x, y, self.context.active(task, task.number))
            alpha, old = self.method.alpha, new if self.curvature is None else self.curvature
            self.curvature = alpha * new + (1 - alpha) * old
            self.fresh_score += importance.path_score(self.gained, self.curvature, after - self.mark, EPSILON)
            self.mark, self.gained = after.clone(), torch.zeros_like(after)

    def importance(self, task: Task, theta: Tensor) -> Tensor:
        new = self.fresh_score.clamp(min=0)
        self.score = new if self.score is None else (self.score + new) / 2
        curvature = torch.zeros_like(theta) if self.curvature is None else self.curvature  # a task of few steps
        return importance.to_unit(curvature) + importance.to_unit(self.score)

    def merged(self, new: Tensor) -> Tensor:
        return new  # both parts remember the older tasks themselves

    def kept(self) -> list[Tensor]:
        return [each for each in (self.score, self.curvature, self.anchor) if each is not None]
