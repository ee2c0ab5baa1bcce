"""Randomised smoothing: the bound against SciPy, the radius against a closed form, and that nobody within it finds a change."""

from functools import cache

import numpy as np
import pytest
import torch
from scipy.stats import binom, binomtest, norm
from torch import nn

from core.attack import models, smoothing
from core.attack.analysis import promise, stored
from core.attack.ball import lengths
from core.attack.smoothing import ABSTAINED, ALPHA, WRONG, Certificate, lower_bound, radius, reach
from core.loop import seeded
from core.subject.models import digit_net
from core.subject.settings import Digit

RECORD = "attack-a-promise"
SIGMA = 0.5


@pytest.mark.parametrize("hits, draws", [(0, 10), (1, 10), (7, 10), (10, 10), (990, 1000), (1000, 1000)])
@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_the_bound_is_scipys_exact_interval(hits, draws, alpha):
    expected = binomtest(hits, draws, alternative="greater").proportion_ci(1 - alpha, "exact").low
    assert lower_bound(hits, draws, alpha) == pytest.approx(expected, abs=1e-9)


def test_the_bound_is_above_the_truth_as_seldom_as_it_says():
    """By the binomial distribution itself: how often k comes for which the bound is too high."""
    p, draws, alpha = 0.8, 60, 0.05
    too_high = sum(binom.pmf(k, draws, p) for k in range(draws + 1) if lower_bound(k, draws, alpha) > p)
    assert 0.01 < too_high <= alpha


def test_the_radius_is_sigma_times_the_quantile():
    assert radius(0.5, 0.9) == pytest.approx(0.5 * norm.ppf(0.9)) and radius(0.5, 0.5) == radius(0.5, 0.2) == 0
    assert promise.most(0.5, 1000) == pytest.approx(0.5 * norm.ppf(ALPHA ** (1 / 1000)))


@cache
def linear():
    """Two classes, told apart by a plane: w · x + b."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Flatten(), nn.Linear(9, 2)).requires_grad_(False)
    return net, net[1].weight[0] - net[1].weight[1], net[1].bias[0] - net[1].bias[1]


@pytest.mark.parametrize("distance", [0.2, 0.6, -0.4])
def test_the_promise_to_a_linear_network_is_its_distance(distance):
    """Cohen et al. 2019, proposition 1 and theorem 2: p_A = Φ(d / σ), and R = d, so a certificate is a little less than d."""
    net, w, b = linear()
    x = ((distance * w.norm() - b) * w / w.square().sum()).view(1, 3, 3)
    found = smoothing.certify(net, x, SIGMA, 20_000, seeded(0))
    assert found.answer == (0 if distance > 0 else 1)
    assert 0.9 * abs(distance) - 0.02 < found.radius <= abs(distance)
    assert norm.cdf(abs(distance) / SIGMA) - 0.02 < found.bound <= norm.cdf(abs(distance) / SIGMA)


def test_on_the_border_nothing_is_promised():
    net, w, b = linear()
    x = (-b * w / w.square().sum()).view(1, 3, 3)
    found = smoothing.certify(net, x, SIGMA, 500, seeded(1))
    assert found.answer is None and found.radius == 0 and found.bound < 0.5


def test_what_is_reached():
    assert reach(Certificate(3, 0.9, 0.6), 3) == 0.6 and reach(Certificate(3, 0.9, 0.6), 5) == WRONG
    assert reach(Certificate(None, 0.4, 0.0), 3) == ABSTAINED
    found = smoothing.shares([0.0, 0.4, 0.5, 1.2, WRONG, ABSTAINED, ABSTAINED, 0.7])
    assert found == {"smooth": 62.5, "near": 37.5, "far": 12.5, "abstained": 25}


def test_the_certified_curve_of_the_shipped_run():
    record = stored.record_of(RECORD)
    radii, end = promise.so_far(record), record.summary
    assert len(radii) == record.facts["count"] == 100
    grid, accuracy = promise.curve(radii, 1.5)
    assert accuracy == sorted(accuracy, reverse=True) and accuracy[0] == pytest.approx(end["smooth"])
    assert accuracy[20] == pytest.approx(end["near"]) and grid[20] == pytest.approx(0.5)
    assert accuracy[-1] == 0 and radii.max() <= record.facts["most"] + 1e-6


def test_noise_as_long_as_the_promise_does_not_turn_the_smoothed_answer():
    """A change of the promised length towards another digit: the smoothed network still says the same."""
    record = stored.record_of(RECORD)
    victims = models.first_digits(digit_net(RECORD), 20)
    for i in (0, 7, 15):
        found = smoothing.certify(victims.net, victims.x[i], SIGMA, 500, seeded(i))
        assert found.answer is not None and found.radius > 0.3
        towards = victims.x[(i + 5) % 20] - victims.x[i]
        moved = victims.x[i] + 0.99 * found.radius * towards / towards.norm()
        assert lengths((moved - victims.x[i])[None]).item() < found.radius
        again = smoothing.counted(victims.net, moved, SIGMA, 500, seeded(99))
        assert int(again.argmax()) == found.answer
    asked = promise.asked(record, Digit(network=RECORD), SIGMA)
    assert sum(share for _, share in asked.counts) == pytest.approx(100) and asked.radius <= asked.most
    assert [promise.says(asked).case] == ["promise"] and asked.noisy.dtype == np.uint8
    lost = promise.Promise(asked.noisy, [("3", 40.0)], 35.0, 0.0, None, 1.0)
    assert promise.says(lost).case == "no-promise"
