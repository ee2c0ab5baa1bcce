"""How far to trust a map: curves and measures against values found by hand, and networks destroyed layer by layer."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.attribution import trust
from core.data import digits, photos
from core.subject.models import Subject


class Line(nn.Module):
    """Two logits: 0, and Σ w · x over all pixels and colours."""

    def __init__(self, weights: Tensor):
        super().__init__()
        self.weights = weights

    def forward(self, x: Tensor) -> Tensor:
        sums = (self.weights * x).flatten(1).sum(1)
        return torch.stack([torch.zeros_like(sums), sums], 1)


WEIGHTS = torch.tensor([[[4.0, 2.0], [1.0, -3.0]]])
X = torch.ones(1, 2, 2)
BLACK = torch.zeros(1, 2, 2)
ORDER = WEIGHTS[0].numpy()


def sigmoid(values):
    return 1 / (1 + np.exp(-np.array(values, dtype=float)))


def subject_of(weights: Tensor, x: Tensor) -> Subject:
    return Subject(Line(weights), x, ("no", "yes"))


# curves


@pytest.mark.parametrize("batch", [1, 2, 16])
def test_the_curves_of_four_pixels_are_those_found_by_hand(batch):
    """The weights 4, 2, 1, −3 go in this order: what is left of their sum, and what has come back."""
    deletion = trust.curve(Line(WEIGHTS), X, 1, ORDER, BLACK, False, points=4, batch=batch)
    insertion = trust.curve(Line(WEIGHTS), X, 1, ORDER, BLACK, True, points=4, batch=batch)
    assert deletion == pytest.approx(sigmoid([4, 0, -2, -3, 0]), abs=1e-6)
    assert insertion == pytest.approx(sigmoid([0, 4, 6, 7, 4]), abs=1e-6)


def test_what_is_hidden_shows_the_picture_put_in_its_place():
    grey = torch.full_like(X, 0.5)
    deletion = trust.curve(Line(WEIGHTS), X, 1, ORDER, grey, False, points=2)
    assert deletion == pytest.approx(sigmoid([4, 0.5 * 6 - 2, 2]), abs=1e-6)


def test_all_colours_of_a_pixel_go_together():
    weights = torch.stack([WEIGHTS[0], torch.zeros(2, 2), WEIGHTS[0]])
    found = trust.curve(Line(weights), X.expand(3, 2, 2), 1, ORDER, BLACK.expand(3, 2, 2), False, points=4)
    assert found == pytest.approx(sigmoid([8, 0, -4, -6, 0]), abs=1e-6)


def test_the_area_is_the_trapezoid_rule():
    assert trust.area(np.array([1, 0.5, 0])) == 0.5
    assert trust.area(np.array([0.2, 1, 0.4, 0])) == pytest.approx((0.1 + 1 + 0.4) / 3)
    assert trust.area(np.ones(21)) == pytest.approx(1)


def test_equal_values_stand_in_a_random_order_that_the_seed_fixes():
    flat = trust.ranks(np.zeros((8, 8)), seed=1)
    assert sorted(flat.ravel()) == list(range(64)) and not np.array_equal(flat.ravel(), np.arange(64))
    assert np.array_equal(flat, trust.ranks(np.zeros((8, 8)), seed=1))
    assert not np.array_equal(flat, trust.ranks(np.zeros((8, 8)), seed=2))
    assert trust.ranks(np.array([[1.0, 3.0], [2.0, 0.0]])).tolist() == [[2, 0], [1, 3]]


def test_the_perfect_order_beats_chance_beats_the_reversed_one():
    weights = torch.randn(1, 12, 12, generator=torch.Generator().manual_seed(0))
    x = torch.ones_like(weights)
    order = weights[0].numpy()
    maps = {"perfect": order, "random": trust.controls(order, x, 0)["random"], "reversed": -order}
    areas = {
        (name, insert): trust.area(trust.curve(Line(weights), x, 1, map, 0 * x, insert))
        for name, map in maps.items()
        for insert in (False, True)
    }
    assert areas["perfect", False] < areas["random", False] < areas["reversed", False]
    assert areas["perfect", True] > areas["random", True] > areas["reversed", True]


def test_controls_know_the_picture_and_nothing_else():
    digit, photo = digits.load().test_x[0], photos.load("chelsea")
    any_map = np.arange(784.0).reshape(28, 28)
    found = trust.controls(any_map, digit, 3)
    assert np.array_equal(found["input only"], digit[0].numpy()) and found["random"].shape == (28, 28)
    assert np.array_equal(found["random"], trust.controls(-any_map, digit, 3)["random"])
    assert not np.array_equal(found["random"], trust.controls(any_map, digit, 4)["random"])
    assert trust.input_only(photo).shape == photo.shape[1:]
    grain = np.arange(224.0 * 224).reshape(224, 224)
    moved = trust.controls(grain, photo, 3)["random"]
    assert np.array_equal(np.sort(moved, None), np.sort(grain, None)), "the same map"
    down, across = divmod(int(moved.argmin()), 224)
    assert 56 <= down < 168 and 56 <= across < 168, "moved far, rows and columns together"
    assert np.array_equal(np.roll(moved, (-down, -across), (0, 1)), grain)
    half = torch.zeros(3, 32, 32)
    half[:, :, 16:] = 1
    edges = trust.input_only(half)
    assert edges[16, 15:17].min() > 5 * max(edges[16, 2], edges[16, 29]), "the edge stands out, the flat halves do not"


def test_examine_yields_the_six_curves_one_after_the_other():
    found = list(trust.examine(subject_of(WEIGHTS, X), 1, ORDER, "black", 0, points=4))
    assert [(name, insert) for name, insert, _ in found] == [
        (name, insert) for name in ("map", "random", "input only") for insert in (False, True)
    ]
    assert found[0][2] == pytest.approx(sigmoid([4, 0, -2, -3, 0]), abs=1e-6)
    assert all(values.shape == (5,) and values.dtype == np.float32 for *_, values in found)


# correlation


def test_agreement_compares_every_two_maps():
    up = np.arange(9.0).reshape(3, 3)
    names, matrix = trust.agreement({"up": up, "down": -up, "flat": 0 * up})
    assert names == ["up", "down", "flat"]
    assert matrix == pytest.approx(np.array([[1, -1, 0], [-1, 1, 0], [0, 0, 0]]))


# infidelity and sensitivity


@pytest.mark.parametrize("colours", [1, 3])
@pytest.mark.parametrize("hidden", [False, True], ids=["noise", "squares"])
def test_a_linear_network_is_true_to_its_gradient(colours, hidden):
    weights = torch.randn(1, 12, 12, generator=torch.Generator().manual_seed(colours)).expand(colours, 12, 12)
    x = 0.4 * torch.rand(1, 12, 12, generator=torch.Generator().manual_seed(9)).expand(colours, 12, 12)
    subject, grey = subject_of(weights, x), torch.full_like(x, 0.5)
    gradient, put = weights.sum(0).numpy(), grey if hidden else None
    assert trust.infidelity(subject, 1, gradient, hidden=put) == pytest.approx(0, abs=1e-8)
    assert trust.infidelity(subject, 1, -gradient, hidden=put) > 1, "a wrong map is not"
    parts = (weights * (x - grey)).sum(0).numpy()  # what integrated gradients says of a linear network
    assert trust.infidelity(subject, 1, parts, hidden=put, reference=grey) == pytest.approx(0, abs=1e-6)
    assert trust.infidelity(subject, 1, parts, hidden=put) > 0.1, "with the factor, it is no gradient"


def test_colours_that_pull_apart_still_add_up():
    """The map is the sum over colours, and the noise is the same in all: Σ over colours is what it promises."""
    weights = torch.randn(3, 12, 12, generator=torch.Generator().manual_seed(5))
    subject = subject_of(weights, torch.full((3, 12, 12), 0.5))
    assert trust.infidelity(subject, 1, weights.sum(0).numpy()) == pytest.approx(0, abs=1e-8)


def test_infidelity_of_an_empty_map_is_the_mean_square_of_the_changes():
    """Var(Σ w · noise) = 0.2² Σ w², and an empty map foresees nothing of it."""
    weights = torch.randn(1, 12, 12, generator=torch.Generator().manual_seed(1))
    subject = subject_of(weights, torch.rand(1, 12, 12, generator=torch.Generator().manual_seed(2)))
    empty = np.zeros((12, 12))
    expected = (0.2 * weights).square().sum().item()
    assert trust.infidelity(subject, 1, empty, samples=2000) == pytest.approx(expected, rel=0.15)
    assert trust.unpredicted(subject, 1, empty) == pytest.approx(100)
    assert trust.unpredicted(subject, 1, 7 * weights[0].numpy()) == pytest.approx(0, abs=1e-3)
    assert trust.unpredicted(subject, 1, trust.controls(empty, subject.x, 0)["random"], samples=500) > 90
    assert trust.unpredicted(subject_of(0 * weights, subject.x), 1, empty) == 0.0


def test_squares_are_squares():
    found = trust.squares(400, 28, torch.Generator().manual_seed(0))
    assert found.shape == (400, 1, 28, 28) and set(found.unique().tolist()) == {0, 1}
    widths, heights = found.amax(2).sum(2)[:, 0], found.amax(3).sum(2)[:, 0]
    assert torch.equal(found.sum((1, 2, 3)), widths * heights)
    inside = found[:, 0, 0].sum(1) + found[:, 0, -1].sum(1) + found[:, 0, :, 0].sum(1) + found[:, 0, :, -1].sum(1) == 0
    assert inside.sum() > 40 and torch.equal(widths[inside], heights[inside]), "only the edge cuts them"
    assert widths[inside].min() == 6 and widths.max() == 14
    assert found.mean((0, 1)).min() > 0.02, "corners are hidden as well"


def test_sensitivity_is_how_far_the_map_moves():
    x = torch.full((1, 6, 6), 0.5)
    assert trust.sensitivity(x, lambda picture: np.ones((6, 6))) == 0
    moved = trust.sensitivity(x, lambda picture: picture[0].numpy())
    assert 0 < moved <= 0.02 / 0.5, "a map that is the picture moves as the picture does"
    assert moved == trust.sensitivity(x, lambda picture: picture[0].numpy()) and moved != trust.sensitivity(
        x, lambda picture: picture[0].numpy(), seed=1
    )
    asked = []
    trust.sensitivity(x, lambda picture: asked.append(picture.shape) or np.ones((6, 6)), samples=4)
    assert asked == [(1, 6, 6)] * 5


def test_sensitivity_takes_maps_that_are_gradients():
    def gradient(picture):
        picture = picture.clone().requires_grad_()
        return torch.autograd.grad((picture**2).sum(), picture)[0][0].numpy()

    assert 0 < trust.sensitivity(torch.full((1, 6, 6), 0.5), gradient) <= 0.04


def test_the_global_random_state_is_left_alone():
    subject = subject_of(WEIGHTS, X)
    before, old = torch.get_rng_state(), np.random.get_state()[1].copy()
    list(trust.examine(subject, 1, ORDER, "black", 0))
    trust.infidelity(subject, 1, ORDER)
    trust.infidelity(subject, 1, ORDER, hidden=BLACK)
    trust.sensitivity(X, lambda picture: picture[0].numpy())
    assert torch.equal(before, torch.get_rng_state())
    assert np.array_equal(old, np.random.get_state()[1])
