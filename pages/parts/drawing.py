"""For figures that a view puts together itself: boxes, strokes and lying bars."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pages.parts.figures import INK, Figure, axis, colour, figure_of, names_of
from pages.parts.grammar import Trace, numbers


def pale(hue: str, share: float) -> str:
    """A hue with so much of its strength, from 0 to 1."""
    red, green, blue = bytes.fromhex(hue[1:])
    return f"rgba({red},{green},{blue},{share:.2f})"


def spots(figure: Figure) -> list[tuple[float, float]]:
    """The places (x, y) in the figure that a click chooses: its trace whose points have a number of their own."""
    trace = next(trace for trace in figure["data"] if "customdata" in trace)
    return list(zip(trace["x"], trace["y"]))


def strokes(
    name: str,
    lines: Iterable[Sequence[Sequence[float]]],
    hue: str,
    width: float,
    dash: str = "solid",
    opacity: float = 1.0,
    **look: Any,
) -> Trace:
    """Many lines, each through its points (x, y), as one trace that says nothing on hover. look: more of the trace."""
    points = [point for line in lines for point in (*line, (None, None))]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "showlegend": bool(name),
        "hoverinfo": "skip",
        "x": [x for x, _ in points],
        "y": [y for _, y in points],
        "line": {"color": hue, "width": width, "dash": dash},
        "opacity": opacity,
    } | look


def bend(start: tuple[float, float], end: tuple[float, float], points: int = 13) -> list[tuple[float, float]]:
    """A line from one place to another that leaves and arrives level."""
    share = np.linspace(0, 1, points)
    eased = share * share * (3 - 2 * share)
    xs, ys = (a + how * (b - a) for how, a, b in zip((share, eased), start, end))
    return list(zip(xs.tolist(), ys.tolist()))


def boxes(
    name: str,
    at: Sequence[tuple[float, float]],
    size: tuple[float, float],
    texts: Sequence[str],
    fill: str | Sequence[str],
    edge: Trace,
    **look: Any,
) -> Trace:
    """Boxes with a text in each, their middles at (x, y), on axes whose places are 1 apart. size: width and height. fill: one
    colour, or one for each. edge: how their outline is drawn, in Plotly's own words. look: more of the trace."""
    wide, high = size
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": [wide] * len(at),
        "base": [x - wide / 2 for x, _ in at],
        "y": [y for _, y in at],
        "width": high,
        "offset": -high / 2,
        "text": list(texts),
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "insidetextfont": {"color": INK, "size": 12},
        "marker": {"color": fill, "line": edge},
    } | look


def lying(
    names: Sequence[str], lengths: Sequence[float], roles: Sequence[str], x: Trace, height: int, **look: Any
) -> Figure:
    """Bars that lie, first one on top, each under the colour of its role. x: the axis of their lengths. look: more of the trace,
    such as the texts that hovering says."""
    trace = {
        "type": "bar",
        "orientation": "h",
        "name": "",
        "showlegend": False,
        "x": numbers(lengths),
        "y": list(range(len(names))),
        "textposition": "none",
        "cliponaxis": False,
        "marker": {"color": [colour(role) for role in roles]},
    }
    down = axis("", [len(names) - 0.5, -0.5]) | names_of(names)
    return figure_of([trace | look], x, down, height, hovermode="closest", bargap=0.3)
