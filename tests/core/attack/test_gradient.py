"""Attacks along the gradient: closed forms on a linear model, what must hold between them, and nothing that leaks."""

from functools import cache

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from core.attack import gradient, models
from core.attack.ball import Ball
from core.attack.craft import last
from core.attack.models import Aim, ask
from core.loop import seeded
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK

STEPS, STRIDE = 5, 0.3


@cache
def teacher():
    """Two digits of each class and the shipped network."""
    return models.first_digits(digit_net(SHIPPED_NETWORK), 20)


@cache
def linear(classes=4):
    """A linear model on pictures of 3 × 3, in double precision."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return nn.Sequential(nn.Flatten(), nn.Linear(9, classes)).double().eval().requires_grad_(False)


def grey(count=5):
    return 0.3 + 0.4 * torch.rand((count, 1, 3, 3), generator=seeded(1), dtype=torch.double)


def right(attacked, aim):
    return int((~aim.reached(ask(teacher().net, attacked))).sum())


def every(net, x, aim, ball, stride=STRIDE):
    """All attacks of the file, with the same steps."""
    return {
        "fgsm": gradient.fgsm(net, x, aim, ball),
        "ifgsm": gradient.ifgsm(net, x, aim, ball, STEPS, stride),
        "pgd": gradient.pgd(net, x, aim, ball, STEPS, stride, 2, seeded(0)),
        "mifgsm": gradient.mifgsm(net, x, aim, ball, STEPS, stride, 1.0),
        "dim": gradient.dim(net, x, aim, ball, STEPS, stride, 1.0, 0.5, seeded(0)),
    }


NAMES = list(every(None, None, None, None))


# --- the gradient --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("targeted", [False, True])
def test_gradient_of_a_linear_model_is_the_closed_form(targeted):
    """∇ of the cross entropy is (softmax − one-hot) W, turned round when the label is wanted."""
    net, x, label = linear(), grey(), torch.tensor([0, 1, 2, 3, 0])
    found, lead = gradient.gradient(net, x, Aim(label, targeted))
    logits = net(x)
    expected = (logits.softmax(1) - F.one_hot(label, 4)) @ net[1].weight
    assert torch.allclose(found.flatten(1), -expected if targeted else expected)
    assert torch.equal(lead, Aim(label, targeted).lead(logits))


def test_gradient_of_a_network_is_what_differences_say():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        net = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Tanh(), nn.Flatten(), nn.Linear(3, 3)).double().requires_grad_(False)
    x, aim, h = grey(2), Aim(torch.tensor([0, 2])), 1e-5
    found, _ = gradient.gradient(net, x, aim)
    for pixel in range(9):
        move = torch.zeros(1, 1, 3, 3, dtype=torch.double)
        move.view(-1)[pixel] = h
        difference = (aim.loss(net(x + move)) - aim.loss(net(x - move))) / (2 * h)
        assert torch.allclose(found.flatten(1)[:, pixel], difference, atol=1e-8)


def test_gradient_goes_through_parts_as_through_one():
    """More pictures than fit one part: each is held against its own label."""
    found = models.first_digits(digit_net(SHIPPED_NETWORK), 250)
    whole, lead = gradient.gradient(found.net, found.x, Aim(found.y))
    for i in (0, 99, 100, 249):
        alone, its_lead = gradient.gradient(found.net, found.x[[i]], Aim(found.y[[i]]))
        assert (alone - whole[[i]]).abs().max() <= 1e-4 * alone.abs().max() and abs(its_lead - lead[i]) < 1e-4


# --- closed forms -----------------------------------------------------------------------------------------------------


def test_fgsm_on_a_linear_model_of_two_classes_is_the_closed_form():
    """Away from class 0 it is ε sign(w₁ − w₀); in L2 ε √d (w₁ − w₀) / ‖w₁ − w₀‖: nobody in the ball does better."""
    net, x, aim = linear(2), grey(), Aim(torch.zeros(5, dtype=torch.long))
    w = (net[1].weight[1] - net[1].weight[0]).view(1, 1, 3, 3)
    assert torch.allclose(last(gradient.fgsm(net, x, aim, Ball("inf", 0.1))), x + 0.1 * w.sign())
    assert torch.allclose(last(gradient.fgsm(net, x, aim, Ball("2", 0.1))), x + 0.1 * 3 * w / w.norm())


def test_fgsm_is_the_worst_corner_of_a_linear_network_of_two_classes_but_not_of_three():
    """By brute force over all 512 corners of the box, on 60 random networks each."""
    corners = torch.cartesian_prod(*[torch.tensor([-0.1, 0.1], dtype=torch.double)] * 9).view(-1, 1, 3, 3)
    worse = {2: 0, 3: 0}
    for classes in worse:
        for seed in range(60):
            net = nn.Sequential(nn.Flatten(), nn.Linear(9, classes)).double().requires_grad_(False)
            net[1].weight.copy_(torch.randn(classes, 9, generator=seeded(seed), dtype=torch.double))
            x, aim = grey(1), Aim(torch.zeros(1, dtype=torch.long))
            found = aim.loss(net(last(gradient.fgsm(net, x, aim, Ball("inf", 0.1)))))
            best = Aim(aim.label.expand(len(corners))).loss(net(x + corners)).max()
            worse[classes] += bool(best > found + 1e-9)
    assert worse[2] == 0 < worse[3]


@pytest.mark.parametrize("norm", ["inf", "2"])
@pytest.mark.parametrize("name", ["ifgsm", "pgd", "mifgsm"])
def test_on_a_linear_model_many_steps_end_where_one_ends(name, norm):
    net, x, aim, ball = linear(2), grey(), Aim(torch.zeros(5, dtype=torch.long)), Ball(norm, 0.1)
    one = last(gradient.fgsm(net, x, aim, ball))
    many = last(every(net, x, aim, ball, stride=1.0)[name])
    assert torch.allclose(aim.lead(net(many)), aim.lead(net(one)), atol=1e-3)


def test_mifgsm_sums_gradients_of_mean_size_one():
    """Algorithm 1 of Dong et al. by hand, two steps."""
    found, ball, mu = teacher(), Ball("2", 0.1), 0.7
    aim = Aim(found.y)
    first = gradient.gradient(found.net, found.x, aim)[0]
    gathered = first / first.abs().mean((1, 2, 3), keepdim=True)
    x1 = ball.project(found.x, found.x + STRIDE * ball.steepest(gathered))
    second = gradient.gradient(found.net, x1, aim)[0]
    gathered = mu * gathered + second / second.abs().mean((1, 2, 3), keepdim=True)
    expected = ball.project(found.x, x1 + STRIDE * ball.steepest(gathered))
    assert torch.allclose(last(gradient.mifgsm(found.net, found.x, aim, ball, 2, STRIDE, mu)), expected, atol=1e-6)


def test_diverse_inputs_are_smaller_pictures_on_black():
    generator, white, sides = seeded(0), torch.ones(2, 1, 28, 28), set()
    for _ in range(60):
        found = gradient.diverse(white, 1.0, generator)
        assert found.shape == white.shape
        lit = found[0, 0] > 0
        side = int(lit.any(0).sum())
        assert int(lit.any(1).sum()) == side and int(lit.sum()) == side * side and 25 <= side <= 27
        sides.add(side)
    assert sides == {25, 26, 27}
    kept = sum(torch.equal(gradient.diverse(white, 0.3, generator), white) for _ in range(200))
    assert 115 <= kept <= 165, "about 70 % stay as they are"


# --- what must hold between them --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_no_change_allowed_means_no_change(name):
    found = teacher()
    assert torch.equal(last(every(found.net, found.x, Aim(found.y), Ball("inf", 0.0))[name]), found.x)


def test_without_a_bound_nothing_stays_right():
    """ε = 1 allows every picture there is; if anything stays right then gradients are masked (Athalye et al. 2018)."""
    found = teacher()
    for norm in ("inf", "2"):
        attacked = last(gradient.pgd(found.net, found.x, Aim(found.y), Ball(norm, 1.0), 30, 0.1, 1, seeded(0)))
        assert right(attacked, Aim(found.y)) == 0


@pytest.mark.parametrize("norm", ["inf", "2"])
def test_the_stronger_the_attack_the_fewer_stay_right(norm):
    """Noise is the weakest, one step weaker than many, and more restarts never do worse."""
    found, ball = teacher(), Ball(norm, 0.12 if norm == "inf" else 0.07)
    aim = Aim(found.y)

    def pgd(restarts):
        return last(gradient.pgd(found.net, found.x, aim, ball, 10, 0.2, restarts, seeded(2)))

    noise = last(gradient.noise(found.x, ball, seeded(0)))
    fgsm = last(gradient.fgsm(found.net, found.x, aim, ball))
    counts = [right(found.x, aim), right(noise, aim), right(fgsm, aim), right(pgd(1), aim), right(pgd(3), aim)]
    assert counts == sorted(counts, reverse=True) and counts[0] > counts[2] > counts[3], counts
    leads = [aim.lead(ask(found.net, pgd(restarts))) for restarts in (1, 2, 3)]
    assert (leads[1] >= leads[0] - 1e-4).all() and (leads[2] >= leads[1] - 1e-4).all()


def test_the_lead_of_pgd_never_falls_and_the_last_point_counts():
    found, ball = teacher(), Ball("inf", 0.1)
    aim = Aim(found.y)
    leads = [
        aim.lead(ask(found.net, attacked))
        for attacked in gradient.pgd(found.net, found.x, aim, ball, STEPS, STRIDE, 2, seeded(0))
    ]
    assert len(leads) == 2 * STEPS
    assert all((after >= before - 1e-4).all() for before, after in zip(leads, leads[1:]))
    one = list(gradient.pgd(found.net, found.x, aim, ball, 1, 1.0, 1, seeded(0)))[0]
    start = ball.anywhere(found.x, seeded(0))
    assert (aim.lead(ask(found.net, one)) > aim.lead(ask(found.net, start))).float().mean() > 0.8


@pytest.mark.parametrize("name", ["ifgsm", "pgd", "mifgsm", "dim"])
def test_a_wish_is_fulfilled(name):
    found = teacher()
    aim = Aim((found.y + 1) % 10, targeted=True)
    attacked = last(every(found.net, found.x, aim, Ball("inf", 0.35))[name])
    assert right(attacked, aim) <= 1, "all but one read as the next digit"


def test_momentum_and_diversity_switched_off_leave_the_simpler_attack():
    found, ball = teacher(), Ball("inf", 0.15)
    given = found.net, found.x, Aim(found.y), ball, STEPS, STRIDE
    plain, momentum = last(gradient.ifgsm(*given)), last(gradient.mifgsm(*given, 1.0))
    assert torch.equal(last(gradient.mifgsm(*given, 0.0)), plain)
    assert torch.equal(last(gradient.dim(*given, 1.0, 0.0, seeded(0))), momentum)
    assert not torch.equal(momentum, plain)
    assert not torch.equal(last(gradient.dim(*given, 1.0, 1.0, seeded(0))), momentum)


# --- nothing leaks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", ["inf", "2"])
@pytest.mark.parametrize("name", NAMES)
def test_every_step_is_in_the_ball_and_the_same_again_and_touches_nothing(name, norm):
    found, ball = teacher(), Ball(norm, 0.1)
    before, random = found.x.clone(), torch.get_rng_state()
    steps = list(every(found.net, found.x, Aim(found.y), ball)[name])
    assert len(steps) == {"fgsm": 1, "pgd": 2 * STEPS}.get(name, STEPS)
    for attacked in steps:
        size = (attacked - found.x).flatten(1)
        size = size.abs().amax(1) if norm == "inf" else size.norm(dim=1)
        assert (size <= ball.radius(found.x) + 1e-5).all() and attacked.min() >= 0 and attacked.max() <= 1
        assert not attacked.requires_grad
    again = last(every(found.net, found.x, Aim(found.y), ball)[name])
    assert torch.equal(again, steps[-1])
    assert torch.equal(found.x, before) and torch.equal(torch.get_rng_state(), random)
    assert all(weight.grad is None for weight in found.net.parameters())


@pytest.mark.parametrize("name", ["fgsm", "ifgsm", "mifgsm"])
def test_pictures_do_not_mix(name):
    """Attacked together or one by one is the same up to rounding; in L2, where rounding is not blown up by the sign."""
    found, ball = teacher(), Ball("2", 0.05)
    together = last(every(found.net, found.x, Aim(found.y), ball)[name])
    for i in range(0, 20, 4):
        alone = last(every(found.net, found.x[[i]], Aim(found.y[[i]]), ball)[name])
        assert (alone - together[[i]]).abs().max() < 1e-3
