"""The change between two pictures: worked out by hand."""

import numpy as np
import pytest

from core.attack.analysis.change import Size, magnified, size_of


def test_a_change_is_magnified_as_far_as_it_fits():
    clean = np.full((2, 2), 100, np.uint8)
    grown = magnified(clean, clean + np.array([[0, 5], [3, 0]], np.uint8))
    assert grown.factor == 25 and grown.picture.tolist() == [[128, 253], [203, 128]]
    still = magnified(clean, clean)
    assert (still.picture == 128).all() and still.factor >= 1
    whole = magnified(clean * 0, clean * 0 + 255)
    assert whole.factor == 1 and (whole.picture == 255).all()


def test_the_size_of_a_change():
    clean = np.full((2, 2), 100, np.uint8)
    assert size_of(clean, clean) == Size(0, 0.0, 0)
    photo = np.zeros((2, 2, 3), np.uint8)
    painted = photo.copy()
    painted[0, 1] = 3, 0, 4
    found = size_of(photo, painted)
    assert (found.largest, found.pixels) == (4, 1), "a pixel counts once, whatever its colours"
    assert found.length == pytest.approx(5 / 255)
