"""The two clouds of the small picture, and which pictures stand in them."""

import numpy as np
import pytest

from core import runs
from core.record import Record
from core.transfer import pictures
from core.transfer.analysis import thumbnail


def test_nearly_all_points_fill_the_square_and_the_few_beyond_are_moved_inwards():
    points = np.stack([np.arange(201.0), -5 * np.arange(201.0)], 1)
    points[-1] = 1e6, 0
    found = thumbnail.stretched(points)
    assert found.min() == 0 and found.max() == 1 and found[100, 0] == pytest.approx(0.5)
    assert found[:, 0].tolist() == sorted(found[:, 0]) and found[0, 0] == found[1, 0] == 0


def test_pictures_are_taken_from_both_halves_in_turn_and_none_covers_another():
    places = np.array([[0, 0], [1, 0], [50, 0], [90, 0], [0.5, 0], [20, 0], [51, 0], [70, 0]])
    assert thumbnail.apart(places, 8, 10) == [0, 5, 2, 3, 7]
    assert thumbnail.apart(places, 2, 10) == [0, 5], "as many of each half"


def test_each_point_has_its_own_picture():
    run = runs.load("transfer-it-worked-in-the-lab")
    found = thumbnail.clouds(Record(run.about.id, run.settings, list(run.events), run))
    assert len(found.places) == len(found.digits) == 2 * found.half == pictures.WHO.all(run.events)[0].array.shape[1]
    assert {(each.dtype, each.shape[:2]) for each in found.digits} == {(np.dtype(np.uint8), (28, 28))}
    source, target = (
        np.mean([each.mean() for each in half]) for half in (found.digits[: found.half], found.digits[found.half :])
    )
    assert source != pytest.approx(target, rel=0.02), "two domains do not look alike"
