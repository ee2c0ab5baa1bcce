"""What draws two clouds together: reversed gradients, schedules, the domain classifier's losses, MMD and CORAL by hand."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.loop import seeded
from core.transfer import settings as s
from core.transfer.adda import passing_loss
from core.transfer.dann import DaNN, domain_loss, reversal, rising
from core.transfer.match import CORAL, MMD, coral, mmd
from core.transfer.method import World
from core.transfer.settings import TransferSettings

MOONS = {"target": s.Moons(), "batch": 16}


def world(method, **more):
    return World(TransferSettings(method=method, **MOONS | more))


def cloud(n, wide, seed, **more):
    return torch.randn(n, wide, generator=seeded(seed), dtype=torch.float64, **more)


# ---- the gradient reversal ----


@pytest.mark.parametrize("lam", [0.0, 0.3, 1.0, 7.0])
def test_reversal_is_the_identity_forward_and_minus_lambda_backward(lam):
    h, back = cloud(4, 3, 0).requires_grad_(), cloud(4, 3, 1)
    out = reversal(h, lam)
    assert torch.equal(out, h)
    (gradient,) = torch.autograd.grad(out, h, back)
    assert torch.equal(gradient, -lam * back)


def test_only_at_minus_one_is_the_gradient_that_of_the_function():
    """Finite differences know the identity's true gradient, which is what the reversal gives at λ = −1 alone."""
    h = cloud(3, 2, 0).requires_grad_()
    assert torch.autograd.gradcheck(lambda h: reversal(h, -1.0), h)
    for lam in (0.0, 0.5, 1.0):
        assert not torch.autograd.gradcheck(lambda h, lam=lam: reversal(h, lam), h, raise_exception=False)


def test_lambda_over_time_by_hand():
    assert rising(0, 10) == 0
    assert rising(0.5, 10) == pytest.approx(0.98661430) and rising(1, 10) == pytest.approx(0.99990920)
    assert rising(0.5, 1) == pytest.approx(0.24491866) and rising(1, 50) == pytest.approx(1)
    assert rising(0.2, 10) == pytest.approx(math.tanh(1)), "2σ(x) − 1 is tanh(x / 2)"


def test_dann_s_lambda():
    risen, level = (DaNN(world(s.DaNN(lam=3, schedule=schedule, gamma=10))) for schedule in ("rising", "constant"))
    assert [risen.lam_at(p) for p in (0, 0.5, 1)] == pytest.approx([0, 3 * 0.98661430, 3 * 0.99990920])
    assert [level.lam_at(p) for p in (0, 0.5, 1)] == [3, 3, 3]


def gradients(method, batch, p):
    """Of the domain classifier's loss alone: those of the critic, and those of the extractor."""
    own, others = list(method.critic.parameters()), list(method.net.layers.parameters())
    method.begin(0)
    found = torch.autograd.grad(method.losses(batch, p)["domain_loss"], own + others)
    return found[: len(own)], found[len(own) :]


@pytest.mark.parametrize("statistics", ["own", "shared"])
def test_the_domain_classifier_learns_at_full_speed_whatever_lambda_is(statistics):
    here = world(s.DaNN(lam=2, gamma=1), statistics=statistics)
    batch, method = here.draw(), DaNN(here)
    (early, before), (late, after), (none, zero) = (gradients(method, batch, p) for p in (0.3, 1.0, 0.0))
    for a, b, c in zip(early, late, none):
        assert torch.equal(a, b) and torch.equal(a, c) and a.abs().sum() > 0
    ratio = rising(1.0, 1) / rising(0.3, 1)
    assert all(torch.allclose(b, ratio * a, rtol=1e-3, atol=1e-6) for a, b in zip(before, after))
    assert all((g == 0).all() for g in zero) and sum(g.abs().sum() for g in after) > 0


def test_the_extractor_goes_where_the_domain_classifier_errs():
    """A small step of the extractor down the loss that it is given raises the domain classifier's own loss."""
    here = world(s.DaNN(schedule="constant"))
    batch, method = here.draw(), DaNN(here)
    _, gradient = gradients(method, batch, 1.0)
    before = method.losses(batch, 1.0)["domain_loss"].item()
    with torch.no_grad():
        for weight, g in zip(method.net.layers.parameters(), gradient):
            weight -= 0.01 * g
    assert method.losses(batch, 1.0)["domain_loss"].item() > before


# ---- the domain classifier's losses ----


def test_domain_loss_by_hand():
    """Sure of the target at 0.75, 0.25 and 0.5; the first of them is the source."""
    guesses = torch.tensor([math.log(3), -math.log(3), 0.0])
    assert domain_loss(guesses, 1).item() == pytest.approx(-(math.log(0.25) + math.log(0.25) + math.log(0.5)) / 3)
    assert domain_loss(guesses, 3).item() == pytest.approx(-(math.log(0.25) + math.log(0.75) + math.log(0.5)) / 3)
    assert domain_loss(torch.tensor([-100.0, 100.0]), 1).item() == pytest.approx(0, abs=1e-6)
    assert domain_loss(torch.tensor([200.0, 100.0]), 1).item() == pytest.approx(100), "no overflow"


def test_passing_loss_by_hand():
    guesses = torch.tensor([math.log(3), -math.log(3)])
    assert passing_loss(guesses).item() == pytest.approx(-(math.log(0.25) + math.log(0.75)) / 2)
    assert passing_loss(torch.tensor([1e4])).item() == pytest.approx(1e4)


def test_passing_is_steep_where_the_classifier_is_sure_and_the_reversed_gradient_is_flat():
    guess = torch.tensor([12.0], requires_grad=True)
    (steep,) = torch.autograd.grad(passing_loss(guess), guess)
    (flat,) = torch.autograd.grad(domain_loss(guess, 0), guess)
    assert steep.item() == pytest.approx(1, abs=1e-4) and abs(flat.item()) < 1e-4


# ---- MMD ----


def mmd_by_hand(s, t, kernels, width=None):
    """Gretton et al. 2012, equation 3, pair by pair."""
    points = [*s, *t]
    if width is None:
        pairs = [(a - b).square().sum() for i, a in enumerate(points) for j, b in enumerate(points) if i != j]
        width = (sum(pairs) / len(pairs)).item()
    exponents = {1: [0], 3: [-1, 0, 1], 5: [-2, -1, 0, 1, 2]}[kernels]

    def k(a, b):
        return sum(torch.exp(-(a - b).square().sum() / (width * 2**i)) for i in exponents) / kernels

    n, m = len(s), len(t)
    inside_s = sum(k(s[i], s[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    inside_t = sum(k(t[i], t[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return inside_s + inside_t - 2 * sum(k(a, b) for a in s for b in t) / (n * m), width


@pytest.mark.parametrize("n, m", [(5, 5), (3, 6)])
@pytest.mark.parametrize("kernels", [1, 3, 5])
def test_mmd_is_the_sum_over_pairs_and_its_widths_are_constants(n, m, kernels):
    a, b = cloud(n, 3, 0).requires_grad_(), (2 * cloud(m, 3, 1) + 1).requires_grad_()
    ours, (_, width) = mmd(a, b, kernels), mmd_by_hand(a, b, kernels)
    by_hand, _ = mmd_by_hand(a, b, kernels, width)
    assert ours.item() == pytest.approx(by_hand.item(), rel=1e-9)
    for one, other in zip(torch.autograd.grad(ours, [a, b]), torch.autograd.grad(by_hand, [a, b])):
        assert torch.allclose(one, other, rtol=1e-8, atol=1e-12)


@given(st.integers(2, 6), st.integers(2, 6), st.integers(0, 99))
def test_mmd_is_symmetric_and_does_not_care_for_order_place_or_scale(n, m, seed):
    a, b = cloud(n, 3, seed), cloud(m, 3, seed + 100)
    for same in (mmd(b, a), mmd(a.flip(0), b), mmd(a + 3, b + 3), mmd(5 * a, 5 * b)):
        assert same.item() == pytest.approx(mmd(a, b).item(), abs=1e-9)


def test_mmd_of_one_distribution_is_zero_on_average():
    found = np.array([mmd(cloud(8, 2, 2 * i), cloud(8, 2, 2 * i + 1)).item() for i in range(300)])
    error = found.std() / math.sqrt(len(found))
    assert abs(found.mean()) < 3 * error and (found < 0).any(), "an estimate that is never negative is biased"
    with_diagonal = 2 * (1 - 0.3) / 8  # about what the biased estimate would add
    assert with_diagonal > 10 * error


def test_mmd_grows_with_the_distance():
    a, b = cloud(30, 2, 0), cloud(30, 2, 1)
    found = [mmd(a, b + away).item() for away in (0, 1, 3)]
    assert found[0] < 0.05 < found[1] < found[2]


# ---- CORAL ----


@pytest.mark.parametrize("n, m", [(6, 6), (4, 9)])
def test_coral_is_the_distance_of_numpy_s_covariances(n, m):
    a, b = cloud(n, 3, 0), 2 * cloud(m, 3, 1)
    difference = np.cov(a.numpy(), rowvar=False) - np.cov(b.numpy(), rowvar=False)
    assert coral(a, b).item() == pytest.approx((difference**2).sum() / (4 * 3**2))
    assert coral(a, b).item() == pytest.approx(coral(b, a).item())
    assert coral(a + 5, b - 2).item() == pytest.approx(coral(a, b).item()), "means do not count"
    assert coral(a, a.flip(0)).item() == pytest.approx(0, abs=1e-12)


# ---- as parts of a loss ----


@pytest.mark.parametrize("cls, method", [(MMD, s.MMD), (CORAL, s.CORAL)])
def test_the_distance_is_weighted_with_lambda_and_the_label_loss_is_not(cls, method):
    one, three = (cls(world(method(lam=lam))) for lam in (1, 3))
    batch = one.world.draw()
    few, many = one.losses(batch, 0.5), three.losses(batch, 0.5)
    assert (
        many["distance"].item() == pytest.approx(3 * few["distance"].item(), rel=1e-5) and few["distance"].item() != 0
    )
    assert many["loss"].item() == few["loss"].item()
