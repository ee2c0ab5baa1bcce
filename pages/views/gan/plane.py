"""The plane as one figure: D's field, real points, fakes, where G is pushed, and G's grid of codes."""

import numpy as np

from core.gan.analysis.plane import arrows, net, rounded
from core.gan.settings import REACH
from pages.parts import drawing, figures, rasters
from pages.parts.grammar import COLOURS, DIVERGING, INK, PAPER, Trace
from pages.parts.words import _

HEIGHT = 480
DRAWN = 200  # points of either kind: more would be slow to draw, and no clearer


def figure(
    real: np.ndarray,
    fake: np.ndarray,
    field: np.ndarray | None = None,
    push: np.ndarray | None = None,
    lattice: np.ndarray | None = None,
    path: np.ndarray | None = None,
    title: str = "",
    pushed: str = "",
    full: float = 0.0,
) -> figures.Figure:
    """real, fake: points (N, 2). field: (G, G) 8-bit, rows from below, 255 is real to D. push: (K, 2), where the first K
    fakes are pushed. lattice: (L, L or 1, 2), a grid of codes bent by G. path: points (P, 2) of a walk. pushed: what the arrows are,
    where they are no push on G. full: the push whose arrow has the full length, where it is not the longest of this picture."""
    traces = ground(field / 255) if field is not None else []
    if lattice is not None:
        traces.append(drawing.strokes(_("grid of codes"), net(lattice), INK, 1, opacity=0.35))
    traces += [_dots(_("real"), "before", real[:DRAWN]), _dots(_("fake"), "after", fake[:DRAWN])]
    if push is not None:
        traces.append(drawing.strokes(pushed or _("push on G"), arrows(fake, push, full), INK, 1.3, opacity=0.75))
    if path is not None:
        traces.append(drawing.strokes(_("walk"), [rounded(path)], COLOURS["danger"], 3))
    drawn = figures.legend_beside(figures.add(figures.plane(REACH, HEIGHT), *traces))
    frame = {"showline": True, "mirror": True}  # also where D is undecided everywhere
    return figures.headed(figures.restyled(drawn, frame, frame), title)


def clickable(drawn: figures.Figure, points: np.ndarray, name: str) -> figures.Figure:
    """The figure with places that can be clicked over these points (N, 2). name: of each, with {} for its number."""
    said = [name.format(n + 1) for n in range(len(points))]
    places = figures.dots("", "after", *rounded(points).T, said, "circle")
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
    trace = figures.dots(name, role, *rounded(points).T, (), "circle", small=True, silent=True)
    trace["marker"] |= {"size": 6.5, "opacity": 0.85, "line": {"width": 0.7, "color": PAPER}}
    return trace
