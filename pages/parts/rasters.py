"""Arrays to pictures: one image, many images, a matrix, a field over the plane, a surface that can be turned.

All of them are Plotly figures in the form of figures.py. Pictures travel as PNG files; each pixel stays a square.
"""

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from pages.parts import figures
from pages.parts.figures import Figure, axis, names_of
from pages.parts.grammar import DIVERGING, INK, PAPER, SEQUENTIAL, Line, Trace, lettering, numbers, said

DARKEST = 0.32  # share of the ink's colour where a field is at its top
SPACE, WORD = 1.12, 0.3  # from picture to picture in a gallery, and what a word below takes, in pictures
DARK, LIGHT = "#15181F", "#FFFFFF"
PALE = "rgba(43,126,191,0.14)"  # a cell of a table that is not raised


def image(array: np.ndarray, height: int = 280, name: str = "") -> Figure:
    """One picture, uint8 (H, W) or (H, W, 3). Hovering says the place and the values of a pixel."""
    tall, wide = array.shape[:2]
    trace = {
        "type": "image",
        "source": _png(array),
        "name": name,
        "hovertemplate": "(%{x}, %{y}): %{color}<extra></extra>",
    }
    return _frame([trace], wide, tall, height)


def gallery(
    images: Sequence[np.ndarray],
    columns: int,
    texts: Sequence[str],
    height: int = 280,
    titles: Sequence[str] = (),
    chosen: int | None = None,
    inks: Sequence[str] = (),
    rows: Sequence[str] = (),
    first: int = 0,
) -> Figure:
    """Many pictures of one size, uint8 (H, W) or (H, W, 3), in rows of `columns`, first one first.

    texts: of each picture, on hover. titles: a short word below each picture. chosen: the picture that has a frame.
    inks: the colour of each title. rows: a name before each row, in Plotly's own markup (`grammar.inked`).
    A click returns the picture's number as "custom" (chart.show with pick); `first` is that of the first one.
    """
    tall, wide = images[0].shape[:2]
    across, down = round(wide * SPACE), round(tall * SPACE) + (round(tall * WORD) if titles else 0)
    lines = -(-len(images) // columns)
    at = [(across * (i % columns) + (wide - 1) / 2, down * (i // columns) + (tall - 1) / 2) for i in range(len(images))]
    spots = {
        "type": "scatter",
        "mode": "markers",
        "showlegend": False,
        "name": "",
        "x": [x for x, _ in at],
        "y": [y for _, y in at],
        "customdata": list(range(first, first + len(images))),
        "text": [said(text) for text in texts],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"symbol": "square", "size": 26, "color": INK, "opacity": 0},
    }
    sheet = _sheet(images, columns, across, down)
    figure = _frame([{"type": "image", "name": "", "source": _png(sheet), "hoverinfo": "skip"}, spots], 1, 1, height)
    figure["layout"]["hoverdistance"] = -1  # all of a picture, not its middle alone
    if titles:
        figure["data"].append(_words([said(title) for title in titles], at, inks or [INK] * len(at), below=tall / 2))
    if rows:
        middles = [down * i + (tall - 1) / 2 for i in range(lines)]
        figure["layout"]["yaxis"] |= {
            "tickvals": middles,
            "ticktext": list(rows),
            "showticklabels": True,
            "ticklabeloverflow": "allow",
        }
    if chosen is not None:
        figure["layout"]["shapes"] = [_frame_around(*at[chosen], wide, tall)]
    edge = 0.5 if chosen is None else 2.5  # with room for the frame
    return figures.within(figure, [-edge, columns * across - 0.5], [lines * down - 0.5, -edge])


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
    words: Sequence[Sequence[str]] = (),
    letters: int | None = None,
    scale: bool = False,
    places: Sequence[float] = (),
) -> Figure:
    """A matrix as squares, first row on top; what is not a number stays empty.

    signed: blue below zero, orange above, symmetric about zero; otherwise dark at zero, bright at `limit` (the largest
    value when left out). text: format of the number in each square. words: what stands in each square instead.
    letters: their size in pixels. largest: side of a square in pixels at most. scale: whether its colours are explained
    beside it. places: where its columns lie, instead of 0, 1, 2.
    """
    known = np.isfinite(array)
    top = limit or float(np.abs(np.where(known, array, 0.0)).max()) or 1.0
    stops = DIVERGING if signed else SEQUENTIAL
    says = f"{_hover(y, 'y', rows)}{_hover(x, 'x', columns)}<b>%{{z:.4~g}}</b>"
    trace = heat("", array, (-top if signed else 0, top), stops, says)
    if len(places):
        trace["x"] = numbers(places)
    if scale:
        trace |= {"showscale": True, "colorbar": {"thickness": 10, "nticks": 5, "len": 1, "outlinewidth": 0}}
    tall, wide = array.shape
    header = (22 if columns else 0) + (22 if x else 0)
    height = min(height, tall * largest + header + 8) if largest else height
    figure = _frame([trace], wide, tall, height)
    figure["layout"]["xaxis"] |= _names(columns) | {"title": {"text": said(x)}, "side": "top"}
    figure["layout"]["yaxis"] |= _names(rows) | {"title": {"text": said(y)}}
    if text or len(words):
        written = words if len(words) else [["" if v is None else format(v, text) for v in row] for row in trace["z"]]
        inks = [
            _ink(hue) for hue in between(stops, np.clip((array / top + 1) / 2 if signed else array / top, 0, 1)).ravel()
        ]
        at = [(j, i) for i in range(tall) for j in range(wide)]
        figure["data"].append(_words([said(word) for row in written for word in row], at, inks, letters=letters))
    return figure


def heat(
    name: str, array: np.ndarray, ends: tuple[float, float], stops: Sequence[str], says: str, **look: Any
) -> Trace:
    """A trace: numbers (H, W) as squares, without a scale; what is not a number stays empty. ends: the values that have the first
    and the last of the colours. says: on hover, with %{z} in it. look: more of the trace."""
    return {
        "type": "heatmap",
        "name": name,
        "z": [numbers(row) for row in array],
        "zmin": ends[0],
        "zmax": ends[1],
        "colorscale": _scale(stops),
        "showscale": False,
        "hoverongaps": False,
        "hovertemplate": f"{says}<extra></extra>",
    } | look


def cells(
    raised: np.ndarray,
    words: Sequence[Sequence[str]],
    rows: Sequence[str],
    columns: Sequence[str],
    pictures: Sequence[np.ndarray] = (),
) -> Figure:
    """A table with a word in each cell, those that are `raised`, bool (rows, columns), in the colour of danger; a click returns
    its place. pictures: 8-bit (H, W), one above each column."""
    many, tall = len(raised), 0.09 * len(raised) + 1.6 if len(pictures) else 0.0  # rows that a picture takes
    figure = matrix(raised, round(100 + 27 * (many + tall)), limit=1, words=words, rows=rows, columns=columns)
    squares, letters = figure["data"]
    squares |= {"colorscale": [[0, PALE], [1, figures.COLOURS["danger"]]], "xgap": 3, "ygap": 3}
    squares |= {"hoverinfo": "none", "hovertemplate": None}  # not “skip”: that would swallow clicks
    letters["textfont"]["color"] = [LIGHT if up else INK for up in raised.ravel()]
    figure["layout"]["yaxis"].pop("scaleanchor")
    place = {"xref": "x", "yref": "y", "y": -0.5 - tall, "xanchor": "center", "yanchor": "top"}
    place |= {"sizing": "contain", "sizex": 0.9, "sizey": tall - 0.1}
    figure["layout"]["images"] = [
        place | {"x": i, "source": _png(enlarge(picture, 3))} for i, picture in enumerate(pictures)
    ]
    return figures.within(figure, y=(many - 0.5, -0.5 - tall))


def field(x: np.ndarray, y: np.ndarray, values: np.ndarray, name: str = "", signed: bool = False) -> Trace:
    """A trace: values (len(y), len(x)) from 0 to 1 over the plane, as a ground of greys under points and lines, dark where
    it is 1; the greys are the page's own ink, so that they suit both themes. signed: blue at 0, orange at 1."""
    return {
        "type": "heatmap",
        "name": name,
        "x": numbers(x),
        "y": numbers(y),
        "z": [numbers(row) for row in np.round(np.clip(values, 0, 1), 3)],
        "zmin": 0,
        "zmax": 1,
        "colorscale": _scale(DIVERGING) if signed else [[0, PAPER], [1, INK]],
        "opacity": 0.6 if signed else DARKEST,
        "zsmooth": "best",
        "showscale": False,
        "hoverinfo": "skip",
    }


def contours(name: str, role: str, x: np.ndarray, y: np.ndarray, values: np.ndarray, levels: Sequence[float]) -> Trace:
    """A trace of the lines where a surface has these heights. x, y: the grid; values (len(y), len(x))."""
    from core.surfaces import level_lines  # only where there are lines: scikit-image takes its time

    xs, ys = [], []
    for line in level_lines(x, y, values, levels):
        xs += [*line[:, 0], 0.0]
        ys += [*line[:, 1], None]
    return figures.curve(Line(name, role, xs, ys), silent=True)


def surface(
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    titles: tuple[str, str, str],
    height: int = 420,
    path: Line | None = None,
) -> Figure:
    """A surface z (len(y), len(x)) that can be turned. titles: of the three axes. path: a way over it, on the surface."""
    trace = {
        "type": "surface",
        "name": "",
        "x": numbers(x),
        "y": numbers(y),
        "z": [numbers(row) for row in z],
        "colorscale": _scale(SEQUENTIAL),
        "showscale": False,
        "contours": {"z": {"show": True, "usecolormap": True, "project": {"z": True}}},
    }
    traces = [trace]
    if path is not None:
        from core.surfaces import heights

        drawn = {"x": numbers(path.x), "y": numbers(path.y)}
        drawn |= {"z": numbers(heights(x, y, z, np.stack([path.x, path.y], 1)))}
        style = {"line": {"color": figures.colour(path.role), "width": 5}, "hoverinfo": "name"}
        traces.append({"type": "scatter3d", "mode": "lines", "name": path.label, **drawn, **style})
    scene = {f"{axis_}axis": {"title": {"text": said(title)}} for axis_, title in zip("xyz", titles)}
    return {"data": traces, "layout": {"height": height, "scene": scene}}


def along(
    images: Sequence[np.ndarray], x: float, y: float, down: bool = False, size: float = 0.9, text: str = ""
) -> Trace:
    """A trace: pictures of one size, uint8 (H, W) or (H, W, 3), on the axes of a figure of squares, such as a matrix. The middle of
    the first is at (x, y), the others follow one by one to the right, or `down`. size: of the longer side. text: on hover."""
    tall, wide = images[0].shape[:2]
    step = round(max(tall, wide) / size)
    sheet = _sheet(images, 1 if down else len(images), step, step)
    start = {"x0": x - (wide - 1) / 2 / step, "y0": y - (tall - 1) / 2 / step, "dx": 1 / step, "dy": 1 / step}
    hover = {"hovertemplate": f"{said(text)}<extra></extra>"} if text else {"hoverinfo": "skip"}
    return {"type": "image", "name": "", "source": _png(sheet), **start, **hover}


def sprites(images: Sequence[np.ndarray], side: int) -> dict[str, Any]:
    """Pictures of one size, uint8 (H, W) or (H, W, 3), on one sheet, which travels with every redraw: so it is packed with losses
    that nobody sees. side: of each on the screen, in pixels."""
    columns = min(len(images), 10)
    blank = [np.zeros_like(images[0])] * (-len(images) % columns)
    rows = np.array_split(np.stack([*images, *blank]), -(-len(images) // columns))
    sheet = _address(np.concatenate([np.concatenate(list(row), 1) for row in rows]), "WEBP", quality=75)
    return {"sheet": sheet, "side": side, "columns": columns, "places": list(range(len(images)))}


def enlarge(array: np.ndarray, factor: int = 6) -> np.ndarray:
    """An 8-bit picture (H, W) or (H, W, 3), each pixel `factor` × `factor`, so that a browser does not blur it."""
    return array.repeat(factor, 0).repeat(factor, 1)


# ---- parts ----


def _png(array: np.ndarray) -> str:
    """A picture as the address of a PNG."""
    return _address(array, "PNG")


def _address(array: np.ndarray, kind: str, **how: Any) -> str:
    """A picture as an address that holds it."""
    file = BytesIO()
    Image.fromarray(array).save(file, kind, **how)
    return f"data:image/{kind.lower()};base64," + b64encode(file.getvalue()).decode()


def _frame(traces: list[Trace], wide: int, tall: int, height: int) -> Figure:
    """A figure of squares without axes, first row on top."""
    across, down = axis("", [-0.5, wide - 0.5]), axis("", [tall - 0.5, -0.5])
    figure = figures.figure_of(traces, across, down, height, hovermode="closest", showlegend=False)
    return figures.cornered(figures.plain(figure, square=True))


def _sheet(images: Sequence[np.ndarray], columns: int, across: int, down: int) -> np.ndarray:
    """All pictures on one transparent sheet (H, W, 4), one every `across` and `down` pixels."""
    tall, wide = images[0].shape[:2]
    sheet = np.zeros((-(-len(images) // columns) * down, columns * across, 4), np.uint8)
    for i, picture in enumerate(images):
        top, left = i // columns * down, i % columns * across
        sheet[top : top + tall, left : left + wide, :3] = picture if picture.ndim == 3 else picture[..., None]
        sheet[top : top + tall, left : left + wide, 3] = 255
    return sheet


def _frame_around(x: float, y: float, wide: int, tall: int) -> dict[str, Any]:
    line, half, up = {"color": figures.COLOURS["danger"], "width": 3}, 0.54 * wide, 0.54 * tall
    return {"type": "rect", "x0": x - half, "x1": x + half, "y0": y - up, "y1": y + up, "line": line}


def _names(names: Sequence[str]) -> dict[str, Any]:
    """Names of rows or columns; without any, nothing is written there."""
    return names_of(names) | {"showticklabels": True} if len(names) else {"showticklabels": False}


def _hover(title: str, which: str, names: Sequence[str]) -> str:
    """A line of the hover label: the title of the axis and the name of the place on it."""
    return f"{said(title)} %{{{which}}}<br>".lstrip() if title or len(names) else ""


def _words(
    texts: Sequence[str],
    at: Sequence[tuple[float, float]],
    inks: Sequence[str],
    below: float = 0.0,
    letters: int | None = None,
) -> Trace:
    """Words that stand on squares, each in an ink that can be read there. letters: their size in pixels."""
    return lettering(
        texts,
        [(x, y + below) for x, y in at],
        cliponaxis=False,
        textposition="bottom center" if below else "middle center",
        textfont={"color": list(inks)} | ({"size": letters} if letters else {}),
    )


def _scale(stops: Sequence[str]) -> list[list[Any]]:
    """Plotly's form of a scale of colours."""
    return [[place, stop] for place, stop in zip(np.linspace(0, 1, len(stops)).tolist(), stops)]


def between(stops: Sequence[str], shares: np.ndarray) -> np.ndarray:
    """The colour at each share of the way through the stops; nothing for what is not a number. shares: (rows, columns)."""
    places, channels = np.linspace(0, 1, len(stops)), zip(*(bytes.fromhex(stop[1:]) for stop in stops))
    red, green, blue = (np.rint(np.interp(np.nan_to_num(shares), places, c)).astype(int) for c in channels)
    return np.array(
        [
            [f"#{r:02X}{g:02X}{b:02X}" if known else "" for r, g, b, known in zip(*row)]
            for row in zip(red, green, blue, np.isfinite(shares))
        ]
    )


def _ink(hue: str) -> str:
    """Dark or light, whichever can be read better on a colour (WCAG 2, relative luminance); on none, the page's ink."""
    if not hue:
        return INK
    shares = np.array(list(bytes.fromhex(hue[1:]))) / 255
    light = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    return DARK if (light + 0.05) ** 2 > 1.05 * 0.059 else LIGHT
