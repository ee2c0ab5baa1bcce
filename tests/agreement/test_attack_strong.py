"""APGD and the Square attack against torchattacks 3.5.1: same network, same start, same steps."""

from functools import cache

import numpy as np
import pytest
import torch
import torchattacks

from core.attack import apgd, models, square
from core.attack.ball import Ball
from core.attack.craft import last
from core.attack.models import Aim, ask
from core.loop import seeded
from core.subject.models import digit_net
from core.subject.settings import SHIPPED_NETWORK

SEED, STEPS = 3, 20
NORMS = {"inf": "Linf", "2": "L2"}


@cache
def teacher():
    """The network as it is, and fifty digits."""
    net = digit_net(SHIPPED_NETWORK)
    return net, models.first_digits(net, 50)


@pytest.fixture(autouse=True)
def seeded_globally():
    """The library draws from the global generator; it goes on as before afterwards."""
    with torch.random.fork_rng(devices=[]):
        yield


class Library(torchattacks.APGD):
    """Theirs, but the first step's loss is compared with that of the start. The library compares it with zero, the entry of
    a step not yet made, and so takes most first steps with the DLR loss, which is negative, for no rise."""

    def check_oscillation(self, x, j, k, y5, k3=0.75):
        before = np.concatenate([self.first[None], x[:-1]])
        return sum(x[i] > before[i] for i in range(j - k + 1, j + 1)) <= k * k3


def start_of(x, norm, radius):
    """The library's random start: noise stretched to the edge of the ball."""
    torch.manual_seed(SEED)
    if norm == "inf":
        t = 2 * torch.rand(x.shape) - 1
        return (x + radius * t / t.flatten(1).abs().amax(1)[:, None, None, None]).clamp(0, 1)
    t = torch.randn(x.shape)
    return (x + radius * t / t.flatten(1).norm(dim=1)[:, None, None, None]).clamp(0, 1)


@pytest.mark.parametrize("loss", ["ce", "dlr"])
@pytest.mark.parametrize("norm, epsilon", [("inf", 0.08), ("2", 0.05)])
def test_apgd_from_the_same_start_climbs_as_high(norm, epsilon, loss):
    net, found = teacher()
    ball, aim = Ball(norm, epsilon), apgd.LOSSES[loss].of(Aim(found.y))
    start = start_of(found.x, norm, ball.radius(found.x))
    points = [point for point, _ in apgd.climb(net, found.x, aim, ball, STEPS, start)]
    library = Library(net, norm=NORMS[norm], eps=ball.radius(found.x), steps=STEPS, loss=loss)
    library.first = points[0].loss.numpy()
    torch.manual_seed(SEED)
    _, right, highest, _ = library.attack_single_run(found.x, found.y)
    mine = torch.stack([point.loss for point in points]).amax(0)
    assert (mine - highest).abs().median() < 1e-6 and (mine - highest).abs().mean() < 2e-3
    lead = torch.stack([point.lead for point in points]).amax(0)
    assert int((lead <= 0).sum()) == int(right.sum()) < 50


@pytest.mark.parametrize("loss", ["ce", "dlr"])
def test_apgd_as_it_is_leaves_as_many(loss):
    """The library untouched, with its own start, and the folded network."""
    net, found = teacher()
    library = torchattacks.APGD(net, eps=0.07, steps=STEPS, loss=loss)(found.x, found.y).detach()
    ours = last(
        apgd.apgd(found.net, found.x, apgd.LOSSES[loss].of(Aim(found.y)), Ball("inf", 0.07), STEPS, 1, seeded(SEED))
    )
    counts = [int(Aim(found.y).reached(ask(net, x)).sum()) for x in (library, ours)]
    assert abs(counts[0] - counts[1]) <= 1 and counts[0] > 5, counts


def test_square_shrinks_as_theirs_and_leaves_as_many():
    found = teacher()[1]
    net, queries, left = found.net, 150, {"ours": [], "theirs": []}
    library = torchattacks.Square(net, eps=0.2, n_queries=queries)
    assert [square.side(query, queries, 28) for query in range(queries)] == [
        max(round((library.p_selection(query) * 784) ** 0.5), 1) for query in range(queries)
    ]
    for seed in range(2):
        library.seed = seed
        theirs = library(found.x, found.y).detach()
        ours = last(square.square(net, found.x, Aim(found.y), Ball("inf", 0.2), queries, seeded(seed)))
        for name, x in (("ours", ours), ("theirs", theirs)):
            left[name].append(2 * int((~Aim(found.y).reached(ask(net, x))).sum()))
    assert abs(np.mean(left["ours"]) - np.mean(left["theirs"])) <= 8 and 5 < np.mean(left["theirs"]) < 95, left
