"""Many pictures as one layer sees them, a point each, in the plane."""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import torch
from torch import Tensor

from core import nets
from core.attribution import features, inputs
from core.data import digits, photos
from core.explain.analysis.asked import Asked, pixels
from core.subject.settings import PHOTOS

EACH = 50  # test digits of each class
WAYS = ("PCA", "t-SNE")


@dataclass(frozen=True)
class Plane:
    """places: of every picture, the one looked at last, (N + 1, 2). shares: of the variance that each direction has, in %;
    none where directions mean nothing."""

    places: np.ndarray
    shares: tuple[float, ...]


@lru_cache(maxsize=60)
def plane(asked: Asked, layer: str, way: str) -> Plane:
    """The pictures in the plane by “PCA” or “t-SNE”."""
    subject = asked.subject
    known = photos.every() if subject.photo else digits.load().test_x[_chosen()]
    every = torch.cat([known, subject.x.unsqueeze(0)])
    vectors = features.features(subject.net, inputs.layers(subject.net)[layer], every)
    if way == "t-SNE":
        return Plane(features.tsne(vectors), ())
    places, shares = features.pca(vectors)
    return Plane(places, tuple(100 * share for share in shares))


@dataclass(frozen=True)
class Sample:
    """The digits of the cloud, the one looked at last. pictures: 8-bit (501, 28, 28). labels: (500,), the last has none.
    said: the network's answers (501,)."""

    pictures: np.ndarray
    labels: np.ndarray
    said: np.ndarray


@lru_cache(maxsize=20)
def sample(asked: Asked) -> Sample:
    """The first 50 test digits of each class."""
    data, chosen = digits.load(), _chosen()
    x = torch.cat([data.test_x[chosen], asked.subject.x.unsqueeze(0)])
    said = nets.predict(asked.subject.net, x).argmax(1).numpy()
    return Sample((255 * x[:, 0]).round().byte().numpy(), data.test_y[chosen].numpy(), said)


@cache
def _chosen() -> Tensor:
    labels = digits.load().test_y
    return torch.cat([torch.nonzero(labels == digit)[:EACH, 0] for digit in range(10)])


@cache
def thumbnails() -> dict[str, np.ndarray]:
    """The shipped photos by their names for people, 8-bit (112, 112, 3)."""
    return {PHOTOS[name]: pixels(photos.load(name)[:, ::2, ::2]) for name in photos.FILES}


def name_of(asked: Asked) -> str | None:
    """Which shipped photo is looked at, by its name for people; None for any other picture."""
    return next((PHOTOS[name] for name in photos.FILES if torch.equal(photos.load(name), asked.subject.x)), None)
