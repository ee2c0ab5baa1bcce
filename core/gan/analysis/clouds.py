"""Two clouds of the plane: where the fakes lie, what the best D and the best critic measure there, and where they push the fakes."""

from dataclasses import dataclass

import numpy as np

from core.gan import clouds
from core.gan.clouds import Place
from core.gan.settings import REACH
from core.record import Record
from core.verdict import Verdict, verdict

FULL = 1.0  # the push whose arrow has the full length: that of a critic
GONE = 0.01  # a push so small that nobody sees its arrow
SQUARES = 41  # along each side of the plane
LOSSES = ("saturating", "nonsaturating", "wasserstein")


def place(record: Record) -> Place | None:
    """Where the fakes of a run lie, as they were last seen; None of a run on other data."""
    if record.settings is None or record.settings.data.name != "clouds":
        return None
    now, apart = record.standing.data, record.series("apart")[1]
    return Place(apart[-1] if len(apart) else now.distance, float(now.angle), now.width, now.spread)


@dataclass(frozen=True, eq=False)
class Measured:
    """What is measured between two clouds, and how both reach the fakes.

    js: in nats, w1: in units of the plane. real, fake: points (N, 2). fields: by the loss, how real its best D finds every place,
    (SQUARES, SQUARES) from 0 to 1, rows from below. pushes: by the loss, the push on each fake (N, 2).
    """

    place: Place
    js: float
    w1: float
    real: np.ndarray
    fake: np.ndarray
    fields: dict[str, np.ndarray]
    pushes: dict[str, np.ndarray]

    def strength(self, loss: str) -> float:
        """The mean length of the push on a fake."""
        return float(np.linalg.norm(self.pushes[loss], axis=1).mean())

    @property
    def verdicts(self) -> list[Verdict]:
        """What both measures say, and whether each loss still tells the fakes where to go."""
        most = float(np.log(2))
        found = [verdict("clouds-measured", distance=self.place.distance, js=self.js, most=most, w1=self.w1)]
        if self.place.distance == 0 and self.place.width == self.place.spread:
            return [*found, verdict("clouds-same")]
        gone = self.strength("saturating") < GONE
        return [*found, verdict("clouds-gone" if gone else "clouds-pushed", push=self.strength("saturating"))]


def measured(distance: float, angle: float, width: float, spread: float) -> Measured:
    """All of it for fakes that lie there; at once, since nothing is trained."""
    there = Place(distance, angle, width, spread)
    real, fake = clouds.clouds(there)
    axis = np.linspace(-REACH, REACH, SQUARES)
    squares = np.stack(np.meshgrid(axis, axis), -1)
    says = clouds.sigmoid(clouds.score(there, squares))
    fields = {"saturating": says, "nonsaturating": says, "wasserstein": _heights(real, fake, squares)}
    return Measured(there, clouds.js(there), clouds.w1(there), real, fake, fields, clouds.pushes(there))


def _heights(real: np.ndarray, fake: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """The best critic's heights as shares: ½ in the middle between the mean heights of both clouds, as a run shows them."""
    critic = clouds.critic(real, fake)
    height, middle = critic(squares), (critic(real).mean() + critic(fake).mean()) / 2
    return clouds.sigmoid((height - middle) / (height.std() + 1e-6))
