"""Pictures of examples as figures: ten small ones with what was expected, and large ones with edges drawn on them."""

import numpy as np

from pages.parts import drawing, figures, rasters
from pages.parts.grammar import Trace
from pages.parts.words import _

LARGE = 240  # pixels of a large picture on the screen


def rows(inputs: np.ndarray, expected: np.ndarray | None, height: int = 230) -> figures.Figure:
    """Pictures 8-bit (N, H, W), half of them normal and then the anomalies; below them what was expected and where both differ.

    expected: None of a detector that expects nothing.
    """
    many, wide = len(inputs), round(rasters.SPACE * inputs.shape[2])
    lines = {_("picture"): inputs}
    if expected is not None:
        lines |= {_("expected"): expected, _("difference"): [heat(a, b) for a, b in zip(inputs, expected)]}
    said = _("normal: {}"), _("anomaly: {}")
    texts = [said[i >= many // 2].format(name) for name in lines for i in range(many)]
    figure = rasters.gallery([each for line in lines.values() for each in line], many, texts, height, rows=list(lines))
    figures.ticked(figure, "x", [wide * many / 4, wide * many * 3 / 4], [_("normal"), _("anomalies")], top=True)
    return figures.restyled(figure, margin={"t": 26})


def heat(picture: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Where two 8-bit pictures (H, W) differ: orange is ink too many, blue ink that is missing; 8-bit (H, W, 3)."""
    share = (picture.astype(np.float32) - expected.astype(np.float32)) / 255
    blue, __, orange = (np.array(list(bytes.fromhex(stop[1:])), np.float32) for stop in figures.DIVERGING)
    hue = np.where(share[..., None] > 0, orange, blue)
    return (np.abs(share[..., None]) ** 0.7 * hue + 24 * (1 - np.abs(share[..., None]))).astype(np.uint8)


def large(picture: np.ndarray, *marks: Trace) -> figures.Figure:
    """One 8-bit picture, with the edges of regions on it."""
    return figures.add(rasters.image(picture, LARGE), *marks)


def heated(values: np.ndarray, top: float, signed: bool, *marks: Trace) -> figures.Figure:
    """A map (H, W) with its scale, and the edges of regions on it. top: the value of full colour."""
    return figures.add(rasters.matrix(values, LARGE, signed, top, scale=True), *marks)


def edges(name: str, mask: np.ndarray, hue: str, width: float) -> Trace:
    """The edge of a region of pixels (H, W) as one line."""
    inside = np.pad(mask.astype(bool), 1)  # the first pixel has its middle at 0
    down = [(x - 1.5, y - 0.5, x - 0.5, y - 0.5) for y, x in np.argwhere(inside[1:] != inside[:-1]).tolist()]
    right = [(x - 0.5, y - 1.5, x - 0.5, y - 0.5) for y, x in np.argwhere(inside[:, 1:] != inside[:, :-1]).tolist()]
    xs = [x for from_x, __, to_x, __ in down + right for x in (from_x, to_x, None)]
    ys = [y for __, from_y, __, to_y in down + right for y in (from_y, to_y, None)]
    look = {"line": {"color": hue, "width": width}, "hoverinfo": "skip", "showlegend": False}
    return {"type": "scatter", "mode": "lines", "name": name, "x": xs, "y": ys, **look}


def across(
    names: list[str], values: list[float], texts: list[str], title: str, roles: list[str] | None = None, height: int = 0
) -> figures.Figure:
    """A bar to the right or left for each name, the first on top. texts: at each bar's end. roles: orange above zero, blue below
    when left out. height: of the figure in pixels, by the number of bars when left out."""
    roles = roles or ["after" if value > 0 else "before" for value in values]
    low, high = min(0.0, *values), max(0.0, *values)
    room = 0.35 * ((high - low) or 1.0)  # for the texts
    x = figures.axis(title, [low - (room if low else 0), high + (room if high else 0)])
    look = {"name": title, "text": texts, "textposition": "outside", "hoverinfo": "skip"}
    figure = drawing.lying(names, values, roles, x, height or 70 + 30 * len(names), **look)
    return figures.restyled(figure, y={"showgrid": False}, bargap=0.2)
