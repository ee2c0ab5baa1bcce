"""The accuracy matrix by hand, a plane through known points, and formulas with a source."""

import inspect
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core import runs
from core.lifelong import formulas, scores
from core.lifelong import settings as s
from core.lifelong.plane import plane_of
from core.lifelong.settings import LifelongSettings
from core.lifelong.yardsticks import YARDSTICKS
from core.loop import seeded
from core.settings import build
from core.yardsticks import Yardstick

MATRIX = np.array([[90.0, 12.0, 11.0], [95.0, 80.0, 20.0], [60.0, 70.0, 88.0]])


def test_scores_by_hand():
    assert scores.average_accuracy(MATRIX) == pytest.approx((60 + 70 + 88) / 3)
    assert scores.forgetting(MATRIX) == pytest.approx(((95 - 60) + (80 - 70)) / 2), "from the best, not from the first"
    assert scores.backward_transfer(MATRIX) == pytest.approx(((60 - 90) + (70 - 80)) / 2)
    assert scores.forward_transfer(MATRIX, np.array([9.0, 10.0, 8.0])) == pytest.approx(((12 - 10) + (20 - 8)) / 2)


def test_a_matrix_half_empty_has_scores_of_what_is_known():
    """Progressive columns leave everything above the diagonal unmeasured."""
    known = np.where(np.tri(3) > 0, MATRIX, np.nan)
    assert scores.forgetting(known) == scores.forgetting(MATRIX)
    assert scores.backward_transfer(known) == scores.backward_transfer(MATRIX)


@pytest.mark.parametrize("run_id", s.SHIPPED)
def test_what_was_seen_live_ends_at_the_summary(run_id):
    """No number of a shipped run is missing or of another definition: those at its last step are the summary's."""
    run = runs.load(run_id)
    _, columns = run.history()
    assert {name for name, values in columns.items() for v in values if v is not None and not np.isfinite(v)} == set()
    live = {name: values[-1] for name, values in columns.items() if s.METRICS[name].unit}
    assert live == pytest.approx({name: run.about.summary[name] for name in live}), "forgetting, average, each task"


@given(st.integers(0, 999), st.integers(3, 12))
def test_the_plane_is_orthonormal_and_holds_origin_and_end(seed, points):
    path = torch.randn(points, 30, generator=seeded(seed)).cumsum(0)
    plane, flat = plane_of(path, path[0])
    assert torch.allclose(plane @ plane.T, torch.eye(2), atol=1e-4)
    assert torch.allclose(flat[-1] @ plane, path[-1] - path[0], atol=1e-3) and torch.allclose(flat[0], torch.zeros(2))


def test_the_second_direction_is_where_the_path_bends_most():
    way = torch.linspace(0, 1, 20)
    path = torch.stack([10 * way, (3.14159 * way).sin(), 0.1 * (6.28318 * way).sin()], 1)
    plane, flat = plane_of(path, path[0])
    assert abs(plane[0] @ torch.tensor([1.0, 0, 0])) > 0.999 and plane[1] @ torch.tensor([0, 1.0, 0]) > 0.99
    assert torch.allclose(flat[:, 1], path[:, 1], atol=0.02)


@pytest.mark.parametrize("formula", formulas.THEORY, ids=lambda formula: formula.title)
def test_every_formula_shows_its_function(formula):
    assert inspect.getsource(formula.function) and formula.function.__doc__ and formula.latex


@pytest.mark.parametrize("yardstick", [y for y in YARDSTICKS if not y.file], ids=lambda yardstick: yardstick.title)
def test_every_yardstick_is_a_sweep_that_is_allowed(yardstick: Yardstick):
    flags = [flag.split() for flag in f" {yardstick.sweep}".split(" --")[1:]]
    grid = {name.replace("-", "_"): values for name, *values in flags}
    rows = [dict(zip(grid, row)) for row in product(*grid.values())]
    assert all(build(LifelongSettings, row).method.name == row["method"] for row in rows)
    rows = [row for row in rows if yardstick.where.items() <= row.items()]
    assert rows, "a row that is never made"
    if yardstick.unit != "%":
        return  # transfer and what orders do have other trivial rivals
    guessing, *rivals = [float(part.split()[0]) for part in yardstick.chance.split(", ")]
    assert {s.guessing_all(build(LifelongSettings, row)) for row in rows} == {guessing}, yardstick.title
    assert rivals in ([], [20]), "one task of five"
