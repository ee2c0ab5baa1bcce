"""The plane around a picture: its directions, the answers in it, an attack's path, and the closed form of a linear network."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.attack import gradient, models
from core.attack import settings as s
from core.attack.analysis import stored, surface
from core.attack.ball import LEVELS, Ball
from core.attack.models import Aim
from core.loop import seeded


class Linear(nn.Module):
    """Two logits: 0, and w · x + b."""

    def __init__(self, w: Tensor, b: float):
        super().__init__()
        self.w, self.b = w, b

    def forward(self, x: Tensor) -> Tensor:
        score = (x * self.w).flatten(1).sum(1) + self.b
        return torch.stack([torch.zeros_like(score), score], 1)


@pytest.fixture(scope="module")
def digit():
    victims = models.victims(s.Digit())
    return victims.net, victims.x, Aim(victims.y)


@pytest.fixture(scope="module")
def steps(digit) -> Tensor:
    net, x, aim = digit
    return torch.cat([x, *gradient.ifgsm(net, x, aim, Ball("inf", 51 / LEVELS), 10, 0.2)])


@pytest.mark.parametrize("second", ["random", "end"])
def test_the_directions_are_orthogonal_and_of_one_length(digit, steps, second):
    net, x, aim = digit
    a, b = surface.plane(net, x, aim, second, seeded(0), steps[-1:])
    assert a.shape == b.shape == x.shape[1:]
    assert abs(float((a * b).sum())) < 1e-3 * float(a.norm()) ** 2
    assert float(a.norm()) == pytest.approx(float(b.norm()), rel=1e-5)
    assert torch.equal(surface.moved(x, torch.tensor([50.0]), a), *gradient.fgsm(net, x, aim, Ball("inf", 50 / LEVELS)))
    assert not a[(x[0] == 0) & (a < 0)].any() and set(a.unique().tolist()) == {-1, 0, 1}


def test_another_seed_is_another_direction_and_the_global_state_stays(digit):
    net, x, aim = digit
    state = torch.random.get_rng_state()
    one, same, other = (surface.plane(net, x, aim, "random", seeded(seed))[1] for seed in (0, 0, 1))
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert torch.equal(state, torch.random.get_rng_state())


def test_an_end_on_the_first_direction_leaves_a_random_second(digit):
    net, x, aim = digit
    first = surface.plane(net, x, aim, "random", seeded(0))[0]
    a, b = surface.plane(net, x, aim, "end", seeded(0), x + 0.1 * first)
    assert torch.isfinite(b).all() and abs(float((a * b).sum())) < 1e-3 * float(a.norm()) ** 2
    assert torch.equal(b, surface.plane(net, x, aim, "random", seeded(0))[1])


def test_the_centre_of_the_map_is_the_networks_answer(digit):
    net, x, aim = digit
    a, b = surface.plane(net, x, aim, "random", seeded(0))
    at, classes, lead = surface.decision_map(net, x, aim, a, b, 60, 11)
    logits = net(x)
    assert at[5] == 0 and at[0] == -60 and at[-1] == 60
    assert classes.shape == lead.shape == (11, 11) and classes.dtype == torch.int64
    assert classes[5, 5] == logits.argmax() and lead[5, 5] == pytest.approx(float(aim.lead(logits)), abs=1e-3)
    assert ((lead > 0) == (classes != int(aim.label))).all()


def test_a_cell_of_the_map_is_the_picture_moved_by_its_coordinates(digit):
    net, x, aim = digit
    a, b = surface.plane(net, x, aim, "random", seeded(0))
    at, classes, lead = surface.decision_map(net, x, aim, a, b, 60, 11)
    for row, column in ((0, 10), (7, 2), (10, 10)):
        there = net((x + (at[column] * a + at[row] * b) / LEVELS).clamp(0, 1))
        assert classes[row, column] == there.argmax()
        assert lead[row, column] == pytest.approx(float(aim.lead(there)), abs=1e-3)


def test_the_middle_row_of_the_map_is_the_way_along_the_gradient(digit):
    net, x, aim = digit
    a, b = surface.plane(net, x, aim, "random", seeded(0))
    middle = surface.decision_map(net, x, aim, a, b, 60, 11)[2][5, 5:]
    at, loss, lead = surface.along(net, x, aim, a, 60, 6)
    assert at.tolist() == [0, 12, 24, 36, 48, 60]
    assert torch.allclose(lead, middle, atol=1e-3)
    assert loss[0] == pytest.approx(float(aim.loss(net(x))), abs=1e-5) and loss[-1] > loss[0]


def test_a_path_begins_at_the_picture_and_ends_where_the_plane_says(digit, steps):
    net, x, aim = digit
    a, b = surface.plane(net, x, aim, "end", seeded(0), steps[-1:])
    found = surface.path(steps, x, a, b)
    assert found.shape == (11, 2) and found[0].tolist() == [0, 0]
    back = x[0] + (found[-1, 0] * a + found[-1, 1] * b) / LEVELS  # the end lies in the plane
    assert torch.allclose(back, steps[-1], atol=1e-5)
    assert surface.share(steps[-1] - x[0], a, b) == pytest.approx(1, abs=1e-4)
    random = surface.plane(net, x, aim, "random", seeded(0))
    assert surface.share(steps[-1] - x[0], *random) < 0.9


def test_coordinates_are_levels_of_255(digit):
    net, x, aim = digit
    a, b = surface.plane(net, x, aim, "random", seeded(0))
    moved = x + torch.stack([7 * a - 3 * b, 12 * b]) / LEVELS
    assert torch.allclose(surface.path(moved, x, a, b), torch.tensor([[7.0, -3], [0, 12]]), atol=1e-3)


def test_of_a_linear_network_the_border_is_where_the_closed_form_says():
    """Away from class 1 the gradient's sign is −sign w: the answer is lost at u = (w · x + b) / Σ|w|, whatever v is orthogonal to w."""
    w = 2.0 * torch.randint(0, 2, (1, 10, 10), generator=seeded(3)) - 1
    x = torch.full((1, 1, 10, 10), 0.5)
    net = Linear(w, 9.5 - 0.5 * float(w.sum()))  # w · x + b = 9.5, Σ|w| = 100: the border is at 0.095, 24.2 levels
    aim = Aim(torch.tensor([1]))
    a, b = surface.plane(net, x, aim, "random", seeded(0))
    assert torch.equal(a, -w)
    at, classes, lead = surface.decision_map(net, x, aim, a, b, 40, 81)  # one level from point to point
    border = LEVELS * 9.5 / 100
    expected = (at > border).long()
    assert (classes == 1 - expected[None, :]).all()
    assert torch.allclose(lead, (at[None, :] - border).expand(81, 81) * 100 / LEVELS, atol=1e-3)


def test_the_outline_touches_the_ball(digit):
    net, x, aim = digit
    a, b = surface.plane(net, x, aim, "random", seeded(0))
    for ball in (Ball("inf", 0.2), Ball("2", 0.2)):
        edge = surface.outline(ball, a, b, 24)
        assert edge.shape == (25, 2) and torch.allclose(edge[0], edge[-1], atol=1e-3)
        for u, v in edge:
            change = (u * a + v * b) / LEVELS
            size = change.abs().max() if ball.norm == "inf" else change.norm()
            assert float(size) == pytest.approx(ball.radius(x), rel=1e-4)
    assert surface.outline(Ball("inf", 0.2), a, b)[0].tolist() == pytest.approx([51, 0], abs=1e-3)
    assert math.isclose(Ball("2", 0.2).radius(x), 0.2 * 28, rel_tol=1e-6)


# ---- what the view says of it ----


def way(lead):
    at = np.linspace(0, 10, len(lead))
    return surface.Way(at, at, np.array(lead))


@pytest.mark.parametrize(
    "lead, length, end",
    [([-3, -2, -1], None, "never"), ([-3, -1, 1], 7.5, "reaches"), ([0.1, -1, 1], 0.0, "from-start")],
)
def test_where_the_goal_is_reached(lead, length, end):
    assert surface.crossing(way(lead)) == length
    assert surface.along_gradient(way(lead)).case == f"gradient-{end}"
    assert surface.at_random(way(lead)).case == f"random-{end}"
    assert set(surface.at_random(way(lead)).numbers.values()) <= {length, 10}


@pytest.fixture(scope="module")
def around():
    record = stored.record_of("attack-one-pixel")
    return surface.around(record, s.Digit(), s.Away(), 52, "end", 0)


def test_the_plane_around_a_digit(around):
    points = surface.POINTS[False]
    middle = points // 2
    assert around.classes.shape == around.lead.shape == (points, points) and around.at[-1] == 52 * surface.BEYOND
    assert around.classes[middle, middle] == 3 and around.lead[middle, middle] < 0 and around.path[0].tolist() == [0, 0]
    assert len(around.path) == surface.STEPS + 1 and around.ended != 3 and not around.targeted
    assert (
        np.abs(around.edge).max() <= 52 * 1.5 and around.share > surface.WHOLE and surface.plane_share(around) is None
    )
    gradient, random = surface.reached(around)
    assert gradient.case == "gradient-reaches" and random.case == "random-never"
    start = around.gradient.lead[0], around.random.lead[0]
    assert start == pytest.approx([around.lead[middle, middle]] * 2, abs=1e-3)


def test_what_the_plane_does_not_hold_is_told(around):
    assert surface.plane_share(replace(around, share=0.5)).numbers == {"share": 50}


def test_every_point_of_the_map_has_one_answer(around):
    told_apart = surface.answers(around, photo=False)
    assert told_apart == sorted(told_apart) and set(told_apart) == set(np.unique(around.classes))
    assert sum(len(surface.where(around, [number])[0]) for number in told_apart) == around.classes.size
    assert len(surface.where(around, told_apart, others=True)[0]) == 0
    many = replace(around, classes=np.arange(100).reshape(10, 10) % 30, at=np.arange(10.0))
    few = surface.answers(many, photo=True)
    assert len(few) == surface.NAMED and set(few) < set(range(10)), "those that came four times"
    assert len(surface.where(many, few, others=True)[0]) == 100 - 4 * surface.NAMED
    across, up = surface.where(replace(many, classes=np.eye(10)), [0], others=True)
    assert across.tolist() == up.tolist() == list(range(10))


@pytest.mark.parametrize("photo", [False, True])
def test_the_groups_of_the_map_hold_every_point_once(around, photo):
    many = replace(around, classes=np.arange(100).reshape(10, 10) % 30, at=np.linspace(-1, 1, 10))
    found = surface.groups(many, photo)
    assert sum(len(along) for along, __ in found.values()) == 100
    assert (None in found) is photo and [each for each in found if each is not None] == surface.answers(many, photo)
    number, (along, across) = next(iter(found.items()))
    rows, columns = np.nonzero(many.classes == number)
    assert along.tolist() == many.at[columns].round(1).tolist() and across.tolist() == many.at[rows].round(1).tolist()
