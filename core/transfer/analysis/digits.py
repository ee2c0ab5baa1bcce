"""The test pictures of both domains: one of each class for the strip, those of the cloud's points, and all of them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from core.data import digits
from core.data.digits import CLASSES, Digits
from core.nets import predict
from core.record import Record
from core.subject.models import as_bytes
from core.transfer import pictures
from core.transfer.analysis.border import moons
from core.transfer.domains import Pair, domains
from core.transfer.monitor import EACH, SHOWN, every_class
from core.transfer.settings import Target


@dataclass(frozen=True)
class Ten:
    """One test picture of each class. places: in the test part. images: each 8-bit (28, 28) or (28, 28, 3)."""

    places: list[int]
    images: list[np.ndarray]


@lru_cache(maxsize=32)
def ten_of_each(target: Target, held: int = CLASSES) -> tuple[Ten, Ten]:
    """The first test picture of each class, of source and target, of which the target holds the first `held`. Shared: never
    write into them."""
    pair, found = some(target, held), []
    for data in (pair.source, pair.target):
        places = [int(torch.nonzero(data.test_y == which)[0]) for which in data.test_y.unique()]
        found.append(Ten(places, list(as_bytes(data.test_x[places]))))
    return found[0], found[1]


def in_cloud(record: Record) -> np.ndarray | None:
    """The pictures of the points of a run's cloud, 8-bit, in the order of `who`; None of the moons, and of unknown settings."""
    known = record.settings is not None and not moons(record)
    return of_the_cloud(record.settings.target, record.settings.held) if known else None


@lru_cache(maxsize=4)
def of_the_cloud(target: Target, held: int = CLASSES) -> np.ndarray:
    """The pictures of the cloud's points, 8-bit (N, 28, 28) or (N, 28, 28, 3), those of the source first. Shared: never
    write into them."""
    pair = some(target, held)
    return np.concatenate([as_bytes(every_class(data, EACH).test_x[:SHOWN]) for data in (pair.source, pair.target)])


def answers(record: Record) -> list[int]:
    """What the network of a run that ended answers to the ten test pictures of its target; nothing of another run."""
    if (said := record.last(pictures.SAID)) is not None:
        return said.tolist()
    if record.run is None or "model" not in record.run.models or "target" not in record.summary:
        return []
    target, held = record.settings.target, record.settings.held
    x = some(target, held).target.test_x[ten_of_each(target, held)[1].places]
    return predict(record.run.net("model"), x).argmax(1).tolist()


def some(target: Target, held: int) -> Pair:
    """Both domains, the target with its first `held` classes."""
    return domains(target, held) if held < CLASSES else domains(target)


def both_domains(target: Target, held: int = CLASSES) -> list[tuple[Digits, bool]]:
    """Source and target, and whether each is MNIST itself, whose digits the other labs have, too."""
    pair = some(target, held)
    return [(data, data is digits.load()) for data in (pair.source, pair.target)]
