"""Numbers to figures: one template, one colour grammar, for all labs.

Roles have hues that any reader can tell apart on paper and on black: what was there before (source, real, teacher) is
blue; what comes after (target, fake, student) is orange; danger is magenta; the honest control is grey. A role also
has a dash and a marker, so that nothing hangs on colour alone.

A figure is plain data (axes and layers) that chart.js draws; only surfaces that people explore are Plotly's.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from math import isfinite
from typing import Any

import numpy as np
from PIL import Image

COLOURS = {"before": "#2B7EBF", "after": "#D07A00", "danger": "#C0368A", "control": "#7A808C", "neutral": "#2A9D7F"}
DASHES = {"before": [6, 3], "after": [], "danger": [2, 2], "control": [2, 4], "neutral": []}
MARKERS = {"before": "square", "after": "circle", "danger": "x", "control": "diamond", "neutral": "triangle"}
TASKS = ("#2B7EBF", "#D07A00", "#2A9D7F", "#C0368A", "#7A6FD0", "#8A7A1F", "#0E8FA3", "#C4504B", "#5E8C31", "#97705A")
SPARE = ("star", "cross")  # for a second group of the same role
DIVERGING = ("#2B7EBF", "#F4F2EC", "#D07A00")
SEQUENTIAL = ("#22264B", "#3B528B", "#21918C", "#5EC962", "#FDE725")
FEW = 10  # steps, all of which are in the picture
Figure = dict[str, Any]


def colour(role: str) -> str:
    """The hue of a role; task1 … task10 tell the tasks of a stream apart, and what sums them up has the ink's colour."""
    if role == "whole":
        return "var(--st-text-color)"
    return TASKS[int(role.removeprefix("task")) - 1] if role.startswith("task") else COLOURS[role]


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
    switches: Sequence[float] = (),
    whole: bool = False,
    top: float | None = None,
    levels: Sequence[tuple[str, float]] = (),
) -> Figure:
    """Curves that grow. x, y: axis titles with units. end: where the x axis will end. log: of y. switches: where
    something else begins, a thin line at each. levels: (name, height) of level lines, drawn where they lie in the picture.

    The first steps of many may run out of the picture, so that the rest can be told apart, unless `whole`; and so may
    what is larger than `top`.
    """
    reported = []
    for line in lines:  # a step without this number is no gap: it is reported less often than others
        kept = [(a, b) for a, b in zip(line.x, line.y) if b is not None and (b > 0 or not log)]
        reported.append(replace(line, x=[a for a, _ in kept], y=[b for _, b in kept]))
    figure = curves(reported, x, y, height, log_y=log)
    if end:
        figure["x"]["domain"] = [0, end]
    seen = [(a, b) for layer in figure["layers"] for a, b in zip(layer["x"], layer["y"]) if b is not None]
    few = whole or len({a for a, b in seen}) <= FEW
    late = [b for a, b in seen if few or a >= 0.15 * (end or 1)] or [b for a, b in seen]
    begun = [b for a, b in seen if few or a > 0] or late
    if not log and late:
        ends = [[b for b in layer["y"] if b is not None][-1:] for layer in figure["layers"]]
        last = max(value for end_of in ends for value in end_of)
        figure["y"]["domain"] = _padded(min(late), min(max(begun), max(top, last)) if top else max(begun))
    if len(switches):
        figure["layers"].insert(0, _rules(switches, "control"))
    low, high = figure["y"]["domain"]
    ends = figure["x"]["domain"]
    figure["layers"] += [
        _line(Line(name, "control", ends, [level, level], faint=True), False, log)
        for name, level in levels
        if low <= level <= high
    ]
    return figure


def curves(
    lines: Sequence[Line],
    x: str,
    y: str,
    height: int = 320,
    log_x: bool = False,
    log_y: bool = False,
    marks: Mapping[str, float] | None = None,
) -> Figure:
    """Curves to explore. marks: a vertical line with its name at each x."""
    layers = [_line(line, log_x, log_y) for line in lines]
    xs = [a for layer in layers for a in layer["x"]]
    ys = [b for layer in layers for b in layer["y"] if b is not None]
    return {
        "height": height,
        "x": {"title": x, "log": log_x, "domain": _span(xs, log_x, margin=False)},
        "y": {"title": y, "log": log_y, "domain": _span(ys, log_y)},
        "layers": layers + _marks(marks),
    }


def bars(
    groups: Mapping[str, tuple[str, Sequence[float]]],
    categories: Sequence[Any],
    x: str,
    y: str,
    height: int = 300,
    text: str = "",
    top: float | None = None,
) -> Figure:
    """Grouped bars. groups: name → (role, one value for each category). text: format of the number on each bar, which
    is left out where it would stand on its neighbour's."""
    width = 0.78 / max(1, len(groups))
    highest = max((_number(v) or 0 for _, values in groups.values() for v in values), default=0) or 1
    layers = []
    for i, (name, (role, values)) in enumerate(groups.items()):
        at = [k + (i - (len(groups) - 1) / 2) * width for k in range(len(values))]
        said = [format(v, text) if text and v >= 0.015 * highest else "" for v in values]
        layers.append(_bar(name, role, at, width * 0.94, values, said))
    return {
        "height": height,
        "x": {"title": x, "domain": [-0.5, max(len(categories), 1) - 0.5], "categories": [str(c) for c in categories]},
        "y": {"title": y, "domain": [0, top or 1.12 * highest]},
        "layers": layers,
    }


def histogram(
    groups: Mapping[str, tuple[str, np.ndarray]],
    x: str,
    y: str,
    bins: int | Sequence[float] = 60,
    height: int = 280,
    marks: Mapping[str, float] | None = None,
    values: Sequence[float] = (),
    share: bool = False,
) -> Figure:
    """Distributions over one another on shared bins. groups: name → (role, values). values: a thin line at each.

    share: each group's bars add up to 100 %, however many values it has.
    """
    edges = np.histogram_bin_edges(np.concatenate([np.ravel(v) for _, v in groups.values()]), bins)
    centres, width = (edges[1:] + edges[:-1]) / 2, edges[1] - edges[0]
    layers, highest = [], 1
    for name, (role, group) in groups.items():
        count, _ = np.histogram(group, edges)
        count = 100 * count / max(1, np.size(group)) if share else count
        highest = max(highest, float(count.max()))
        layers.append(_bar(name, role, centres, width, count, opacity=0.75))
    if len(values):
        layers.append(_rules(values, "after"))
    return {
        "height": height,
        "x": {"title": x, "domain": _numbers([edges[0], edges[-1]])},
        "y": {"title": y, "domain": [0, 1.08 * highest]},
        "layers": layers + _marks(marks),
    }


def points(
    groups: Mapping[str, tuple[str, Sequence[float], Sequence[float], Sequence[str]]],
    x: str,
    y: str,
    height: int = 420,
    log_x: bool = False,
    log_y: bool = False,
    small: bool = False,
    pictures: Mapping[str, dict[str, Any]] | None = None,
) -> Figure:
    """Points with a text on hover. groups: name → (role, x, y, texts). small: there are hundreds of them.

    pictures: name of the group → `sprites`, one picture for each point, shown above its text.
    """
    spare, seen, layers = iter(SPARE), set(), []
    for name, (role, xs, ys, texts) in groups.items():
        marker = MARKERS.get(role, "circle")
        shape = next(spare, marker) if role in seen else marker
        seen.add(role)
        layers.append(
            {
                "kind": "point",
                "name": name,
                "colour": colour(role),
                "shape": shape,
                "x": _numbers(xs),
                "y": _numbers(ys),
                "text": list(texts),
                "small": small,
                **({"pictures": pictures[name]} if pictures and name in pictures else {}),
            }
        )
    return {
        "height": height,
        "x": {"title": x, "log": log_x, "domain": _span([v for layer in layers for v in layer["x"]], log_x)},
        "y": {"title": y, "log": log_y, "domain": _span([v for layer in layers for v in layer["y"]], log_y)},
        "layers": layers,
        "legend": not small,
    }


def sprites(images: Sequence[np.ndarray], side: int) -> dict[str, Any]:
    """Pictures of one size, uint8 (H, W) or (H, W, 3), on one sheet. side: of each on the screen, in pixels."""
    columns = min(len(images), 10)
    blank = [np.zeros_like(images[0])] * (-len(images) % columns)
    rows = np.array_split(np.stack([*images, *blank]), -(-len(images) // columns))
    file = BytesIO()
    Image.fromarray(np.concatenate([np.concatenate(list(row), 1) for row in rows])).save(file, "PNG")
    sheet = "data:image/png;base64," + b64encode(file.getvalue()).decode()
    return {"sheet": sheet, "side": side, "columns": columns, "places": list(range(len(images)))}


def contours(
    name: str, role: str, x: np.ndarray, y: np.ndarray, values: np.ndarray, levels: Sequence[float]
) -> dict[str, Any]:
    """A layer of the lines where a surface has these heights. x, y: the grid; values (len(y), len(x))."""
    from skimage.measure import find_contours

    xs, ys = [], []
    for level in levels:
        for line in find_contours(values, level):
            xs += [*np.interp(line[:, 1], np.arange(len(x)), x), 0.0]
            ys += [*np.interp(line[:, 0], np.arange(len(y)), y), None]
    return _line(Line(name, role, xs, ys), False, False)


def matrix(
    array: np.ndarray,
    height: int = 280,
    signed: bool = False,
    limit: float | None = None,
    text: str = "",
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    x: str = "",
    y: str = "",
    largest: int = 0,
) -> Figure:
    """A matrix as squares, first row on top; what is not a number stays empty.

    signed: blue below zero, orange above, symmetric about zero; otherwise dark at zero, bright at `limit` (the largest
    value when left out). text: format of the number in each square. largest: side of a square in pixels at most.
    """
    finite = np.where(np.isfinite(array), array, 0.0)
    top = limit or float(np.abs(finite).max()) or 1.0
    share = (finite / top + 1) / 2 if signed else finite / top
    share = np.where(np.isfinite(array), np.clip(share, 0, 1), np.nan)
    values = [_numbers(row) for row in array]
    cells = {
        "values": values,
        "colours": _between(DIVERGING if signed else SEQUENTIAL, share),
        "largest": largest,
        "rows": list(rows),
        "columns": list(columns),
    }
    if text:
        cells["text"] = [["" if v is None else format(v, text) for v in row] for row in values]
        cells["ink"] = [[_ink(colour) for colour in row] for row in cells["colours"]]
    return {
        "height": height,
        "x": {"title": x},
        "y": {"title": y},
        "cells": {name: value for name, value in cells.items() if value},
    }


def enlarge(image: np.ndarray, factor: int = 6) -> np.ndarray:
    """An 8-bit picture (H, W) or (H, W, 3), each pixel `factor` × `factor`, so that a browser does not blur it."""
    return image.repeat(factor, 0).repeat(factor, 1)


def _line(line: Line, log_x: bool, log_y: bool) -> dict[str, Any]:
    """A layer of one curve; a logarithmic axis leaves out what has no logarithm."""
    pairs = [(_number(a), _number(b)) for a, b in zip(line.x, line.y)]
    pairs = [(a, None if log_y and (b or 0) <= 0 else b) for a, b in pairs if a is not None and (a > 0 or not log_x)]
    return {
        "kind": "line",
        "name": line.label,
        "colour": colour(line.role),
        "dash": DASHES["control"] if line.faint else DASHES.get(line.role, []),
        "faint": line.faint,
        "x": [a for a, _ in pairs],
        "y": [b for _, b in pairs],
    }


def _bar(
    name: str,
    role: str,
    at: Sequence[float],
    width: float,
    values: Sequence[float],
    text: Sequence[str] = (),
    opacity: float = 1,
) -> dict[str, Any]:
    return {
        "kind": "bar",
        "name": name,
        "colour": COLOURS[role],
        "opacity": opacity,
        "x": _numbers(at),
        "width": [float(width)],
        "y": _numbers(values),
        "text": list(text),
    }


def _marks(marks: Mapping[str, float] | None) -> list[dict[str, Any]]:
    return [_rules([at], "danger", name, [3, 3]) for name, at in (marks or {}).items()]


def _between(stops: Sequence[str], shares: np.ndarray) -> list[list[str]]:
    """The colour at each share of the way through the stops; nothing for what is not a number. shares: (rows, columns)."""
    places, channels = np.linspace(0, 1, len(stops)), zip(*(bytes.fromhex(stop[1:]) for stop in stops))
    red, green, blue = (np.rint(np.interp(np.nan_to_num(shares), places, c)).astype(int) for c in channels)
    return [
        [f"#{r:02X}{g:02X}{b:02X}" if known else "" for r, g, b, known in zip(*row)]
        for row in zip(red, green, blue, np.isfinite(shares))
    ]


def _ink(colour: str) -> str:
    """Black or white, whichever can be read better on a colour (WCAG 2, relative luminance); black on none."""
    shares = np.array(list(bytes.fromhex(colour[1:] or "FFFFFF"))) / 255
    light = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    return "#15181F" if (light + 0.05) ** 2 > 1.05 * 0.059 else "#FFFFFF"


def _rules(at: Sequence[float], role: str, name: str = "", dash: Sequence[int] = ()) -> dict[str, Any]:
    """A layer of vertical lines; with a name it is written beside the first."""
    return {"kind": "rule", "name": name, "colour": COLOURS[role], "dash": list(dash), "x": _numbers(at)}


def _span(values: Sequence[float], log: bool, margin: bool = True) -> list[float]:
    """The domain of an axis that shows all values, never of no length."""
    if not values:
        return [0.1, 1.0]
    low, high = min(values), max(values)
    if log:
        return [low / 1.3, high * 1.3]
    return [low, high] if high > low and not margin else _padded(low, high)


def _padded(low: float, high: float) -> list[float]:
    margin = 0.06 * (high - low) or max(0.5, 1e-9 * abs(high))
    return [low - margin, high + margin]


def _number(value: Any) -> float | None:
    """A plain number for the browser; None for what is missing or not finite."""
    return None if value is None or not isfinite(value) else float(value)


def _numbers(values: Any) -> list[float | None]:
    return [_number(v) for v in values]
