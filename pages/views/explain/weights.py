"""Weights of a linear model as bars: orange speaks for the answer, blue against it, a line is their spread."""

import re
from collections.abc import Sequence

from pages.parts import drawing, figures
from pages.parts.figures import Figure
from pages.parts.grammar import INK

Row = tuple[str, float, float]  # what it is, its weight, the standard deviation over repeats
STRONG, WEAK = 0.4, 0.04  # shares of the largest weight from which on a word is bold, and coloured at all


def bars(rows: Sequence[Row], title: str, digits: int = 1) -> Figure:
    """Horizontal bars, first row on top. title: of the axis, with the unit."""
    longest = max((abs(weight) + spread for _, weight, spread in rows), default=0) or 1.0
    weights, spreads = ([row[i] for row in rows] for i in (1, 2))
    names = [
        row[0] if len(row[0]) <= 26 else re.sub(r"(.{12,26}) ", r"\1\n", row[0], count=1) for row in rows
    ]  # room for bars
    said = [f"{weight:+.{digits}f}" + (f" ± {spread:.{digits}f}" if spread else "") for _, weight, spread in rows]
    look = {"text": said, "hovertemplate": "%{y}: %{text}<extra></extra>"}
    if any(spreads):
        look["error_x"] = {"type": "data", "array": spreads, "color": INK, "thickness": 1.5, "width": 4}
    roles = ["after" if weight >= 0 else "before" for weight in weights]
    across = figures.axis(title, [-1.08 * longest, 1.08 * longest])
    return drawing.lying(names, weights, roles, across, 70 + 30 * max(len(rows), 1), **look)


def highlighted(words: Sequence[tuple[str, float | None]]) -> str:
    """A text as Markdown whose words are coloured by their weights, strong ones bold; None for what lies between words."""
    top = max((abs(weight) for _, weight in words if weight is not None), default=0) or 1.0
    parts = []
    for word, weight in words:
        text = re.sub(r"([\\`*_{}\[\]()<>#+.!|~$:-])", r"\\\1", word).replace("\n", " ")
        if weight is not None and abs(weight) >= WEAK * top:
            text = f"**{text}**" if abs(weight) >= STRONG * top else text
            text = f":{'orange' if weight > 0 else 'blue'}-background[{text}]"
        parts.append(text)
    return "".join(parts)
