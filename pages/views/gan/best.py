"""The best D there could be against this G, D* = p / (p + q), beside the D of the run; on the plane, where both can be counted."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from pages.parts import chart, figures
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.gan import data, plane

DRAWN = 60_000  # real points, and as many fakes
CELLS = 60  # along each side of the plane, 0.05 wide
FEWEST = 20  # points of either kind in a square, or nothing is said of it
REACH = plane.REACH


@dataclass(frozen=True, eq=False)
class Best:
    """Maps (CELLS, CELLS), rows from below, NaN where too few points lie: the best D, the run's D; and of fresh points, in
    percent, how many each of them gets right."""

    star: np.ndarray
    own: np.ndarray
    star_right: float
    own_right: float


def best(current: Shown) -> None:
    """Both as pictures, and how far the run's D is from the best one."""
    if current.settings.world.name == "digits" or data.critic(current.settings):
        return  # 784 densities cannot be counted; a critic has no probability
    there = data.ended(current)
    if there is None:
        return
    found = _counted(current.id, there)
    tip = _(
        "{:,} fresh real points and as many fakes, counted in squares {} wide. Blue: real. Orange: fake. Squares with fewer than {} "
        "points stay pale."
    )
    title = _("The best D there could be")
    st.subheader(title, anchor=False, help=tip.format(DRAWN, f"{2 * REACH / CELLS:g}", FEWEST))
    left, right = st.columns(2, gap="large")
    for column, key, said_, field in (
        (left, "star", _("The best D: p / (p + q), counted"), found.star),
        (right, "own", _("This run's D, at the same places"), found.own),
    ):
        drawn = figures.add(figures.plane(REACH, 380), plane.ground(np.nan_to_num(field, nan=0.5))[0])
        with column:
            chart.show(figures.headed(plane.cornered(drawn), said_), key=f"half/{key}", alt=said_)
    st.markdown(said(found))


@st.cache_data(max_entries=16, show_spinner=False)
def _counted(run_id: str, _there: data.Ended) -> Best:
    """Counts what G and the world give, and asks D about the same points."""
    import torch

    from core.gan import worlds
    from core.loop import seeded

    random = seeded(_there.settings.seed + 20_000)
    real, __ = _there.world.sample(DRAWN, random)
    fake = _there.made(worlds.codes(DRAWN, data.places(_there.settings), _there.latent, random))
    with torch.no_grad():
        scores = [_there.scores(x).numpy() for x in (real, fake)]
    return compared(real.numpy(), fake.numpy(), *(data.opinion(_there.settings, s) for s in scores))


def compared(real: np.ndarray, fake: np.ndarray, of_real: np.ndarray, of_fake: np.ndarray) -> Best:
    """real, fake: points (N, 2). of_real, of_fake: what D says of them (N,).

    In each square the share of real points is the mean of D* over the points there, so the mean of D is what it must be held
    against. Whether a square is called real is learned from one half of the points and tried on the other, or D* would be
    flattered by chance.
    """
    x, truth = np.concatenate([real, fake]), np.repeat([True, False], [len(real), len(fake)])
    says = np.concatenate([of_real, of_fake])
    inside = (np.abs(x) < REACH).all(1)
    columns, rows = ((x[:, k] + REACH) * CELLS / (2 * REACH) for k in (0, 1))
    cell = np.where(
        inside, rows.astype(int) * CELLS + columns.astype(int), CELLS * CELLS
    )  # all that lies outside is one place

    def total(weight: np.ndarray, part: np.ndarray) -> np.ndarray:
        return np.bincount(cell[part], weight[part], CELLS * CELLS + 1)

    every, learned = np.ones(len(x), bool), np.arange(len(x)) % 2 == 0
    many = total(every.astype(float), every)
    with np.errstate(invalid="ignore", divide="ignore"):
        maps = [
            np.where(many >= FEWEST, total(w.astype(float), every) / many, np.nan)[:-1].reshape(CELLS, CELLS)
            for w in (truth, says)
        ]
    leans = 2 * total(truth.astype(float), learned) - total(every.astype(float), learned)
    tried = ~learned
    star_right = 100 * float(((leans[cell] > 0) == truth)[tried].mean())
    return Best(*maps, star_right, 100 * float(((says > 0.5) == truth)[tried].mean()))


def said(found: Best) -> str:
    """How far D is from the best, and what even the best can do."""
    known = ~np.isnan(found.star)
    away = float(np.abs(found.star - found.own)[known].mean()) if known.any() else 0.0
    first = _(
        "Against this G the best D would be right about **{:.0f} %** of fresh points, this D is about **{:.0f} %**; "
        "over all squares the two differ by **{:.2f}** on average."
    )
    said = first.format(found.star_right, found.own_right, away)
    if found.star_right - found.own_right > 5:
        return said + " " + _("This D is weaker than it could be, so its opinion says little about G.")
    if found.star_right < 60:
        return (
            said
            + " "
            + _(
                "Even the best D could hardly do better than guess: this G is near the real thing, as far as squares "
                "of this size tell."
            )
        )
    return said + " " + _("This D sees about all there is to see, and G still has something to learn from it.")
