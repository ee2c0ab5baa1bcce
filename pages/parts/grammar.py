"""The colour grammar: which hue, dash and marker a role has, and the two traces that most figures are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import isfinite
from typing import Any

import numpy as np

COLOURS = {"before": "#2B7EBF", "after": "#D07A00", "danger": "#C0368A", "control": "#7A808C", "neutral": "#2A9D7F"}
DASHES = {"before": "6px,3px", "after": "solid", "danger": "2px,2px", "control": "2px,4px", "neutral": "solid"}
MARKERS = {"before": "square", "after": "circle", "danger": "x", "control": "diamond", "neutral": "triangle-up"}
TASKS = ("#2B7EBF", "#D07A00", "#2A9D7F", "#C0368A", "#7A6FD0", "#8A7A1F", "#0E8FA3", "#C4504B", "#5E8C31", "#97705A")
SPARE = ("star", "cross")  # for a second group of the same role
DIVERGING = ("#2B7EBF", "#F4F2EC", "#D07A00")
SEQUENTIAL = ("#22264B", "#3B528B", "#21918C", "#5EC962", "#FDE725")
INK, PAPER = "var(--st-text-color)", "var(--st-background-color)"  # the browser puts the theme's own in their place
Trace = dict[str, Any]


def colour(role: str) -> str:
    """The hue of a role; task1 … task10 tell the tasks of a stream apart, and what sums them up has the ink's colour."""
    if role == "whole":
        return INK
    return TASKS[int(role.removeprefix("task")) - 1] if role.startswith("task") else COLOURS[role]


@dataclass(frozen=True)
class Line:
    """One curve: its name, its role in the colour grammar, and its points; None in y is a gap.

    faint: of another run, behind the main one. dash: one of Plotly's instead of the role's own. steps: between two points it has
    the value of the second. sd: the standard deviation of each y, where it is a mean over several seeds.
    """

    label: str
    role: str
    x: Sequence[float]
    y: Sequence[float | None]
    faint: bool = False
    dash: str = ""
    steps: bool = False
    sd: Sequence[float | None] = ()


SHADE = "30"  # how opaque a band is, in hexadecimal


def band(line: Line) -> Trace:
    """One standard deviation on both sides of a curve, as one closed area, which says nothing on hover."""
    across = [*line.x, *reversed(line.x)]
    above, below = ([y + sign * (sd or 0) for y, sd in zip(line.y, line.sd)] for sign in (1, -1))
    shade = {"fill": "toself", "fillcolor": colour(line.role) + SHADE, "line": {"width": 0}}
    quiet = {"name": "", "showlegend": False, "hoverinfo": "skip"}
    return {"type": "scatter", "mode": "lines", "x": across, "y": [*above, *reversed(below)]} | quiet | shade


def curve(line: Line, log_x: bool = False, log_y: bool = False, silent: bool = False) -> Trace:
    """One curve; a logarithmic axis leaves out what has no logarithm. silent: says nothing on hover."""
    pairs = [(number(a), number(b)) for a, b in zip(line.x, line.y)]
    pairs = [(a, None if log_y and (b or 0) <= 0 else b) for a, b in pairs if a is not None and (a > 0 or not log_x)]
    dash = line.dash or (DASHES["control"] if line.faint else DASHES.get(line.role, "solid"))
    shape = {"shape": "vh"} if line.steps else {}
    hue = colour(line.role)
    return {
        "type": "scatter",
        "mode": "lines" if len(pairs) != 1 else "lines+markers",  # a line of one point cannot be seen
        "name": line.label,
        "showlegend": bool(line.label),
        "x": [a for a, _ in pairs],
        "y": [b for _, b in pairs],
        "line": {"color": hue, "dash": dash, "width": 1.5 if line.faint else 2.2, **shape},
        "opacity": 0.7 if line.faint else 1,
        "marker": {"color": hue, "size": 6},
        **({"hoverinfo": "skip"} if silent else {}),
    }


def dots(
    name: str,
    role: str,
    x: Sequence[float],
    y: Sequence[float],
    texts: Sequence[str],
    shape: str = "",
    small: bool = False,
    pictures: dict[str, Any] | None = None,
    silent: bool = False,
) -> Trace:
    """One group of points with a text on hover. shape: one of Plotly's marker symbols instead of the role's own."""
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "showlegend": bool(name),
        "x": numbers(x),
        "y": numbers(y),
        "text": [said(text) for text in texts],
        "hovertemplate": ("%{text}" if len(texts) else said(name)) + "<extra></extra>",
        "marker": {
            "color": colour(role),
            "symbol": shape or MARKERS.get(role, "circle"),
            "size": 5.5 if small else 10,
            "opacity": 0.6 if small else 1,
            "line": {"width": 0 if small else 1, "color": PAPER},
        },
    }
    if silent:
        trace |= {"hoverinfo": "skip", "hovertemplate": None}
    return trace | ({"meta": {"pictures": pictures}} if pictures else {})


def said(text: str) -> str:
    """A text as Plotly writes it: what looks like a tag is no tag, and a line break is one."""
    return escape(str(text), quote=False).replace("\n", "<br>")


def inked(text: str, role: str) -> str:
    """A text in the hue of a role, in Plotly's own markup."""
    return f'<span style="color:{colour(role)}">{said(text)}</span>'


def number(value: Any) -> float | None:
    """A plain number for the browser; None for what is missing or not finite."""
    return None if value is None or not isfinite(value) else float(value)


def numbers(values: Any) -> list[float | None]:
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiu" and np.isfinite(values).all():
        return values.astype(float).tolist()
    return [number(v) for v in values]


def lettering(texts: Sequence[str], at: Sequence[tuple[float, float]], **look: Any) -> Trace:
    """Texts that stand in the picture, one at each (x, y): no points, no legend, nothing under the pointer. look: more of the trace."""
    return {
        "type": "scatter",
        "mode": "text",
        "name": "",
        "showlegend": False,
        "hoverinfo": "skip",
        "x": [x for x, _ in at],
        "y": [y for _, y in at],
        "text": list(texts),
    } | look
