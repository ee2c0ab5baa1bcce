"""A surface over the plane as a ground of greys under points and lines, in a chart that knows only bars that stand on its floor."""

from typing import Any

import numpy as np

GREYS = 8  # shades from 0 to 1
DARKEST = 32  # percent of the ink's colour where the surface is 1


def shades(values: np.ndarray, axis: np.ndarray) -> list[dict[str, Any]]:
    """The surface (G, G) as a ground of greys, dark where it is 1.

    A chart knows bars that stand on its floor. So each column is drawn from its highest run of one shade down: the next run's
    bar covers the lower part of the one before. A layer holds the bars of one turn and one shade.
    """
    grey, step = np.rint(GREYS * np.clip(values, 0, 1)).astype(int), float(axis[1] - axis[0])
    turns: dict[tuple[int, int], tuple[list[float], list[float]]] = {}
    for column, x in zip(grey.T[:, ::-1], axis):
        starts = np.flatnonzero(np.diff(column, prepend=-1))  # from above
        for turn, start in enumerate(starts):
            xs, tops = turns.setdefault((turn, int(column[start])), ([], []))
            xs.append(float(x))
            tops.append(float(axis[len(axis) - 1 - start] + step / 2))
    return [_shade(grey, xs, tops, 1.4 * step) for (__, grey), (xs, tops) in sorted(turns.items())]


def _shade(grey: int, xs: list[float], tops: list[float], width: float) -> dict[str, Any]:
    """Bars of one shade, mixed from the page's own paper and ink, so that it suits both themes."""
    ink = DARKEST * grey / GREYS
    colour = f"color-mix(in srgb, var(--st-text-color) {ink:.0f}%, var(--st-background-color))"
    return {"kind": "bar", "name": "", "colour": colour, "opacity": 1, "x": xs, "y": tops, "width": [width], "text": []}
