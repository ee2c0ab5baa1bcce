"""What is normal, and what is not: six sorts of data behind one door.

A detector sees `train` alone, and nothing tells it which examples are hidden anomalies. `calibration` are normals that it never
learns from and chooses nothing by: they say where to put a threshold. `test` is what everything is judged by.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import Tensor

from core.anomaly import by_kind, oddities
from core.anomaly import settings as s
from core.anomaly.settings import REACH
from core.data import digits, faces, tables
from core.loop import seeded

MOST = 1250  # normals that are used of a data set: 1,000 to learn from
CALIBRATION = 0.2  # of them are held out
FIXED = 2016  # the seed of what must not change with the run's: which test digits are damaged and how, the points of the plane
POINTS, POINTS_TEST, POINT_NOISE, AWAY = 500, 400, 0.08, 0.35
KINDS = ("cut", "patch", "noise")  # of damage, in the order in which they take turns
PATCH = 12  # pixels of a patched oddity's square
STROKE, SEEN = 0.5, 0.1  # ink that is a stroke; a change of a pixel that counts as damage


@dataclass(frozen=True)
class Dataset:
    """Examples (N, ...): pictures (N, 1, 28, 28) in [0, 1], rows of a table or points (N, D) in standard units.

    train_y, calibration_y, test_y: the class of each, whatever it is. hidden, calibration_hidden: which are anomalies that nobody has told
    the detector of. test_is_anomaly: which test examples are anomalies; masks: (N, 28, 28), where damage is.
    names: of the classes, or of a table's columns. known_x: oddities of the kind known that a detector may be shown as such; None
    where there is no such thing.
    """

    train_x: Tensor
    train_y: Tensor
    hidden: Tensor
    calibration_x: Tensor
    calibration_hidden: Tensor
    test_x: Tensor
    test_y: Tensor
    test_is_anomaly: Tensor
    names: tuple[str, ...]
    columns: tuple[str, ...] = ()
    masks: Tensor | None = None
    calibration_y: Tensor | None = None
    known_x: Tensor | None = None
    known: str = ""

    @property
    def pictures(self) -> bool:
        return self.test_x.ndim == 4


@dataclass(frozen=True)
class Pool:
    """Everything there is: normals and anomalies to draw the training part from, and the test part."""

    x: Tensor
    y: Tensor
    anomalies: Tensor
    test_x: Tensor
    test_y: Tensor
    test_is_anomaly: Tensor
    names: tuple[str, ...]
    columns: tuple[str, ...] = ()
    masks: Tensor | None = None
    known: Tensor | None = None


def dataset_of(settings: s.AnomalySettings) -> Dataset:
    """The data of a run: which normals are learned and which are held out changes with the seed, the test part never does."""
    return _dataset(settings.data, settings.contamination, settings.seed)


@lru_cache(maxsize=4)
def _dataset(data: s.Data, contamination: int, seed: int) -> Dataset:
    all_there, generator = pool(data), seeded(seed)
    order = torch.randperm(len(all_there.x), generator=generator)[:MOST]
    x, y = all_there.x[order], all_there.y[order]
    hidden = torch.zeros(len(x), dtype=torch.bool)
    many = min(round(contamination / 100 * len(x)), len(all_there.anomalies))
    hidden[torch.randperm(len(x), generator=generator)[:many]] = True
    among = all_there.anomalies[torch.randperm(len(all_there.anomalies), generator=generator)[:many]]
    x = x.clone()
    x[hidden] = among
    first = round((1 - CALIBRATION) * len(x))
    train_x, calibration_x, test_x = x[:first], x[first:], all_there.test_x
    if isinstance(data, s.Tumours):  # thirty columns of as many scales
        mean, sd = train_x.mean(0), train_x.std(0)
        train_x, calibration_x, test_x = ((each - mean) / sd for each in (train_x, calibration_x, test_x))
    known = None
    if isinstance(data, s.Oddities):
        known = all_there.known[torch.randperm(len(all_there.known), generator=generator)[: data.known]]
    return Dataset(
        train_x,
        y[:first],
        hidden[:first],
        calibration_x,
        hidden[first:],
        test_x,
        all_there.test_y,
        all_there.test_is_anomaly,
        all_there.names,
        all_there.columns,
        all_there.masks,
        y[first:],
        known,
        data.kind if isinstance(data, s.Oddities) else "",
    )


@lru_cache(maxsize=2)  # one holds up to 14 MB
def pool(data: s.Data) -> Pool:
    """Shared by everybody in the process: never write into it."""
    match data:
        case s.OneClass(normal=normal):
            return _one_class(normal)
        case s.Damaged():
            return _damaged(data)
        case s.Faces():
            return _faces()
        case s.Tumours():
            return _tumours()
        case s.Plane(shape=shape):
            return _plane(shape)
        case s.Oddities(kind=kind):
            return _oddities(kind)


def _one_class(normal: str) -> Pool:
    data, wanted = digits.load(), torch.tensor([int(digit) for digit in normal])
    own = torch.isin(data.train_y, wanted)
    return Pool(
        data.train_x[own],
        data.train_y[own],
        data.train_x[~own],
        data.test_x,
        data.test_y,
        ~torch.isin(data.test_y, wanted),
        tuple(map(str, range(10))),
    )


def _damaged(chosen: s.Damaged) -> Pool:
    """Half of the test digits, every second of each class, are damaged; the kinds take turns."""
    data, wanted = digits.load(), torch.tensor([int(digit) for digit in chosen.normal])
    own, tested = torch.isin(data.train_y, wanted), torch.isin(data.test_y, wanted)
    x, y = data.test_x[tested], data.test_y[tested]
    order = torch.argsort(y, stable=True)
    is_anomaly = torch.zeros(len(x), dtype=torch.bool)
    is_anomaly[order[1::2]] = True
    rng = np.random.default_rng(FIXED)
    changed = x.clone()
    changed[is_anomaly] = damaged(x[is_anomaly], chosen, rng)
    masks = ((changed - x).abs() > SEEN).squeeze(1)
    train = data.train_x[own]
    return Pool(
        train,
        data.train_y[own],
        damaged(train, chosen, rng),
        changed,
        y,
        is_anomaly,
        tuple(map(str, range(10))),
        masks=masks,
    )


def damaged(x: Tensor, chosen: s.Damaged, rng: np.random.Generator) -> Tensor:
    """Every picture (N, 1, 28, 28) with one square damaged, whose middle lies on its stroke.

    cut: the ink is gone. patch: a square of another picture of `x`, from one of its strokes. noise: every pixel at random.
    Of “all” each takes its turn.
    """
    kinds = KINDS if chosen.damage == "all" else (chosen.damage,)
    found = x.clone()
    for i in range(len(x)):
        rows, columns = _square(x[i, 0], chosen.size, rng)
        match kinds[i % len(kinds)]:
            case "cut":
                found[i, 0, rows, columns] = 0
            case "patch":
                other = x[int(rng.integers(len(x))), 0]
                found[i, 0, rows, columns] = other[_square(other, chosen.size, rng)]
            case "noise":
                found[i, 0, rows, columns] = torch.from_numpy(rng.random((chosen.size, chosen.size), np.float32))
    return found


def damage_of(there: Dataset, settings: s.AnomalySettings) -> np.ndarray:
    """What was done to each test picture: “cut”, “patch”, “noise”, or nothing, "" (N,). Of “all” the kinds take turns."""
    found = np.full(len(there.test_x), "", dtype="<U5")
    if there.masks is not None:
        turns = KINDS if settings.data.damage == "all" else (settings.data.damage,)
        found[there.test_is_anomaly.numpy()] = np.resize(turns, int(there.test_is_anomaly.sum()))
    return found


def _square(picture: Tensor, size: int, rng: np.random.Generator) -> tuple[slice, slice]:
    """A square of `size` pixels within the picture (H, W), about a pixel of its stroke."""
    ink = torch.nonzero(picture > STROKE)
    row, column = ink[int(rng.integers(len(ink)))].tolist()
    top, left = (min(max(at - size // 2, 0), side - size) for at, side in zip((row, column), picture.shape))
    return slice(top, top + size), slice(left, left + size)


def _oddities(kind: str) -> Pool:
    """Normal test digits first, then each kind of oddity as a class of its own."""
    data, (learned, tested) = digits.load(), oddities.piles(_patched)
    own, normal = data.train_y < by_kind.NORMAL, data.test_y < by_kind.NORMAL
    y = by_kind.NORMAL + torch.arange(len(by_kind.KINDS)).repeat_interleave(by_kind.EACH)
    return Pool(
        data.train_x[own],
        data.train_y[own],
        torch.cat([learned[each] for each in by_kind.KINDS]),
        torch.cat([data.test_x[normal], *(tested[each] for each in by_kind.KINDS)]),
        torch.cat([data.test_y[normal], y]),
        torch.arange(int(normal.sum()) + len(y)) >= int(normal.sum()),
        (*map(str, range(by_kind.NORMAL)), *by_kind.CALLED),
        known=learned[kind],
    )


def _patched(x: Tensor) -> Tensor:
    """Pictures (N, 1, 28, 28), each with a piece of another one pasted in."""
    return damaged(x, s.Damaged(damage="patch", size=PATCH), np.random.default_rng(FIXED))


def _faces() -> Pool:
    """70 faces to learn from and 40 patches of background that may hide among them; 30 and 60 to test."""
    face, ground = faces.load()
    x = torch.cat([face[70:], ground[40:]])
    is_anomaly = torch.arange(len(x)) >= 30
    return Pool(
        face[:70],
        torch.zeros(70, dtype=torch.long),
        ground[:40],
        x,
        is_anomaly.long(),
        is_anomaly,
        ("face", "background"),
    )


def _tumours() -> Pool:
    table = tables.load("cancer")
    train_x, test_x = (torch.from_numpy(np.array(x)).float() for x in (table.train_x, table.test_x))
    train_y, test_y = (torch.from_numpy(np.array(y)).long() for y in (table.train_y, table.test_y))  # 0 is malignant
    return Pool(
        train_x[train_y == 1],
        train_y[train_y == 1],
        train_x[train_y == 0],
        test_x,
        test_y,
        test_y == 0,
        table.classes,
        table.features,
    )


def _plane(shape: str) -> Pool:
    """Normal points around the shape; anomalies anywhere else in the square, at least AWAY from the shape's line."""
    rng = np.random.default_rng(FIXED)
    line, y = outline(shape, POINTS + POINTS_TEST // 2, rng)
    x = line + POINT_NOISE * rng.standard_normal(line.shape)
    away = _away(shape, 3 * POINTS_TEST, rng)
    x, away = torch.from_numpy(x).float(), torch.from_numpy(away).float()
    y, half = torch.from_numpy(y), POINTS_TEST // 2
    test_x = torch.cat([x[POINTS:], away[:half]])
    is_anomaly = torch.arange(POINTS_TEST) >= half
    test_y = torch.cat([y[POINTS:], torch.full((half,), int(y.max()) + 1)])
    names = (*(f"part {i + 1}" for i in range(int(y.max()) + 1)), "anomaly")
    return Pool(x[:POINTS], y[:POINTS], away[half:], test_x, test_y, is_anomaly, names)


def _away(shape: str, many: int, rng: np.random.Generator) -> np.ndarray:
    """At least `many` points (N, 2), evenly over the square, none near the shape."""
    line, _ = outline(shape, 2000, rng)
    anywhere = rng.uniform(-REACH, REACH, (4 * many, 2))
    distance, _ = cKDTree(line).query(anywhere)
    return anywhere[distance > AWAY]


def outline(shape: str, many: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Points (many, 2) on the line of a shape about the origin, and which of its parts each lies on (many,)."""
    t, part = rng.random(many), np.arange(many) % {"moons": 2, "spots": 3}.get(shape, 1)
    match shape:
        case "ring":
            x = 1.2 * np.stack([np.cos(2 * np.pi * t), np.sin(2 * np.pi * t)], 1)
        case "spiral":
            r, angle = 0.25 + 1.25 * t, 3.5 * np.pi * t
            x = np.stack([r * np.cos(angle), r * np.sin(angle)], 1)
        case "moons":
            x = np.stack([np.cos(np.pi * t) - 0.5, np.sin(np.pi * t) - 0.25], 1) * np.where(part, -1, 1)[:, None]
        case "spots":
            angle = 2 * np.pi * part / 3 + np.pi / 2
            x = np.stack([np.cos(angle), np.sin(angle)], 1) + 0.1 * rng.standard_normal((many, 2))
    return x, part
