"""Both players of a run that has ended: what most analyses ask."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import torch
from torch import Tensor, nn

from core.gan import models, worlds
from core.gan.settings import Digits, GanSettings
from core.record import Record


@dataclass(frozen=True, eq=False)
class Players:
    """G and D in evaluation mode, their world, and what the run itself was asked at every evaluation (`worlds.Probe`).

    Shared by all who ask: never change them, and keep the networks out of training mode.

    settings: as the knobs stood at the end. z: codes (1000, places), zero beyond the latent size. y: the classes that G is
    asked for (1000,), None on the plane. real: examples that were not taught (N, ...). real_y: their classes (N,), or None.
    """

    settings: GanSettings
    G: nn.Module
    D: nn.Module
    world: worlds.PlaneData | worlds.DigitData
    z: Tensor
    y: Tensor | None
    real: Tensor
    real_y: Tensor | None

    @property
    def digits(self) -> bool:
        return isinstance(self.world, worlds.DigitData)

    @property
    def conditional(self) -> bool:
        """Whether both are told the class."""
        return self.digits and self.settings.data.conditional

    @property
    def latent(self) -> int:
        return self.settings.data.latent

    @cached_property
    def fake(self) -> Tensor:
        """What G makes of the codes: (1000, ...)."""
        return self.made(self.z, self.y)

    @torch.no_grad()
    def made(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """G's answer to codes (N, places) and classes (N,)."""
        return self.G(z, y)

    def scores(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """D's raw score of every example alone: (N,)."""
        return models.alone(self.D, x, y)


def of(record: Record) -> Players | None:
    """The players of a run; None while it goes on, when it diverged, or when its networks cannot be read. Loaded once per run."""
    if record.run is None or record.settings is None or not {"G", "D"} <= set(record.run.models):
        return None
    return _of(Named(record.id, record))


@dataclass(frozen=True)
class Named:
    """A record that is told from others by its id."""

    id: str
    record: Record = field(compare=False)


@lru_cache(maxsize=6)
def _of(named: Named) -> Players | None:
    record = named.record
    try:
        G, D = (models.player(record.run.models[name]).requires_grad_(False) for name in "GD")
    except (KeyError, TypeError, RuntimeError):  # a newer Lectern made it
        return None
    settings, world = record.standing, _world(record.settings.data)
    probe = worlds.probe(world, record.settings.seed)
    z = worlds.silenced(probe.z, settings.data.latent)
    return Players(settings, G, D, world, z, probe.y, probe.real, probe.real_y)


@lru_cache(maxsize=4)
def _world(chosen: worlds.Plane | worlds.Drawn | Digits) -> worlds.PlaneData | worlds.DigitData:
    """One for all runs of it."""
    return worlds.world(chosen)
