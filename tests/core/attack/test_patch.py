"""A patch: where it lies, that it alone changes, that it is learned for every place, and the control."""

import numpy as np
import pytest
import torch

from core.attack import models, patch
from core.attack import settings as s
from core.attack.analysis import patched, stored
from core.attack.models import Aim
from core.loop import seeded
from core.subject.models import digit_net, from_bytes
from core.subject.settings import SHIPPED_NETWORK, Digit

RECORD = "attack-move-the-patch"


def test_the_patch_lies_where_it_shall_and_nothing_else_changes():
    x, made = torch.rand(3, 2, 8, 8, generator=seeded(0)), torch.rand(2, 3, 3, generator=seeded(1))
    top, left = torch.tensor([0, 5, 2]), torch.tensor([5, 0, 3])
    found = patch.laid(x, made, top, left)
    for picture, before, row, column in zip(found, x, top, left):
        expected = before.clone()
        expected[:, row : row + 3, column : column + 3] = made
        assert torch.equal(picture, expected)


def test_every_pixel_of_the_patch_gets_its_gradient_from_every_picture():
    x, made = torch.zeros(4, 1, 6, 6), torch.rand(1, 2, 2, generator=seeded(0)).requires_grad_()
    weights = torch.arange(36.0).view(6, 6)
    top, left = torch.tensor([0, 1, 4, 4]), torch.tensor([0, 2, 0, 4])
    (patch.laid(x, made, top, left) * weights).sum().backward()
    expected = sum(weights[row : row + 2, column : column + 2] for row, column in zip(top, left))
    assert torch.equal(made.grad[0], expected)


def test_places_are_all_those_where_the_whole_patch_is_in_the_picture():
    top, left = patch.anywhere(3000, 25, 28, seeded(0))
    assert set(top.tolist()) == set(left.tolist()) == {0, 1, 2, 3}
    assert patch.side_of(40, 28) == 11 and patch.side_of(1, 28) == 1


def test_a_short_training_beats_a_random_patch():
    found = models.first_digits(digit_net(SHIPPED_NETWORK), 100)
    aim = Aim(torch.full_like(found.y, 8), True)
    *_, made = patch.patches(found.net, found.x, aim, 12, 60, seeded(0))
    assert torch.equal(made, (255 * made).round() / 255) and 0 <= made.min() and made.max() <= 1
    mine, random = (patch.judged(found, aim, each, 3) for each in (made, patch.noise(made, seeded(5))))
    assert mine.float().mean() > random.float().mean() + 0.1
    assert 90 <= len(mine) < 200 and len(mine) % 2 == 0, "each digit that is no 8 at two places"


@pytest.mark.parametrize("place", [(0.0, 0.0), (50.0, 100.0)])
def test_the_patch_is_moved_without_training(place):
    record = stored.record_of(RECORD)
    made, end = patched.of(record), patched.laid(record, Digit(), *place)
    room = 28 - len(made)
    top, left = (round(share / 100 * room) for share in place)
    assert np.array_equal(end.picture[top : top + len(made), left : left + len(made)], made)
    assert end.clean[0] == "3" and end.wanted == "8"
    turned, random = patched.says(end)
    assert turned.case == ("patch-turns" if end.answers[0][0] != "3" else "patch-leaves")
    assert random.numbers["name"] == end.noise[0]


def test_the_shipped_patch_brings_more_than_a_random_one_and_its_numbers_are_its_own():
    record = stored.record_of(RECORD)
    end, made = record.summary, from_bytes(patched.of(record))
    assert end["patched"] > end["patched_noise"] + 20
    found = models.victims(s.Digits(count=200))
    again = patch.judged(found, Aim(torch.full_like(found.y, 8), True), made, 0)
    assert 100 * float(again.float().mean()) == pytest.approx(end["patched"])
