"""Numbers to figures: one template, one colour grammar, for all labs.

Roles have hues that any reader can tell apart on paper and on black: what was there before (source, real, teacher) is
blue; what comes after (target, fake, student) is orange; danger is magenta; the honest control is grey. A role also
has a dash and a marker, so that nothing hangs on colour alone.

Live curves are Vega-Lite, which redraws without a flicker; figures to explore are Plotly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

COLOURS = {"before": "#2B7EBF", "after": "#D07A00", "danger": "#C0368A", "control": "#7A808C", "neutral": "#2A9D7F"}
DASHES = {"before": [6, 3], "after": [1, 0], "danger": [2, 2], "control": [2, 4], "neutral": [1, 0]}
MARKERS = {"before": "square", "after": "circle", "danger": "x", "control": "diamond", "neutral": "triangle-up"}
SPARE = ("star", "cross", "pentagon", "hexagon")  # for a second group of the same role
DIVERGING = [[0, "#2B7EBF"], [0.5, "#F4F2EC"], [1, "#D07A00"]]
CONFIG = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"],
    "toImageButtonOptions": {"format": "png", "scale": 3, "filename": "lectern"},
}


@dataclass(frozen=True)
class Line:
    """One curve: its name, its role in the colour grammar, and its points; None in y is a gap."""

    label: str
    role: str
    x: Sequence[float]
    y: Sequence[float | None]
    faint: bool = False  # of another run, behind the main one


def live(
    lines: Sequence[Line],
    x: str,
    y: str,
    height: int = 300,
    end: float | None = None,
    log: bool = False,
    narrow: bool = False,
) -> dict[str, Any]:
    """A Vega-Lite picture of curves that grow. x, y: axis titles with units. end: where the x axis will end. log: of y.
    narrow: the legend takes a line for each curve."""
    rows = [
        {"x": a, "y": b, "line": line.label}
        for line in lines
        for a, b in zip(line.x, line.y)
        if b is not None and (b > 0 or not log)
    ]
    labels = [line.label for line in lines]
    scale = {"domain": labels, "range": [COLOURS[line.role] for line in lines]}
    dash = {"domain": labels, "range": [DASHES["control"] if line.faint else DASHES[line.role] for line in lines]}
    x_scale = {"domain": [0, end], "nice": False} if end else {"zero": True}
    y_scale, ticks = _y_axis(rows, end or 1, log)
    legend = {
        "orient": "top",
        "offset": 4,
        "title": None,
        "direction": "horizontal",
        "labelLimit": 260,
        "symbolSize": 300,
        "symbolStrokeWidth": 2.5,
        "columns": 1 if narrow else 4,
    }
    legend = legend if len(lines) > 1 else None
    return {
        "data": {"values": rows},
        "height": height,
        "width": "container",
        "autosize": {"type": "fit", "contains": "padding"},
        "mark": {"type": "line", "strokeWidth": 2.5, "clip": True, "point": len(rows) <= len(lines)},
        "encoding": {
            "x": {
                "field": "x",
                "type": "quantitative",
                "title": x,
                "scale": x_scale,
                "axis": {"grid": False, "tickCount": 6},
            },
            "y": {"field": "y", "type": "quantitative", "title": y, "scale": y_scale, "axis": ticks},
            "color": {"field": "line", "type": "nominal", "scale": scale, "legend": legend},
            "strokeDash": {"field": "line", "type": "nominal", "scale": dash, "legend": legend},
            "tooltip": [
                {"field": "line", "title": " "},
                {"field": "x", "title": x},
                {"field": "y", "title": y, "format": ".4g"},
            ],
        },
    }


def _y_axis(rows: Sequence[Mapping[str, float]], end: float, log: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Scale and ticks of y. The first steps may run out of the picture, so that the rest can be told apart."""
    values = [row["y"] for row in rows] or [0.1, 1.0]
    if log:
        powers = [10.0**p for p in range(-12, 13) if min(values) / 2 < 10.0**p < max(values) * 2]
        scale = {"type": "log", "domain": [min(values) / 1.3, max(values) * 1.3], "nice": False}
        return scale, {"values": powers[:: len(powers) // 5 + 1], "format": "~g"} if powers else {"tickCount": 3}
    late = [row["y"] for row in rows if row["x"] >= 0.15 * end] or values
    low, high = min(late), max([row["y"] for row in rows if row["x"] > 0] or late)
    margin = 0.06 * (high - low) or 0.5
    return {"domain": [low - margin, high + margin], "nice": False, "zero": False}, {"tickCount": 5}


def base(height: int = 320, x: str = "", y: str = "", **layout: Any) -> go.Figure:
    """An empty figure in the house style; zoom survives redraws."""
    figure = go.Figure()
    figure.update_layout(
        **{
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 36, "b": 8},
            "uirevision": "kept",
            "hovermode": "closest",
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": None},
            "bargap": 0.25,
        }
        | layout
    )
    figure.update_xaxes(title=x, automargin=True, zeroline=False)
    figure.update_yaxes(title=y, automargin=True, zeroline=False)
    return figure


def curves(
    lines: Sequence[Line],
    x: str,
    y: str,
    height: int = 320,
    log_x: bool = False,
    log_y: bool = False,
    marks: Mapping[str, float] | None = None,
) -> go.Figure:
    """Curves to explore. marks: a vertical line with its name at each x."""
    figure = base(height, x, y, hovermode="x unified")
    for line in lines:
        figure.add_scatter(
            x=list(line.x),
            y=list(line.y),
            name=line.label,
            mode="lines",
            opacity=0.45 if line.faint else 1,
            line={
                "color": COLOURS[line.role],
                "width": 2.5,
                "dash": {"before": "dash", "control": "dot"}.get(line.role, "solid"),
            },
        )
    for name, at in (marks or {}).items():
        figure.add_vline(x=at, line={"color": COLOURS["danger"], "width": 1.5, "dash": "dot"}, annotation_text=name)
    figure.update_xaxes(type="log" if log_x else "linear")
    figure.update_yaxes(type="log" if log_y else "linear")
    return figure


def bars(
    groups: Mapping[str, tuple[str, Sequence[float]]],
    categories: Sequence[Any],
    x: str,
    y: str,
    height: int = 300,
    text: str = "",
    top: float | None = None,
) -> go.Figure:
    """Grouped bars. groups: name → (role, one value for each category). text: format of the number on each bar."""
    figure = base(height, x, y, barmode="group")
    for name, (role, values) in groups.items():
        figure.add_bar(
            x=[str(c) for c in categories],
            y=list(values),
            name=name,
            marker_color=COLOURS[role],
            text=[format(v, text) if text and v >= 0.015 * max(values) else "" for v in values],
            textposition="outside",
            cliponaxis=False,
        )
    figure.update_xaxes(type="category")
    figure.update_yaxes(range=[0, top] if top else None)
    figure.update_layout(showlegend=len(groups) > 1)
    return figure


def histogram(
    groups: Mapping[str, tuple[str, np.ndarray]],
    x: str,
    y: str,
    bins: int = 60,
    height: int = 280,
    marks: Mapping[str, float] | None = None,
) -> go.Figure:
    """Distributions over one another on shared bins. groups: name → (role, values)."""
    figure = base(height, x, y, barmode="overlay")
    values = np.concatenate([np.ravel(v) for _, v in groups.values()])
    edges = np.histogram_bin_edges(values, bins)
    for name, (role, group) in groups.items():
        count, _ = np.histogram(group, edges)
        figure.add_bar(
            x=(edges[1:] + edges[:-1]) / 2,
            y=count,
            width=np.diff(edges),
            name=name,
            marker_color=COLOURS[role],
            opacity=0.75,
        )
    for name, at in (marks or {}).items():
        figure.add_vline(x=at, line={"color": COLOURS["danger"], "width": 2}, annotation_text=name)
    figure.update_layout(bargap=0, showlegend=len(groups) > 1)
    return figure


def heat(
    array: np.ndarray, height: int = 280, signed: bool = False, unit: str = "", limit: float | None = None
) -> go.Figure:
    """A matrix as an image, first row on top. signed: blue below zero, orange above, on a scale symmetric about zero."""
    top = limit or float(np.abs(array).max()) or 1.0
    figure = base(height)
    colours = {"colorscale": DIVERGING, "zmin": -top, "zmax": top} if signed else {"colorscale": "Viridis"}
    figure.add_heatmap(
        z=array, colorbar={"title": unit, "thickness": 10}, hovertemplate="%{z:.3g}<extra></extra>", **colours
    )
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x")
    return figure


def points(
    groups: Mapping[str, tuple[str, Sequence[float], Sequence[float], Sequence[str]]],
    x: str,
    y: str,
    height: int = 420,
    log_x: bool = False,
) -> go.Figure:
    """Points with a text on hover. groups: name → (role, x, y, texts)."""
    figure = base(height, x, y)
    spare, seen = iter(SPARE), set()
    for name, (role, xs, ys, texts) in groups.items():
        symbol = next(spare, MARKERS[role]) if role in seen else MARKERS[role]
        seen.add(role)
        figure.add_scatter(
            x=list(xs),
            y=list(ys),
            text=list(texts),
            name=name,
            mode="markers",
            hovertemplate="%{text}<extra></extra>",
            marker={
                "color": COLOURS[role],
                "symbol": symbol,
                "size": 12,
                "line": {"width": 1, "color": "white"},
            },
        )
    figure.update_xaxes(type="log" if log_x else "linear")
    return figure


def enlarge(image: np.ndarray, factor: int = 6) -> np.ndarray:
    """A grey image (H, W) in [0, 1] as 8-bit, each pixel `factor` × `factor`, so that a browser does not blur it."""
    return np.kron((np.clip(image, 0, 1) * 255).astype(np.uint8), np.ones((factor, factor), np.uint8))
