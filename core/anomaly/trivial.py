"""The trivial rivals of the lab: whoever cannot beat the mean normal example has learned nothing that is worth a network."""

from functools import lru_cache

import numpy as np

from core.anomaly import datasets, decide
from core.anomaly.datasets import Dataset
from core.anomaly.settings import AnomalySettings


def mean_distance(dataset: Dataset) -> np.ndarray:
    """Squared distance (N,) of each test example to the mean of what is learned: k-means with one centre, PCA with no component."""
    return (dataset.test_x - dataset.train_x.mean(0)).square().flatten(1).sum(1).numpy()


def mean_map(dataset: Dataset) -> float | None:
    """How well the mean normal picture, one map for all, tells damaged pixels from others, in [0, 1]; None without masks."""
    if dataset.masks is None:
        return None
    masks = dataset.masks[dataset.test_is_anomaly].flatten(1)
    return decide.auroc(
        dataset.train_x.mean(0).flatten().expand(len(masks), -1).flatten().numpy(), masks.flatten().numpy()
    )


def place_by_place(error: np.ndarray, masks: np.ndarray) -> float:
    """AUROC in [0, 1] of the errors (N, P) of each pixel against those of the same pixel in other pictures, mean over pixels, each
    as often as it is damaged. A map that is the same for all pictures has ½. masks: (N, P), which pixels are damaged."""
    many = masks.sum(0)
    told = np.flatnonzero((many > 0) & (many < len(masks)))
    return float(np.average([decide.auroc(error[:, p], masks[:, p]) for p in told], weights=many[told]))


@lru_cache(maxsize=64)
def auroc(settings: AnomalySettings) -> float:
    """AUROC in % of the distance to the mean on the data of a run."""
    dataset = datasets.dataset_of(settings)
    return 100 * decide.auroc(mean_distance(dataset), dataset.test_is_anomaly.numpy())


@lru_cache(maxsize=64)
def where(settings: AnomalySettings) -> float | None:
    """AUROC in % of the pixels by `mean_map`."""
    found = mean_map(datasets.dataset_of(settings))
    return None if found is None else 100 * found
