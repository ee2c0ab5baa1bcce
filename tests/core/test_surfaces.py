"""Lines and ways on surfaces whose answers are known."""

import numpy as np
import pytest

from core.surfaces import heights, level_lines

X, Y = np.linspace(-2, 2, 81), np.linspace(-1, 1, 41)
BOWL = X[None, :] ** 2 + 4 * Y[:, None] ** 2


def test_a_level_line_of_a_bowl_is_an_ellipse():
    (line,) = level_lines(X, Y, BOWL, [1.0])
    assert line[:, 0] ** 2 + 4 * line[:, 1] ** 2 == pytest.approx(1, abs=0.02)
    assert line[:, 0].max() == pytest.approx(1, abs=0.02) and line[:, 1].max() == pytest.approx(0.5, abs=0.02)
    assert len(level_lines(X, Y, BOWL, [0.5, 1.0])) == 2 and level_lines(X, Y, BOWL, [99.0]) == []


def test_heights_along_a_way():
    way = np.array([[0, 0], [1, 0], [0, 0.5], [3, 0]])
    assert heights(X, Y, BOWL, way)[:3] == pytest.approx([0, 1, 1], abs=0.01)
    assert np.isnan(heights(X, Y, BOWL, way)[3]), "outside of the grid"
