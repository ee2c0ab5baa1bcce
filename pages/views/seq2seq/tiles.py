"""Tokens as tiles in rows: what a network says, paler where it is unsure, pink where it is wrong, with the right token below."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.data.words import EXAMPLES
from core.seq2seq.analysis import answers
from core.seq2seq.analysis.answers import SPACE, Tile
from pages.parts import figures
from pages.parts.figures import COLOURS, INK, Figure
from pages.parts.grammar import Trace, lettering
from pages.parts.grammar import said as written
from pages.parts.words import _

WIDE, HIGH = 0.9, 0.56  # of a tile, where columns and rows are 1 apart
PALEST, FULLEST = 0.14, 0.72  # of the colour, for a token said with p = 0 and with p = 1
LETTER = 13  # pixels
SMALL = 12
MORE = "…"
USUAL = 14  # columns
ROLES = {"said": "after", "wrong": "danger", "left out": "danger", "chosen": "neutral"}


@dataclass(frozen=True)
class Row:
    """A line of tiles, its name on the left, and a note on the right (a tick, a number)."""

    name: str
    tiles: Sequence[Tile]
    note: str = ""


def mark(right: bool | None) -> str:
    """For a right answer and for a wrong one; nothing where nobody knows."""
    return {True: "✓", False: "✗", None: ""}[right]


def tick(said: Sequence[str], known: Sequence[Sequence[str]]) -> str:
    """The mark of an answer. known: the right ones."""
    return mark(answers.right(said, known))


def room(rows: Sequence[Row]) -> int:
    """Columns that these rows need, and at least as many as a usual answer has."""
    return max(USUAL, *(len(row.tiles) for row in rows))


def figure(
    rows: Sequence[Row], columns: int, title: str = "", chosen: int | None = None, always: Sequence[str] = ("said",)
) -> Figure:
    """Rows of tiles. columns: room for so many; of a longer line the rest is left out. title: a line below.

    chosen: a row with a ground of its own. always: kinds that the legend names even while there are none, so that nothing
    moves when some come. A click on a tile gives its row as "custom".
    """
    shown = [_cut(row.tiles, columns) for row in rows]
    kinds = [kind for kind in ROLES if kind in always or any(tile.kind == kind for row in shown for tile in row)]
    traces = [_tiles(kind, shown) for kind in kinds]
    traces += [_below(shown), _notes(rows, columns)]
    across = figures.axis(title, [-0.6, columns + 0.6]) | {"showticklabels": False, "ticks": "", "zeroline": False}
    down = figures.axis("", [len(rows) - 0.45, -0.45]) | figures.names_of([row.name for row in rows])
    down |= {"showgrid": False, "zeroline": False, "tickfont": {"size": 14}, "ticks": ""}
    drawn = figures.figure_of(
        traces, across, down, 30 + 46 * len(rows), barmode="overlay", hovermode="closest", showlegend=True
    )
    if chosen is not None:
        ground = {
            "type": "rect",
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": chosen - 0.45,
            "y1": chosen + 0.55,
            "layer": "below",
        }
        drawn["layout"]["shapes"] = [ground | {"line": {"width": 0}, "fillcolor": INK, "opacity": 0.08}]
    return drawn


def _cut(tiles: Sequence[Tile], columns: int) -> list[Tile]:
    return list(tiles) if len(tiles) <= columns else [*tiles[: columns - 1], Tile(MORE, tiles[columns - 1].kind)]


def _tiles(kind: str, shown: Sequence[Sequence[Tile]]) -> Trace:
    """The tiles of one kind, as bars that lie."""
    hue, placed = (
        COLOURS[ROLES[kind]],
        [(i, j, tile) for i, row in enumerate(shown) for j, tile in enumerate(row) if tile.kind == kind],
    )
    edge = {"color": hue, "width": 1 if kind in ("said", "chosen") else 2.2}
    if not placed:  # Plotly names no empty trace in its legend
        look = {"color": _fill(kind, 1.0), "line": edge}
        return {"type": "bar", "orientation": "h", "name": _(kind), "x": [None], "y": [None], "marker": look}
    return {
        "type": "bar",
        "orientation": "h",
        "name": _(kind),
        "x": [WIDE] * len(placed),
        "base": [j - WIDE / 2 for i, j, tile in placed],
        "y": [i for i, j, tile in placed],
        "width": HIGH,
        "offset": -HIGH / 2,
        "text": [written(tile.token.replace(" ", SPACE)) for i, j, tile in placed],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "cliponaxis": False,
        "insidetextfont": {"color": INK, "size": LETTER},
        "customdata": [i for i, j, tile in placed],
        "hovertext": [written(_about(tile)) for i, j, tile in placed],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {"color": [_fill(kind, tile.sure) for i, j, tile in placed], "line": edge},
    }


def _fill(kind: str, sure: float) -> str:
    """The colour of a tile, pale where the network is unsure; none where a token was left out."""
    if kind == "left out":
        return "rgba(0,0,0,0)"
    red, green, blue = bytes.fromhex(COLOURS[ROLES[kind]][1:])
    return f"rgba({red},{green},{blue},{PALEST + (FULLEST - PALEST) * sure:.2f})"


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
    at = [
        (j, i + 0.42, tile.below)
        for i, row in enumerate(shown)
        for j, tile in enumerate(row)
        if tile.below and tile.token != MORE
    ]
    return _words([(x, y, below.replace(" ", SPACE)) for x, y, below in at], COLOURS["danger"], "middle center")


def _notes(rows: Sequence[Row], columns: int) -> Trace:
    """A tick or a number at the end of each row."""
    trace = _words([(columns + 0.1, i, row.note) for i, row in enumerate(rows)], INK, "middle center")
    trace["textfont"]["color"] = [{"✓": COLOURS["neutral"], "✗": COLOURS["danger"]}.get(row.note, INK) for row in rows]
    return trace | {"textfont": trace["textfont"] | {"size": 16}}


def _words(at: Sequence[tuple[float, float, str]], hue: str, place: str) -> Trace:
    return lettering(
        [written(text) for __, __, text in at],
        [(x, y) for x, y, __ in at],
        cliponaxis=False,
        textposition=place,
        textfont={"color": hue, "size": SMALL},
    )
