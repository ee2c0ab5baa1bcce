"""Two sets without pairs: how digits are changed and changed back, and that nobody meets a digit twice."""

import pytest
import torch

from core.gan import quality, sets
from core.gan.settings import LEFT_ALONE, TwoSets
from core.loop import seeded
from core.settings import choices_of


def test_every_change_can_be_chosen():
    assert set(sets.CHANGES) == set(choices_of(TwoSets.model_fields["change"]))


@pytest.mark.parametrize("change", sets.CHANGES)
def test_a_change_that_is_undone_is_read_as_before(change):
    """The judge's accuracy on changed digits that were changed back: what no translator can be blamed for."""
    upright, changed = sets.both(change)
    read = quality.answers(sets.undone(changed.test_x, change))
    assert quality.as_asked(read, changed.test_y) > 94
    assert changed.x.min() >= -1 and changed.x.max() <= 1 and changed.x.shape[1:] == upright.x.shape[1:] == (1, 28, 28)


@pytest.mark.parametrize("change", sets.CHANGES)
def test_how_many_are_read_when_nobody_translates_them(change):
    """The trivial rival of the page, which beats guessing."""
    upright, changed = sets.both(change)
    of_G = quality.as_asked(quality.answers(sets.undone(upright.test_x, change)), upright.test_y)
    of_F = quality.as_asked(quality.answers(changed.test_x), changed.test_y)
    assert LEFT_ALONE[change] == pytest.approx((of_G, of_F), abs=0.5)


def test_what_lies_above_the_middle_is_pushed_to_the_right():
    x = torch.full((1, 1, 28, 28), -1.0)
    x[0, 0, :, 14] = 1
    places = (sets.slanted(x) + 1)[0, 0].argmax(1)
    assert places[3] > places[13] > places[24] and places[3] - places[24] == pytest.approx(0.6 * 21, abs=1)
    assert sets.slanted(x)[0, 0, 0, 0] == -1, "background comes from outside"


def test_both_sets_have_digits_of_their_own():
    upright, changed = sets.both("inverted")
    back = -changed.x
    assert len(upright.x) == len(back) == 2000 and len(upright.test_x) == len(changed.test_x) == 500
    assert torch.cdist(upright.x[:300].flatten(1), back.flatten(1)).min() > 0
    assert upright.sample(5, seeded(0))[0].shape == (5, 1, 28, 28)
    assert torch.bincount(upright.test_y, minlength=10).min() > 30
