"""The plane as one drawing: D's field, real points, fakes, where G is pushed, and G's grid of codes."""

from base64 import b64encode
from html import escape

import numpy as np
import streamlit as st

from pages.shared.figures import COLOURS, DIVERGING
from pages.shared.overlay import inline
from pages.shared.words import _

REACH = 1.5  # where the measured plane ends, as core/gan/worlds.py has it
SIDE = 400  # of the drawing in its own units
LONGEST = 34  # of an arrow
PAPER = {False: ("#F4F2EC", "#20242E", "#3A2A10"), True: ("#23272F", "#C9CED8", "#F2DFC2")}  # dark? → ground, net, arrows


def svg(
    real: np.ndarray,
    fake: np.ndarray,
    field: np.ndarray | None = None,
    arrows: np.ndarray | None = None,
    lattice: np.ndarray | None = None,
    path: np.ndarray | None = None,
) -> str:
    """HTML of the drawing. real, fake: points (N, 2). field: (G, G) 8-bit, rows from below, 255 is real to D. arrows: (K, 2),
    where the first K fakes are pushed. lattice: (L, L or 1, 2), a grid of codes bent by G. path: points (P, 2) of a walk."""
    paper, __, __ = PAPER[dark()]
    parts = [_field(field)] if field is not None else []
    parts += _grid(lattice) if lattice is not None else []
    parts += _dots(real, COLOURS["before"], 'r="3.1" fill-opacity="0.75"')
    parts += _dots(fake, COLOURS["after"], 'r="3.1" stroke="#FFF8EC" stroke-width="0.7"')
    parts += _arrows(fake, arrows) if arrows is not None else []
    parts += [_line(path, "#15181F", 3.5), _line(path, "#FFD27A", 1.8)] if path is not None else []
    alt = escape(_("Real points in blue, fakes in orange, over how real the discriminator finds every place"))
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" width="{SIDE}" height="{SIDE}">'
        f'<rect width="{SIDE}" height="{SIDE}" fill="{paper}"/>{"".join(parts)}</svg>'
    )
    source = "data:image/svg+xml;base64," + b64encode(drawn.encode()).decode()
    return f'<img src="{source}" alt="{alt}" style="width:100%;max-width:560px;height:auto;display:block;border-radius:8px">'


def dark() -> bool:
    """Whether the visitor's theme is dark."""
    return st.context.theme.type == "dark"


def legend(arrows: bool = True, net: bool = True) -> str:
    """One line that says what is what, as Markdown's own HTML. arrows, net: whether they are drawn."""
    names = [
        (_("real"), f"background:{COLOURS['before']};border-radius:50%"),
        (_("fake"), f"background:{COLOURS['after']};border-radius:50%"),
        (_("D says real"), f"background:{mixed(0.85)}"),
        (_("D says fake"), f"background:{mixed(0.15)}"),
    ]
    box = "display:inline-block;width:0.8em;height:0.8em;margin:0 0.35em 0 0.9em;vertical-align:-0.05em"
    said = "".join(f'<span style="{box};{style}"></span>{escape(name)}' for name, style in names)
    drawn = [(net, "▦", _("evenly likely codes, bent by G")), (arrows, "→", _("push on G"))]
    end = "".join(f'<span style="margin-left:0.9em">{sign} {escape(name)}</span>' for there, sign, name in drawn if there)
    return f'<div style="font-size:0.85rem">{said}{end}</div>'


def mixed(share: float) -> str:
    """The field's colour where D finds a share of real: orange is fake, blue is real, pale so that points stand out."""
    return "#" + "".join(f"{channel:02X}" for channel in _colours(np.array([share]))[0])


def _colours(share: np.ndarray) -> np.ndarray:
    """Shares (...) of real as colours (..., 3), 8-bit."""
    stops = DIVERGING[0], PAPER[dark()][0] if dark() else DIVERGING[1], DIVERGING[2]
    blue, paper, orange = (np.array(list(bytes.fromhex(stop[1:])), np.float32) for stop in stops)
    far = (np.abs(2 * share - 1) * 0.62)[..., None]
    hue = np.where(share[..., None] > 0.5, blue, orange)
    return (paper * (1 - far) + hue * far).astype(np.uint8)


def _field(field: np.ndarray) -> str:
    picture = _colours(field[::-1].astype(np.float32) / 255)
    return f'<image href="{inline(picture)}" x="0" y="0" width="{SIDE}" height="{SIDE}" preserveAspectRatio="none"/>'


def _at(points: np.ndarray) -> np.ndarray:
    """Places of the plane (..., 2) in the drawing."""
    points = np.clip(np.asarray(points, np.float32), -9, 9)
    return np.stack([points[..., 0] + REACH, REACH - points[..., 1]], -1) * (SIDE / (2 * REACH))


def _dots(points: np.ndarray, colour: str, style: str) -> list[str]:
    circles = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" {style}/>' for x, y in _at(points))
    return [f'<g fill="{colour}">{circles}</g>']


def _arrows(fake: np.ndarray, arrows: np.ndarray) -> list[str]:
    """Arrows whose longest has a fixed length: where they are all short, nobody could see where they point."""
    start, way = _at(fake[: len(arrows)]), np.asarray(arrows, np.float32) * np.array([1, -1])
    length = np.linalg.norm(way, axis=1)
    top = float(np.quantile(length, 0.9)) or 1.0
    ends = start + way / max(top, 1e-12) * LONGEST * np.minimum(1, top / np.maximum(length, 1e-12))[:, None]
    lines = "".join(
        f'<line x1="{a:.1f}" y1="{b:.1f}" x2="{c:.1f}" y2="{d:.1f}" marker-end="url(#tip)"/>'
        for (a, b), (c, d) in zip(start, ends)
    )
    tip = (
        '<defs><marker id="tip" viewBox="0 0 6 6" refX="4" refY="3" markerWidth="4.5" markerHeight="4.5" orient="auto">'
        f'<path d="M0 0L6 3L0 6z" fill="{PAPER[dark()][2]}"/></marker></defs>'
    )
    return [tip, f'<g stroke="{PAPER[dark()][2]}" stroke-width="1.1" stroke-opacity="0.8">{lines}</g>']


def _grid(lattice: np.ndarray) -> list[str]:
    rows = list(lattice) if lattice.shape[1] > 1 else []
    return [_line(row, PAPER[dark()][1], 0.7, 0.4) for row in [*rows, *lattice.transpose(1, 0, 2)]]


def _line(points: np.ndarray, colour: str, width: float, opacity: float = 1) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in _at(points))
    return (
        f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="{opacity}"/>'
    )
