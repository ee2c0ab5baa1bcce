"""APGD: the DLR loss by hand, two steps by hand, and when a step is halved."""

import pytest
import torch
from torch import nn

from core.attack import apgd, gradient, models
from core.attack.apgd import DLR, CrossEntropy
from core.attack.ball import Ball
from core.attack.models import Aim, ask
from core.attack.strongest import accuracies, withstood
from core.loop import seeded
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK

LOGITS = torch.tensor([[5.0, 1.0, 3.0, 2.0], [1.0, 4.0, 0.0, 2.0]])


@pytest.fixture(scope="module")
def twenty():
    return models.first_digits(digit_net(SHIPPED_NETWORK), 20)


def test_the_dlr_loss_is_equation_6_and_7():
    found = DLR(torch.tensor([0, 0])).loss(LOGITS)  # right, and wrong already: −(5 − 3) / (5 − 2), −(1 − 4) / (4 − 1)
    assert torch.allclose(found, torch.tensor([-2 / 3, 1.0]))
    found = DLR(torch.tensor([2, 1]), True).loss(LOGITS)  # (3 − 5) / (5 − (2 + 1) / 2), (4 − 2) / (4 − (1 + 0) / 2)
    assert torch.allclose(found, torch.tensor([-2 / 3.5, 2 / 3.5]))


@pytest.mark.parametrize("targeted", [False, True])
def test_neither_scale_nor_shift_of_the_logits_changes_the_dlr_loss(targeted):
    aim = DLR(torch.tensor([2, 1]), targeted)
    assert torch.allclose(aim.loss(7 * LOGITS + 3), aim.loss(LOGITS))
    plain = CrossEntropy(aim.label, targeted)
    assert not torch.allclose(plain.loss(7 * LOGITS + 3), plain.loss(LOGITS))


def test_two_steps_of_algorithm_1(twenty):
    """The second keeps 3/4 of the new step and 1/4 of the last one."""
    x, ball, aim = twenty.x, Ball("inf", 0.1), CrossEntropy(twenty.y)
    start = ball.anywhere(x, seeded(0))

    def stepped(at):
        slope = gradient.gradient(twenty.net, at, Aim(twenty.y))[0]
        return ball.project(x, at + 2 * 0.1 * slope.sign())

    first = stepped(start)
    second = ball.project(x, first + 0.75 * (stepped(first) - first) + 0.25 * (first - start))
    points = [point.x for point, _ in apgd.climb(twenty.net, x, aim, ball, 20, start)]
    assert len(points) == 21 and torch.equal(points[0], start)
    assert torch.allclose(points[1], first)
    off = (points[2] - second).abs() > 1e-6  # where two pixels tie in a pooling, rounding decides who has the gradient
    assert off.float().mean() < 1e-3 and not torch.allclose(points[2], stepped(first))


def test_on_a_straight_slope_the_step_is_halved_when_it_no_longer_helps():
    """A linear network of two classes: the corner is reached at once, the loss stays, so every checkpoint halves the step."""
    net = nn.Sequential(nn.Flatten(), nn.Linear(9, 2)).requires_grad_(False)
    x, aim = torch.full((3, 1, 3, 3), 0.5), CrossEntropy(torch.zeros(3, dtype=torch.long))
    sizes = [float(size[0]) for _, size in apgd.climb(net, x, aim, Ball("inf", 0.1), 100, x)]
    halved = [step for step in range(1, 101) if sizes[step] < sizes[step - 1]]
    assert halved == [step + 1 for step in (22, 41, 57, 70, 80, 87, 93, 99)], "the checkpoints of 100 steps"
    assert set(sizes) == {2 / 2**n for n in range(9)}


@pytest.mark.parametrize("loss", [CrossEntropy, DLR])
def test_the_best_lead_is_kept_and_a_start_more_never_does_worse(twenty, loss):
    ball, aim = Ball("inf", 0.09), loss.of(Aim(twenty.y))
    leads = [
        aim.lead(ask(twenty.net, attacked)) for attacked in apgd.apgd(twenty.net, twenty.x, aim, ball, 6, 2, seeded(1))
    ]
    assert len(leads) == 12 and all((b >= a - 1e-4).all() for a, b in zip(leads, leads[1:]))


def test_the_worst_of_three_is_counted_picture_by_picture(twenty):
    ball = Ball("inf", 0.1)
    found = withstood(twenty.net, twenty.net, twenty, ball, 8, 0)
    three = torch.stack([found[name] for name in ("pgd", "apgd_ce", "apgd_dlr")])
    assert torch.equal(found["worst"], three.all(0)) and len({tuple(row.tolist()) for row in three}) > 1
    shares = accuracies(twenty.net, twenty.net, twenty, ball, 8, 0)
    assert shares["worst"] == 5 * int(found["worst"].sum()) <= min(shares.values()) < shares["noise"]
