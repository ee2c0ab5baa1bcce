"""Encoder and decoder at work, as one figure: letters go in above, what lies between the two, tokens come out below."""

from collections.abc import Sequence

from core.seq2seq import analysis
from core.seq2seq.analysis.answers import SPACE
from pages.parts import figures
from pages.parts.figures import COLOURS, INK, Figure
from pages.parts.grammar import Trace
from pages.parts.grammar import said as written
from pages.parts.words import _

READ, ENCODED, VECTOR, DECODED, SAID = 0.0, 1.0, 1.9, 2.9, 3.9  # heights of the rows, downward
FAINT = 0.15  # of what has not happened yet
THICKEST = 7  # line of a weight of 1, in pixels
LEAST = 0.03  # weight from which on a line is drawn
BOX = {"symbol": "square", "size": 30}
STATE = {"symbol": "circle", "size": 20}
Line = tuple[tuple[float, float], tuple[float, float]]


def figure(one: "analysis.own_words.Heard", moment: int) -> Figure:
    """The drawing after so many things have happened. What has not happened yet is faint."""
    read, said = min(moment, len(one.text)), max(0, moment - len(one.text))
    letters, tokens = range(len(one.text)), range(len(one.tokens))
    done = [i < read for i in letters]
    spoken = [t < said for t in tokens]
    traces = [
        *_arrows(_reading(one, read), "before"),
        *_arrows(_between(one, read), "neutral"),
        *_arrows(_saying(one, said), "after"),
        _signs("reads", "before", BOX, letters, READ, one.text, done),
        _signs("encoder", "before", STATE, letters, ENCODED, [""] * len(letters), done),
        _signs("decoder", "after", STATE, tokens, DECODED, [""] * len(tokens), spoken),
        _signs("says", "after", BOX, tokens, SAID, [_short(token) for token in one.tokens], spoken),
        _shares(one, spoken),
    ]
    if one.recurrent:
        traces.append(_vector(one, read == len(letters)))
    wide = max(len(letters), len(tokens))
    across = figures.axis("", [-1.2, wide - 0.4])
    down = figures.axis("", [SAID + 0.75, READ - 0.4])
    drawn = figures.plain(figures.figure_of(traces, across, down, 340, hovermode="closest", showlegend=False))
    names = {READ: _("reads"), ENCODED: _("encoder"), DECODED: _("decoder"), SAID: _("says")}
    drawn["layout"]["yaxis"] |= {"tickvals": list(names), "ticktext": list(names.values()), "showticklabels": True}
    drawn["layout"]["shapes"] = _looks(one, said)
    return drawn


def about(one: "analysis.own_words.Heard", moment: int) -> str:
    """The figure in words."""
    read, said = min(moment, len(one.text)), max(0, moment - len(one.text))
    return _("Encoder and decoder: {} letters read, {} of {} tokens said").format(read, said, len(one.tokens))


def _short(token: str) -> str:
    return _("end") if token == "<EOS>" else token.replace(" ", SPACE)


def _signs(
    name: str, role: str, marker: Trace, columns: Sequence[int], y: float, texts: Sequence[str], done: Sequence[bool]
) -> Trace:
    """A row of boxes or circles; the text of a box stands in it."""
    return {
        "type": "scatter",
        "mode": "markers+text",
        "name": _(name),
        "x": list(columns),
        "y": [y] * len(columns),
        "text": [written(text) for text in texts],
        "textfont": {"color": "#FFFFFF", "size": 13},
        "marker": marker
        | {"color": COLOURS[role], "opacity": [1.0 if d else FAINT for d in done], "line": {"width": 0}},
        "hovertemplate": f"{_(name)} %{{text}}<extra></extra>",
        "cliponaxis": False,
    }


def _shares(one: "analysis.own_words.Heard", spoken: Sequence[bool]) -> Trace:
    """How sure each token was, below it."""
    texts = [f"{100 * p:.0f} %" if d else "" for p, d in zip(one.sure, spoken)]
    place = {"x": list(range(len(texts))), "y": [SAID + 0.52] * len(texts), "text": texts}
    look = {"mode": "text", "textfont": {"size": 12, "color": INK}, "hoverinfo": "skip", "name": ""}
    return {"type": "scatter", **look, **place}


def _vector(one: "analysis.own_words.Heard", done: bool) -> Trace:
    """The one vector between the two."""
    text = _("{} numbers").format(one.size)
    marker = {"symbol": "diamond-wide", "size": 26, "color": COLOURS["neutral"], "opacity": 1.0 if done else FAINT}
    place = {
        "x": [-0.6],
        "y": [VECTOR],
        "text": [text],
        "textposition": "bottom center",
        "textfont": {"size": 12, "color": INK},
    }
    hover = {
        "hovertemplate": _("the one vector: {}").format(text) + "<extra></extra>",
        "name": "vector",
        "cliponaxis": False,
    }
    return {"type": "scatter", "mode": "markers+text", "marker": marker, **place, **hover}


def _reading(one: "analysis.own_words.Heard", read: int) -> list[tuple[Line, bool]]:
    """From each letter to its state, and along the states in both directions; whether it has happened."""
    found = [(((i, READ + 0.2), (i, ENCODED - 0.15)), i < read) for i in range(len(one.text))]
    if one.recurrent:
        for i in range(1, len(one.text)):
            found.append((((i - 0.8, ENCODED - 0.07), (i - 0.2, ENCODED - 0.07)), i < read))
            back = read == len(one.text)  # from the right it can only begin at the last letter
            found.append((((i - 0.2, ENCODED + 0.07), (i - 0.8, ENCODED + 0.07)), back))
    return found


def _between(one: "analysis.own_words.Heard", read: int) -> list[tuple[Line, bool]]:
    """From both ends of the encoder into the one vector, and from there to the decoder."""
    if not one.recurrent:
        return []
    done, last = read == len(one.text), len(one.text) - 1
    into = [((last, ENCODED + 0.15), (-0.45, VECTOR)), ((0, ENCODED + 0.15), (-0.5, VECTOR - 0.12))]
    return [(way, done) for way in [*into, ((-0.5, VECTOR + 0.12), (-0.1, DECODED - 0.13))]]


def _saying(one: "analysis.own_words.Heard", said: int) -> list[tuple[Line, bool]]:
    """From each state of the decoder to its token, and from each token back into the next state."""
    found = []
    for t in range(len(one.tokens)):
        found.append((((t, DECODED + 0.15), (t, SAID - 0.2)), t < said))
        start = (t - 0.8, SAID - 0.12) if t else (-0.75, DECODED)
        found.append(((start, (t - 0.17, DECODED + 0.1 if t else DECODED)), t < said))
    return found


def _arrows(lines: Sequence[tuple[Line, bool]], role: str) -> list[Trace]:
    """Two traces: what has happened, and faint what has not."""
    found = []
    for happened in (False, True):
        kept = [line for line, done in lines if done == happened]
        found.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": "",
                "hoverinfo": "skip",
                "x": [x for (a, b) in kept for x in (a[0], b[0], None)],
                "y": [y for (a, b) in kept for y in (a[1], b[1], None)],
                "line": {"color": COLOURS[role], "width": 1.6},
                "marker": {
                    "symbol": "arrow",
                    "angleref": "previous",
                    "size": [0, 9, 0] * len(kept),
                    "color": COLOURS[role],
                },
                "opacity": 1.0 if happened else FAINT,
            }
        )
    return found


def _looks(one: "analysis.own_words.Heard", said: int) -> list[Trace]:
    """A line from every letter to every token that has been said: as thick as its weight, the newest in full colour."""
    if one.looked is None:
        return []
    found = []
    for t in range(said):
        new = t == said - 1 or said == len(one.tokens)
        for s, weight in enumerate(one.looked[t].tolist()):
            if weight >= LEAST:
                ends = {"x0": s, "y0": ENCODED + 0.17, "x1": t, "y1": DECODED - 0.17}
                line = {"color": COLOURS["after"], "width": THICKEST * weight}
                found.append(
                    {"type": "line", **ends, "line": line, "opacity": (0.95 if new else 0.3) * (0.35 + 0.65 * weight)}
                )
    return found
