"""Trivial rivals: they are drawn as they are called, measured as fakes are, and the table holds what they reach."""

import pytest
import torch

from core import yardsticks
from core.gan import quality, rivals, worlds
from core.gan import settings as s
from core.gan.yardsticks import RIVALS_OF
from core.loop import seeded
from core.settings import UNDECLARED

GRID, DIGITS = s.Plane(shape="grid"), s.Digits(digits="17", channels=8)


@pytest.mark.parametrize("shape, spread", [("grid", 0.02), ("grid", 0.05), ("ring", 0.05)])
def test_points_anywhere_hit_spots_as_often_as_their_area_says(shape, spread):
    """A disc of 3 σ around a spot, as far as it lies in the square of area 4; of 1,000 points none in it: (1 − share)^1000."""
    there, reach = worlds.PlaneData(s.Plane(shape=shape, spread=spread)), 3 * spread
    on_edge = (there.modes.abs() > 0.999).sum(1)
    inside = torch.pi * reach**2 / 4 * 0.5**on_edge
    found = [quality.modes_met(rivals.drawn(there, "even", seeded(k)), there.modes, spread) for k in range(100)]
    good, modes = (
        sum(values) / len(found) for values in zip(*((m.good, m.covered * len(there.modes) / 100) for m in found))
    )
    assert good == pytest.approx(100 * inside.sum().item(), rel=0.06)
    assert modes == pytest.approx((1 - (1 - inside) ** 1000).sum().item(), abs=0.5)


def test_shaped_noise_has_the_mean_and_the_spread_of_the_data():
    there = worlds.PlaneData(s.Plane(shape="moons", spread=0.08))
    made, real = rivals.drawn(there, "shaped", seeded(1)), there.sample(4000, seeded(2))[0]
    assert torch.allclose(made.mean(0), real.mean(0), atol=0.08) and torch.allclose(
        torch.cov(made.T), torch.cov(real.T), atol=0.06
    )
    there = worlds.DigitData(DIGITS)
    made = rivals.drawn(there, "shaped", seeded(1))
    assert made.shape == (1000, 1, 28, 28) and torch.allclose(made.mean(0), there.x.mean(0), atol=0.15)
    pixels = [(made[:, 0, row, 14], there.x[:, 0, row, 14]) for row in (8, 14, 20)]
    assert all(set(a.tolist()) <= set(b.tolist()) for a, b in pixels), "each pixel is one of a training picture"
    assert len(rivals.drawn(there, "real", seeded(0)).flatten(1).unique(dim=0)) == len(there.x), "none twice"


def test_the_better_noise_counts_and_a_distance_is_better_when_it_is_smaller(monkeypatch):
    monkeypatch.setattr(
        rivals, "of", lambda world: {"even": {"good": 5.0, "frechet": 3.0}, "shaped": {"good": 4.0, "frechet": 1.0}}
    )
    assert rivals.noise(GRID) == {"good": 5.0, "frechet": 1.0}


def test_the_table_holds_what_is_measured():
    """A draw of each stored world again; and what is stored is found, whatever else the world's knobs say."""
    table = yardsticks.read("gan", rivals.TABLE)
    for world in RIVALS_OF:
        stored = [row for row in table if rivals.key(world).items() <= row.items()]
        assert len(stored) == len(rivals.RIVALS) * rivals.DRAWS[world.name]
        for row, again in zip(stored, rivals.rows_of(world, 1)):
            assert {n: float(row[n]) for n in again if n.startswith("result_")} == pytest.approx(
                {n: v for n, v in again.items() if n.startswith("result_")}, rel=0.02, abs=0.3
            )
    assert rivals.of(s.Plane(hidden=8, steps=20)) == rivals.of(s.Plane()) != rivals.of(s.Plane(spread=0.01))


def test_every_scene_has_its_world_in_the_table():
    known = [rivals.key(world) for world in RIVALS_OF]
    assert all(rivals.key(scene.settings.data) in known for scene in s.SCENES if scene.settings.data.name != "sets")


def test_every_score_of_a_run_has_a_rival():
    """Whatever a run of any world says in percent can be held against noise, in the table and as a metric."""
    for world in (GRID, DIGITS, s.Plane(shape="moons", spread=0.08)):
        settings = s.GanSettings(data=world)
        for name, value in rivals.noise(world).items():
            if name in s.METRICS:
                assert s.METRICS[name].chance.of(settings) == value
    assert all(metric.chance is not UNDECLARED for metric in s.METRICS.values() if metric.unit)


def test_noise_wins_the_scores_that_are_known_to_fail():
    """Why the pages lead with others: one good point covers a spot; a Gaussian is recalled; grey noise makes the classifier sure."""
    grid, pictures = rivals.of(GRID), rivals.of(s.Digits())
    assert grid["even"]["modes"] > 19 and grid["even"]["good"] < 6 and grid["even"]["modes_strict"] < 1
    assert grid["shaped"]["recall"] > 99 and grid["shaped"]["frechet"] < 2 * grid["real"]["frechet"]
    assert pictures["even"]["confidence"] > 99 and pictures["shaped"]["precision"] > 99
    assert max(pictures[kind][name] for kind in ("even", "shaped") for name in ("coverage", "recall")) < 6


def test_few_examples_make_the_distance_of_real_data_too_large():
    """Not too small: the fewer, the larger, also below the number of features."""
    seen = quality.features(worlds.DigitData(s.Digits()).x)
    found = [
        quality.frechet(*seen[torch.randperm(len(seen), generator=seeded(0))[: 2 * n]].split(n))
        for n in (1000, 500, 256, 100)
    ]
    assert found == sorted(found) and found[0] < 4 and found[2] > 6 and found[3] > 14
