"""The accuracy matrix by hand, a plane through known points, a landscape that can be checked, and formulas with a source."""

import inspect
import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from core import labs, runs
from core.lifelong import formulas, models, scores
from core.lifelong import settings as s
from core.lifelong.plane import plane_of
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import stream
from core.lifelong.train import train
from core.lifelong.yardsticks import YARDSTICKS
from core.loop import seeded
from core.settings import build, flatten
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


@pytest.fixture(scope="module")
def run():
    """A short run of EWC as the store would hand it over, without being in the list of labs."""
    settings = LifelongSettings(tasks=2, epochs=1, batch=128, method=s.EWC(lam=50))
    made = runs.make("x", "lifelong", flatten(settings), list(train(settings)), 1.0, "finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labs, "LABS", (*labs.LABS, "lifelong"))
        yield made


def test_the_landscape_is_the_loss_at_its_points(run):
    found = formulas.landscape(run, 5)
    assert found["loss_a"].shape == found["loss_b"].shape == (5, 5) and found["lam"] == 50
    assert found["u"][0] < 0 < found["b"][0] < found["u"][-1] and found["b"][1] == pytest.approx(0, abs=1e-3)
    plane = torch.from_numpy(run.pictures("plane")[0].array.copy())
    theta = models.flat(run.net("after_1")) + found["u"][3] * plane[0] + found["v"][1] * plane[1]
    task = stream(run.settings)[1]
    pick = torch.linspace(0, 999, 500).long()
    loss = F.cross_entropy(models.logits(theta.float(), (784, 100, 100, 10), task.test_x[pick]), task.test_y[pick])
    assert found["loss_b"][1, 3] == pytest.approx(loss.item(), rel=1e-3), "rows run along v, columns along u"


def test_the_bowl_in_the_plane_is_the_penalty(run):
    found, omega = formulas.landscape(run, 3), torch.from_numpy(run.pictures("importance_1")[0].array.copy())
    plane, point = torch.from_numpy(run.pictures("plane")[0].array.copy()), np.array([0.7, -0.3])
    step = torch.from_numpy(point).float() @ plane
    assert point @ found["quadratic"] @ point == pytest.approx((omega * step**2).sum().item(), rel=1e-3)


def test_l2_has_a_round_bowl_and_a_method_without_penalty_none(run):
    others = {
        method.name: replace(
            run,
            about=replace(run.about, settings=flatten(LifelongSettings(tasks=2, epochs=1, batch=128, method=method))),
        )
        for method in (s.L2(lam=3), s.Finetune())
    }
    bare = {
        name: replace(each, events=tuple(e for e in each.events if getattr(e, "name", "") != "importance_1"))
        for name, each in others.items()
    }
    assert formulas.landscape(bare["l2"], 3)["quadratic"] == pytest.approx(np.eye(2), abs=1e-5), (
        "Ω = 1 in every direction"
    )
    assert formulas.landscape(bare["finetune"], 3)["quadratic"] is None


def test_a_larger_strength_pulls_the_minimum_home():
    u = np.linspace(-1, 3, 41)
    far = (u[None] - 2) ** 2 + u[:, None] ** 2
    found = {"u": u, "v": u, "loss_b": far, "quadratic": np.eye(2)}
    assert formulas.minimum(found, 0) == pytest.approx((2, 0))
    assert formulas.minimum(found, 2) == pytest.approx((1, 0)), "(u − 2)² + u² is lowest at 1"
    assert formulas.minimum(found, 1e6) == pytest.approx((0, 0))
    assert formulas.minimum(found | {"quadratic": None}, 1e6) == pytest.approx((2, 0))


def test_what_a_shipped_run_carries_is_plain(run):
    carried = formulas.examine(run)
    assert json.loads(json.dumps(carried, allow_nan=False))["landscape"]["lam"] == 50
    bare = replace(run, events=tuple(e for e in run.events if getattr(e, "name", "") != "plane"))
    assert formulas.landscape(bare) is None and formulas.examine(bare) == {"landscape": {}}


@pytest.mark.parametrize("formula", formulas.THEORY, ids=lambda formula: formula.title)
def test_every_formula_shows_its_function(formula):
    assert inspect.getsource(formula.function) and formula.function.__doc__ and formula.latex


@pytest.mark.parametrize("yardstick", YARDSTICKS, ids=lambda yardstick: yardstick.title)
def test_every_yardstick_is_a_sweep_that_is_allowed(yardstick: Yardstick):
    flags = [flag.split() for flag in f" {yardstick.sweep}".split(" --")[1:]]
    grid = {name.replace("-", "_"): values for name, *values in flags}
    rows = [dict(zip(grid, row)) for row in product(*grid.values())]
    assert all(build(LifelongSettings, row).method.name == row["method"] for row in rows)
    rows = [row for row in rows if yardstick.where.items() <= row.items()]
    assert rows, "a row that is never made"
    guessing, *rivals = [float(part.split()[0]) for part in yardstick.chance.split(", ")]
    assert {s.guessing_all(build(LifelongSettings, row)) for row in rows} == {guessing}, yardstick.title
    assert rivals in ([], [20]), "one task of five"
