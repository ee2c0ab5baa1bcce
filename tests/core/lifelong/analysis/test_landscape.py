"""A landscape that can be checked: its losses at its points, its bowl, and where the minimum goes."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from core import runs
from core.lifelong import formulas, models, pictures
from core.lifelong import settings as s
from core.lifelong.analysis.landscape import Landscape, bowl_of, landscape, measure, minimum, strengths
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import stream
from core.lifelong.train import train
from core.record import Record
from core.settings import flatten

SHORT = {"tasks": 2, "epochs": 1, "batch": 128}


@pytest.fixture(scope="module")
def record():
    """A short run of EWC as the store would hand it over."""
    settings = LifelongSettings(**SHORT, method=s.EWC(lam=50))
    made = runs.make("lifelong-x", "lifelong", flatten(settings), list(train(settings)), 1.0, "finished")
    return Record(made.about.id, settings, list(made.events), made)


def without(record, *kinds):
    """The same record without pictures of these kinds."""
    names = {kind.name for kind in kinds}
    return replace(record, events=[e for e in record.events if getattr(e, "name", "") not in names])


def test_the_landscape_is_the_loss_at_its_points(record):
    found = measure(record, 5)
    assert found.loss_a.shape == found.loss_b.shape == (5, 5) and found.lam == 50
    assert found.u[0] < 0 < found.b[0] < found.u[-1] and found.b[1] == pytest.approx(0, abs=1e-3)
    plane = torch.from_numpy(record.last(pictures.PLANE))
    theta = models.flat(record.run.net("after_1")) + found.u[3] * plane[0] + found.v[1] * plane[1]
    pick = torch.linspace(0, 999, 500).long()
    for task, losses in zip(stream(record.settings), (found.loss_a, found.loss_b)):
        loss = F.cross_entropy(models.logits(theta.float(), (784, 100, 100, 10), task.test_x[pick]), task.test_y[pick])
        assert losses[1, 3] == pytest.approx(loss.item(), rel=1e-3), "rows run along v, columns along u"


def test_the_bowl_in_the_plane_is_the_penalty(record):
    found, omega = measure(record, 3), torch.from_numpy(record.last(pictures.IMPORTANCE))
    plane, point = torch.from_numpy(record.last(pictures.PLANE)), np.array([0.7, -0.3])
    step = torch.from_numpy(point).float() @ plane
    assert point @ found.quadratic @ point == pytest.approx((omega * step**2).sum().item(), rel=1e-3)
    u, v = found.u[2], found.v[0]
    assert bowl_of(found, 3.0)[0, 2] == pytest.approx(1.5 * np.array([u, v]) @ found.quadratic @ np.array([u, v]))


def test_l2_has_a_round_bowl_and_a_method_without_penalty_none(record):
    bare = without(record, pictures.IMPORTANCE)
    l2, finetune = (
        measure(replace(bare, settings=LifelongSettings(**SHORT, method=method)), 3)
        for method in (s.L2(lam=3), s.Finetune())
    )
    assert l2.quadratic == pytest.approx(np.eye(2), abs=1e-5), "Ω = 1 in every direction"
    assert finetune.quadratic is None and bowl_of(finetune, 1.0) is None


def test_a_larger_strength_pulls_the_minimum_home():
    u = np.linspace(-1, 3, 41)
    near, far = u[None] ** 2 + u[:, None] ** 2, (u[None] - 2) ** 2 + u[:, None] ** 2
    found = Landscape(u, u, near, far, np.zeros((1, 2)), (0, 0), (2, 0), np.eye(2), 1.0)
    assert minimum(found, 0).place == pytest.approx((2, 0))
    middle = minimum(found, 2)
    assert middle.place == pytest.approx((1, 0)), "(u − 2)² + u² is lowest at 1"
    assert (middle.loss_a, middle.loss_b) == pytest.approx((1, 1))
    assert minimum(found, 1e6).place == pytest.approx((0, 0))
    assert minimum(replace(found, quadratic=None), 1e6).place == pytest.approx((2, 0))


def test_the_strengths_hold_the_runs_own_and_all_that_the_knob_allows():
    found = strengths(LifelongSettings(method=s.EWC(lam=17)))
    assert found[:2] == pytest.approx([0, 0.1]) and found[-1] == pytest.approx(1_000_000) and 17 in found
    assert found == sorted(found)


def test_what_a_shipped_run_carries_is_plain_and_comes_back(record, monkeypatch):
    monkeypatch.setattr(formulas, "measure", lambda record: measure(record, 5))
    carried = json.loads(json.dumps(formulas.examine(record.run), allow_nan=False))
    back = landscape(replace(record, run=runs.with_summary(record.run, carried)))
    for name, each in vars(measure(record, 5)).items():
        np.testing.assert_allclose(getattr(back, name), each, err_msg=name)


def test_a_run_without_a_plane_has_no_landscape(record):
    bare = without(record, pictures.PLANE)
    assert measure(bare) is None and landscape(bare) is None
    assert formulas.examine(replace(record.run, events=tuple(bare.events))) == {"landscape": {}}


@pytest.mark.parametrize("run_id", ["lifelong-ewc-against-forgetting", "lifelong-forget-everything"])
def test_a_shipped_run_carries_what_would_be_measured(run_id):
    run = runs.load(run_id)
    record = Record(run_id, run.settings, list(run.events), run)
    carried, measured = landscape(record), measure(record, 5)  # every sixth of its 25 points
    assert carried.loss_a.shape == carried.loss_b.shape == (25, 25)
    for name in ("loss_a", "loss_b"):
        few = getattr(carried, name)[::6, ::6]
        np.testing.assert_allclose(few, getattr(measured, name), rtol=1e-3, atol=1e-3)
    assert (carried.quadratic is None) == (measured.quadratic is None)
