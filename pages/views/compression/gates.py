"""The stage of early exits: which of the watched digits leave where, and what a digit costs on average."""

from core.compression.analysis import gates as analysis
from pages.parts import drawing, figures, rasters
from pages.parts.figures import Figure
from pages.parts.grammar import COLOURS, INK, Trace, lettering
from pages.parts.shown import Shown
from pages.parts.words import _

WIDE, GAP, ABOVE = 7, 1, 3.4  # digits in a row of an exit, between two exits, and for the words above, in digits
TALL = 9  # rows that there is room for


def exits(current: Shown) -> tuple[Figure, str]:
    """A block of digits for each exit, wrong answers framed."""
    found, traces, words, at = analysis.gates(current), [], [], []
    frames: list[tuple[float, float]] = []
    for e, gate in enumerate(found):
        left = e * (WIDE + GAP)
        for row, start in enumerate(range(0, len(gate.digits), WIDE)):
            traces.append(rasters.along(list(gate.digits[start : start + WIDE]), left, row))
        frames += [(left + i % WIDE, i // WIDE) for i in gate.wrong]
        words += _said(e + 1, gate)
        at += [(left + (WIDE - 1) / 2, -ABOVE + 0.4 + 0.9 * line) for line in range(3)]
    traces += [_framed(frames), lettering(words, at, textfont={"size": 13, "color": INK})]
    wide = len(found) * (WIDE + GAP) - GAP
    said = _("60 test digits, each at the exit where it leaves; a frame: its answer is wrong")
    across = figures.axis(said, [-0.7, wide - 0.3]) | {"constrain": "domain"}
    down = figures.axis("", [TALL - 0.4, -ABOVE]) | {"scaleanchor": "x", "constrain": "domain"}
    figure = figures.figure_of(traces, across, down, 320, hovermode="closest", showlegend=False)
    each = ", ".join(f"{gate.share:.0f} %" for gate in found)
    return figures.plain(figure), _("Test digits that leave at each exit: {}").format(each)


def _said(number: int, gate: analysis.Gate) -> list[str]:
    """Three lines: how many leave at an exit, how many of them are right, and what it costs."""
    right = "–" if gate.right is None else _("{:.1f} % right").format(gate.right)
    cost = _("{:,.0f}k multiply–adds").format(gate.macs / 1000)
    return [_("<b>exit {}</b>: {:.0f} % leave").format(number, gate.share), right, cost]


def _framed(at: list[tuple[float, float]]) -> Trace:
    marker = {"symbol": "square-open", "size": 19, "color": COLOURS["danger"], "line": {"width": 2}}
    places = {"x": [x for x, _ in at], "y": [y for _, y in at]}
    return {"type": "scatter", "mode": "markers", "name": "", "hoverinfo": "skip", "marker": marker, **places}


def work(current: Shown) -> Figure:
    """Two bars: multiply–adds of one digit without exits, and on average with them."""
    full, now = analysis.work(current)
    thousands = [full / 1000, now / 1000]
    said = [f"{thousands[0]:,.0f}", f"{thousands[1]:,.0f} · {100 * now / full:.0f} %"]
    look = {
        "name": _("multiply–adds"),
        "text": said,
        "textposition": "outside",
        "hovertemplate": "%{x:,.0f}<extra></extra>",
    }
    across = figures.axis(_("thousand multiply–adds for one digit"), [0, 1.3 * max(thousands)])
    across |= {"showticklabels": False, "showgrid": False}
    figure = drawing.lying((_("No exits"), _("Exits")), thousands, ("before", "after"), across, 90, **look)
    bare = {"showgrid": False, "zeroline": False, "ticks": ""}
    return figures.restyled(figure, bare, bare, hovermode="closest", showlegend=False)
