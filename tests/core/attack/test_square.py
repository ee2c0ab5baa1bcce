"""Square attack: where a square lies and how large it is, that only scores are asked, and what it needs no gradient for."""

import pytest
import torch
from torch import nn

from core.attack import defences, models, square
from core.attack import settings as s
from core.attack.ball import Ball
from core.attack.craft import last
from core.attack.models import Aim, ask
from core.attack.train import train
from core.events import Metrics
from core.loop import seeded
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK


@pytest.fixture(scope="module")
def twenty():
    return models.first_digits(digit_net(SHIPPED_NETWORK), 20)


class Counted(nn.Module):
    """Scores without a gradient, and how many pictures were asked about."""

    def __init__(self, net):
        super().__init__()
        self.net, self.asked = net, 0

    def forward(self, x):
        assert torch.is_inference_mode_enabled(), "nobody could take a gradient"
        self.asked += len(x)
        return self.net(x)


def test_the_budget_is_kept_and_a_fooled_picture_is_left_alone(twenty):
    net = Counted(twenty.net)
    steps = list(square.square(net, twenty.x, Aim(twenty.y), Ball("inf", 0.1), 30, seeded(0)))
    assert len(steps) == 30 and net.asked < 30 * 20
    leads = torch.stack([Aim(twenty.y).lead(ask(twenty.net, x)) for x in steps])
    assert (leads[1:] >= leads[:-1] - 1e-5).all() and (leads[-1] > leads[0]).any()
    still = Counted(twenty.net)
    there = Aim(models.answers(twenty.net, twenty.x), True)  # what is wanted is there from the start
    assert len(list(square.square(still, twenty.x, there, Ball("inf", 0.0), 30, seeded(0)))) == 1


def test_every_pixel_is_at_the_edge_of_the_ball_or_of_the_range(twenty):
    attacked = last(square.square(twenty.net, twenty.x, Aim(twenty.y), Ball("inf", 0.1), 40, seeded(2)))
    change = (attacked - twenty.x).abs()
    edge = (change - 0.1).abs() < 1e-6
    assert (edge | (attacked == 0) | (attacked == 1)).all() and edge.any()


def test_squares_are_squares_within_the_picture():
    found = square.windows(200, 5, 28, 28, seeded(0))[:, 0]
    assert (found.sum((1, 2)) == 25).all()
    rows, columns = found.any(2), found.any(1)
    assert (rows.sum(1) == 5).all() and (columns.sum(1) == 5).all(), "as high as wide, in one piece"
    assert rows[:, 0].any() and rows[:, -1].any() and columns[:, 0].any() and columns[:, -1].any(), "at the margin, too"


def test_squares_become_smaller():
    sides = [square.side(query, 1000, 28) for query in range(1000)]
    assert sides[0] == 25 and sides[-1] == 1 and sides == sorted(sides, reverse=True)  # √0.8 · 28 = 25.04
    assert sides[2] == 18 and sides[1] == 25, "p is halved after ten of ten thousand: one of a thousand"


def test_a_hidden_gradient_does_not_stop_it(twenty):
    """Behind few grey levels PGD has a gradient of zero and leaves all; the attack without one goes through."""
    method = s.Square(queries=300, behind="bits", epsilon=51)
    settings = s.AttackSettings(subject=s.Digits(count=20), method=method, goal=s.Away())
    events = [event.values for event in train(settings) if isinstance(event, Metrics)]
    assert events[-1]["naive"] >= 90 and events[-1]["right"] <= 60 and events[-1]["noise"] >= 90
    margins = [values["margin"] for values in events]
    assert margins == sorted(margins) and margins[0] < margins[-1]
    defended = defences.guarded(twenty, method, 0)
    x = twenty.x.clone().requires_grad_()
    assert torch.autograd.grad(defended.net(x).sum(), x, allow_unused=True)[0].abs().max() == 0
