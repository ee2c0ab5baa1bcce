"""Partial label sets: which classes the target holds, and that the weights of PADA are those of the formula."""

import pytest
import torch

from core.loop import seeded
from core.transfer import dann, domains, pada
from core.transfer import settings as s
from core.transfer.method import World
from core.transfer.settings import TransferSettings


def method(cls=pada.PADA, chosen=None, **more):
    settings = TransferSettings(target=s.Inverted(), method=chosen or s.PADA(), steps=50, batch=16, **more)
    found = cls(World(settings))
    found.begin(0)
    return found


def test_the_weights_are_the_mean_answer_by_its_largest_entry():
    p = torch.tensor([[0.6, 0.4, 0.0], [0.8, 0.0, 0.2]])
    assert pada.class_weights(p).tolist() == pytest.approx([1, 0.2 / 0.7, 0.1 / 0.7])
    assert pada.class_weights(torch.full((4, 5), 0.2)).tolist() == pytest.approx([1] * 5)


def test_with_equal_weights_it_is_dann():
    """The same network, batch and random numbers: both losses and what flows back are those of DaNN."""
    one, other = method(held=5), method(dann.DaNN, s.DaNN(), held=5)
    batch = one.world.draw()
    for each in (one, other):
        each.parts = each.losses(batch, 0.5)
        sum(each.parts.values()).backward()
    assert {k: v.item() for k, v in one.parts.items()} == pytest.approx(
        {k: v.item() for k, v in other.parts.items()}, rel=1e-4
    )
    for a, b in zip(one.net.parameters(), other.net.parameters()):
        assert torch.allclose(a.grad, b.grad, atol=1e-5)


def test_a_class_without_weight_is_not_learned_and_not_seen_by_the_domain_classifier():
    found = method(held=5)
    found.gamma = torch.tensor([1.0] * 5 + [0.0] * 5)
    batch = found.world.draw()
    parts = {name: value.item() for name, value in found.losses(batch, 0.5).items()}
    own = batch.y_s < 5
    logits = found.net.head(found.net.layers(batch.x_s))
    each = -logits.log_softmax(1)[torch.arange(16), batch.y_s]
    assert parts["loss"] == pytest.approx((each[own].sum() / 16).item(), rel=1e-3)
    guesses = torch.randn(8, generator=seeded(0))
    weights = torch.tensor([1.0, 0, 0, 1, 1, 1, 1, 1])
    kept = -torch.cat([(-guesses[[0, 3]]).sigmoid().log(), guesses[4:].sigmoid().log()]).sum() / 8
    assert pada.weighted_domain_loss(guesses, weights).item() == pytest.approx(kept.item(), rel=1e-5)


def test_weights_are_estimated_anew_from_the_answers_to_the_target():
    found = method(held=3)
    assert found.gamma.tolist() == [1] * 10 and found.every == 2
    found.losses(found.world.draw(), 0)
    assert found.gamma.tolist() == [1] * 10
    found.weigh()
    with torch.no_grad():
        net = found.net_for("target").eval()
        p = net.head(net.layers(found.world.target_x)).softmax(1)
    assert torch.allclose(found.gamma, pada.class_weights(p), atol=1e-4) and found.gamma.max() == 1


@pytest.mark.parametrize("held", [2, 5, 9])
def test_the_target_holds_its_first_classes_in_both_parts_and_the_source_all(held):
    pair = domains.pair(TransferSettings(target=s.Inverted(), held=held))
    assert pair.source.train_y.unique().numel() == pair.source.test_y.unique().numel() == 10 == pair.classes
    for y, each in ((pair.target.train_y, 400), (pair.target.test_y, 100)):
        assert y.bincount().tolist() == [each] * held
    moons = TransferSettings(target=s.Moons(), held=held)
    assert domains.pair(moons).target is domains.domains(s.Moons()).target
    assert domains.tested(TransferSettings()) is domains.domains(s.Coloured())
