"""PackNet: what is frozen stays to the last bit, pruning takes the smallest, and the shares are those of the formula."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.utils import prune

from core.events import Picture
from core.lifelong import models, packnet, pictures
from core.lifelong import settings as s
from core.lifelong.method import Context
from core.lifelong.packnet import FREE, PackNet, by_pixel, owned, share_of_task, weakest
from core.lifelong.settings import LifelongSettings
from core.lifelong.tasks import stream
from core.lifelong.train import METHODS, train
from core.loop import seeded
from core.nets import accuracy, from_model

TOLD = {"incremental": "task", "tasks": 3, "epochs": 1, "batch": 128, "method": s.PackNet(pruned=75)}


def trained(monkeypatch, **flat):
    """The events of a run, and owner and θ at the end of each task."""
    kept = []

    class Witness(PackNet):
        def end_task(self, task, theta):
            kept.append((self.owner.clone(), theta.clone()))

    monkeypatch.setitem(METHODS, s.PackNet, Witness)
    return list(train(LifelongSettings(**TOLD | flat))), kept


@pytest.mark.parametrize("incremental", ["task", "domain"])
def test_what_earlier_tasks_own_never_moves_and_what_is_free_is_zero(monkeypatch, incremental):
    __, ((first, a), (second, b), (third, c)) = trained(monkeypatch, incremental=incremental)
    for number, (before, theta) in enumerate([(first, a), (second, b)]):
        mine = (before != FREE) & (before <= number)
        assert mine.any() and torch.equal(theta[mine], c[mine]) and torch.equal(before[mine], third[mine])
    assert torch.equal(a[first == 0], b[first == 0]), "bit for bit"
    for owner, theta in ((first, a), (second, b), (third, c)):
        assert (theta[owner == FREE] == 0).all() and (owner == FREE).any()
    assert not torch.equal(a[second == 1], b[second == 1]), "what was free has learned"


def test_told_the_task_not_one_answer_changes(monkeypatch):
    events, __ = trained(monkeypatch)
    matrix = next(e.array for e in reversed(events) if isinstance(e, Picture) and e.name == "matrix")
    assert (matrix[:, 0] == matrix[0, 0]).all() and matrix[1, 1] == matrix[2, 1] > 60
    assert events[-1].summary["forgetting"] == 0 == events[-1].summary["backward_transfer"]


@pytest.mark.parametrize("pruned", [20, 75])
def test_the_shares_are_those_of_the_formula(monkeypatch, pruned):
    events, __ = trained(monkeypatch, method=s.PackNet(pruned=pruned))
    shares = [e.array for e in events if isinstance(e, Picture) and e.name == "owned"]
    p, end = pruned / 100, shares[-1][:2]  # outputs are each task's own
    expected = [*(100 * share_of_task(p, k) for k in (1, 2, 3)), 100 * p**3]
    np.testing.assert_allclose(end, np.tile(expected, (2, 1)), atol=0.02)
    np.testing.assert_allclose(end.sum(1), 100, atol=1e-3)
    np.testing.assert_allclose(shares[0][:2], [[100, 0, 0, 0]] * 2, atol=0)
    np.testing.assert_allclose(shares[-1][2], [100 / 3] * 3 + [0], atol=0.01)


@given(st.integers(0, 999), st.sampled_from([0.1, 0.5, 0.9]))
def test_pruning_is_pytorch_s_own_by_size_among_what_the_task_owns(seed, share):
    generator = seeded(seed)
    weights, own = torch.randn(60, generator=generator), torch.rand(60, generator=generator) < 0.6
    gone = weakest(weights, own, share)
    layer = torch.nn.Linear(int(own.sum()), 1, bias=False)
    layer.weight.data = weights[own][None].clone()
    prune.l1_unstructured(layer, "weight", amount=round(share * int(own.sum())))
    assert torch.equal(gone[own], layer.weight_mask[0] == 0) and not gone[~own].any()


def test_weights_of_later_tasks_are_masked_out():
    settings = LifelongSettings(**TOLD)
    context = Context(settings, stream(settings), models.widths_of(settings), seeded(0))
    method, theta = PackNet(context), torch.randn(91_630, generator=seeded(1))
    method.owner = torch.randint(-1, 3, theta.shape, generator=seeded(2)).to(torch.int8)
    theta[method.owner == FREE] = 0
    x, task = context.tasks[0].test_x[:20], context.tasks[0]
    before = method.answers(theta, x, task, 0)
    assert torch.equal(method.answers(torch.where(method.owner > 0, theta + 9, theta), x, task, 2), before)
    assert not torch.equal(method.answers(torch.where(method.owner == 0, -theta, theta), x, task, 2), before)


def test_owners_are_counted_by_layer_and_by_pixel():
    owner = torch.tensor([0, 0, 1, FREE, 2, 2, 2, FREE], dtype=torch.int8)
    np.testing.assert_allclose(
        owned(owner, [slice(0, 4), slice(4, 8)], 3), [[50, 25, 0, 25], [0, 0, 75, 25]], rtol=1e-6
    )
    first = torch.zeros(2, 784, dtype=torch.int8)
    first[1, 5] = 1
    assert by_pixel(first.flatten(), 2)[:, 0, 5].tolist() == [50, 50] and by_pixel(first.flatten(), 2)[1].sum() == 50


def test_the_stored_network_reads_the_digits_as_they_are(monkeypatch):
    events, __ = trained(monkeypatch)
    task, end = stream(LifelongSettings(**TOLD))[0], events[-1]
    net = from_model(end.models["model"])
    assert net.arch["outputs"] == 10
    assert accuracy(net, task.test_x, task.test_y) == pytest.approx(end.summary["accuracies"][0], abs=0.2)


def test_a_task_keeps_its_pruned_weights_at_zero_while_it_is_trained_again(monkeypatch):
    seen, cut = [], packnet.TRAIN

    class Witness(PackNet):
        def after_step(self, before, gradient, after, batch, task):
            super().after_step(before, gradient, after, batch, task)
            seen.append((self.owner == FREE).sum().item())
            assert (after[self.owner == FREE] == 0).all()

    monkeypatch.setitem(METHODS, s.PackNet, Witness)
    list(train(LifelongSettings(**TOLD | {"tasks": 2})))
    steps, at = len(seen) // 2, round(cut * len(seen) / 2)
    assert set(seen[: at - 1]) == {0} and min(seen[at - 1 : steps]) > 0 and seen[steps] == 0
    assert pictures.OWNED.fits((3, 3))
