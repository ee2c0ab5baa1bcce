"""The plane as one figure: D's field, real points, fakes, where G is pushed, and G's grid of codes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.gan.settings import REACH
from pages.parts import figures, rasters
from pages.parts.grammar import COLOURS, DIVERGING, INK, PAPER, Trace
from pages.parts.words import _

LONGEST = 0.26  # of an arrow, in units of the plane
HEAD = 0.3  # of an arrow's length
HEIGHT = 480
DRAWN = 200  # points of either kind: more would be slow to draw, and no clearer


def figure(
    real: np.ndarray,
    fake: np.ndarray,
    field: np.ndarray | None = None,
    arrows: np.ndarray | None = None,
    lattice: np.ndarray | None = None,
    path: np.ndarray | None = None,
    title: str = "",
    push: str = "",
) -> figures.Figure:
    """real, fake: points (N, 2). field: (G, G) 8-bit, rows from below, 255 is real to D. arrows: (K, 2), where the first K
    fakes are pushed. lattice: (L, L or 1, 2), a grid of codes bent by G. path: points (P, 2) of a walk. push: what the arrows are,
    where they are no push on G."""
    traces = ground(field / 255) if field is not None else []
    traces += [_lines(_("grid of codes"), _net(lattice), INK, 1, 0.35)] if lattice is not None else []
    traces += [_dots(_("real"), "before", real[:DRAWN]), _dots(_("fake"), "after", fake[:DRAWN])]
    traces += [_lines(push or _("push on G"), _heads(fake, arrows), INK, 1.3, 0.75)] if arrows is not None else []
    traces += [_lines(_("walk"), [path], COLOURS["danger"], 3, 1)] if path is not None else []
    drawn = figures.headed(cornered(figures.add(figures.plane(REACH, HEIGHT), *traces)), title)
    drawn["layout"]["legend"] = {"orientation": "v", "x": 1, "xanchor": "left", "y": 1, "yanchor": "top"}
    for name in ("xaxis", "yaxis"):
        drawn["layout"][name] |= {"showline": True, "mirror": True}  # a frame, also where D is undecided everywhere
    return drawn


def cornered(drawn: figures.Figure) -> figures.Figure:
    """The figure of squares in the upper left corner of its room."""
    drawn["layout"]["xaxis"]["constraintoward"], drawn["layout"]["yaxis"]["constraintoward"] = "left", "top"
    return drawn


def clickable(drawn: figures.Figure, points: np.ndarray, name: str) -> figures.Figure:
    """The figure with places that can be clicked over these points (N, 2). name: of each, with {} for its number."""
    x, y = _rounded(points).T
    said = [name.format(n + 1) for n in range(len(points))]
    places = figures.dots("", "after", x, y, said, "circle")
    places["marker"] |= {"size": 12}
    return figures.add(drawn, places | {"customdata": list(range(len(points)))})


def ground(share: np.ndarray) -> list[Trace]:
    """Where D finds what real: shares (rows, columns) from 0 to 1 over the plane, from below. Blue is real, orange is fake."""
    axis, both = np.linspace(-REACH, REACH, len(share)), {"legendgroup": "field", "opacity": 0.5}
    stops = [[0, DIVERGING[0]], [0.5, PAPER], [1, DIVERGING[2]]]
    field = rasters.field(axis, axis, np.round(1 - share, 2), signed=True) | both | {"colorscale": stops}
    names = ((_("D says real"), "before"), (_("D says fake"), "after"))
    keys = [figures.dots(name, role, [None], [None], (), "square", silent=True) | both for name, role in names]
    return [field, *keys]


def _dots(name: str, role: str, points: np.ndarray) -> Trace:
    x, y = _rounded(points).T
    trace = figures.dots(name, role, x, y, (), "circle", small=True, silent=True)
    trace["marker"] |= {"size": 6.5, "opacity": 0.85, "line": {"width": 0.7, "color": PAPER}}
    return trace


def _lines(name: str, lines: Sequence[np.ndarray], hue: str, width: float, opacity: float) -> Trace:
    """Many lines (P, 2) as one trace."""
    places: list[Any] = []
    for line in lines:
        places += [*_rounded(line).tolist(), (None, None)]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [x for x, _y in places],
        "y": [y for _x, y in places],
        "line": {"color": hue, "width": width},
        "opacity": opacity,
        "hoverinfo": "skip",
    }


def _net(lattice: np.ndarray) -> list[np.ndarray]:
    rows = list(lattice) if lattice.shape[1] > 1 else []
    return [*rows, *lattice.transpose(1, 0, 2)]


def _heads(fake: np.ndarray, arrows: np.ndarray) -> list[np.ndarray]:
    """Arrows as lines, the longest of a fixed length: where they are all short, nobody could see where they point."""
    start, way = np.asarray(fake[: len(arrows)], np.float32), np.asarray(arrows, np.float32)
    length = np.linalg.norm(way, axis=1)
    top = float(np.quantile(length, 0.9)) or 1.0
    way = way / max(top, 1e-12) * LONGEST * np.minimum(1, top / np.maximum(length, 1e-12))[:, None]
    end, across = start + way, np.stack([-way[:, 1], way[:, 0]], 1)
    left, right = (end - HEAD * way + side * HEAD * across / 2 for side in (1, -1))
    return list(np.stack([start, end, left, end, right], 1))


def _rounded(points: np.ndarray) -> np.ndarray:
    return np.round(np.nan_to_num(np.asarray(points, np.float64)), 3)
