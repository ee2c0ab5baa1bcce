"""The tree of a beam search as one figure: what was kept at each step, what was cut, and where greedy went."""

from collections.abc import Callable, Sequence
from typing import Any

from core.seq2seq import analysis
from pages.parts import drawing, figures
from pages.parts.figures import COLOURS, Figure
from pages.parts.grammar import Trace
from pages.parts.grammar import said as written
from pages.parts.verdict import minus
from pages.parts.words import N_, _

WIDE, HIGH = 0.62, 0.8  # of a box, where steps and rows are 1 apart
ROW = 40  # pixels
Placed = Sequence[tuple[int, int, Any]]  # step, row, analysis.beam.Node
BARE = {"showgrid": False, "zeroline": False, "ticks": ""}
KINDS = {
    "winner": (N_("winner"), "after"),
    "greedy": (N_("greedy"), "before"),
    "kept": (N_("kept"), "control"),
    "cut": (N_("cut"), "danger"),
}


def figure(steps: "Sequence[Sequence[analysis.beam.Node]]") -> Figure:
    """steps: the candidates of each step, kept ones first, each in order of score."""
    rows = max(map(len, steps))
    placed = [(t, i, node) for t, nodes in enumerate(steps) for i, node in enumerate(nodes)]
    traces = [
        _links(placed, lambda node: not node.wins, "control", 1.3, "solid"),
        _links(placed, lambda node: node.wins, "after", 3.2, "solid"),
        _links(placed, lambda node: node.greedy, "before", 1.8, "6px,4px"),
        *(_boxes(kind, [each for each in placed if each[2].kind == kind]) for kind in KINDS),
    ]
    across = figures.axis(_("step"), [-0.8, len(steps) - 0.45]) | BARE | {"side": "top"}
    across |= figures.names_of(range(1, len(steps) + 1))
    down = figures.axis("", [rows - 0.45, -0.55]) | BARE | {"showticklabels": False}
    look = {"barmode": "overlay", "hovermode": "closest", "showlegend": True}
    return figures.figure_of(traces, across, down, 90 + ROW * rows, **look)


def _boxes(kind: str, placed: Placed) -> Trace:
    """The candidates of one kind: token and score in a box."""
    (name, role), texts, scores = KINDS[kind], [], [minus(f"{node.score:.2f}") for t, i, node in placed]
    for (_t, _i, node), score in zip(placed, scores):
        token = "⋯" if node.waits else node.token.replace("<EOS>", _("end"))
        texts.append(f"<b>{written(token)}</b><br>{score}")
    fill = "rgba(0,0,0,0)" if kind == "cut" else drawing.pale(COLOURS[role], 0.5)
    look = {"customdata": scores, "hovertext": [written(node.token) for t, i, node in placed]}
    score = _("score")
    look["hovertemplate"] = f"%{{hovertext}}: {_(name)}, {score} %{{customdata}}<extra></extra>"
    edge = {"color": COLOURS[role], "width": 1.5}
    return drawing.boxes(_(name), [(t, i) for t, i, node in placed], (WIDE, HIGH), texts, fill, edge, **look)


def _links(placed: Placed, kept: Callable[[Any], bool], role: str, width: float, dash: str) -> Trace:
    """Curved lines from each parent's box to the child's."""
    lines = [
        drawing.bend((t - 1 + WIDE / 2, node.parent if t else 0), (t - WIDE / 2, i))
        for t, i, node in placed
        if kept(node)
    ]
    return drawing.strokes("", lines, COLOURS[role], width, dash)
