"""Ten data sets on which untuned detectors are held against one another, all of them in packages that Lectern installs.

Where a data set has several classes of equal standing, each of them is normal once: all that comes of it is one number.
"""

from collections.abc import Iterator

import numpy as np
import torch
from sklearn.datasets import load_digits, load_iris, load_wine
from torch import Tensor

from core.anomaly import datasets, decide
from core.anomaly import settings as s
from core.anomaly.detector import scores
from core.anomaly.detectors import AT_ONCE
from core.anomaly.settings import AnomalySettings, Detection
from core.loop import seeded

LEARNED = 0.6  # of the normals of a table; all others are tested
MEAN = "mean"  # the trivial rival: k-means with one centre
TABLES = {"wine": load_wine, "iris": load_iris, "optdigits": load_digits}
LABS = {
    "cancer": [s.Tumours()],
    "mnist": [s.OneClass(normal=digit) for digit in "0123456789"],
    "faces": [s.Faces()],
    "moons": [s.Plane()],
    "ring": [s.Plane(shape="ring")],
    "spots": [s.Plane(shape="spots")],
    "spiral": [s.Plane(shape="spiral")],
}
DATASETS = (*TABLES, *LABS)
DETECTORS: dict[str, Detection] = {method.model_fields["name"].default: method() for method in AT_ONCE}
DETECTORS[MEAN] = s.KMeans(centres=1)
Task = tuple[Tensor, Tensor, np.ndarray]  # what is learned, what is tested, which of that are anomalies


def tasks(name: str, seed: int) -> Iterator[Task]:
    """What a data set asks of a detector: one task for each class that is normal in its turn."""
    if name in LABS:
        for data in LABS[name]:
            there = datasets.dataset_of(AnomalySettings(data=data, seed=seed))
            yield there.train_x.flatten(1), there.test_x.flatten(1), there.test_is_anomaly.numpy()
        return
    x, y = (np.asarray(part) for part in TABLES[name](return_X_y=True))
    for normal in np.unique(y):
        yield table_task(torch.from_numpy(x).float(), y == normal, seed)


def table_task(x: Tensor, normal: np.ndarray, seed: int) -> Task:
    """A part of the normal rows of a table (N, D) is learned, the rest of them and all others are tested; every column in standard
    units of what is learned. normal: (N,)."""
    own, other = torch.from_numpy(np.flatnonzero(normal)), torch.from_numpy(np.flatnonzero(~normal))
    own = own[torch.randperm(len(own), generator=seeded(seed))]
    many = round(LEARNED * len(own))
    learn, test = x[own[:many]], torch.cat([x[own[many:]], x[other]])
    mean, deviation = learn.mean(0), learn.std(0)
    deviation = torch.where(deviation > 0, deviation, 1.0)  # a column that never changes, such as a corner of a digit
    is_anomaly = np.arange(len(test)) >= len(own) - many
    return (learn - mean) / deviation, (test - mean) / deviation, is_anomaly


def auroc(name: str, method: Detection, seed: int) -> float:
    """AUROC in % of an untuned detector on a data set, mean over its tasks."""
    found = []
    for learn, test, is_anomaly in tasks(name, seed):
        detector = AT_ONCE[type(method)](method, seed)
        detector.fit(learn)
        found.append(100 * decide.auroc(np.nan_to_num(scores(detector, test).numpy()), is_anomaly))
    return float(np.mean(found))
