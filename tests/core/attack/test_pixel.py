"""The attack on a few pixels: it finds what matters, changes no more than it may, and never asks for a gradient."""

import pytest
import torch
from torch import nn

from core.attack.models import Aim, ask, folded
from core.attack.pixel import breed, evolve, few_pixels, first_generation, fitness_of, paint
from core.loop import seeded
from core.subject.models import digit_at, digit_net
from core.subject.settings import SHIPPED_NETWORK

ROW, COLUMN = 6, 2


class ReadsOnePixel(nn.Module):
    """Two classes, told apart by one pixel only: white is class 1."""

    def forward(self, x):
        here = x[:, 0, ROW, COLUMN]
        return 8 * torch.stack([0.5 - here, here - 0.5], 1)


class AnswersOnly(nn.Module):
    """A network far away, of which one gets answers: it refuses whoever might want a gradient."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        assert torch.is_inference_mode_enabled() and not x.requires_grad
        return self.net(x)


@pytest.fixture(scope="module")
def net():
    return folded(digit_net(SHIPPED_NETWORK))


def some(count=4, classes=(1, 4, 6, 8), number=1):
    return torch.stack([digit_at(digit, number) for digit in classes[:count]]), torch.tensor(classes[:count])


def pixels_changed(x, attacked):
    return (attacked != x).any(1).flatten(1).sum(1)


# what it finds


def test_it_finds_the_only_pixel_that_matters():
    x = torch.zeros(3, 1, 12, 9)
    *_, attacked = few_pixels(ReadsOnePixel(), x, Aim(torch.zeros(3, dtype=torch.long)), 1, 100, 40, seeded(0))
    assert (attacked[:, 0, ROW, COLUMN] > 0.5).all() and (pixels_changed(x, attacked) == 1).all()


def test_towards_a_target_it_finds_the_same_pixel():
    x = torch.ones(1, 3, 12, 9)
    *_, attacked = few_pixels(ReadsOnePixel(), x, Aim(torch.tensor([0]), targeted=True), 1, 100, 40, seeded(0))
    assert attacked[0, 0, ROW, COLUMN] < 0.5 and pixels_changed(x, attacked) == 1


@pytest.mark.parametrize("seed", range(3))
def test_one_pixel_makes_a_six_of_a_clear_one(net, seed):
    x, aim = digit_at(1, 80)[None], Aim(torch.tensor([1]))
    assert ask(net, x).softmax(1)[0, 1] > 0.95
    *_, attacked = few_pixels(net, x, aim, 1, 100, 40, seeded(seed))
    assert aim.reached(ask(net, attacked)) and pixels_changed(x, attacked) == 1 and ask(net, attacked).argmax() == 6


# what it keeps to


@pytest.mark.parametrize("pixels", [1, 3])
@pytest.mark.parametrize("channels", [1, 3])
def test_at_most_so_many_pixels_change_and_colours_are_of_8_bits(pixels, channels):
    x = (255 * torch.rand(3, channels, 10, 7, generator=seeded(1))).round() / 255
    before = x.clone()
    net = nn.Sequential(nn.Flatten(), nn.Linear(channels * 70, 3)).requires_grad_(False)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net[1].reset_parameters()
    aim = Aim(ask(net, x).argmax(1))
    for attacked in few_pixels(net, x, aim, pixels, 20, 6, seeded(0)):
        assert (pixels_changed(x, attacked) <= pixels).all()
        assert attacked.min() >= 0 and attacked.max() <= 1 and attacked.dtype == x.dtype
        assert torch.allclose(255 * attacked, (255 * attacked).round(), atol=1e-4)
    assert torch.equal(x, before)


def test_the_best_candidate_never_gets_worse(net):
    x, y = digit_at(7, 82), torch.tensor([7])
    search = evolve(net, x, Aim(y), 3, 30, seeded(0))
    truths = []
    for _, (picture, fooled) in zip(range(15), search, strict=False):
        logits = ask(net, picture[None])
        assert fooled == bool(Aim(y).reached(logits))
        truths.append((fooled, -float(logits.softmax(1)[0, 7])))
    assert all(b[0] > a[0] or b[1] >= a[1] - 1e-6 for a, b in zip(truths, truths[1:])) and truths[-1] > truths[0]


def test_no_candidate_leaves_the_picture_and_colours_reach_black_and_white():
    people = first_generation(60, 2, 3, seeded(0))
    assert people.shape == (60, 2, 5) and people.min() >= 0 and people.max() <= 1
    assert (people[..., 2:] == 0).any() and (people[..., 2:] == 1).any() and not (people[..., :2] == 0).any()
    for _ in range(30):
        people = breed(people, seeded(0))
        assert people.min() >= 0 and people.max() <= 1
    everywhere = torch.rand(500, 1, 3, generator=seeded(2))
    everywhere[0, 0] = 1  # the very edge still is a pixel
    assert paint(torch.full((1, 5, 4), 0.3), everywhere)[0, 0, 4, 3] == 1


def test_a_child_is_a_parent_and_half_the_difference_of_two_others():
    parents = 0.5 + 0.1 * torch.rand(6, 1, 3, generator=seeded(0))  # so far from the edges nothing is mirrored
    threes = [(i, j, k) for i in range(6) for j in range(6) for k in range(6) if len({i, j, k}) == 3]
    i, j, k = torch.tensor(threes).T
    mixed = parents[i] + 0.5 * (parents[j] - parents[k])
    generator, used = seeded(1), set()
    for child in torch.cat([breed(parents, generator) for _ in range(60)]):
        near = ((mixed - child).abs().amax((1, 2)) < 1e-6).nonzero()[:, 0].tolist()
        assert len(near) == 1
        used.update(near)
    assert len(used) > 100  # of 120: all threes turn up


def test_of_two_pixels_at_one_place_the_later_stays():
    candidates = torch.tensor([[[0.5, 0.5, 0.2], [0.5, 0.5, 0.8]]])
    painted = paint(torch.zeros(1, 4, 4), candidates)
    assert painted[0, 0, 2, 2] == pytest.approx(0.8) and (painted != 0).sum() == 1


def test_fitness_is_the_probability_and_one_more_for_what_fools():
    x = torch.zeros(1, 12, 9)
    candidates = torch.tensor([[[0, 0, 1.0]], [[(ROW + 0.5) / 12, (COLUMN + 0.5) / 9, 1.0]]])
    away = fitness_of(ReadsOnePixel(), x, Aim(torch.tensor([0])), candidates)
    towards = fitness_of(ReadsOnePixel(), x, Aim(torch.tensor([1]), targeted=True), candidates)
    sure = torch.tensor(8.0).sigmoid()
    assert torch.allclose(away, torch.stack([1 - sure, 1 + sure]), atol=1e-6)
    assert torch.allclose(towards, away, atol=1e-6)


# how it runs


def test_it_asks_for_answers_only(net):
    x, y = some(2)
    list(few_pixels(AnswersOnly(net), x, Aim(y), 1, 20, 2, seeded(0)))
    with torch.inference_mode():
        list(few_pixels(net, x.clone(), Aim(y), 1, 20, 2, seeded(0)))


def test_pictures_do_not_mix(net):
    x, y = some()
    x[1] = digit_at(4, 32)  # is fooled at once
    *_, together = few_pixels(net, x, Aim(y), 1, 40, 4, seeded(5))
    *_, first = few_pixels(net, x[:1], Aim(y[:1]), 1, 40, 4, seeded(5))
    *_, two = few_pixels(net, x[:2], Aim(y[:2]), 1, 40, 4, seeded(5))
    assert torch.equal(together[:1], first) and torch.equal(together[:2], two)


def test_the_same_seed_gives_the_same_pictures_and_leaves_the_global_state(net):
    x, y = some(2)
    state = torch.random.get_rng_state()
    first, again, other = (list(few_pixels(net, x, Aim(y), 2, 20, 3, seeded(seed))) for seed in (3, 3, 4))
    assert all(map(torch.equal, first, again)) and not torch.equal(first[-1], other[-1])
    assert torch.equal(state, torch.random.get_rng_state())


def test_a_fooled_picture_rests_and_the_attack_ends_when_all_are_fooled(net):
    easy, hard = digit_at(4, 32), digit_at(0, 1)
    aim = Aim(torch.tensor([4, 0]))
    steps = list(few_pixels(net, torch.stack([easy, hard]), aim, 1, 60, 12, seeded(0)))
    assert len(steps) == 12
    fooled = [bool(aim.reached(ask(net, step))[0]) for step in steps]
    first = fooled.index(True)
    assert first < 11 and all(torch.equal(step[0], steps[first][0]) for step in steps[first:])
    alone = list(few_pixels(net, easy[None], aim.only(slice(0, 1)), 1, 60, 12, seeded(0)))
    assert len(alone) == first + 1


def test_a_picture_that_is_wrong_already_stays_as_it_is(net):
    x = digit_at(1, 1)[None]
    steps = list(few_pixels(net, x, Aim(torch.tensor([9])), 1, 20, 5, seeded(0)))
    assert len(steps) == 1 and torch.equal(steps[0], x)


def test_many_candidates_are_judged_in_parts_with_the_same_result(net):
    x, aim = digit_at(8, 68), Aim(torch.tensor([8]))
    candidates = first_generation(250, 2, 1, seeded(0))
    alone = torch.cat([fitness_of(net, x, aim, part) for part in candidates.split(10)])
    assert torch.allclose(fitness_of(net, x, aim, candidates), alone, atol=1e-5)


def test_a_network_that_is_very_sure_still_says_which_candidate_is_better():
    aim, x = Aim(torch.tensor([0])), torch.zeros(1, 12, 9)
    candidates = torch.tensor([[[(ROW + 0.5) / 12, (COLUMN + 0.5) / 9, colour]] for colour in (0.0, 0.02)])
    worse, better = fitness_of(lambda x: 5 * ReadsOnePixel()(x), x, aim, candidates)  # 1 − p is 4e−18 and 2e−17
    assert 0 < worse < better
