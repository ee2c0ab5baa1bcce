"""Encoder and decoder at work, as one figure: letters go in above, what lies between the two, tokens come out below."""

from collections.abc import Sequence

from core.seq2seq import analysis
from core.seq2seq.analysis import flow
from core.seq2seq.analysis.answers import SPACE
from core.seq2seq.analysis.flow import DECODED, ENCODED, READ, SAID, VECTOR
from pages.parts import drawing, figures
from pages.parts.figures import COLOURS, INK, Figure
from pages.parts.grammar import Trace, lettering
from pages.parts.grammar import said as written
from pages.parts.words import _

FAINT = 0.15  # of what has not happened yet
THICKEST = 7  # line of a weight of 1, in pixels
BOX = {"symbol": "square", "size": 30}
STATE = {"symbol": "circle", "size": 20}
ROLES = {"reading": "before", "between": "neutral", "saying": "after"}


def figure(one: "analysis.own_words.Heard", moment: int) -> Figure:
    """The drawing after so many things have happened. What has not happened yet is faint."""
    read, said = flow.happened(one, moment)
    done, spoken = [i < read for i in range(len(one.text))], [t < said for t in range(len(one.tokens))]
    tokens = [_("end") if token == "<EOS>" else token.replace(" ", SPACE) for token in one.tokens]
    shares = [f"{100 * p:.0f} %" if known else "" for p, known in zip(one.sure, spoken)]
    small = {"size": 12, "color": INK}
    traces = [
        *(_arrows(flow.ways(one, moment), part, happened) for part in ROLES for happened in (False, True)),
        _signs(_("reads"), "before", BOX, READ, one.text, done),
        _signs(_("encoder"), "before", STATE, ENCODED, [""] * len(done), done),
        _signs(_("decoder"), "after", STATE, DECODED, [""] * len(spoken), spoken),
        _signs(_("says"), "after", BOX, SAID, tokens, spoken),
        lettering(shares, [(t, SAID + 0.52) for t in range(len(shares))], textfont=small),
    ]
    if one.recurrent:
        marker, text = {"symbol": "diamond-wide", "size": 26}, _("{} numbers").format(one.size)
        look = {"textposition": "bottom center", "textfont": small, "x": [-0.6]}
        traces.append(_signs(_("the one vector"), "neutral", marker, VECTOR, [text], [read == len(one.text)]) | look)
    across = figures.axis("", [-1.2, max(len(done), len(spoken)) - 0.4])
    down = figures.axis("", [SAID + 0.75, READ - 0.4])
    drawn = figures.plain(figures.figure_of(traces, across, down, 340, hovermode="closest", showlegend=False))
    names = {READ: _("reads"), ENCODED: _("encoder"), DECODED: _("decoder"), SAID: _("says")}
    ticks = {"tickvals": list(names), "ticktext": list(names.values()), "showticklabels": True}
    return figures.restyled(drawn, y=ticks, shapes=[_line(look) for look in flow.looks(one, moment)])


def about(one: "analysis.own_words.Heard", moment: int) -> str:
    """The figure in words."""
    read, said = flow.happened(one, moment)
    return _("Encoder and decoder: {} letters read, {} of {} tokens said").format(read, said, len(one.tokens))


def _signs(name: str, role: str, marker: Trace, y: float, texts: Sequence[str], done: Sequence[bool]) -> Trace:
    """A row of boxes or circles; the text of a box stands in it."""
    marker = marker | {"color": COLOURS[role], "opacity": [1.0 if d else FAINT for d in done], "line": {"width": 0}}
    look = {"mode": "markers+text", "marker": marker, "textfont": {"color": "#FFFFFF", "size": 13}, "cliponaxis": False}
    look |= {"name": name, "hoverinfo": "all", "hovertemplate": f"{name} %{{text}}<extra></extra>"}
    return lettering([written(text) for text in texts], [(i, y) for i in range(len(texts))], **look)


def _arrows(ways: Sequence[flow.Way], part: str, happened: bool) -> Trace:
    """The arrows of one part that have happened, or faint those that have not."""
    kept, hue = [(way.start, way.end) for way in ways if (way.part, way.done) == (part, happened)], COLOURS[ROLES[part]]
    marker = {"symbol": "arrow", "angleref": "previous", "size": [0, 9, 0] * len(kept), "color": hue}
    look = {"mode": "lines+markers", "marker": marker, "opacity": 1.0 if happened else FAINT}
    return drawing.strokes("", kept, hue, 1.6, **look)


def _line(look: flow.Look) -> Trace:
    """A line from a letter to a token: as thick as its weight, the newest in full colour."""
    ends = {"x0": look.letter, "y0": ENCODED + 0.17, "x1": look.token, "y1": DECODED - 0.17}
    opacity = (0.95 if look.newest else 0.3) * (0.35 + 0.65 * look.weight)
    line = {"color": COLOURS["after"], "width": THICKEST * look.weight}
    return {"type": "line", **ends, "line": line, "opacity": opacity}
