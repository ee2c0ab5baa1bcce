"""The best D there could be against this G, D* = p / (p + q), beside the D of the run; on the plane, where both can be counted."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from core.gan.analysis import players, scores
from core.gan.settings import REACH
from core.loop import seeded
from core.record import Record
from core.verdict import Verdict, verdict

DRAWN = 60_000  # real points, and as many fakes
CELLS = 60  # along each side of the plane
WIDTH = 2 * REACH / CELLS  # of a cell
FEWEST = 20  # points of either kind in a cell, or nothing is said of it
WEAKER = 5  # percentage points that D may be worse than the best one
GUESS = 60  # %: up to here the best D hardly does better than guess


@dataclass(frozen=True, eq=False)
class Optimal:
    """Maps (CELLS, CELLS), rows from below, NaN where too few points lie: D* and the run's D. And of fresh points, in
    percent, how many each of them gets right."""

    optimal: np.ndarray
    own: np.ndarray
    optimal_right: float
    own_right: float

    @cached_property
    def difference(self) -> float:
        """How far the two are apart, on average over all cells that hold enough points."""
        known = ~np.isnan(self.optimal)
        return float(np.abs(self.optimal - self.own)[known].mean()) if known.any() else 0.0

    @property
    def verdicts(self) -> list[Verdict]:
        """How far D is from the best one, and what even the best one can do."""
        found = verdict("optimal-right", best=self.optimal_right, own=self.own_right, difference=self.difference)
        if self.optimal_right - self.own_right > WEAKER:
            return [found, verdict("optimal-weak")]
        return [found, verdict("optimal-blind" if self.optimal_right < GUESS else "optimal-good")]


def optimal(record: Record) -> Optimal | None:
    """Counts what G and the world give, and asks D about the same points; None of digits, whose 784 densities cannot be
    counted, of a critic, which has no probability, and of a run without networks."""
    there = players.of(record)
    if there is None or there.digits or there.settings.critic:
        return None
    random = seeded(there.settings.seed + 20_000)
    real, __ = there.world.sample(DRAWN, random)
    fake = there.made(there.world.codes(DRAWN, random, there.latent)[0])
    with torch.no_grad():
        said = [scores.opinion(there.settings, there.scores(x).numpy()) for x in (real, fake)]
    return compared(real.numpy(), fake.numpy(), *said)


def compared(real: np.ndarray, fake: np.ndarray, of_real: np.ndarray, of_fake: np.ndarray) -> Optimal:
    """real, fake: points (N, 2). of_real, of_fake: what D says of them (N,).

    In each cell the share of real points is the mean of D* over the points there (Goodfellow et al. 2014, proposition 1), so
    the mean of D is what it must be held against. Whether a cell is called real is learned from one half of the points and
    tried on the other, or D* would be flattered by chance.
    """
    x, is_real = np.concatenate([real, fake]), np.repeat([True, False], [len(real), len(fake)])
    says, cell = np.concatenate([of_real, of_fake]), cells(x)

    def mean(values: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", divide="ignore"):
            found = np.where(many >= FEWEST, total(cell, values) / many, np.nan)
        return found[:-1].reshape(CELLS, CELLS)

    many = total(cell, np.ones(len(x)))
    learned = np.arange(len(x)) % 2 == 0
    calls_real = total(cell[learned], np.where(is_real[learned], 1.0, -1.0)) > 0
    right = {"star": calls_real[cell] == is_real, "own": (says > 0.5) == is_real}
    of_best, of_own = (100 * float(each[~learned].mean()) for each in right.values())
    return Optimal(mean(is_real.astype(float)), mean(says), of_best, of_own)


def cells(x: np.ndarray) -> np.ndarray:
    """The number of the cell in which each point (N, 2) lies, rows from below; all that lies outside is one more place."""
    column, row = np.floor((x.T + REACH) / WIDTH).astype(int)
    return np.where((np.abs(x) < REACH).all(1), row * CELLS + column, CELLS * CELLS)


def total(cell: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The sum of values (N,) in each cell, and outside: (CELLS² + 1,)."""
    return np.bincount(cell, values, CELLS * CELLS + 1)
