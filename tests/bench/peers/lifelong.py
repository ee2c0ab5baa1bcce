"""Permuted digits learned one task after the other: the lab's loop, and Avalanche's strategies, as its documentation trains them.

Both have the same permutations, first weights, batches of 64, epochs, loss and rate of Adam, which starts anew with each task.
Avalanche gets what a good user gives it: digits in memory that are permuted already (its own PermutedMNIST does that for each
digit anew), no worker processes, no evaluation and nobody logging while it trains.
"""

import time
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from avalanche.benchmarks import benchmark_from_datasets
from avalanche.benchmarks.utils import as_classification_dataset
from avalanche.training.plugins import SynapticIntelligencePlugin
from avalanche.training.supervised import EWC, MAS, Naive, Replay, SynapticIntelligence
from torch import nn
from torch.utils.data import TensorDataset

from core.events import Finished
from core.lifelong import settings as s
from core.lifelong.models import flat, logits, network, normalised, widths_of
from core.lifelong.monitor import Monitor
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import stream
from core.lifelong.train import train
from core.loop import fresh, hits, steps_of
from core.nets import from_model
from tests.bench.peers.rows import Row, Way

torch.set_num_threads(1)

TASKS, EPOCHS = 3, 3


class Blind(Monitor):
    """Looks at nothing before the end."""

    def task_begins(self, *_):
        yield from ()

    after_step = task_ends = task_begins

    def run_ends(self, step, theta):
        yield Finished(step, {}, {"model": self.method.model(theta)})


def settings_of(method: Any, seed: int) -> LifelongSettings:
    return LifelongSettings(method=method, tasks=TASKS, epochs=EPOCHS, seed=seed)


def result(net: nn.Module, settings: LifelongSettings) -> float:
    """Mean accuracy over the test digits of all tasks, in percent."""
    with torch.no_grad():
        return sum(hits(net.eval()(task.test_x), task.test_y) for task in stream(settings)) / TASKS


def ours(method: Any) -> Way:
    def way(seed: int) -> tuple[float, float]:
        settings = settings_of(method, seed)
        events = train(settings, Blind)
        next(events)  # the tasks are there now
        begun = time.process_time()
        *_, end = events
        taken = time.process_time() - begun
        return taken, result(from_model(end.models["model"]), settings)

    return way


def passes() -> float:
    """CPU seconds of as many gradients of one batch, without drawing batches, Adam or a method."""
    settings = settings_of(s.Finetune(), 0)
    task, theta = stream(settings)[0], flat(fresh(network, 0, settings)).requires_grad_()
    x, y = normalised(task.train_x[: settings.batch]), task.train_y[: settings.batch]
    begun = time.process_time()
    for _ in range(TASKS * steps_of(len(task.train_y), settings.batch, EPOCHS)):
        torch.autograd.grad(F.cross_entropy(logits(theta, widths_of(settings), x), y), theta)
    return time.process_time() - begun


def copied(model: nn.Module, target: dict, excluded: set) -> None:
    """What SynapticIntelligencePlugin.extract_weights means to do. As it comes it keeps, on a CPU, views of the weights themselves:
    no step moves anything, every importance is 0, and SI learns exactly what fine-tuning does."""
    for name, weights in SynapticIntelligencePlugin.allowed_parameters(model, excluded):
        target[name].data = weights.detach().flatten().clone()


SynapticIntelligencePlugin.extract_weights = staticmethod(copied)


class Digits(TensorDataset):
    """A TensorDataset with the labels where Avalanche looks for them."""

    def __init__(self, x: torch.Tensor, y: torch.Tensor):
        super().__init__(x, y)
        self.targets = y.tolist()


def theirs(strategy: Callable[..., Any], **knobs: Any) -> Way:
    def way(seed: int) -> tuple[float, float]:
        settings = settings_of(s.Finetune(), seed)
        net = fresh(network, seed, settings)
        data = [as_classification_dataset(Digits(task.train_x, task.train_y)) for task in stream(settings)]
        benchmark = benchmark_from_datasets(train=data)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            begun = time.process_time()
            learner = strategy(
                model=net,
                optimizer=torch.optim.Adam(net.parameters(), settings.learning_rate),
                criterion=nn.CrossEntropyLoss(),
                train_mb_size=settings.batch,
                train_epochs=EPOCHS,
                evaluator=None,
                **knobs,
            )
            for experience in benchmark.train_stream:
                learner.train(experience, num_workers=0, reset_optimizer_state=True)
            taken = time.process_time() - begun
        return taken, result(net, settings)

    return way


# Seeds spread by 1 to 2 points on either side, so that two means over five seeds may lie 3 apart by chance.
CLOSE = 3


def row(what: str, mine: Any, strategy: Callable[..., Any], **knobs: Any) -> Row:
    return Row(
        f"{what} on {TASKS} permuted tasks, {EPOCHS} epochs each",
        "avalanche-lib",
        ours(mine),
        theirs(strategy, **knobs),
        "mean accuracy over the tasks, %",
        CLOSE,
        passes=passes if strategy is Naive else None,
    )


# The strengths mean the same as nearly as the formulas allow. Ours is λ/2 Σ Ω (θ − θ*)², theirs of EWC and MAS without the half.
ROWS = [
    row("fine-tuning", s.Finetune(), Naive),
    # Theirs squares the mean gradient of each batch, on every digit of the task; ours is the exact Fisher information on 512 digits.
    # After three epochs all of ours together is 7 times theirs.
    row("EWC", s.EWC(lam=20), EWC, ewc_lambda=70),
    # Theirs takes the absolute value of a batch's mean gradient, not of each digit's (all of ours together is 1.25 times theirs), on
    # every digit of the task instead of 512, and averages old and new importance where ours adds them up.
    row("MAS", s.MAS(lam=0.02), MAS, lambda_reg=0.02),
    # Theirs lets the penalty's own gradient into the importance, lets it fall below 0 and cuts it at 0.001, where a damping of 1
    # hardly brings any.
    row("SI", s.SI(lam=100, damping=1), SynapticIntelligence, si_lambda=100, eps=1),
    # Both see as many old digits as new ones in a step. In theirs each digit counts alike, in ours each task.
    row("replay of 500 digits", s.Replay(budget=500), Replay, mem_size=500),
]
