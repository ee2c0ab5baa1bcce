"""Every loss of D and of G with its gradient, by hand, and what D pays for its own gradient, on critics whose gradient is known."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from core.gan import losses
from core.gan.losses import LOSSES
from core.gan.settings import GanSettings
from core.loop import seeded
from core.settings import union_members

scores = st.lists(st.floats(-12, 12), min_size=1, max_size=6)


def D(score):
    """The probability that a score stands for."""
    return 1 / (1 + math.exp(-score))


def mean(values):
    return sum(values) / len(values)


def gradient(loss, *at):
    """(value, gradient by each score) of a loss."""
    at = [torch.tensor(values, dtype=torch.float64, requires_grad=True) for values in at]
    value = loss(*at)
    return value.item(), [s.tolist() for s in torch.autograd.grad(value, at)]


def near(values):
    return pytest.approx(values, rel=1e-6, abs=1e-9)


# name: value by one score, gradient by one score; of D's loss for real ones and for fakes, then of G's loss
BY_HAND = {
    "saturating": (
        lambda r: -math.log(D(r)),
        lambda r: D(r) - 1,
        lambda f: -math.log(1 - D(f)),
        D,
        lambda f: math.log(1 - D(f)),
        lambda f: -D(f),
    ),
    "nonsaturating": (
        lambda r: -math.log(D(r)),
        lambda r: D(r) - 1,
        lambda f: -math.log(1 - D(f)),
        D,
        lambda f: -math.log(D(f)),
        lambda f: D(f) - 1,
    ),
    "ls": (
        lambda r: (r - 1) ** 2 / 2,
        lambda r: r - 1,
        lambda f: f**2 / 2,
        lambda f: f,
        lambda f: (f - 1) ** 2 / 2,
        lambda f: f - 1,
    ),
    "wgan": (lambda r: -r, lambda r: -1, lambda f: f, lambda f: 1, lambda f: -f, lambda f: -1),
    "gp": (lambda r: -r, lambda r: -1, lambda f: f, lambda f: 1, lambda f: -f, lambda f: -1),
    "hinge": (
        lambda r: max(0, 1 - r),
        lambda r: -float(r < 1),
        lambda f: max(0, 1 + f),
        lambda f: float(f > -1),
        lambda f: -f,
        lambda f: -1,
    ),
}


def test_every_loss_of_the_settings_is_tried_here():
    members = union_members(GanSettings.model_fields["method"])
    assert set(BY_HAND) == set(LOSSES) == set(members)
    critics = {name for name, member in members.items() if member.score == "height"}
    assert critics == {name for name, (__, of_G) in LOSSES.items() if of_G is losses.g_wasserstein}


@pytest.mark.parametrize("name", BY_HAND)
@given(scores, scores)
def test_what_d_wants_and_its_gradient(name, real, fake):
    real_value, real_gradient, fake_value, fake_gradient, *__ = BY_HAND[name]
    value, (by_real, by_fake) = gradient(LOSSES[name][0], real, fake)
    assert value == near(mean([real_value(r) for r in real]) + mean([fake_value(f) for f in fake]))
    if name != "hinge" or all(
        abs(abs(score) - 1) > 1e-6 for score in real + fake
    ):  # a hinge has no gradient in its corner
        assert by_real == near([real_gradient(r) / len(real) for r in real])
        assert by_fake == near([fake_gradient(f) / len(fake) for f in fake])


@pytest.mark.parametrize("name", BY_HAND)
@given(scores)
def test_what_g_wants_and_its_gradient(name, fake):
    *__, value_of, gradient_of = BY_HAND[name]
    value, (by_fake,) = gradient(LOSSES[name][1], fake)
    assert value == near(mean([value_of(f) for f in fake]))
    assert by_fake == near([gradient_of(f) / len(fake) for f in fake])


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.9])
def test_how_much_stronger_g_is_pulled_when_it_does_not_saturate(share):
    """At D(G(z)) = 0.01 the two gradients are −0.99 and −0.01: 99 times as much, and in the same direction."""
    score = [math.log(share / (1 - share))]
    (one,), (other,) = (gradient(LOSSES[name][1], score)[1][0] for name in ("nonsaturating", "saturating"))
    assert (one, other) == near((share - 1, -share)) and one / other == near((1 - share) / share)


@pytest.mark.parametrize("name", BY_HAND)
def test_scores_that_are_far_off_give_no_broken_loss(name):
    far = torch.tensor([-500.0, 500.0], requires_grad=True)
    for loss in (LOSSES[name][0](far, far), LOSSES[name][1](far)):
        assert torch.isfinite(loss) and torch.isfinite(torch.autograd.grad(loss, far)[0]).all()


@pytest.mark.parametrize("name", BY_HAND)
def test_the_gradient_by_the_weights_of_a_tiny_d(name):
    """D(x) = w x + b at x = 2 (real) and x = −1 (fake, from G(z) = v z at z = −½ and v = 2): the chain rule by hand."""
    w, b, v = (torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (0.7, -0.2, 2.0))
    fake = v * torch.tensor([-0.5], dtype=torch.float64)
    __, real_gradient, __, fake_gradient, __, g_gradient = BY_HAND[name]
    r, f = 0.7 * 2 - 0.2, -0.7 - 0.2
    by_w, by_b = torch.autograd.grad(LOSSES[name][0](w * torch.tensor([2.0]) + b, w * fake.detach() + b), (w, b))
    assert (by_w.item(), by_b.item()) == near(
        (2 * real_gradient(r) - fake_gradient(f), real_gradient(r) + fake_gradient(f))
    )
    (by_v,) = torch.autograd.grad(LOSSES[name][1](w * fake + b), v)
    assert by_v.item() == near(g_gradient(f) * 0.7 * -0.5)


def test_the_optimal_discriminator_of_d():
    p, q = torch.tensor([0.5, 2.0, 0.0, 3.0]), torch.tensor([0.5, 2.0, 1.0, 1.0])
    assert losses.optimal_discriminator(p, q).tolist() == [0.5, 0.5, 0, 0.75]
    s = torch.linspace(-6, 6, 2401, dtype=torch.float64)  # for p = 3, q = 1 no other score costs D less
    cost = -3 * torch.sigmoid(s).log() - (1 - torch.sigmoid(s)).log()
    assert torch.sigmoid(s[cost.argmin()]).item() == pytest.approx(0.75, abs=1e-3)


# ---- D's own gradient ----

SHAPES = [(2,), (1, 28, 28), (4, 1, 7, 7), (3, 2)]


def linear(shape, norm, seed=0):
    """A critic whose gradient has this norm everywhere, and its weights."""
    w = torch.randn(shape, generator=seeded(seed), dtype=torch.float64)
    w = w * norm / w.square().sum().sqrt()
    return (lambda x: (x * w).flatten(1).sum(1) + 5), w


def clouds(shape, n=6):
    draw = seeded(1)
    return [torch.randn((n, *shape), generator=draw, dtype=torch.float64) for _ in range(2)], torch.rand(
        n, generator=draw
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("norm, costs", [(1, 0), (3, 4), (0.5, 0.25)])
def test_the_gradient_penalty_of_a_linear_critic(shape, norm, costs):
    """The norm is over all numbers of an example: of a picture's pixels each alone it would be far below 1."""
    critic, __ = linear(shape, norm)
    (real, fake), between = clouds(shape)
    assert losses.gradient_penalty(critic, real, fake, between).item() == pytest.approx(costs, abs=1e-9)
    assert losses.gradient_norms(critic, real).tolist() == pytest.approx([norm] * 6)


def test_the_gradient_penalty_of_a_unit_norm_critic_is_exactly_zero():
    w = torch.tensor([0.6, 0.8])
    (real, fake), between = clouds((2,))
    assert losses.gradient_penalty(lambda x: x @ w, real.float(), fake.float(), between).item() == 0


def test_where_between_real_and_fake_the_gradient_counts():
    """The gradient of ½‖x‖² is x itself, so the penalty tells at which point it was taken: u = 1 is the real one."""

    def critic(x):
        return x.square().sum(1) / 2

    real, fake = torch.tensor([[3.0, 4.0]] * 3), torch.tensor([[0.0, 2.0]] * 3)
    for share, place in ((1.0, (3, 4)), (0.0, (0, 2)), (0.25, (0.75, 2.5))):
        found = losses.gradient_penalty(critic, real, fake, torch.full((3,), share))
        assert found.item() == pytest.approx((math.hypot(*place) - 1) ** 2, rel=1e-5)
    each = losses.gradient_penalty(critic, real, fake, torch.tensor([1.0, 0.0, 0.25]))
    assert each.item() == pytest.approx(mean([16, 1, (math.hypot(0.75, 2.5) - 1) ** 2]), rel=1e-5)


def test_every_example_has_a_place_of_its_own_on_the_line():
    real, fake = torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)
    seen = []

    def critic(x):
        seen.append(x.detach())
        return x.flatten(1).sum(1)

    losses.gradient_penalty(critic, real, fake, torch.tensor([0.25, 0.75]))
    assert seen[0][0].unique().tolist() == [0.75] and seen[0][1].unique().tolist() == [0.25]


def test_a_flat_critic_has_a_finite_gradient_of_its_penalty():
    """‖∇D‖ has no gradient of its own at 0: the root's infinite gradient there must not reach the weights."""
    w = torch.zeros(2, requires_grad=True)
    (real, fake), between = clouds((2,))
    penalty = losses.gradient_penalty(lambda x: x @ w + 0 * x.square().sum(1), real.float(), fake.float(), between)
    (found,) = torch.autograd.grad(penalty, w)
    assert penalty.item() == pytest.approx(1, abs=1e-4) and torch.isfinite(found).all()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("norm", [0, 1, 3])
def test_r1_of_a_linear_critic_is_half_its_squared_norm(shape, norm):
    critic, __ = linear(shape, norm)
    assert losses.r1_penalty(critic, clouds(shape)[0][0]).item() == pytest.approx(norm**2 / 2)


def test_penalties_teach_the_weights():
    """By hand, for D(x) = w·x: R1 is ½‖w‖², whose gradient is w; the penalty (‖w‖ − 1)² has the gradient 2(‖w‖ − 1) w / ‖w‖."""
    w = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    (real, fake), between = clouds((2,))

    def critic(x):
        return x @ w

    (by_r1,) = torch.autograd.grad(losses.r1_penalty(critic, real), w)
    (by_gp,) = torch.autograd.grad(losses.gradient_penalty(critic, real, fake, between), w)
    assert by_r1.tolist() == pytest.approx([3, 4]) and by_gp.tolist() == pytest.approx([2 * 4 * 0.6, 2 * 4 * 0.8])


def test_squares_are_those_of_each_example_s_gradient_and_leave_the_examples_alone():
    x = torch.arange(6.0).view(3, 2)
    assert losses.squares(lambda x: x.square().sum(1), x).tolist() == (2 * x).square().sum(1).tolist()
    assert not x.requires_grad and x.grad is None
    made = x.clone().requires_grad_(True) * 1  # fakes that keep the way back into G
    found = losses.squares(lambda x: (x**3).sum(1), made)
    assert found.tolist() == (3 * x.square()).square().sum(1).tolist()


def test_clipping():
    net = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    with torch.no_grad():
        for weight in net.parameters():
            weight.copy_(torch.linspace(-1, 1, weight.numel()).view(weight.shape))
    before = [weight.detach().clone() for weight in net.parameters()]
    losses.clip_weights(net, 0.3)
    for was, now in zip(before, net.parameters(), strict=True):
        assert now.tolist() == was.clamp(-0.3, 0.3).tolist() and now.requires_grad
