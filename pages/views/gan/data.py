"""What the views of the GAN lab read of a run: its looks, and what it leaves behind when it ends."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import streamlit as st

from core.gan.settings import PLACES, WASSERSTEIN
from pages.parts import views
from pages.parts.shown import Shown
from pages.parts.words import _


@dataclass(frozen=True, eq=False)
class Ended:
    """Both players of a run that ended, in evaluation mode; the world; the codes that the run itself looked at, and what G makes
    of them. Shared by all visitors: never change it, and keep the players out of training mode."""

    settings: Any  # as the knobs stood at the end
    G: Any
    D: Any
    world: Any
    z: Any  # (1000, places), zero beyond the latent size
    y: Any  # classes that G is asked for (1000,); None on the plane
    real: Any  # examples that it was not taught (N, ...): test digits, or fresh points
    real_y: Any

    @property
    def digits(self) -> bool:
        return self.settings.world.name == "digits"

    @property
    def told(self) -> bool:
        """Whether both are told the class."""
        return self.digits and self.settings.world.conditional

    @property
    def latent(self) -> int:
        return self.settings.world.latent

    @cached_property
    def fake(self) -> Any:
        """What G makes of the codes: (1000, ...)."""
        return self.made(self.z, self.y)

    def made(self, z: Any, y: Any = None) -> Any:
        """G's answer to codes, without gradients."""
        import torch

        with torch.no_grad():
            return self.G(z, y)

    def scores(self, x: Any, y: Any = None) -> Any:
        """D's raw score of every example alone: (N,). A pack is filled with copies of it, as the run's own looks do."""
        pack = self.D.pack
        return self.D(x.repeat_interleave(pack, 0), None if y is None else y.repeat_interleave(pack, 0))


def ended(current: Shown) -> Ended | None:
    """What the run shown leaves behind; None while it goes on, when it diverged, or when it kept no networks."""
    if current.run is None or current.settings is None or not {"G", "D"} <= set(current.run.models):
        return None
    return _ended(current.id, current)


@st.cache_resource(max_entries=6, show_spinner=False)
def _ended(run_id: str, _current: Shown) -> Ended | None:
    from core.gan import models
    from core.gan.monitor import Monitor

    try:
        G, D = (models.player(_current.run.models[name]).requires_grad_(False) for name in ("G", "D"))
    except (KeyError, TypeError, RuntimeError):  # a newer Lectern made it
        return None
    settings, there = _current.standing, world(_current.settings.world)
    watch = Monitor(settings.model_copy(update={"seed": _current.settings.seed}), there, G, D)
    z, y = watch.codes_now(len(watch.z))
    return Ended(settings, G, D, there, z, y, watch.real, watch.real_y)


def gone() -> None:
    """What stands where a view needs networks that are not there."""
    st.info(
        _("This view asks both networks of a run that has ended: let one end first. A run that diverged keeps none.")
    )


def world(chosen: Any) -> Any:
    """The world of a run, a `core.gan.worlds` one. Shared: never write into it."""
    return _world(chosen)


@lru_cache(maxsize=4)
def _world(chosen: Any) -> Any:
    from core.gan import worlds

    return worlds.DigitWorld(chosen) if chosen.name == "digits" else worlds.PlaneWorld(chosen)


def looks(current: Shown, name: str) -> dict[int, np.ndarray]:
    """What was measured under this name, step → array, oldest first; of the looks of slow motion the last one of each step."""
    return {e.step: e.array for e in current.pictures(name)}


def choose_look(key: str, steps: list[int]) -> int:
    """A slider over the looks of a run, the last one first; returns the step of the chosen one."""
    if len(steps) < 2:
        return steps[-1]
    where = views.kept(key, steps, steps[-1])
    return st.select_slider(_("Look after step"), steps, format_func=lambda step: f"{step:,}", key=where)


def at_look(current: Shown, name: str, step: int) -> float | None:
    """The metric as it stood at a step, or at the last one before it that had it."""
    steps, columns = current.table
    known = [v for s, v in zip(steps, columns.get(name, ())) if s <= step and v is not None]
    return known[-1] if known else None


def series(current: Shown, name: str) -> tuple[list[int], list[float]]:
    """The steps at which a metric was measured, and its values."""
    steps, columns = current.table
    kept = [(s, v) for s, v in zip(steps, columns.get(name, ())) if v is not None and np.isfinite(v)]
    return [s for s, __ in kept], [v for __, v in kept]


def critic(settings: Any) -> bool:
    """Whether D's scores are no logits of a probability."""
    return settings.method.name in WASSERSTEIN


def opinion(settings: Any, scores: np.ndarray) -> np.ndarray:
    """D's raw scores as it means them: a probability where the loss has one, the score itself where not."""
    scores = np.nan_to_num(np.asarray(scores, np.float64), posinf=6e4, neginf=-6e4)
    if critic(settings) or settings.method.name == "ls":
        return scores
    return 1 / (1 + np.exp(-np.clip(scores, -60, 60)))


def border(settings: Any) -> float:
    """The opinion above which D takes an example for real."""
    return 0.0 if critic(settings) else 0.5


def accuracy(settings: Any, real: np.ndarray, fake: np.ndarray) -> float:
    """How many D gets right, in percent, real ones and fakes counting equally. real, fake: opinions."""
    return 50 * float((real > border(settings)).mean() + (fake < border(settings)).mean())


def ranking(real: np.ndarray, fake: np.ndarray) -> float:
    """In how many pairs of a real example and a fake D gives the real one more, in percent; ties count half."""
    from scipy.stats import rankdata

    ranks = rankdata(np.concatenate([real, fake]))[: len(real)]
    return 100 * float((ranks.sum() - len(real) * (len(real) + 1) / 2) / (len(real) * len(fake)))


def minus(text: str) -> str:
    """Numbers with a true minus."""
    return text.replace("-", "−")


def number(value: float) -> str:
    """Three digits that count."""
    return minus(f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}")


def as_bytes(x: Any) -> np.ndarray:
    """Pictures (N, 1, 28, 28) in [−1, 1] as 8-bit (N, 28, 28)."""
    from core.gan.monitor import as_bytes as to_bytes

    return to_bytes(x)


def places(settings: Any) -> int:
    """How many numbers a code has room for."""
    return PLACES[settings.world.name]
