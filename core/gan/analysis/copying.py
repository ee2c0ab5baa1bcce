"""Is it copying? The nearest training digit of fakes, held against how near fresh real digits come."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from core.gan import quality
from core.gan.analysis import players
from core.gan.analysis.players import Players
from core.gan.monitor import as_bytes
from core.gan.settings import Digits
from core.gan.worlds import DigitData
from core.record import Record
from core.verdict import Verdict, verdict

PAIRS = 20  # shown
NEAR = 5  # % of test digits that are nearest to a training digit: what counts as near
COPY = 0.5  # of the distance of the nearest test digit: nearer is a copy
COPIES = 1  # % of fakes
LITTLE = 10  # percentage points above one half: up to here the lean to training digits is small


@dataclass(frozen=True, eq=False)
class Distances:
    """Of every fake and of every test digit: the distance to its nearest training digit (N,), (M,), and of fakes which one
    that is (N,).

    own: of fakes in %, how many lie nearer to one of the training digits than to one of the test digits, equally many of each.
    drawn: how many of each that is.
    """

    fake: np.ndarray
    place: np.ndarray
    test: np.ndarray
    own: float
    drawn: int

    @property
    def border(self) -> float:
        """The distance within which NEAR % of test digits lie."""
        return float(np.percentile(self.test, NEAR))

    @property
    def near(self) -> float:
        """How many fakes lie nearer than that, in %."""
        return 100 * float((self.fake < self.border).mean())


def distances(record: Record, space: str) -> Distances:
    """space: “pixels”, from 0 to 1, or “features”, what the classifier's last layer reads. Euclidean."""
    return between(players.of(record), space)


def between(there: Players, space: str) -> Distances:
    """The same of players."""
    if space == "features":
        fake, test = quality.features(there.fake), quality.features(there.real)
        train = learned(there.world.world.digits)
    else:
        fake, test, train = ((x + 1) / 2 for x in (there.fake, there.real, there.world.x))
    place, of_fake = quality.nearest(fake, train)
    __, of_test = quality.nearest(test, train)
    drawn = min(len(test), len(train))
    __, to_train = quality.nearest(fake, train[torch.arange(drawn) * len(train) // drawn])
    __, to_test = quality.nearest(fake, test[:: max(1, len(test) // drawn)][:drawn])
    own = 100 * float(((to_train < to_test).float() + 0.5 * (to_train == to_test).float()).mean())
    return Distances(of_fake.numpy(), place.numpy(), of_test.numpy(), own, drawn)


@lru_cache(maxsize=4)
def learned(digits: str) -> Tensor:
    """The classifier's features of the training digits of these classes: the same for every run on them."""
    return quality.features(DigitData(Digits(digits=digits)).x)


def nearest_of_each(there: Players, found: Distances) -> np.ndarray:
    """Numbers of the fakes that come nearest to a training digit, equally many of each class where there are so many: (at most
    PAIRS,). Over all classes they would be ones alone, which are alike."""
    of, many = there.world.y[found.place].numpy(), max(1, PAIRS // len(there.world.classes))
    order = found.fake.argsort()
    return np.concatenate([order[of[order] == int(digit)][:many] for digit in there.world.classes])


@dataclass(frozen=True, eq=False)
class Pairs:
    """Fakes, 8-bit (n, 28, 28), the training digits that are nearest in pixels and in features, and the fakes' numbers (n,)."""

    fake: np.ndarray
    pixels: np.ndarray
    features: np.ndarray
    numbers: np.ndarray


def pairs(record: Record, space: str, nearest: bool) -> Pairs:
    """nearest: the fakes of each digit that come nearest in that space, instead of the first ones."""
    there, measured = players.of(record), {name: distances(record, name) for name in ("pixels", "features")}
    chosen = nearest_of_each(there, measured[space]) if nearest else np.arange(PAIRS)
    near = {name: as_bytes(there.world.x[found.place[chosen]]) for name, found in measured.items()}
    return Pairs(as_bytes(there.fake[chosen]), near["pixels"], near["features"], chosen)


def about(found: Distances) -> list[Verdict]:
    """How many fakes lie nearer to a training digit than fresh real digits do."""
    nearest = float(found.fake.min())
    return [verdict("copying-near", share=found.near, near=NEAR, fake=nearest, test=float(found.test.min()))]


def about_own(found: Distances) -> list[Verdict]:
    """The test that smoothness cannot deceive: are fakes nearer to what was taught than to what was not."""
    error = 100 * (0.25 / len(found.fake)) ** 0.5
    said = verdict("copying-own", drawn=found.drawn, share=found.own, error=2 * error)
    copies = 100 * float((found.fake < COPY * found.test.min()).mean())
    if copies > COPIES:
        return [said, verdict("copying-copies", share=copies)]
    if found.own > 50 + 2 * error:
        return [said, verdict("copying-leans" if found.own <= 50 + LITTLE else "copying-leans-much", copies=COPIES)]
    return [said, verdict("copying-plain" if found.near > 2 * NEAR else "copying-none")]
