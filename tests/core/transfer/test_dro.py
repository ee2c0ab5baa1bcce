"""Several source domains: which digits they hold, and that group DRO is its formula."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data import digits
from core.data.digits import rotated
from core.loop import seeded
from core.transfer import domains, dro
from core.transfer import settings as s
from core.transfer.method import SourceOnly, World
from core.transfer.settings import TransferSettings


@given(st.integers(1, 5), st.integers(0, 99))
def test_losses_by_domain_are_means_over_its_pictures(many, seed):
    group = torch.randint(many, (12,), generator=seeded(seed))
    each = torch.rand(12, generator=seeded(seed + 1))
    by_hand = [each[group == d].mean().item() if (group == d).any() else 0 for d in range(many)]
    assert dro.group_losses(each, group, many).tolist() == pytest.approx(by_hand, rel=1e-5)


def test_the_weight_of_the_worst_domain_rises_as_the_formula_says():
    q, losses = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.0, 1.0, 2.0])
    raw = [0.5, 0.3 * math.exp(0.1), 0.2 * math.exp(0.2)]
    assert dro.risen(q, losses, 0.1).tolist() == pytest.approx([each / sum(raw) for each in raw])
    for _ in range(200):
        q = dro.risen(q, losses, 0.5)
    assert q.tolist() == pytest.approx([0, 0, 1], abs=1e-4), "in the end the worst alone"
    even = torch.full((4,), 0.25)
    assert dro.risen(even, torch.ones(4), 1).tolist() == pytest.approx([0.25] * 4)


def test_with_one_source_it_is_source_only():
    settings = TransferSettings(target=s.Inverted(), method=s.GroupDRO(), steps=50, batch=16)
    one, other = dro.GroupDRO(World(settings)), SourceOnly(World(settings))
    batch = one.world.draw()
    assert one.losses(batch, 0)["loss"].item() == pytest.approx(other.losses(batch, 0)["loss"].item(), rel=1e-5)


@pytest.mark.parametrize("unseen, many", [(75, 5), (75, 1), (0, 3), (30, 4)])
def test_each_digit_stands_in_one_source_domain_turned_by_its_angle(unseen, many):
    target = s.Unseen(unseen=unseen, sources=many)
    pair, plain, angles = domains.domains(target), digits.load(), target.known()
    assert len(angles) == many and unseen not in angles and angles == sorted(angles)
    assert (pair.group.bincount(minlength=many) - 4000 / many).abs().max() <= 10
    for i in (0, 7, 1234, 3999):
        one = rotated(plain.train_x[i : i + 1], angles[int(pair.group[i])])
        assert torch.allclose(pair.source.train_x[i : i + 1], one, atol=1e-5)
    assert torch.equal(pair.source.train_y, plain.train_y) and pair.test_group.unique().tolist() == list(range(many))
    assert torch.allclose(pair.target.test_x[:3], rotated(plain.test_x[:3], unseen), atol=1e-5)


def test_a_batch_knows_from_which_source_each_picture_comes():
    world = World(TransferSettings(target=s.Unseen(), method=s.GroupDRO(), batch=32))
    batch = world.draw()
    net, pair = world.network(), world.pair
    everything = net.normalise(pair.source.train_x).flatten(1)
    places = [int((x.flatten() - everything).abs().amax(1).argmin()) for x in batch.x_s]
    assert pair.group[places].tolist() == batch.d_s.tolist() and batch.d_s.unique().numel() > 1
