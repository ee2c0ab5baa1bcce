"""Small pictures drawn as SVG: they load before any chart can, and stay sharp on a projector."""

from collections.abc import Sequence
from html import escape
from math import sqrt
from textwrap import wrap

from pages.shared.figures import COLOURS

CARD = 330  # width of a card's picture: about what a card of the home page has, so that its words are as large as the page's
INK, PAPER = "#E9E7E2", "#1B2029"  # a panel of its own, so that it looks the same in both themes
GREY = "#808692"  # readable on both themes


def bars(rows: Sequence[tuple[str, str, float, str]], title: str) -> str:
    """Horizontal bars on a panel. rows: (name, role, length 0 to 1, text behind the bar). title: what lengths mean."""
    lines = wrap(title, 36) or [""]
    step, top = 25, 24 + 19 * len(lines)
    height = top + step * len(rows) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {CARD} {height}" font-family="sans-serif" font-size="14.6">',
        f'<rect width="{CARD}" height="{height}" rx="8" fill="{PAPER}"/>',
    ]
    parts += [
        f'<text x="12" y="{24 + 19 * i}" fill="{INK}" font-weight="600">{escape(line)}</text>' for i, line in enumerate(lines)
    ]
    for i, (name, role, length, text) in enumerate(rows):
        y = top + step * i
        width = max(2.0, 78 * length)
        parts += [
            f'<text x="116" y="{y + 13}" fill="{INK}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="122" y="{y + 1}" width="{width:.1f}" height="15" rx="3" fill="{COLOURS[role]}"/>',
            f'<text x="{128 + width:.1f}" y="{y + 13}" fill="{INK}" opacity="0.85">{escape(text)}</text>',
        ]
    return "".join([*parts, "</svg>"])


def narrow_bars(rows: Sequence[tuple[str, str, float, str]], title: str) -> str:
    """As `bars`, for a third of the page: each name stands over its bar, so that it can be read from the last row of a hall."""
    step, top, full = 39, 42, 208
    height = top + step * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 {height}" font-family="sans-serif" font-size="14">',
        f'<rect width="240" height="{height}" rx="7" fill="{PAPER}"/>',
        f'<text x="16" y="25" fill="{INK}" font-size="13" opacity="0.85">{escape(title)}</text>',
    ]
    for i, (name, role, length, text) in enumerate(rows):
        y = top + step * i
        parts += [
            f'<text x="16" y="{y + 12}" fill="{INK}" font-weight="600">{escape(name)}</text>',
            f'<text x="{16 + full}" y="{y + 12}" fill="{INK}" text-anchor="end">{escape(text)}</text>',
            f'<rect x="16" y="{y + 18}" width="{max(1.5, full * length):.1f}" height="9" rx="2" fill="{COLOURS[role]}"/>',
        ]
    return "".join([*parts, "</svg>"])


def networks(names: Sequence[str], before: Sequence[int], after: Sequence[int]) -> str:
    """A network before (blue) and after (orange) it was made thinner: a column for each layer, its height √width."""
    gap, tall = 130, 150
    width, middle = gap * len(names) + 40, tall / 2 + 24
    scale = tall / sqrt(max(before))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {tall + 74}" font-family="sans-serif" font-size="14">'
    ]
    for role, widths, opacity in (("before", before, 0.35), ("after", after, 0.95)):
        halves = [max(1.5, scale * sqrt(w) / 2) for w in widths]
        lefts = [40 + gap * i for i in range(len(widths))]
        for i in range(len(widths) - 1):
            a, b, x, y = halves[i], halves[i + 1], lefts[i] + 26, lefts[i + 1]
            corners = f"{x},{middle - a:.1f} {y},{middle - b:.1f} {y},{middle + b:.1f} {x},{middle + a:.1f}"
            parts.append(f'<polygon points="{corners}" fill="{COLOURS[role]}" opacity="{opacity / 3:.2f}"/>')
        for x, half in zip(lefts, halves):
            parts.append(
                f'<rect x="{x}" y="{middle - half:.1f}" width="26" height="{2 * half:.1f}" rx="4" '
                f'fill="{COLOURS[role]}" opacity="{opacity}"/>'
            )
    for i, (name, b, a) in enumerate(zip(names, before, after)):
        x = 53 + gap * i
        parts.append(f'<text x="{x}" y="{tall + 46}" fill="{GREY}" text-anchor="middle">{escape(name)}</text>')
        parts.append(
            f'<text x="{x}" y="{tall + 66}" fill="{GREY}" text-anchor="middle" font-weight="600">{b} → {a}</text>'
        )
    return "".join([*parts, "</svg>"])
