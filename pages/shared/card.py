"""Small pictures for the home page, drawn as SVG from what shipped runs measured; they load before any chart can."""

from collections.abc import Sequence
from html import escape

from pages.shared.figures import COLOURS

INK, PAPER = "#E9E7E2", "#1B2029"  # a panel of its own, so that it looks the same in both themes


def bars(rows: Sequence[tuple[str, str, float, str]], title: str) -> str:
    """Horizontal bars. rows: (name, role, length 0 to 1, text behind the bar). title: what the lengths mean, with unit."""
    step, top = 26, 50
    height = top + step * len(rows) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 420 {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="420" height="{height}" rx="10" fill="{PAPER}"/>',
        f'<text x="18" y="30" fill="{INK}" font-size="14" font-weight="600">{escape(title)}</text>',
    ]
    for i, (name, role, length, text) in enumerate(rows):
        y = top + step * i
        width = max(2.0, 175 * length)
        parts += [
            f'<text x="132" y="{y + 13}" fill="{INK}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="142" y="{y + 1}" width="{width:.1f}" height="15" rx="3" fill="{COLOURS[role]}"/>',
            f'<text x="{150 + width:.1f}" y="{y + 13}" fill="{INK}" opacity="0.85">{escape(text)}</text>',
        ]
    return "".join([*parts, "</svg>"])
