"""An answer laid beside the nearest right one, token by token."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.seq2seq.edits import aligned, distance

MORE = "…"  # stands for the rest of an answer
HALF = 0.5  # p_gen below which a token is rather copied than chosen from the vocabulary
SPACE = "␣"  # how a space is written where it must be seen
Answers = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Tile:
    """One token of an answer. sure: p of it, 0 to 1. below: the token that would have been right, “–” for none. “copied”: rather
    taken from the input than from the vocabulary."""

    token: str
    kind: Literal["said", "copied", "wrong", "left out", "chosen"] = "said"
    sure: float = 1.0
    below: str = ""


def right(said: Sequence[str], known: Answers) -> bool | None:
    """Whether an answer is among the right ones; None where none is known."""
    return list(said) in [list(way) for way in known] if known else None


def tick(said: Sequence[str], known: Answers) -> str:
    """The mark of a right answer and that of a wrong one; none where nobody knows."""
    return {True: "✓", False: "✗"}.get(right(said, known), "")


def cut(tiles: Sequence[Tile], columns: int) -> list[Tile]:
    """So many tiles; what is too long ends in dots."""
    return list(tiles) if len(tiles) <= columns else [*tiles[: columns - 1], Tile(MORE, tiles[columns - 1].kind)]


def compared(
    said: Sequence[str], sure: Sequence[float], known: Answers, generated: Sequence[float] | None = None
) -> list[Tile]:
    """What was said, laid beside the right answer with the fewest edits: what is wrong has the right token below, what was left
    out is an empty tile. Where no answer is known nothing is judged. generated: p_gen of each token, where the network can copy."""
    nearest = min(known, key=lambda way: distance(list(said), list(way)), default=None)
    kinds = ["copied" if p < HALF else "said" for p in generated or [1.0] * len(said)]
    if nearest is None:
        return [replace(tile, kind=kind) for tile, kind in zip(plain(said, sure), kinds)]
    found, tiles = [], iter(zip(said, kinds, sure or [1.0] * len(said)))
    for mine, theirs in aligned(said, nearest):
        if mine is None:
            found.append(Tile("", "left out", 0.0, theirs))
        elif mine == theirs:
            found.append(Tile(*next(tiles)))
        else:
            token, __, p = next(tiles)
            found.append(Tile(token, "wrong", p, theirs or "–"))
    return found


def plain(said: Sequence[str], sure: Sequence[float] = (), kind: str = "said") -> list[Tile]:
    """Tokens that nobody judges."""
    return [Tile(token, kind, p) for token, p in zip(said, sure or [1.0] * len(said))]


def joined(tokens: Sequence[str]) -> str:
    """Tokens on a line of text: sounds apart, signs together."""
    return (" " if any(len(token) > 1 for token in tokens) else "").join(tokens)
