"""Lines on the plane lead where they should."""

import numpy as np
import pytest

from core.gan.analysis import plane


def test_arrows_point_where_the_push_leads_and_the_longest_have_one_length():
    points, push = np.array([[1.0, 1.0], [0.0, 0.0], [5.0, 5.0]]), np.array([[0.0, 3.0], [0.3, 0.0]])
    up, right = plane.arrows(points, push)
    assert up.shape == right.shape == (5, 2) and up[0].tolist() == [1, 1]
    assert up[1] == pytest.approx([1, 1 + plane.LONGEST], abs=2e-3) and (up[1] == up[3]).all()
    assert right[1][0] == pytest.approx(plane.LONGEST * 0.3 / (0.3 + 0.9 * 2.7), abs=2e-3), "of the 90 % quantile"
    assert all((line == line[0]).all() for line in plane.arrows(points, np.zeros((2, 2)))), "nothing pushes"


def test_a_grid_has_a_line_for_each_row_and_column():
    grid = np.arange(18.0).reshape(3, 3, 2)
    lines = plane.net(grid)
    assert len(lines) == 6 and (lines[0] == grid[0]).all() and (lines[3] == grid[:, 0]).all()
    (line,) = plane.net(grid[:, :1])
    assert (line == grid[:, 0]).all(), "of codes with one number"
    assert plane.rounded(np.array([np.nan, 0.12345])).tolist() == [0, 0.123]
