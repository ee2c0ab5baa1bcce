"""The tree of a beam search as one figure: what was kept at each step, what was cut, and where greedy went."""

from collections.abc import Sequence
from typing import Any

from core.seq2seq import analysis
from pages.parts import figures
from pages.parts.figures import COLOURS, INK, Figure
from pages.parts.grammar import Trace
from pages.parts.grammar import said as written
from pages.parts.verdict import minus
from pages.parts.words import _

WIDE, HIGH = 0.62, 0.8  # of a box, where steps and rows are 1 apart
ROW = 40  # pixels
Placed = Sequence[tuple[int, int, Any]]  # step, row, analysis.beam.Node
BENDS = 12  # points of a curved line
ROLES = {"winner": "after", "greedy": "before", "kept": "control", "cut": "danger"}


def figure(steps: "Sequence[Sequence[analysis.beam.Node]]") -> Figure:
    """steps: the candidates of each step, kept ones first, each in order of score."""
    rows = max(map(len, steps))
    placed = [(t, i, node) for t, nodes in enumerate(steps) for i, node in enumerate(nodes)]
    names = {"winner": _("winner"), "greedy": _("greedy"), "kept": _("kept"), "cut": _("cut")}
    traces = [
        _links([each for each in placed if not each[2].wins], "control", 1.3, "solid"),
        _links([each for each in placed if each[2].wins], "after", 3.2, "solid"),
        _links([each for each in placed if each[2].greedy], "before", 1.8, "6px,4px"),
        *(_boxes(kind, name, [each for each in placed if each[2].kind == kind]) for kind, name in names.items()),
    ]
    across = (
        figures.axis(_("step"), [-0.8, len(steps) - 0.45])
        | figures.names_of(range(1, len(steps) + 1))
        | {"side": "top"}
    )
    down = figures.axis("", [rows - 0.45, -0.55]) | {"showticklabels": False}
    for axis in (across, down):
        axis |= {"showgrid": False, "zeroline": False, "ticks": ""}
    return figures.figure_of(
        traces, across, down, 90 + ROW * rows, barmode="overlay", hovermode="closest", showlegend=True
    )


def _boxes(kind: str, name: str, placed: Placed) -> Trace:
    """The candidates of one kind: token and score in a box."""
    hue, empty = COLOURS[ROLES[kind]], kind == "cut"
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": [WIDE] * len(placed),
        "base": [t - WIDE / 2 for t, i, node in placed],
        "y": [i for t, i, node in placed],
        "width": HIGH,
        "offset": -HIGH / 2,
        "text": [f"<b>{written(_token(node))}</b><br>{_score(node)}" for t, i, node in placed],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "insidetextfont": {"color": INK, "size": 12},
        "customdata": [_score(node) for t, i, node in placed],
        "hovertext": [written(node.token) for t, i, node in placed],
        "hovertemplate": f"%{{hovertext}}: {name}, {_('score')} %{{customdata}}<extra></extra>",
        "marker": {"color": "rgba(0,0,0,0)" if empty else _pale(hue), "line": {"color": hue, "width": 1.5}},
    }


def _token(node: "analysis.beam.Node") -> str:
    return "⋯" if node.waits else node.token.replace("<EOS>", _("end"))


def _score(node: "analysis.beam.Node") -> str:
    return minus(f"{node.score:.2f}")


def _pale(hue: str) -> str:
    red, green, blue = bytes.fromhex(hue[1:])
    return f"rgba({red},{green},{blue},0.5)"


def _links(placed: Placed, role: str, width: float, dash: str) -> Trace:
    """Curved lines from each parent's box to the child's."""
    xs, ys = [], []
    for t, i, node in placed:
        start, end = (t - 1 + WIDE / 2, node.parent if t else 0), (t - WIDE / 2, i)
        for k in range(BENDS + 1):
            share = k / BENDS
            eased = share * share * (3 - 2 * share)
            xs.append(start[0] + share * (end[0] - start[0]))
            ys.append(start[1] + eased * (end[1] - start[1]))
        xs.append(None)
        ys.append(None)
    line = {"color": COLOURS[role], "width": width, "dash": dash}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": "",
        "showlegend": False,
        "hoverinfo": "skip",
        "x": xs,
        "y": ys,
        "line": line,
    }
