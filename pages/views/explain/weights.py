"""Weights of a linear imitation as rows of bars: orange speaks for the answer, blue against it, a line is their spread."""

from collections.abc import Sequence
from html import escape

from pages.shared.figures import COLOURS

Row = tuple[str, float, float]  # what it is, its weight, the standard deviation over repeats


def bars(rows: Sequence[Row], unit: str = " points", digits: int = 1) -> str:
    """HTML for st.html. Every bar starts in the middle; the longest weight with its spread fills its half."""
    longest = max((abs(weight) + spread for _, weight, spread in rows), default=0) or 1.0
    cells = [_row(name, weight, spread, longest, unit, digits) for name, weight, spread in rows]
    grid = (
        "display:grid;grid-template-columns:minmax(0,5fr) minmax(90px,4fr) max-content;gap:5px 12px;align-items:center"
    )
    return f'<div style="{grid};font-size:0.875rem;line-height:1.25">{"".join(cells)}</div>'


def _row(name: str, weight: float, spread: float, longest: float, unit: str, digits: int) -> str:
    share, half = 50 * weight / longest, 50 * spread / longest
    colour = COLOURS["after" if weight >= 0 else "before"]
    bar = f"left:{50 + min(share, 0):.2f}%;width:{abs(share):.2f}%;top:1px;bottom:1px;background:{colour};border-radius:2px"
    line = (
        f"left:{50 + share - half:.2f}%;width:{2 * half:.2f}%;top:7px;height:2px;background:currentColor;opacity:0.75"
    )
    axis = "left:50%;width:1px;top:0;bottom:0;background:currentColor;opacity:0.35"
    parts = [
        f'<span style="position:absolute;{style}"></span>' for style in ([bar, axis, line] if spread else [bar, axis])
    ]
    said = f"{weight:+.{digits}f}" + (f" ± {spread:.{digits}f}" if spread else "") + unit
    return (
        f'<span style="overflow-wrap:anywhere">{escape(name)}</span>'
        f'<span style="position:relative;height:16px;display:block">{"".join(parts)}</span>'
        f'<span style="text-align:right;font-variant-numeric:tabular-nums">{escape(said)}</span>'
    )


def highlighted(words: Sequence[tuple[str, float | None]]) -> str:
    """HTML of a text whose words are coloured by their weights; None for what lies between words."""
    top = max((abs(weight) for _, weight in words if weight is not None), default=0) or 1.0
    parts = []
    for word, weight in words:
        if weight is None or abs(weight) < 0.04 * top:
            parts.append(escape(word))
            continue
        red, green, blue = bytes.fromhex(COLOURS["after" if weight > 0 else "before"][1:])
        tint = f"rgba({red},{green},{blue},{0.12 + 0.68 * abs(weight) / top:.2f})"
        style = f"background:{tint};border-radius:3px;padding:1px 2px"
        parts.append(f'<span style="{style}" title="{100 * weight:+.1f} points">{escape(word)}</span>')
    return f'<p style="line-height:1.75;overflow-wrap:anywhere;white-space:pre-wrap">{"".join(parts)}</p>'
