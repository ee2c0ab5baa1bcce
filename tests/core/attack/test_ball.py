"""The ball: nothing leaves it nor [0, 1], the steepest direction is the steepest, and what saving with 8 bits leaves."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.attack.ball import LEVELS, Ball, largest, lengths, saved
from core.loop import seeded

NORMS = st.sampled_from(["inf", "2"])
RADII = st.floats(0, 0.6)
SEEDS = st.integers(0, 10**6)
SHAPE = (3, 2, 5, 5)


def pictures(seed, spread=0.0):
    """8-bit pictures with many black and white pixels, as digits have them; with `spread`, and noise that leaves [0, 1]."""
    generator = seeded(seed)
    x = (torch.randint(-100, 356, SHAPE, generator=generator).clamp(0, LEVELS)) / LEVELS
    return x + spread * torch.randn(SHAPE, generator=generator)


def size(ball, x, attacked):
    """How far each picture went, as a share of the radius' unit."""
    change = (attacked - x).flatten(1)
    return change.abs().amax(1) if ball.norm == "inf" else change.norm(dim=1)


def inside(ball, x, attacked):
    return bool(
        (size(ball, x, attacked) <= ball.radius(x) + 1e-6).all() and attacked.min() >= 0 and attacked.max() <= 1
    )


@given(NORMS, RADII, SEEDS, st.floats(0, 3))
def test_project_stays_in_the_ball_and_the_range_and_changes_nothing_that_is_there(norm, epsilon, seed, spread):
    ball, x = Ball(norm, epsilon), pictures(seed)
    attacked = ball.project(x, x + pictures(seed + 1, spread) - pictures(seed + 2))
    assert inside(ball, x, attacked)
    assert torch.allclose(ball.project(x, attacked), attacked, atol=1e-6)


def test_project_takes_the_nearest_point():
    x = torch.full((1, 1, 1, 2), 0.5)
    far = torch.tensor([[[[0.8, 0.9]]]])
    assert torch.allclose(Ball("inf", 0.1).project(x, far), torch.tensor([0.6, 0.6]))
    assert torch.allclose(Ball("2", 0.1).project(x, far), 0.5 + torch.tensor([0.3, 0.4]) / 0.5 * 0.1 * math.sqrt(2))


def test_the_radius_means_the_same_in_both_norms():
    """A change of ε in every pixel is on the edge of either ball."""
    x = torch.zeros(SHAPE)
    for norm in ("inf", "2"):
        ball = Ball(norm, 0.2)
        assert torch.allclose(size(ball, x, x + 0.2), torch.full((3,), ball.radius(x)))


@given(NORMS, st.floats(0.01, 0.6), SEEDS)
def test_steepest_has_the_largest_inner_product_of_all_points_of_the_ball(norm, epsilon, seed):
    ball, generator = Ball(norm, epsilon), seeded(seed)
    gradient = torch.randn(SHAPE, generator=generator)
    step, grey = ball.steepest(gradient), torch.full(SHAPE, 0.5)
    assert torch.allclose(size(ball, grey, grey + step), torch.full((3,), ball.radius(gradient)), rtol=1e-4)
    won = (gradient * step).sum((1, 2, 3))
    dual = (
        epsilon * gradient.abs().sum((1, 2, 3))
        if norm == "inf"
        else ball.radius(gradient) * gradient.flatten(1).norm(dim=1)
    )
    assert torch.allclose(won, dual, rtol=1e-4)
    other = torch.randn(SHAPE, generator=generator)
    other *= ball.radius(gradient) / size(ball, torch.zeros(SHAPE), other)[:, None, None, None]
    assert ((gradient * other).sum((1, 2, 3)) <= won + 1e-4).all()


@pytest.mark.parametrize("norm", ["inf", "2"])
def test_a_gradient_of_zero_goes_nowhere(norm):
    assert torch.equal(Ball(norm, 0.3).steepest(torch.zeros(SHAPE)), torch.zeros(SHAPE))


@given(NORMS, RADII, SEEDS)
def test_random_starts_and_noise_stay_in_the_ball_and_depend_on_the_generator_alone(norm, epsilon, seed):
    ball, x = Ball(norm, epsilon), pictures(seed)
    for draw in (ball.anywhere, ball.noise):
        found = draw(x, seeded(seed))
        assert inside(ball, x, found)
        assert torch.equal(found, draw(x, seeded(seed)))
        assert epsilon < 0.01 or not torch.equal(found, draw(x, seeded(seed + 1)))


@pytest.mark.parametrize("norm", ["inf", "2"])
def test_noise_is_on_the_edge_and_a_start_is_anywhere(norm):
    """Grey pictures, so that nothing is cut off: noise goes all the way, a start is uniform in volume."""
    ball, grey = Ball(norm, 0.1), torch.full((2000, 1, 2, 2), 0.5)
    assert torch.allclose(size(ball, grey, ball.noise(grey, seeded(0))), torch.tensor(ball.radius(grey)), atol=1e-6)
    shares = (size(ball, grey, ball.anywhere(grey, seeded(0))) / ball.radius(grey)) ** 4
    assert abs(shares.mean() - 0.5) < 0.03 and abs((shares < 0.25).float().mean() - 0.25) < 0.03, "share⁴ is uniform"


@given(NORMS, st.integers(0, 140), SEEDS, st.floats(0, 1))
def test_saved_pictures_are_8_bit_and_stay_in_the_ball(norm, levels, seed, spread):
    ball, x = Ball(norm, levels / LEVELS), pictures(seed)
    attacked = ball.project(x, x + spread * torch.randn(SHAPE, generator=seeded(seed + 1)))
    found = saved(x, attacked, ball)
    whole = LEVELS * found
    assert (whole - whole.round()).abs().max() < 1e-3
    assert inside(ball, x, found)
    assert (found - attacked).abs().max() < 1 / LEVELS + 1e-6
    without = LEVELS * (saved(x, attacked) - attacked).abs().max()
    assert without <= 0.5 + 1e-3, "without a ball it is the nearest level"


@given(st.integers(0, 128), SEEDS)
def test_whole_levels_are_not_lost(levels, seed):
    """FGSM with ε = 8 / 255 stays 8 / 255, though 32 bits make 7.9999 of it; an ε in between is rounded towards x."""
    x = pictures(seed).clamp(128 / LEVELS, 127 / LEVELS + 0.001)
    for epsilon, kept in ((levels, levels), (levels + 0.5, levels)):
        ball = Ball("inf", epsilon / LEVELS)
        found = saved(x, ball.project(x, x + ball.steepest(torch.randn(SHAPE, generator=seeded(seed)))), ball)
        assert torch.allclose(LEVELS * (found - x).abs(), torch.tensor(float(kept)), atol=1e-3)


@given(NORMS, SEEDS)
def test_a_ball_without_size_leaves_the_picture(norm, seed):
    ball, x = Ball(norm, 0.0), pictures(seed)
    for found in (
        ball.project(x, 1 - x),
        ball.anywhere(x, seeded(seed)),
        ball.noise(x, seeded(seed)),
        saved(x, x + 0.9 / LEVELS, ball),
    ):
        assert torch.allclose(found, x, atol=1e-7)


def test_how_sizes_are_told():
    change = torch.zeros(2, 1, 2, 2)
    change[0, 0, 0] = torch.tensor([0.3, -0.4])
    assert torch.allclose(lengths(change).flatten(), torch.tensor([0.5, 0.0])) and lengths(change).shape == (2, 1, 1, 1)
    assert torch.allclose(largest(change), torch.tensor([102.0, 0.0]))
