"""Lines on the plane: the grid of codes as G bends it, and where points are pushed."""

import numpy as np

LONGEST = 0.26  # of an arrow, in units of the plane
HEAD = 0.3  # of an arrow's length


def net(lattice: np.ndarray) -> list[np.ndarray]:
    """The lines (P, 2) of a grid of codes (L, L or 1, 2), rows and columns; a grid of one column is one line."""
    lattice = rounded(lattice)
    return [*(lattice if lattice.shape[1] > 1 else ()), *lattice.transpose(1, 0, 2)]


def arrows(points: np.ndarray, push: np.ndarray, full: float = 0.0) -> list[np.ndarray]:
    """Arrows as lines (5, 2) from the first of the points (N, 2), where push (K, 2) leads. The longest have a fixed length: where
    they are all short, nobody could see where they point. full: a push of this size or more has that length, whatever the others
    are, so that arrows of different pictures can be compared."""
    start, way = np.asarray(points[: len(push)], np.float32), np.asarray(push, np.float32)
    length = np.linalg.norm(way, axis=1)
    top = full or float(np.quantile(length, 0.9)) or 1.0
    way = way / max(top, 1e-12) * LONGEST * np.minimum(1, top / np.maximum(length, 1e-12))[:, None]
    end, across = start + way, np.stack([-way[:, 1], way[:, 0]], 1)
    left, right = (end - HEAD * way + side * HEAD * across / 2 for side in (1, -1))
    return list(rounded(np.stack([start, end, left, end, right], 1)))


def rounded(points: np.ndarray) -> np.ndarray:
    """Points (…, 2) to three places, which is finer than a pixel and short to send; what is not a number lies at 0."""
    return np.round(np.nan_to_num(np.asarray(points, np.float64)), 3)
