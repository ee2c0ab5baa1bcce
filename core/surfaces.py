"""Lines and ways on a surface that is known on a grid."""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import RegularGridInterpolator
from skimage.measure import find_contours


def level_lines(x: np.ndarray, y: np.ndarray, z: np.ndarray, levels: Sequence[float]) -> list[np.ndarray]:
    """The lines where the surface z (len(y), len(x)) has these heights: arrays (points, 2) of places (x, y)."""
    found = [line for level in levels for line in find_contours(z, level)]
    rows, columns = np.arange(len(y)), np.arange(len(x))
    return [np.stack([np.interp(line[:, 1], columns, x), np.interp(line[:, 0], rows, y)], 1) for line in found]


def heights(x: np.ndarray, y: np.ndarray, z: np.ndarray, way: np.ndarray) -> np.ndarray:
    """How high the surface z (len(y), len(x)) is along a way (points, 2) of places (x, y); NaN outside of the grid."""
    return RegularGridInterpolator((y, x), z, bounds_error=False)(np.asarray(way, float)[:, ::-1])
