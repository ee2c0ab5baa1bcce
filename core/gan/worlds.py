"""What is to be imitated: points around shapes of the plane, or handwritten digits; and the codes that G starts from."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from core.data import digits, pictures
from core.gan.settings import JUDGED, PLACES, Clouds, Digits, Drawn, GanSettings, Plane
from core.loop import seeded


def modes(shape: str) -> Tensor | None:
    """The middles of the spots (M, 2); None for a shape that has none."""
    if shape == "ring":
        angle = torch.arange(8) * (math.pi / 4)
        return torch.stack([angle.cos(), angle.sin()], 1)
    if shape == "grid":
        axis = torch.linspace(-1, 1, 5)
        return torch.cartesian_prod(axis, axis)
    if shape == "clouds":
        return torch.zeros(1, 2)
    return None


class PlaneData:
    """Points of a shape, new ones with every batch."""

    def __init__(self, plane: Plane | Drawn | Clouds):
        self.plane, self.shape = plane, getattr(plane, "shape", plane.name)
        self.modes = modes(self.shape)
        self.places = PLACES["plane"]

    def sample(self, n: int, generator: torch.Generator) -> tuple[Tensor, None]:
        """Real points (n, 2); they have no class."""
        match self.shape:
            case "ring" | "grid" | "clouds":
                clean = self.modes[torch.randint(len(self.modes), (n,), generator=generator)]
            case "spiral":
                turn = torch.rand(n, generator=generator).sqrt()
                clean = torch.stack([turn * (3 * math.pi * turn).cos(), turn * (3 * math.pi * turn).sin()], 1) * 1.1
            case "moons":
                angle, upper = math.pi * torch.rand(n, generator=generator), torch.rand(n, generator=generator) < 0.5
                x, y = (
                    torch.where(upper, angle.cos(), 1 - angle.cos()),
                    torch.where(upper, angle.sin(), 0.5 - angle.sin()),
                )
                clean = torch.stack([x - 0.5, y - 0.25], 1) * 0.8
            case "drawn":
                places, weights = ink(self.plane.drawing)
                clean = places[torch.multinomial(weights, n, True, generator=generator)]
                clean = clean + (torch.rand(n, 2, generator=generator) - 0.5) / 10
        return clean + self.plane.spread * torch.randn(n, 2, generator=generator), None

    def codes(self, n: int, generator: torch.Generator, latent: int) -> tuple[Tensor, None]:
        return codes(n, self.places, latent, generator), None


class DigitData:
    """The training digits of the chosen classes in [−1, 1], drawn with their classes."""

    def __init__(self, world: Digits):
        data, self.world, self.places = digits.load(), world, PLACES["digits"]
        self.classes = torch.tensor([int(d) for d in world.digits])
        own, judged = torch.isin(data.train_y, self.classes), torch.isin(data.test_y, self.classes)
        self.x, self.y = 2 * data.train_x[own] - 1, data.train_y[own]
        self.test_x, self.test_y = 2 * data.test_x[judged] - 1, data.test_y[judged]

    def sample(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Real pictures (n, 1, 28, 28) and their classes (n,)."""
        index = torch.randint(len(self.x), (n,), generator=generator)
        return self.x[index], self.y[index]

    def codes(self, n: int, generator: torch.Generator, latent: int) -> tuple[Tensor, Tensor]:
        """Codes (n, 64), and which class each shall become (n,): all equally often, in turn."""
        return codes(n, self.places, latent, generator), self.classes[torch.arange(n) % len(self.classes)]


class Several:
    """Points for several seeds at once: each draws with random numbers of its own what it would draw alone."""

    def __init__(self, world: PlaneData):
        self.world = world

    def sample(self, n: int, generators: Sequence[torch.Generator]) -> tuple[Tensor, None]:
        """Real points (S, n, 2)."""
        return torch.stack([self.world.sample(n, each)[0] for each in generators]), None

    def codes(self, n: int, generators: Sequence[torch.Generator], latent: int) -> tuple[Tensor, None]:
        """Codes (S, n, 16)."""
        drawn = torch.stack([torch.randn(n, self.world.places, generator=each) for each in generators])
        drawn[..., latent:] = 0
        return drawn, None


def evenly(n: int, random: torch.Generator | Sequence[torch.Generator]) -> Tensor:
    """n numbers between 0 and 1: (n,), or for each of S seeds (S, n)."""
    if isinstance(random, torch.Generator):
        return torch.rand(n, generator=random)
    return torch.stack([torch.rand(n, generator=each) for each in random])


def codes(n: int, places: int, latent: int, generator: torch.Generator) -> Tensor:
    """Normal random numbers (n, places); those beyond the latent size are 0."""
    return silenced(torch.randn(n, places, generator=generator), latent)


def silenced(z: Tensor, latent: int) -> Tensor:
    """A copy of codes (n, places) in which the places beyond the latent size are 0."""
    z = z.clone()
    z[:, latent:] = 0
    return z


class Probe(NamedTuple):
    """What a run is asked at every evaluation, the same from its first step to its last.

    z: codes (n, places) with all places drawn. y: the classes that G is asked for (n,), None on the plane. real:
    examples that are not taught (N, ...): test digits, or points of their own. real_y: their classes (N,), None on the plane.
    """

    z: Tensor
    y: Tensor | None
    real: Tensor
    real_y: Tensor | None


def probe(world: "PlaneData | DigitData", seed: int, n: int = JUDGED) -> Probe:
    """The probe of the run with this seed, with n codes. It has random numbers of its own: the training's stay untouched."""
    random = seeded(seed + 10_000)
    z, y = world.codes(n, random, world.places)
    if isinstance(world, DigitData):
        return Probe(z, y, world.test_x, world.test_y)
    return Probe(z, y, world.sample(n, random)[0], None)


@lru_cache(maxsize=8)
def ink(drawing: str) -> tuple[Tensor, Tensor]:
    """The places (P, 2) of a drawing's pixels in [−1, 1], and how much ink lies on each (P,); of a three when nothing is drawn."""
    data = digits.load()
    picture = pictures.unpack_digit(drawing) if drawing else data.train_x[data.train_y == 3][0]
    grey = np.asarray(picture).reshape(28, 28)
    if not grey.any():
        raise ValueError("Nothing is drawn yet: draw where real points shall lie.")
    rows, columns = np.nonzero(grey > 0.2 * grey.max())
    places = np.stack([(columns - 13.5) / 10, (13.5 - rows) / 10], 1)
    return torch.from_numpy(places).float(), torch.from_numpy(grey[rows, columns].copy()).float()


def world_of(settings: GanSettings) -> PlaneData | DigitData:
    """The world of these settings. Raises ValueError with a sentence when a drawing shows nothing."""
    return world(settings.data)


def world(chosen: Plane | Drawn | Clouds | Digits) -> PlaneData | DigitData:
    """The same of the settings of a world alone."""
    return DigitData(chosen) if isinstance(chosen, Digits) else PlaneData(chosen)
