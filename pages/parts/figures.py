"""Numbers to figures: one template, one colour grammar, for all labs.

Roles have hues that any reader can tell apart on paper and on black: what was there before (source, real, teacher) is
blue; what comes after (target, fake, student) is orange; danger is magenta; the honest control is grey. A role also
has a dash and a marker, so that nothing hangs on colour alone (grammar.py).

A figure is a plain dict in Plotly's form, {"data": [traces], "layout": {…}}, ready for JSON: plotly.graph_objects would
cost 20 ms more in every redraw. Fonts, paper and grid are the browser's part (static/chart.js), where the theme is known.
Pictures, matrices and fields are made by rasters.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log10
from typing import Any

import numpy as np

from pages.parts.grammar import COLOURS as COLOURS
from pages.parts.grammar import DASHES as DASHES
from pages.parts.grammar import DIVERGING as DIVERGING
from pages.parts.grammar import INK as INK
from pages.parts.grammar import MARKERS as MARKERS
from pages.parts.grammar import SEQUENTIAL as SEQUENTIAL
from pages.parts.grammar import SPARE, Trace, number, numbers, said
from pages.parts.grammar import TASKS as TASKS
from pages.parts.grammar import Line as Line
from pages.parts.grammar import band as band
from pages.parts.grammar import colour as colour
from pages.parts.grammar import curve as curve
from pages.parts.grammar import dots as dots
from pages.parts.grammar import inked as inked

FEW = 10  # steps, all of which are in the picture
CLOSE = 0.08  # of the height: level lines nearer than this have their names at different ends
Figure = dict[str, Any]


# ---- whole figures ----


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
        kept = [i for i, b in enumerate(line.y) if b is not None and (b > 0 or not log)]
        parts = ([each[i] for i in kept] if each else () for each in (line.x, line.y, line.sd))
        reported.append(replace(line, **dict(zip(("x", "y", "sd"), parts))))
    figure = curves(reported, x, y, height, log_y=log)
    if end:
        within(figure, x=(0, end))
    traces = list(figure["data"])
    if not log:  # a mean less its deviation may be nothing that a logarithm has
        add(figure, *(band(line) for line in reported if line.sd and line.y), below=True)
    seen = [(a, b) for trace in figure["data"] for a, b in zip(trace["x"], trace["y"]) if b is not None]
    few = whole or len({a for a, b in seen}) <= FEW
    late = [b for a, b in seen if few or a >= 0.15 * (end or 1)] or [b for a, b in seen]
    begun = [b for a, b in seen if few or a > 0] or late
    if not log and late:
        ends = [[b for b in trace["y"] if b is not None][-1:] for trace in traces]
        last = max(value for end_of in ends for value in end_of)
        within(figure, y=_padded(min(late), min(max(begun), max(top, last)) if top else max(begun)))
    figure["layout"]["shapes"] = [_upright(at, "control", width=1, opacity=0.7) for at in numbers(switches)]
    add_levels(figure, levels)
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
    traces = [curve(line, log_x, log_y) for line in lines]
    xs = [a for trace in traces for a in trace["x"] if a is not None]
    ys = [b for trace in traces for b in trace["y"] if b is not None]
    across, up = axis(x, _span(xs, log_x, margin=False), log_x), axis(y, _span(ys, log_y), log_y)
    return figure_of(traces, across, up, height, shapes=_marks(marks, across))


def bars(
    groups: Mapping[str, tuple[str, Sequence[float]]],
    categories: Sequence[Any],
    x: str,
    y: str,
    height: int = 300,
    text: str = "",
    top: float | None = None,
    words: Sequence[str] = (),
) -> Figure:
    """Grouped bars. groups: name → (role, one value for each category). text: format of the number on each bar, which
    is left out where it would stand on its neighbour's. words: what stands on each bar instead."""
    highest = max((number(v) or 0 for _, values in groups.values() for v in values), default=0) or 1
    traces = []
    for name, (role, values) in groups.items():
        said = words or [format(v, text) if text and v >= 0.015 * highest else "" for v in values]
        traces.append(_bar(name, role, range(len(values)), values, said))
    across = axis(x, [-0.5, max(len(categories), 1) - 0.5]) | names_of(categories) | {"showgrid": False}
    return figure_of(traces, across, axis(y, [0, top or 1.12 * highest]), height, barmode="group", bargap=0.22)


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
    centres, width = (edges[1:] + edges[:-1]) / 2, float(edges[1] - edges[0])
    traces, highest = [], 1
    for name, (role, group) in groups.items():
        count, _ = np.histogram(group, edges)
        count = 100 * count / max(1, np.size(group)) if share else count
        highest = max(highest, float(count.max()))
        traces.append(_bar(name, role, centres, count) | {"opacity": 0.75, "width": width})
    if len(values):
        traces.append(_hairs(values, 1.08 * highest, "after"))
    across, up = axis(x, numbers([edges[0], edges[-1]])), axis(y, [0, 1.08 * highest])
    return figure_of(traces, across, up, height, shapes=_marks(marks, across), barmode="overlay", bargap=0)


def points(
    groups: Mapping[str, tuple[str, Sequence[float], Sequence[float], Sequence[str]]],
    x: str,
    y: str,
    height: int = 420,
    log_x: bool = False,
    log_y: bool = False,
    small: bool = False,
    pictures: Mapping[str, dict[str, Any]] | None = None,
    shapes: Sequence[str] = (),
) -> Figure:
    """Points with a text on hover. groups: name → (role, x, y, texts). small: there are hundreds of them.

    shapes: Plotly's symbol of each group, instead of its role's.
    pictures: name of the group → `rasters.sprites`, one picture for each point, shown above its text.
    """
    spare, own, seen, traces = iter(SPARE), iter(shapes), set(), []
    for name, (role, xs, ys, texts) in groups.items():
        shape = next(own, "") or (next(spare, "") if role in seen else "")
        seen.add(role)
        traces.append(dots(name, role, xs, ys, texts, shape, small, (pictures or {}).get(name)))
    across = axis(x, _span([v for trace in traces for v in trace["x"] if v is not None], log_x), log_x)
    up = axis(y, _span([v for trace in traces for v in trace["y"] if v is not None], log_y), log_y)
    return figure_of(traces, across, up, height, hovermode="closest", **({} if small else {"showlegend": True}))


def plane(reach: float, height: int) -> Figure:
    """An empty plane from -reach to reach both ways, one unit as long both ways, whose axes mean nothing."""
    across, up = axis("", (-reach, reach)), axis("", (-reach, reach))
    return plain(figure_of([], across, up, height, hovermode="closest", showlegend=True), square=True)


# ---- traces, for figures that show several things at once ----


def add(figure: Figure, *traces: Trace, below: bool = False) -> Figure:
    """The figure with these traces over what it has, or below. Its axes stay as they are: see `within`."""
    figure["data"] = [*traces, *figure["data"]] if below else [*figure["data"], *traces]
    return figure


def add_levels(figure: Figure, levels: Sequence[tuple[str, float]]) -> Figure:
    """The figure with a level line across it for each (name, height) that lies in it; the name stands on its line."""
    low, high = span_of(figure, "y")
    log = figure["layout"]["yaxis"].get("type") == "log"
    place = log10 if log else float
    inside = sorted((level for level in levels if low <= level[1] <= high), key=lambda level: level[1])
    left, before = False, None
    for name, level in inside:
        share = (place(level) - place(low)) / (place(high) - place(low))
        left = not left if before is not None and share - before < CLOSE else False
        before = share
        label = {
            "text": said(name),
            "textposition": "start" if left else "end",
            "font": {"color": COLOURS["control"], "size": 11},
        }
        label |= {"yanchor": "top" if share > 0.93 else "bottom", "padding": 2}
        drawn = {
            "type": "line",
            "name": name,
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": level,
            "y1": level,
            "label": label,
        }
        drawn |= {"line": {"color": COLOURS["control"], "width": 1.2, "dash": DASHES["control"]}, "layer": "below"}
        figure["layout"].setdefault("shapes", []).append(drawn)
    return figure


# ---- axes ----


def axis(title: str, ends: Sequence[float], log: bool = False) -> dict[str, Any]:
    """One axis: its title with the unit, and where it begins and ends, in the numbers' own unit."""
    kind = {"type": "log", "exponentformat": "none", "dtick": 1 if ends[1] / ends[0] > 50 else "D2"} if log else {}
    return {"title": {"text": said(title)}, "range": [log10(end) for end in ends] if log else list(ends), **kind}


def names_of(categories: Sequence[Any]) -> dict[str, Any]:
    """The part of an axis that gives the places 0, 1, … their names. Names may repeat, as letters of a word do."""
    return {"tickvals": list(range(len(categories))), "ticktext": [said(str(name)) for name in categories]}


def within(figure: Figure, x: Sequence[float] | None = None, y: Sequence[float] | None = None) -> Figure:
    """The figure with other ends of its axes, in the numbers' own unit."""
    for name, ends in (("xaxis", x), ("yaxis", y)):
        if ends is not None:
            log = figure["layout"][name].get("type") == "log"
            figure["layout"][name]["range"] = [log10(end) if log else float(end) for end in ends]
    return figure


def span_of_values(values: Sequence[float]) -> list[float]:
    """The ends of an axis that shows all of these with some room."""
    return _span(numbers(values), False)


def room_for_marks(figure: Figure) -> Figure:
    """The figure with room for the words of its marks above the bars, and with marks in the ink's colour: neither group's."""
    low, high = span_of(figure, "y")
    for shape in figure["layout"]["shapes"]:
        shape["line"]["color"] = shape["label"]["font"]["color"] = INK
    return within(figure, y=(low, 1.08 * high))


def span_of(figure: Figure, which: str) -> list[float]:
    """Where the axis "x" or "y" begins and ends, in the numbers' own unit."""
    of = figure["layout"][f"{which}axis"]
    return [10**end if of.get("type") == "log" else end for end in of["range"]]


def title_of(figure: Figure, which: str) -> str:
    """The title of the axis "x" or "y"."""
    return figure["layout"][f"{which}axis"]["title"]["text"]


def titled(figure: Figure, x: str, y: str) -> Figure:
    """The figure with other titles of its axes."""
    for name, title in (("xaxis", x), ("yaxis", y)):
        figure["layout"][name]["title"] = {"text": said(title)}
    return figure


def restyled(figure: Figure, x: Trace | None = None, y: Trace | None = None, **layout: Any) -> Figure:
    """The figure with more said of its axes x and y and of its layout, in Plotly's own words; None takes back what was said."""
    for name, look in (("xaxis", x), ("yaxis", y)):
        axis_of = figure["layout"][name] | (look or {})
        figure["layout"][name] = {word: value for word, value in axis_of.items() if value is not None}
    figure["layout"] |= layout
    return figure


def plain(figure: Figure, square: bool = False) -> Figure:
    """The figure without grid, numbers and zero lines: for a plane whose axes mean nothing. square: one unit is as long both ways."""
    for name in ("xaxis", "yaxis"):
        figure["layout"][name] |= {"showgrid": False, "zeroline": False, "showticklabels": False, "ticks": ""}
    if square:
        figure["layout"]["yaxis"] |= {"scaleanchor": "x", "constrain": "domain"}
        figure["layout"]["xaxis"] |= {"constrain": "domain"}
    return figure


def headed(figure: Figure, title: str) -> Figure:
    """The figure with a title on top. The room for it is always the same, so that nothing moves when it changes."""
    place = {"x": 0, "xref": "paper", "y": 1, "yref": "container", "yanchor": "top", "pad": {"t": 6}}
    figure["layout"] |= {"title": {"text": said(title), "font": {"size": 14}, **place}, "margin": {"t": 28}}
    return figure


# ---- parts ----


def figure_of(traces: list[Trace], x: dict[str, Any], y: dict[str, Any], height: int, **layout: Any) -> Figure:
    return {"data": traces, "layout": {"height": height, "xaxis": x, "yaxis": y, **layout}}


def _bar(name: str, role: str, at: Sequence[float], values: Sequence[float], text: Sequence[str] = ()) -> Trace:
    return {
        "type": "bar",
        "name": name,
        "showlegend": bool(name),
        "marker": {"color": colour(role)},
        "x": numbers(at),
        "y": numbers(values),
        "text": list(text),
        "textposition": "outside" if any(text) else "none",
        "cliponaxis": False,
    }


def _upright(
    at: float, role: str, name: str = "", width: float = 1.8, dash: str = "solid", opacity: float = 1
) -> dict[str, Any]:
    """A vertical line through the whole picture; its name stands at its top."""
    label = {"text": said(name), "textposition": "end", "textangle": 0, "yanchor": "top", "padding": 3}
    return {
        "type": "line",
        "name": name,
        "yref": "paper",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "opacity": opacity,
        "line": {"color": colour(role), "width": width, "dash": dash},
        **({"label": label | {"font": {"color": colour(role), "size": 12}}} if name else {}),
    }


def _marks(marks: Mapping[str, float] | None, across: dict[str, Any]) -> list[dict[str, Any]]:
    """Vertical lines with their names, which stand on the side where there is room."""
    low, high = across["range"]
    shapes = []
    for name, at in (marks or {}).items():
        place = log10(at) if across.get("type") == "log" else at
        shape = _upright(float(at), "danger", name, dash="3px,3px")
        shape["label"]["xanchor"] = "right" if (place - low) / (high - low) > 0.7 else "left"
        shapes.append(shape)
    return shapes


def _hairs(at: Sequence[float], top: float, role: str) -> Trace:
    """A hair line at each value, all in one trace: hundreds of shapes would be slow."""
    found = [value for value in numbers(at) if value is not None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "",
        "showlegend": False,
        "hoverinfo": "skip",
        "x": [part for value in found for part in (value, value, None)],
        "y": [0.0, top, None] * len(found),
        "line": {"color": COLOURS[role], "width": 1},
        "opacity": min(0.9, max(0.2, 25 / max(1, len(found)))),
    }


def _span(values: Sequence[float], log: bool, margin: bool = True) -> list[float]:
    """The ends of an axis that shows all values, never of no length."""
    if not values:
        return [0.1, 1.0]
    low, high = min(values), max(values)
    if log:
        return [low / 1.3, high * 1.3]
    return [low, high] if high > low and not margin else _padded(low, high)


def _padded(low: float, high: float) -> list[float]:
    margin = 0.06 * (high - low) or max(0.5, 1e-9 * abs(high))
    return [low - margin, high + margin]


def ticked(figure: Figure, which: str, places: Sequence[float], names: Sequence[str], top: bool = False) -> Figure:
    """The figure with these names at these places of its axis "x" or "y", and no others. top: above the picture."""
    named = {"tickvals": list(places), "ticktext": [said(name) for name in names], "showticklabels": True}
    figure["layout"][f"{which}axis"] |= named | ({"side": "top"} if top else {})
    return figure


def upright(figure: Figure, at: float, width: float = 1.5) -> Figure:
    """The figure with a thin dotted line at this x, which needs no name."""
    figure["layout"].setdefault("shapes", []).append(_upright(at, "whole", width=width, dash="dot"))
    return figure


def legend_beside(figure: Figure) -> Figure:
    """A square plane with its legend on its right, both as far up and left as there is room."""
    legend = {"orientation": "v", "x": 1, "xanchor": "left", "y": 1, "yanchor": "top"}
    return restyled(cornered(figure), legend=legend)


def cornered(figure: Figure) -> Figure:
    """A figure of squares in the upper left corner of its room."""
    return restyled(figure, {"constraintoward": "left"}, {"constraintoward": "top"})


def with_points(figure: Figure, traces: Sequence[Trace]) -> Figure:
    """The figure with points over its curves, its axes as much longer as these need."""
    for which in "xy":
        (low, high), seen = span_of(figure, which), [value for trace in traces for value in trace[which]]
        first, last = _span(seen, figure["layout"][f"{which}axis"].get("type") == "log")
        within(figure, **{which: (min(low, first), max(high, last))} if seen else {})
    return add(figure, *traces)
