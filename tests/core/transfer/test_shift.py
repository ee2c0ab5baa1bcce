"""Label shift: shares that are known are found, and Bayes' rule is what the correction does."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from core.data import digits
from core.data.digits import Digits
from core.loop import seeded
from core.transfer import domains, shift
from core.transfer import settings as s
from core.transfer.method import World
from core.transfer.monitor import weighted_hits
from core.transfer.settings import TransferSettings, most_frequent


@given(st.integers(0, 999), st.integers(2, 8), st.integers(2, 12))
def test_corrected_answers_are_those_of_bayes_rule(seed, classes, pictures):
    """A world that can be counted: p(x | y) stays, the shares change; the corrected answer is the exact one."""
    rng = np.random.default_rng(seed)
    looks = rng.dirichlet(np.ones(pictures), classes)  # p(x | y), rows y
    p, q = (rng.dirichlet(5 * np.ones(classes)) + 0.01 for _ in range(2))
    p, q = p / p.sum(), q / q.sum()
    before, after = ((looks * share[:, None]).T for share in (p, q))  # joint, rows x
    logits = torch.tensor(before / before.sum(1, keepdims=True)).log()
    w = shift.ratios(torch.tensor(q), torch.tensor(p))
    found = shift.corrected(logits, w).softmax(1)
    np.testing.assert_allclose(found.numpy(), after / after.sum(1, keepdims=True), atol=1e-9)


def test_without_shift_nothing_is_corrected_and_no_class_gets_weight_zero():
    even = torch.full((4,), 0.25)
    logits = torch.randn(5, 4, generator=seeded(0))
    assert torch.equal(shift.corrected(logits, shift.ratios(even, even)), logits)
    assert shift.ratios(torch.tensor([1.0, 0, 0, 0]), even).tolist() == pytest.approx([4] + [4 * shift.RAREST] * 3)


class Mistaken(nn.Module):
    """Every fourth picture of class c is taken for c + 1, in both domains alike. A picture is its class and its number."""

    def forward(self, x):
        y, number = x[:, 0].long(), x[:, 1].long()
        return nn.functional.one_hot((y + (number % 4 == 0).long()) % 5, 5).float()


def test_known_mistakes_give_the_true_shares_exactly():
    def pictures(counts):
        y = torch.arange(5).repeat_interleave(torch.tensor(counts))
        number = torch.cat([torch.arange(count) for count in counts])
        return torch.stack([y, number], 1).float(), y

    (x, y), (target, truth) = pictures([40] * 5), pictures([80, 40, 20, 8, 4])
    answered, estimated = shift.shares_of(Mistaken(), Digits(x, y, x, y), target)
    np.testing.assert_allclose(estimated, truth.bincount().numpy() / len(truth), atol=1e-6)
    assert np.abs(answered - estimated).sum() > 0.1, "there was something to undo"


@pytest.mark.parametrize("imbalance", [1, 7, 100])
def test_the_target_has_the_shares_and_no_digit_of_the_source(imbalance):
    target = s.Shares(imbalance=imbalance, noise=0)
    pair = domains.domains(target)
    counts = pair.target.train_y.bincount(minlength=10)
    assert counts.max() == 240 and pair.source.train_y.bincount().tolist() == [160] * 10
    assert (counts - 240 * torch.tensor([imbalance ** (-c / 9) for c in range(10)])).abs().max() <= 0.6
    assert counts[0] / counts[9] == pytest.approx(imbalance, rel=0.25) and sum(target.shares()) == pytest.approx(1)
    assert pair.source.test_y.bincount().tolist() == pair.target.test_y.bincount().tolist() == [100] * 10
    known = {x.numpy().tobytes() for x in digits.load().train_x}
    source, other = ({x.numpy().tobytes() for x in part.train_x} for part in (pair.source, pair.target))
    assert not source & other and source | other <= known
    assert sum(target.shares(4)) == pytest.approx(1) and target.shares(4)[3] / target.shares(4)[0] == pytest.approx(
        imbalance ** (-1 / 3)
    )
    assert most_frequent(TransferSettings(target=target)) == pytest.approx(100 * max(target.shares()))


def test_each_part_has_noise_of_its_own_within_black_and_white():
    pair = domains.domains(s.Shares(noise=0.5))
    assert not torch.equal(pair.source.test_x, pair.target.test_x)
    middle = torch.full((2000, 1, 2, 2), 0.5)
    seen = domains.noise(0.1, 1)(middle)
    assert seen.std() == pytest.approx(0.1, rel=0.05) and torch.equal(seen, domains.noise(0.1, 1)(middle))
    assert 0 <= domains.noise(2, 1)(middle).min() and domains.noise(2, 1)(middle).max() <= 1


@given(st.integers(0, 99), st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_counting_by_weight_is_counting_copies(seed, copies):
    """Class c as often as `copies` says: the same as a test part that holds each of its pictures so many times."""
    y = torch.arange(4).repeat(6)
    logits = torch.randn(len(y), 4, generator=seeded(seed)) + nn.functional.one_hot(y, 4)
    many = torch.tensor(copies)[y]
    right = (logits.argmax(1) == y).repeat_interleave(many).double().mean().item()
    assert weighted_hits(logits, y, torch.tensor(copies) / sum(copies)) == pytest.approx(100 * right, abs=1e-3)


def method(**knobs):
    world = World(TransferSettings(target=s.Shares(), method=s.BBSE(**knobs), steps=50, batch=16))
    found = shift.BBSE(world)
    found.begin(0)
    return found


@torch.no_grad()
def test_the_network_that_answers_is_the_first_one_with_another_bias():
    found = method()
    found.look()
    x = found.world.pair.target.test_x[:20]
    own, other = (net.eval()(x) for net in (found.net, found.net_for("target")))
    assert torch.allclose(other, shift.corrected(own, found.w), atol=1e-5)
    assert found.rivals() == {"unadapted": found.net}
    assert all(torch.equal(a, b) for a, b in zip(found.net.layers.parameters(), found.twin.layers.parameters()))


def test_a_new_network_learns_with_the_estimated_weights():
    found = method(correct="training")
    first = found.net
    found.begin(1)
    assert found.net is found.twin is not first and found.rivals() == {"unadapted": first}
    batch = found.world.draw()
    each = -found.net.head(found.net.layers(batch.x_s)).log_softmax(1)[torch.arange(16), batch.y_s]
    assert found.losses(batch, 0)["loss"].item() == pytest.approx((found.w[batch.y_s] * each).mean().item(), rel=1e-4)
    w = found.w.clone()
    found.look()
    assert torch.equal(found.w, w), "the weights stay those of the first network"
