"""A patch that is moved: where it lies after a click."""

import pytest

from core.attack.analysis.patched import CELLS, place_of


@pytest.mark.parametrize("size", [10, 40, 60])
def test_the_middle_of_the_patch_comes_as_near_to_the_click_as_the_picture_allows(size):
    for cell in range(CELLS):
        share = place_of(cell, size)
        middle, wanted = share * (100 - size) / 100 + size / 2, 100 * (cell + 0.5) / CELLS
        nearest = min(max(wanted, size / 2), 100 - size / 2)
        assert share in range(0, 101, 5) and abs(middle - nearest) <= 2.5 * (100 - size) / 100 + 1e-9
