"""The smallest change: closed forms on a linear model, and what must hold on the shipped network."""

from functools import cache

import pytest
import torch
from torch import nn

from core.attack import minimal, models
from core.attack.ball import lengths, saved
from core.attack.craft import last
from core.attack.models import Aim, answers, ask
from core.loop import seeded
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK


@cache
def teacher():
    """Five digits of each class and the shipped network."""
    return models.first_digits(digit_net(SHIPPED_NETWORK), 50)


@cache
def linear(classes):
    """A linear model on grey pictures of 3 × 3 in double precision, and what it says to them."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Flatten(), nn.Linear(9, classes)).double().eval().requires_grad_(False)
    x = 0.3 + 0.4 * torch.rand((6, 1, 3, 3), generator=seeded(1), dtype=torch.double)
    return net, x, answers(net, x)


def nearest(net, x, y):
    """The shortest change across a border of a linear model, for each picture: every border tried."""
    found = []
    for picture, label in zip(x, y.tolist()):
        logits, steps = net(picture[None])[0], []
        for k in set(range(len(logits))) - {label}:
            w = net[1].weight[k] - net[1].weight[label]
            steps.append((logits[label] - logits[k]) * w / w.square().sum())
        found.append(min(steps, key=torch.norm).view(picture.shape))
    return torch.stack(found)


def shares(attacked, aim):
    """Of 100: how many are fooled, as they are and when saved with 8 bits."""
    found = teacher()
    return [100 * float(aim.reached(ask(found.net, x)).float().mean()) for x in (attacked, saved(found.x, attacked))]


# --- DeepFool ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("overshoot", [0.02, 0.5])
def test_deepfool_on_a_linear_model_is_the_projection_on_the_nearest_border(classes, overshoot):
    net, x, y = linear(classes)
    steps = list(minimal.deepfool(net, x, Aim(y), 10, overshoot))
    assert len(steps) == 1, "a linear border is reached in one step"
    assert torch.allclose(steps[0], x + (1 + overshoot) * nearest(net, x, y))
    assert (answers(net, steps[0]) != y).all()


def test_deepfool_towards_an_answer_crosses_that_border():
    net, x, y = linear(2)
    assert torch.allclose(
        last(minimal.deepfool(net, x, Aim(1 - y, targeted=True), 10, 0.02)), x + 1.02 * nearest(net, x, y)
    )
    found = teacher()
    aim = Aim((found.y + 3) % 10, targeted=True)
    assert shares(last(minimal.deepfool(found.net, found.x, aim, 50, 0.02)), aim)[0] == 100


def test_deepfool_looks_at_the_nine_best_rivals():
    """Of twenty classes the nearest border may be that of a bad answer, with a steep gradient: it is not seen."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(9, 20)).double().requires_grad_(False)
    net[1].weight.copy_(torch.eye(20, 9, dtype=torch.double))
    net[1].weight[19, 3] = 1000.0
    net[1].bias.copy_(-torch.arange(20, dtype=torch.double) / 10)
    net[1].bias[19] = -510.0
    x, y = torch.full((1, 1, 3, 3), 0.5, dtype=torch.double), torch.tensor([0])
    assert answers(net, x) == y
    moved = (last(minimal.deepfool(net, x, Aim(y), 1, 0.0)) - x).flatten()
    assert moved[3] == 0 and moved[1] > 0 > moved[0]
    assert nearest(net, x, y).flatten()[3] != 0, "the border that it does not look at is nearer"


def test_deepfool_fools_the_teacher_with_little_and_mostly_after_saving():
    """The paper's ρ is 0.2 for LeNet on MNIST (table 1)."""
    found = teacher()
    steps = list(minimal.deepfool(found.net, found.x, Aim(found.y), 50, 0.02))
    fooled, after = shares(steps[-1], Aim(found.y))
    right = answers(found.net, found.x) == found.y
    rho = (lengths(steps[-1] - found.x) / lengths(found.x)).flatten()[right].mean()
    assert fooled == 100 and after >= 80 and 0.1 < rho < 0.2 and len(steps) < 20
    for before, now in zip(steps, steps[1:]):
        there = answers(found.net, before) != found.y
        assert torch.equal(before[there], now[there]), "who is across stays"


def test_a_picture_that_is_across_already_stays():
    net, x, y = linear(4)
    for aim in (Aim((y + 1) % 4), Aim(y, targeted=True)):
        steps = list(minimal.deepfool(net, x, aim, 5, 0.5))
        assert len(steps) == 1 and torch.equal(steps[0], x)


# --- Carlini and Wagner -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("targeted", [False, True])
def test_carlini_wagner_on_a_linear_model_comes_near_the_shortest(targeted):
    net, x, y = linear(2)
    aim = Aim(1 - y, True) if targeted else Aim(y)
    attacked = last(minimal.carlini_wagner(net, x, aim, 0, 5, 60, 0.04))
    ratio = (attacked - x).flatten(1).norm(dim=1) / nearest(net, x, y).flatten(1).norm(dim=1)
    assert (ratio > 1).all() and (ratio < 1.1).all(), ratio


def test_carlini_wagner_keeps_the_confidence_that_is_asked_for():
    net, x, y = linear(4)
    for confidence in (0.1, 0.2):
        lead = Aim(y).lead(net(last(minimal.carlini_wagner(net, x, Aim(y), confidence, 5, 50, 0.05))))
        assert (lead > confidence).all() and (lead < confidence + 0.05).all(), lead


def test_the_best_other_answer_may_be_negative():
    """Many implementations take the maximum of (1 − one-hot) · logits, which is 0 when all others are negative."""
    net, x, y = linear(4)
    shifted = nn.Sequential(net, nn.Linear(4, 4)).double().requires_grad_(False)
    shifted[1].weight.copy_(torch.eye(4))
    shifted[1].bias.fill_(-50.0)
    plain = last(minimal.carlini_wagner(net, x, Aim(y), 0, 1, 40, 0.05))
    assert torch.allclose(last(minimal.carlini_wagner(shifted, x, Aim(y), 0, 1, 40, 0.05)), plain, atol=1e-6)


def test_black_and_white_pixels_move():
    """At exactly 0 or 1 the tanh has no gradient; such are most pixels of a digit."""
    net, x, y = linear(2)
    x = x.round()
    y = answers(net, x)
    attacked = last(minimal.carlini_wagner(net, x, Aim(y), 0, 3, 90, 0.1))
    assert attacked.isfinite().all() and (answers(net, attacked) != y).all()


def test_carlini_wagner_finds_less_than_deepfool_and_never_lets_go():
    found = teacher().only(torch.arange(0, 50, 3))
    aim = Aim(found.y)
    steps = list(minimal.carlini_wagner(found.net, found.x, aim, 0, 4, 60, 0.1))
    deepfool = last(minimal.deepfool(found.net, found.x, aim, 50, 0.02))
    assert len(steps) == 240 and aim.reached(ask(found.net, steps[-1])).all()
    assert lengths(steps[-1] - found.x).mean() < lengths(deepfool - found.x).mean()
    before = torch.full((len(found.x),), torch.inf)
    for now in steps[::20]:
        fooled, length = aim.reached(ask(found.net, now)), lengths(now - found.x).flatten()
        assert torch.equal(now[~fooled], found.x[~fooled]), "the picture itself where nothing has worked yet"
        length[~fooled] = torch.inf
        assert (length <= before).all()
        before = length


def test_the_search_for_c():
    """It grows until it works, shrinks until it does not, and then halves what is between on a log scale."""
    c, low, high = torch.ones(2), torch.zeros(2), torch.full((2,), torch.inf)
    tried = []
    for worked in ([False, True], [True, False], [True, True]):
        c, low, high = minimal.narrowed(c, low, high, torch.tensor(worked))
        tried.append(c.tolist())
    expected = [[10, 0.1], [10**0.5, 0.1**0.5], [10**0.25, 0.1**0.75]]
    assert torch.allclose(torch.tensor(tried), torch.tensor(expected))


# --- both -------------------------------------------------------------------------------------------------------------


def both(net, x, aim):
    return {"deepfool": minimal.deepfool(net, x, aim, 6, 0.02), "cw": minimal.carlini_wagner(net, x, aim, 0, 2, 8, 0.1)}


@pytest.mark.parametrize("name", ["deepfool", "cw"])
def test_in_range_the_same_again_and_nothing_touched(name):
    found = teacher()
    x, random = found.x.clone(), torch.get_rng_state()
    steps = list(both(found.net, found.x, Aim(found.y))[name])
    assert all(step.min() >= 0 and step.max() <= 1 and not step.requires_grad for step in steps)
    assert torch.equal(last(both(found.net, found.x, Aim(found.y))[name]), steps[-1])
    assert torch.equal(found.x, x) and torch.equal(torch.get_rng_state(), random)
    assert all(weight.grad is None for weight in found.net.parameters())


@pytest.mark.parametrize("name", ["deepfool", "cw"])
def test_pictures_do_not_mix(name):
    net, x, y = linear(4)
    together = last(both(net, x, Aim(y))[name])
    for i in range(len(x)):
        assert torch.allclose(last(both(net, x[[i]], Aim(y[[i]]))[name]), together[[i]])


def test_more_digits_than_fit_one_part_are_held_against_their_own_labels():
    found = models.first_digits(digit_net(SHIPPED_NETWORK), 120)
    step = minimal.to_border(found.net, found.x, Aim(found.y))
    some = found.only(torch.tensor([3, 101, 119]))
    assert torch.allclose(minimal.to_border(some.net, some.x, Aim(some.y)), step[[3, 101, 119]], atol=1e-4)
