"""The tree of a beam search as one drawing: what was kept at each step, what was cut, and where greedy went."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pages.shared.figures import COLOURS
from pages.shared.words import _

WIDE, HIGH = 92, 38  # of a column and of a row, in pixels
TOP, LEFT = 26, 58
BOX = 60, 31
INK = "#15181F"  # on orange and grey; on blue white is easier to read
GREY, BLUE, ORANGE, DANGER = (COLOURS[role] for role in ("control", "before", "after", "danger"))


@dataclass(frozen=True)
class Node:
    """A candidate of one step: its parent's place in the step before, token, score; kept or cut; whether it is on the winner's
    path, on greedy's, and whether it has ended (then it stands again in later steps, without a token)."""

    parent: int
    token: str
    score: float
    kept: bool
    wins: bool = False
    greedy: bool = False
    waits: bool = False


def svg(steps: Sequence[Sequence[Node]]) -> str:
    """HTML of the drawing. steps: the candidates of each step, kept ones first, each in order of score."""
    tall = TOP + HIGH * max(map(len, steps)) + 10
    wide = LEFT + WIDE * len(steps) + 12
    parts = [
        f'<text x="{LEFT - 8}" y="{_y(0) + 4}" text-anchor="end" font-size="11" fill="{GREY}">&lt;BOS&gt;</text>',
        *(f'<text x="{_x(t)}" y="14" font-size="11" fill="{GREY}">{t + 1}</text>' for t in range(len(steps))),
    ]
    for t, nodes in enumerate(steps):
        parts += [_link(t, i, node) for i, node in enumerate(nodes)]
    for t, nodes in enumerate(steps):
        parts += [_node(t, i, node) for i, node in enumerate(nodes)]
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}" width="{wide}" height="{tall}" '
        f'font-family="sans-serif" font-size="13" text-anchor="middle">{"".join(parts)}</svg>'
    )
    source = "data:image/svg+xml;base64," + b64encode(drawn.encode()).decode()
    alt = _("Tree of {} steps: kept hypotheses in orange and blue, cut ones in grey").format(len(steps))
    style = f"width:{wide}px;max-width:none;height:{tall}px;display:block"
    return f'<div style="overflow:auto;max-height:580px"><img src="{source}" alt="{escape(alt)}" style="{style}"></div>'


def _x(step: int) -> float:
    return LEFT + WIDE * step + BOX[0] / 2 + 18


def _y(row: int) -> float:
    return TOP + HIGH * row + BOX[1] / 2


def _link(step: int, row: int, node: Node) -> str:
    """From the parent's box to this one's: thick where it wins, dashed blue where greedy goes."""
    start = (_x(step - 1) + BOX[0] / 2, _y(node.parent)) if step else (LEFT - 4, _y(0))
    end = _x(step) - BOX[0] / 2, _y(row)
    middle = (start[0] + end[0]) / 2
    path = f"M{start[0]} {start[1]}C{middle} {start[1]} {middle} {end[1]} {end[0]} {end[1]}"
    colour, width = (ORANGE, 3.2) if node.wins else (GREY, 1.3)
    dots = ' stroke-dasharray="2 4"' if node.waits else ""
    own = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-opacity="{_opacity(node)}"{dots}/>'
    also = (
        f'<path d="{path}" fill="none" stroke="{BLUE}" stroke-width="1.8" stroke-dasharray="6 4"/>'
        if node.greedy
        else ""
    )
    return own + also


def _node(step: int, row: int, node: Node) -> str:
    """Token and score; what was cut has a cross."""
    x, y = _x(step), _y(row)
    colour = ORANGE if node.wins else BLUE if node.greedy and node.kept else GREY
    name = "⋯" if node.waits else node.token.replace("<EOS>", "■")
    fill = f'fill="{colour}" fill-opacity="{0.95 if node.kept else 0.12}"'
    ink = ("#FFFFFF" if colour == BLUE else INK) if node.kept else GREY
    score = f"{node.score:.2f}".replace("-", "−")
    cross = "" if node.kept else f'<text x="{x + BOX[0] / 2 + 8}" y="{y + 5}" font-size="13" fill="{DANGER}">×</text>'
    return (
        f'<rect x="{x - BOX[0] / 2}" y="{y - BOX[1] / 2}" width="{BOX[0]}" height="{BOX[1]}" rx="5" {fill}/>'
        f'<text x="{x}" y="{y - 1}" font-weight="700" fill="{ink}">{escape(name)}</text>'
        f'<text x="{x}" y="{y + 12}" font-size="11" fill="{ink}">{score}</text>{cross}'
    )


def _opacity(node: Node) -> float:
    return 1.0 if node.wins else 0.8 if node.kept else 0.35
