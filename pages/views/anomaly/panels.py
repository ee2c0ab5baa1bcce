"""Pictures as HTML: small ones in a gallery, large ones side by side, with a colour scale beneath and edges drawn on them."""

from html import escape
from typing import Any

import numpy as np
from scipy.ndimage import binary_erosion

from pages.shared import figures, rasters
from pages.shared.overlay import inline

LARGE, ENLARGED = 220, 8  # pixels of a large picture, of one of its own pixels
SIGNED = (figures.DIVERGING[0], "#181818", figures.DIVERGING[2])  # as in live.heat: where nothing differs it is dark


def pixels(picture: Any) -> np.ndarray:
    """A grey picture (1, H, W) in [0, 1] as 8-bit (H, W)."""
    return np.rint(255 * np.clip(picture[0].numpy(), 0, 1)).astype(np.uint8)


def image(picture: np.ndarray, alt: str, style: str) -> str:
    style = f"image-rendering:pixelated;border-radius:3px;display:block;margin-bottom:3px;{style}"
    return f'<img src="{inline(picture)}" alt="{escape(alt)}" title="{escape(alt)}" style="{style}">'


def enlarged(picture: np.ndarray) -> np.ndarray:
    return rasters.enlarge(picture, ENLARGED)


def tinted(share: np.ndarray, stops: tuple[str, ...]) -> np.ndarray:
    """Values (H, W) in [0, 1] as colours between the stops, enlarged, 8-bit RGB."""
    channels, places = np.array([list(bytes.fromhex(stop[1:])) for stop in stops]), np.linspace(0, 1, len(stops))
    rgb = np.stack([np.interp(share, places, channel) for channel in channels.T], -1)
    return enlarged(np.rint(rgb).astype(np.uint8))


def outlined(picture: np.ndarray, regions: list[tuple[np.ndarray, str, int]]) -> np.ndarray:
    """A picture, already enlarged, with the edges of regions on it. regions: (mask of small pixels (h, w), colour, width)."""
    found = np.repeat(picture[..., None], 3, 2) if picture.ndim == 2 else picture.copy()
    for mask, colour, width in regions:
        large = enlarged(mask)
        found[large & ~binary_erosion(large, iterations=width)] = list(bytes.fromhex(colour[1:]))
    return found


def side_by_side(panels: list[tuple[np.ndarray, str, str]]) -> str:
    """HTML of large pictures side by side, two in a row on a phone."""
    cells = []
    for picture, title, under in panels:
        shot = image(picture, title, "width:100%;height:auto")
        said = f'<div style="font-size:0.8rem;line-height:1.35;opacity:0.85">{under}</div>'
        cells.append(f'<div style="width:min({LARGE}px,calc(50% - 8px))"><b>{escape(title)}</b>{shot}{said}</div>')
    return f'<div style="display:flex;flex-wrap:wrap;gap:16px">{"".join(cells)}</div>'


def scale(stops: tuple[str, ...], low: str, middle: str, high: str) -> str:
    """HTML of a colour scale with its ends, and a word beneath."""
    bar = f'<div style="height:8px;border-radius:2px;background:linear-gradient(90deg,{",".join(stops)})"></div>'
    ends = f'<div style="display:flex;justify-content:space-between"><span>{low}</span><span>{high}</span></div>'
    return f"{bar}{ends}{escape(middle)}"
