"""Tokens as tiles in rows: what a network says, paler where it is unsure, pink where it is wrong, with the right token below."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.data.words import EXAMPLES
from core.seq2seq.analysis import answers
from core.seq2seq.analysis.answers import SPACE, Tile
from pages.parts import drawing, figures
from pages.parts.figures import COLOURS, INK, Figure
from pages.parts.grammar import Trace, lettering
from pages.parts.grammar import said as written
from pages.parts.words import N_, _

WIDE, HIGH = 0.9, 0.56  # of a tile, where columns and rows are 1 apart
PALEST, FULLEST = 0.14, 0.72  # of the colour, for a token said with p = 0 and with p = 1
LETTER = 13  # pixels
SMALL = 12
USUAL = 14  # columns
ROLES = {"said": "after", N_("copied"): "before", "wrong": "danger", "left out": "danger", "chosen": "neutral"}


@dataclass(frozen=True)
class Row:
    """A line of tiles, its name on the left, and a note on the right (a tick, a number)."""

    name: str
    tiles: Sequence[Tile]
    note: str = ""


def figure(
    rows: Sequence[Row], title: str = "", columns: int = 0, chosen: int | None = None, always: Sequence[str] = ("said",)
) -> Figure:
    """Rows of tiles. title: a line below. columns: room for so many, of a longer line the rest is left out; left out itself: room
    for the longest, and at least for a usual answer.

    chosen: a row with a ground of its own. always: kinds that the legend names even while there are none, so that nothing
    moves when some come. A click on a tile gives its row as "custom".
    """
    columns = columns or max(USUAL, *(len(row.tiles) for row in rows))
    shown = [answers.cut(row.tiles, columns) for row in rows]
    kinds = [kind for kind in ROLES if kind in always or any(tile.kind == kind for row in shown for tile in row)]
    traces = [*(_tiles(kind, shown) for kind in kinds), _below(shown), _notes(rows, columns)]
    across = figures.axis(title, [-0.6, columns + 0.6]) | {"showticklabels": False, "ticks": "", "zeroline": False}
    down = figures.axis("", [len(rows) - 0.45, -0.45]) | figures.names_of([row.name for row in rows])
    down |= {"showgrid": False, "zeroline": False, "tickfont": {"size": 14}, "ticks": ""}
    look = {"barmode": "overlay", "hovermode": "closest", "showlegend": True}
    if chosen is not None:
        ground = {"type": "rect", "xref": "paper", "x0": 0, "x1": 1, "y0": chosen - 0.45, "y1": chosen + 0.55}
        ground |= {"layer": "below", "line": {"width": 0}, "fillcolor": INK, "opacity": 0.08}
        look["shapes"] = [ground]
    return figures.figure_of(traces, across, down, 30 + 46 * len(rows), **look)


def _tiles(kind: str, shown: Sequence[Sequence[Tile]]) -> Trace:
    """The tiles of one kind, as boxes."""
    placed = [(j, i, tile) for i, row in enumerate(shown) for j, tile in enumerate(row) if tile.kind == kind]
    edge = {"color": COLOURS[ROLES[kind]], "width": 1 if kind in ("said", "copied", "chosen") else 2.2}
    if not placed:  # Plotly names no empty trace in its legend
        look = {"color": _fill(kind, 1.0), "line": edge}
        return {"type": "bar", "orientation": "h", "name": _(kind), "x": [None], "y": [None], "marker": look}
    texts = [written(tile.token.replace(" ", SPACE)) for *_at, tile in placed]
    look = {"cliponaxis": False, "customdata": [i for _j, i, _tile in placed]}
    look |= {"insidetextfont": {"color": INK, "size": LETTER}, "hovertemplate": "%{hovertext}<extra></extra>"}
    look |= {"hovertext": [written(_about(tile)) for *_at, tile in placed]}
    fills = [_fill(kind, tile.sure) for *_at, tile in placed]
    return drawing.boxes(_(kind), [(j, i) for j, i, _tile in placed], (WIDE, HIGH), texts, fills, edge, **look)


def _fill(kind: str, sure: float) -> str:
    """The colour of a tile, pale where the network is unsure; none where a token was left out."""
    if kind == "left out":
        return "rgba(0,0,0,0)"
    return drawing.pale(COLOURS[ROLES[kind]], PALEST + (FULLEST - PALEST) * sure)


def _about(tile: Tile) -> str:
    """What a tile says when one points at it: the sound in a word, how sure, and what would be right."""
    if tile.kind == "left out":
        return _("left out: {}").format(_sound(tile.below))
    lines = [_sound(tile.token), _("p = {:.0f} %").format(100 * tile.sure)]
    if tile.below:
        lines.append(_("right: {}").format(_sound(tile.below)) if tile.below != "–" else _("right: nothing here"))
    return "\n".join(lines)


def _sound(token: str) -> str:
    """A sound with a word that has it; anything else as it is."""
    word = EXAMPLES.get(token.rstrip("012")) if len(token) > 1 or token.isupper() else None
    return _("{} as in “{}”").format(token, word) if word else token.replace(" ", SPACE)


def _below(shown: Sequence[Sequence[Tile]]) -> Trace:
    """The right tokens, each below the tile that is wrong."""
    every = [(j, i + 0.42, tile) for i, row in enumerate(shown) for j, tile in enumerate(row)]
    wrong = [(x, y, tile.below) for x, y, tile in every if tile.below and tile.token != answers.MORE]
    texts, at = [written(below.replace(" ", SPACE)) for *_at, below in wrong], [(x, y) for x, y, _below in wrong]
    return lettering(texts, at, cliponaxis=False, textfont={"color": COLOURS["danger"], "size": SMALL})


def _notes(rows: Sequence[Row], columns: int) -> Trace:
    """A tick or a number at the end of each row."""
    hues = [{"✓": COLOURS["neutral"], "✗": COLOURS["danger"]}.get(row.note, INK) for row in rows]
    at, look = [(columns + 0.1, i) for i in range(len(rows))], {"color": hues, "size": 16}
    return lettering([written(row.note) for row in rows], at, cliponaxis=False, textfont=look)
