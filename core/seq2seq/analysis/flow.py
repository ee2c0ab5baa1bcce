"""Encoder and decoder at work, laid out on a plane: what lies where, and what has happened at a moment.

x counts letters or tokens from 0; y goes downward, a row for what is read, for the encoder, the one vector, the decoder, what is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from core.seq2seq import analysis

READ, ENCODED, VECTOR, DECODED, SAID = 0.0, 1.0, 1.9, 2.9, 3.9  # heights of the rows
LEAST = 0.03  # weight of attention from which on a line is drawn
Point = tuple[float, float]


@dataclass(frozen=True)
class Way:
    """An arrow from one point to another. part: “reading”, “between” or “saying”. done: whether it has happened."""

    part: str
    start: Point
    end: Point
    done: bool


@dataclass(frozen=True)
class Look:
    """At which letter the decoder looked before which token, with which weight; newest: before the last one that was said."""

    letter: int
    token: int
    weight: float
    newest: bool


def happened(one: "analysis.own_words.Heard", moment: int) -> tuple[int, int]:
    """How many letters have been read, and how many tokens said."""
    return min(moment, len(one.text)), max(0, moment - len(one.text))


def ways(one: "analysis.own_words.Heard", moment: int) -> list[Way]:
    """Every arrow of the drawing."""
    read, said = happened(one, moment)
    return [*_reading(one, read), *_between(one, read), *_saying(one, said)]


def _reading(one: "analysis.own_words.Heard", read: int) -> Iterator[Way]:
    """From each letter to its state, and along the states in both directions."""
    for i in range(len(one.text)):
        yield Way("reading", (i, READ + 0.2), (i, ENCODED - 0.15), i < read)
    for i in range(1, len(one.text) if one.recurrent else 0):
        yield Way("reading", (i - 0.8, ENCODED - 0.07), (i - 0.2, ENCODED - 0.07), i < read)
        whole = read == len(one.text)  # from the right it can only begin at the last letter
        yield Way("reading", (i - 0.2, ENCODED + 0.07), (i - 0.8, ENCODED + 0.07), whole)


def _between(one: "analysis.own_words.Heard", read: int) -> Iterator[Way]:
    """From both ends of the encoder into the one vector, and from there to the decoder."""
    if one.recurrent:
        done, last = read == len(one.text), len(one.text) - 1
        yield Way("between", (last, ENCODED + 0.15), (-0.45, VECTOR), done)
        yield Way("between", (0, ENCODED + 0.15), (-0.5, VECTOR - 0.12), done)
        yield Way("between", (-0.5, VECTOR + 0.12), (-0.1, DECODED - 0.13), done)


def _saying(one: "analysis.own_words.Heard", said: int) -> Iterator[Way]:
    """From each state of the decoder to its token, and from each token back into the next state."""
    for t in range(len(one.tokens)):
        yield Way("saying", (t, DECODED + 0.15), (t, SAID - 0.2), t < said)
        if one.at_once:  # nothing that was said is read
            continue
        start = (t - 0.8, SAID - 0.12) if t else (-0.75, DECODED)
        yield Way("saying", start, (t - 0.17, DECODED + 0.1 if t else DECODED), t < said)


def looks(one: "analysis.own_words.Heard", moment: int) -> list[Look]:
    """Where the decoder looked before every token that has been said; nothing of a decoder that does not look."""
    said = happened(one, moment)[1]
    return [
        Look(s, t, weight, t == said - 1 or said == len(one.tokens))
        for t in range(said if one.looked is not None else 0)
        for s, weight in enumerate(one.looked[t].tolist())
        if weight >= LEAST
    ]
