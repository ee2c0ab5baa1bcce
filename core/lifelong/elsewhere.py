"""Does the network that forgot look elsewhere? How alike its maps of task 1 are before and after the other tasks, over five seeds."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from core.attribution import methods
from core.attribution.settings import IntegratedGradients
from core.events import Finished
from core.lifelong.settings import EWC, Finetune, LifelongSettings, Replay
from core.lifelong.tasks import stream
from core.lifelong.train import train
from core.loop import hits
from core.nets import from_model
from core.statistics import rank_correlation
from core.subject.models import DIGITS, Subject

SEEDS, COUNT = 5, 100
WAYS = {"finetune": Finetune(), "ewc": EWC(), "replay": Replay()}
OTHER = "other"  # the control: a network that learned the same task from another seed


def rows() -> Iterator[dict[str, Any]]:
    """A row for each seed and method: the rank correlation (× 100) of the maps of 100 test digits of task 1, and how many of all it
    reads, in percent, at the end. The maps: integrated gradients from black, for the right digit. The row “other” holds two
    networks against each other that have just learned the task from two seeds."""
    fresh: list[tuple[list[np.ndarray], float]] = []
    for seed in range(SEEDS):
        for way, method in WAYS.items():
            settings = LifelongSettings(method=method, seed=seed)
            *_, end = train(settings)
            first, after = (_looked(end, name, settings) for name in ("after_1", "model"))
            yield {"seed": seed, "method": way, "alike": alike(first[0], after[0]), "accuracy": after[1]}
        fresh.append(first)
    for seed, (maps, __) in enumerate(fresh):
        others, accuracy = fresh[(seed + 1) % SEEDS]
        yield {"seed": seed, "method": OTHER, "alike": alike(maps, others), "accuracy": accuracy}


def alike(maps: list[np.ndarray], others: list[np.ndarray]) -> float:
    """The mean rank correlation of two maps of one digit each, × 100: 100 is the same order of pixels, 0 none in common."""
    return 100 * float(np.mean([rank_correlation(one, other) for one, other in zip(maps, others, strict=True)]))


def _looked(end: Finished, name: str, settings: LifelongSettings) -> tuple[list[np.ndarray], float]:
    """The maps of the first test digits of task 1, and how many of all the network reads."""
    net = from_model(end.models[name]).requires_grad_(False)
    task = stream(settings)[0]
    x, y = task.test_x, task.test_y
    with torch.no_grad():
        accuracy = hits(net(x), y)
    few = slice(None, None, len(y) // COUNT)  # as many of each digit
    return [_map(net, picture, int(digit)) for picture, digit in zip(x[few], y[few], strict=True)], accuracy


def _map(net: nn.Module, picture: torch.Tensor, digit: int) -> np.ndarray:
    return methods.answer(Subject(net, picture, DIGITS), digit, IntegratedGradients()).map
