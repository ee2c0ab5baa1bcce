"""Does the order of the tasks matter? The same short stream in every order and from several seeds, all trained at once.

All networks are one matrix: a row of θ for each order and seed. A layer is one batched product, and Adam works on each
number alone, so every row learns as if it were alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
import torch
from torch import Tensor

from core.adam import Adam
from core.events import Event, Finished, Metrics, Started
from core.lifelong import models, pictures, scores
from core.lifelong.settings import LifelongSettings, orders_of, outputs_of
from core.lifelong.tasks import stream
from core.loop import broken, diverged, fresh, seeded
from core.nets import MEAN, MLP, STD, to_model

HIDDEN = 32  # neurons of the one hidden layer
LOOKS = 4  # in a task


def sequences(tasks: int, seed: int) -> Tensor:
    """The orders that are trained, (orders, tasks): all of up to four tasks; of more, there and back, and others at random."""
    if tasks <= 4:
        return torch.tensor(list(permutations(range(tasks))))
    generator, found = seeded(seed + 20_000), {tuple(range(tasks)): None, tuple(range(tasks))[::-1]: None}
    while len(found) < orders_of(tasks):
        found[tuple(torch.randperm(tasks, generator=generator).tolist())] = None
    return torch.tensor(list(found))


def logits(theta: Tensor, widths: tuple[int, ...], x: Tensor) -> Tensor:
    """What each network answers to its own digits: (R, N, outputs) for θ (R, P) and x (R, N, 784), or (N, 784) for all."""
    sizes = [size for a, b in pairwise(widths) for size in (a * b, b)]
    parts, a = theta.split(sizes, 1), x
    for i, (wide, narrow) in enumerate(pairwise(widths)):
        w, b = parts[2 * i].view(-1, narrow, wide), parts[2 * i + 1]
        if a.dim() == 2:  # the same digits for all: one large product
            a = (a @ w.reshape(-1, wide).T).view(len(a), len(w), narrow).transpose(0, 1) + b[:, None]
        else:
            a = torch.baddbmm(b[:, None], a, w.transpose(1, 2))
        a = a.relu() if i < len(widths) - 2 else a
    return a


class Race:
    """All networks of a run. order, seed: (R,), which order and which seed each has. at: position in the orders, from 0."""

    def __init__(self, settings: LifelongSettings):
        self.settings, self.tasks = settings, stream(settings)
        self.sequences, repeats = sequences(settings.tasks, settings.seed), settings.method.repeats
        self.order = torch.arange(len(self.sequences)).repeat_interleave(repeats)
        self.seed = torch.arange(repeats).repeat(len(self.sequences))
        self.widths = (28 * 28, HIDDEN, outputs_of(settings))
        first = 10 * settings.seed  # so that runs with neighbouring seeds share none
        starts = [models.flat(fresh(MLP, first + i, (HIDDEN,), self.widths[-1])) for i in range(repeats)]
        self.theta = torch.stack(starts)[self.seed]
        self.size = min(len(task.train_y) for task in self.tasks)  # of each task as many digits
        self.x = torch.stack([_flat(task.train_x[: self.size]) for task in self.tasks])
        self.y = torch.stack([task.train_y[: self.size] for task in self.tasks])
        self.generators = [seeded(first + i) for i in range(repeats)]

    def task(self, at: int) -> Tensor:
        """The task that each network learns at this position: (R,)."""
        return self.sequences[self.order, at]

    def masks(self, at: int) -> Tensor:
        """Which outputs compete for each task in each network, (R, tasks, outputs), as `tasks.active` has it."""
        found = torch.zeros(len(self.theta), len(self.tasks), self.widths[-1], dtype=torch.bool)
        for task in self.tasks:
            match self.settings.incremental:
                case "task":
                    found[:, task.number, task.own] = True
                case "domain":
                    found[:, task.number] = True
                case "class":
                    met = (self.sequences[self.order, : at + 1] == task.number).any(1)
                    found[met, :, task.own] = True
                    found[:, task.number, task.own] = True
        return found

    def batches(self) -> Iterator[Tensor]:
        """Which digits each network sees in each step of a task, (R, batch): the same for all orders of a seed."""
        for _ in range(self.settings.epochs):
            drawn = torch.stack([torch.randperm(self.size, generator=each) for each in self.generators])
            for part in drawn.split(self.settings.batch, 1):
                yield part[self.seed]

    def loss(self, theta: Tensor, at: int, index: Tensor, masks: Tensor) -> Tensor:
        """Cross entropy of each network on its batch of its task, (R,)."""
        task = self.task(at)
        x, y = self.x[task[:, None], index], self.y[task[:, None], index]
        z = logits(theta, self.widths, x).masked_fill(~masks[torch.arange(len(task)), task][:, None], -torch.inf)
        return torch.nn.functional.cross_entropy(z.flatten(0, 1), y.flatten(), reduction="none").view(y.shape).mean(1)

    @torch.no_grad()
    def accuracies(self, theta: Tensor, at: int) -> np.ndarray:
        """On the test digits of every task, in percent: (orders, seeds, tasks)."""
        masks, found = self.masks(at), []
        for task in self.tasks:
            z = logits(theta, self.widths, _flat(task.test_x))
            z = z.masked_fill(~masks[:, task.number, None], -torch.inf)
            found.append(100 * (z.argmax(2) == task.test_y).float().mean(1))
        return torch.stack(found, 1).view(len(self.sequences), -1, len(self.tasks)).numpy()


def _flat(x: Tensor) -> Tensor:
    """(N, 784), normalised as `core.nets.MLP` does it."""
    return (x.flatten(1) - MEAN) / STD


def train(settings: LifelongSettings) -> Iterator[Event]:
    """Fine-tuning on the stream in every order. Every step is one step of each network."""
    race = Race(settings)
    steps = -(-race.size // settings.batch) * settings.epochs
    yield Started(steps * settings.tasks, facts(race, steps))
    step, matrices = 0, []  # accuracies after each position
    yield pictures.ORDERS.at(0, race.sequences.numpy())
    yield from seen(race, 0, race.accuracies(race.theta, 0), 0)
    for at in range(settings.tasks):
        theta, masks = race.theta.requires_grad_(), race.masks(at)
        adam = Adam([theta])  # new for each task
        for done, index in enumerate(race.batches(), 1):
            losses = race.loss(theta, at, index, masks)
            step += 1
            if broken(losses.sum()):
                yield from diverged(step)
                return
            (theta.grad,) = torch.autograd.grad(losses.sum(), theta)
            adam.step(settings.learning_rate)
            if done % max(1, steps // LOOKS) == 0 and done < steps:
                yield from seen(race, step, race.accuracies(theta, at), at, losses.mean().item())
        race.theta = theta.detach()
        matrices.append(race.accuracies(race.theta, at))
        yield from seen(race, step, matrices[-1], at, losses.mean().item())
    yield Finished(step, summary(race, np.stack(matrices)), {"model": shelf(race)})


def facts(race: Race, steps: int) -> dict:
    """What is known before the first step."""
    tasks = len(race.tasks)
    return {
        "parameters": race.theta.shape[1],
        "outputs": race.widths[-1],
        "marks": [steps * (i + 1) for i in range(tasks - 1)],
        "tasks": tasks,
        "digits": [race.size] * tasks,
        "classes": [task.classes for task in race.tasks],
    }


def seen(race: Race, step: int, now: np.ndarray, at: int, loss: float | None = None) -> Iterator[Event]:
    """The accuracies of all networks, and as numbers their mean, that of the best order, and that of the worst."""
    known = race.sequences[:, : at + 1].numpy()
    scored = np.take_along_axis(now, known[:, None], 2).mean(2)  # (orders, seeds), over the tasks met so far
    means = scored.mean(1)
    values = {"average": means.mean(), "best_order": means.max(), "worst_order": means.min()}
    values |= {} if loss is None else {"loss": loss}
    yield Metrics(step, {name: float(value) for name, value in values.items()})
    yield pictures.ORDERED.at(step, now)


@dataclass(frozen=True)
class Effect:
    """What the order does, in points of the average accuracy. best, worst: numbers of orders. spread: between their means.
    noise: standard deviation over the seeds of one order. f: see `f_value`; p: how often chance alone brings such an F."""

    best: int
    worst: int
    spread: float
    noise: float
    f: float
    p: float


def f_value(scored: np.ndarray) -> float:
    """F of a one-way analysis of variance: how far the orders' means lie apart, against the spread over seeds. (orders, seeds).

    1 where the order does nothing; infinite where seeds make no difference at all (Fisher 1925).
    """
    orders, seeds = scored.shape
    between = seeds * scored.mean(1).var(ddof=1)
    within = scored.var(1, ddof=1).mean()
    return float(between / within) if within > 0 else float("inf")


def effect(scored: np.ndarray) -> Effect:
    """Of the average accuracy of each order and seed, (orders, seeds) in percent."""
    from scipy.stats import f as f_distribution  # takes a second to load; every stage needs the rest

    means, (orders, seeds) = scored.mean(1), scored.shape
    f = f_value(scored)
    return Effect(
        int(means.argmax()),
        int(means.argmin()),
        float(np.ptp(means)),
        float(np.sqrt(scored.var(1, ddof=1).mean())),
        f,
        float(f_distribution.sf(f, orders - 1, orders * (seeds - 1))),
    )


def summary(race: Race, matrices: np.ndarray) -> dict:
    """Plain values. matrices: (positions, orders, seeds, tasks)."""
    final = matrices[-1]
    found, means = effect(final.mean(2)), final.mean((1, 2))
    last = race.sequences[:, -1].numpy()
    in_order = np.take_along_axis(matrices.mean(2), race.sequences.numpy()[None], 2)  # columns as they were met
    return {
        "average": float(means.mean()),
        "best_order": float(means.max()),
        "worst_order": float(means.min()),
        "forgetting": float(np.mean([scores.forgetting(in_order[:, i]) for i in range(len(means))])),
        "spread": found.spread,
        "noise": found.noise,
        "f": found.f if np.isfinite(found.f) else None,
        "p": found.p,
        **{f"last_{i + 1}": float(means[last == i].mean()) for i in sorted(set(last.tolist()))},
        "parameters": race.theta.shape[1],
        "memory_bytes": 0,
    }


def shelf(race: Race):
    """The first order's network of the first seed, for the other labs."""
    net = models.net_of(race.theta[0], race.widths)
    return to_model(net if race.widths[-1] <= 10 else models.first_task_view(net))
