"""Several pictures and bars in one figure, each in a place of its own: they stay side by side on any screen.

A place is (left, right, top, bottom), in shares of the figure from its top left corner. What is not there yet keeps its
place: a dotted frame.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
import streamlit as st
from PIL import Image

from pages.parts.figures import Figure
from pages.parts.grammar import INK, colour, numbers, said
from pages.parts.overlay import overlay
from pages.parts.words import _

Place = tuple[float, float, float, float]
Row = tuple[str, float, str]  # what it is, its length from 0 to 100, its role in the colour grammar
PARTS = 28  # rows of numbers that hovering over a map says, about
LARGE = 100  # pixels of a side from which on a picture is a photo: a JPEG, smoothed when it is enlarged
FRAME = {"color": INK, "width": 1, "dash": "dot"}


def board(height: int = 400, top: int = 24, bottom: int = 8) -> Figure:
    """An empty figure. top, bottom: pixels that are kept for words above and below all panels."""
    margin = {"l": 4, "t": top, "b": bottom}
    return {
        "data": [],
        "layout": {"height": height, "margin": margin, "hovermode": "closest", "showlegend": False, "annotations": []},
    }


def picture(
    figure: Figure, place: Place, array: np.ndarray | None, title: str = "", text: str = "", quality: int = 85
) -> None:
    """Adds a picture, uint8 (H, W) or (H, W, 3), as large as fits. title: above it. text: on hover. quality: of a photo's JPEG."""
    tall, wide = (1, 1) if array is None else array.shape[:2]
    number = _axes(figure, place, [-0.5, wide - 0.5], [tall - 0.5, -0.5], square=True)
    _title(figure, number, title)
    if array is None:
        _frame(figure, number)
        return
    trace = {
        "type": "image",
        "name": title,
        "source": address(array, quality),
        "zsmooth": "fast" if min(tall, wide) >= LARGE else False,
    }
    trace |= {"hovertemplate": f"{said(text)}<extra></extra>"} if text else {"hoverinfo": "skip"}
    figure["data"].append(_on(number, trace))


def mapped(
    figure: Figure,
    place: Place,
    array: np.ndarray,
    values: np.ndarray | None,
    title: str,
    top: float | None = None,
    strength: float = 1.0,
) -> None:
    """Adds a picture under its map (h, w), orange for the answer and blue against it; hovering says the map's values.

    values: None where there is no map yet. top: the value of full colour. strength: of the map over the picture, 0 to 1.
    """
    if values is None:
        picture(figure, place, array, title)
        return
    values = np.asarray(values, np.float32)
    picture(figure, place, overlay(array, values, top, strength, wide=len(array)), title)
    side = max(1, len(values) // PARTS)
    few = values.reshape(len(values) // side, side, -1, side).mean((1, 3))
    hover(figure, few, _("map: %{z:.3~g}"))


def hover(figure: Figure, array: np.ndarray, says: str, name: str = "") -> None:
    """Lays numbers (h, w) over the picture that was added last, unseen: hovering says them. says: with %{z} in it."""
    number = figure["panels"]
    across, down = (figure["layout"][f"{axis}axis{number}"]["range"] for axis in "xy")
    wide, tall = (across[1] - across[0]) / array.shape[1], (down[0] - down[1]) / array.shape[0]
    trace = {
        "type": "heatmap",
        "name": name,
        "z": [numbers(row) for row in array],
        "showscale": False,
        "hoverongaps": False,
    }
    trace |= {
        "x0": wide / 2 - 0.5,
        "dx": wide,
        "y0": tall / 2 - 0.5,
        "dy": tall,
        "hovertemplate": f"{says}<extra></extra>",
    }
    trace |= {"colorscale": [[0, "rgba(0,0,0,0)"], [1, "rgba(0,0,0,0)"]]}
    figure["data"].append(_on(number, trace))


def bars(figure: Figure, place: Place, rows: Sequence[Row], title: str = "", most: int = 4) -> None:
    """Adds rows of bars, first one on top, each under its name and its length in percent. most: rows that there is room for."""
    number = _axes(figure, place, [0, 100], [most - 0.5, -0.5])
    _title(figure, number, title, left=True)
    rows = list(rows)[:most]
    names, lengths, roles = ([row[i] for row in rows] for i in range(3))
    at = list(range(len(rows)))
    drawn = {
        "type": "bar",
        "orientation": "h",
        "name": title,
        "x": numbers(lengths),
        "y": [i + 0.22 for i in at],
        "width": 0.34,
    }
    drawn |= {
        "text": [said(name) for name in names],
        "textposition": "none",
        "hovertemplate": "%{text}: %{x:.2f} %<extra></extra>",
    }
    figure["data"].append(_on(number, drawn | {"marker": {"color": [colour(role) for role in roles]}}))
    for where, side, words in ((0, "right", names), (100, "left", [percent(length) for length in lengths])):
        words = {"x": [where] * len(rows), "y": [i - 0.18 for i in at], "text": [said(word) for word in words]}
        look = {
            "type": "scatter",
            "mode": "text",
            "name": "",
            "textposition": f"middle {side}",
            "cliponaxis": False,
            "hoverinfo": "skip",
        }
        figure["data"].append(_on(number, look | words))


def legend(figure: Figure, left: float, names: Mapping[str, str]) -> None:
    """Adds what colours mean in the lower right corner. left: where the words begin. names: name → role."""
    lines = "<br>".join(f'<span style="color:{colour(role)}">■</span> {said(name)}' for name, role in names.items())
    at = {
        "xref": "paper",
        "yref": "paper",
        "x": left,
        "y": 0,
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
    }
    figure["layout"]["annotations"].append(at | {"text": lines, "align": "left"})


def say_colours() -> None:
    """One line on what the colours of maps mean."""
    st.caption(_(":orange[Orange] speaks for the answer, :blue[blue] against it."))


def percent(length: float) -> str:
    """A percentage as short as it can be told apart: “99 %”, “3.4 %”."""
    return f"{length:.0f} %" if length >= 9.95 or length < 0.05 else f"{length:.1f} %"


def short(name: str, most: int = 16) -> str:
    """A name that fits beside a bar."""
    return name if len(name) <= most else name[: most - 1] + "…"


def address(array: np.ndarray, quality: int = 85) -> str:
    """A picture as an address that holds it: a photo as JPEG, a small picture as PNG, whose pixels stay what they are."""
    file, photo = BytesIO(), min(array.shape[:2]) >= LARGE
    Image.fromarray(np.ascontiguousarray(array)).save(
        file, "JPEG" if photo else "PNG", **({"quality": quality} if photo else {})
    )
    return f"data:image/{'jpeg' if photo else 'png'};base64,{b64encode(file.getvalue()).decode()}"


def grid(columns: int, rows: int, across: float = 0.03, down: float = 0.09) -> list[Place]:
    """Places of one size in rows, first row on top. across, down: the gaps between them, which hold the titles."""
    wide, tall = (1 - across * (columns - 1)) / columns, (1 - down * (rows - 1)) / rows
    return [
        (j * (wide + across), j * (wide + across) + wide, i * (tall + down), i * (tall + down) + tall)
        for i in range(rows)
        for j in range(columns)
    ]


# ---- parts ----


def _axes(figure: Figure, place: Place, x: list[float], y: list[float], square: bool = False) -> int:
    """Gives the figure another pair of axes, unseen, and returns their number, from 2 on: the first pair stays free."""
    number = figure["panels"] = figure.get("panels", 1) + 1
    left, right, top, bottom = place
    bare = {"showgrid": False, "zeroline": False, "showticklabels": False, "ticks": "", "showline": False}
    across = {"domain": [left, right], "range": x, "anchor": f"y{number}", **bare}
    down = {"domain": [1 - bottom, 1 - top], "range": y, "anchor": f"x{number}", **bare}
    if square:
        across |= {"constrain": "domain"}
        down |= {"scaleanchor": f"x{number}", "constrain": "domain", "constraintoward": "top"}
    figure["layout"] |= {f"xaxis{number}": across, f"yaxis{number}": down}
    return number


def _frame(figure: Figure, number: int) -> None:
    """Where a picture will be."""
    corners = {"x": [-0.5, 0.5, 0.5, -0.5, -0.5], "y": [-0.5, -0.5, 0.5, 0.5, -0.5]}
    look = {"type": "scatter", "mode": "lines", "name": "", "hoverinfo": "skip", "line": FRAME, "opacity": 0.4}
    figure["data"].append(_on(number, look | corners))


def _on(number: int, trace: dict) -> dict:
    return trace | {"xaxis": f"x{number}", "yaxis": f"y{number}", "showlegend": False}


def _title(figure: Figure, number: int, title: str, left: bool = False) -> None:
    """Words above a panel, in its middle or at its left end."""
    if not title:
        return
    where = {"x": 0, "xanchor": "left"} if left else {"x": 0.5, "xanchor": "center"}
    at = {"xref": f"x{number} domain", "yref": f"y{number} domain", "y": 1, "yanchor": "bottom", "showarrow": False}
    figure["layout"]["annotations"].append(at | where | {"text": title, "font": {"size": 13}})
