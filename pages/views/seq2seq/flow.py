"""Encoder and decoder at work, as one drawing: letters go in above, what lies between the two, tokens come out below."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from pages.shared.figures import COLOURS
from pages.shared.words import _

CELL, LEFT = 46, 104  # width of a letter's or token's column, and of the names at the left, in pixels
READ, ENCODED, BETWEEN, DECODED, SAID = 22, 78, 148, 226, 290  # heights of the rows
TALL = 322
GREY, BLUE, ORANGE, GREEN = COLOURS["control"], COLOURS["before"], COLOURS["after"], COLOURS["neutral"]
FAINT = 0.16  # of what has not happened yet
THICKEST = 7  # line of a weight of 1


@dataclass(frozen=True)
class Scene:
    """What is drawn. tokens: of the answer with <EOS>; looked: (T, S), None where there is no attention. both_ways: the encoder
    is recurrent, in both directions; size: numbers in the one vector."""

    letters: Sequence[str]
    tokens: Sequence[str]
    sure: Sequence[float]
    looked: np.ndarray | None
    both_ways: bool
    size: int

    @property
    def moments(self) -> int:
        """So many things happen, one after the other: each letter is read, each token said."""
        return len(self.letters) + len(self.tokens)


def svg(scene: Scene, moment: int) -> str:
    """HTML of the drawing after so many things have happened. What has not happened yet is faint."""
    read, said = min(moment, len(scene.letters)), max(0, moment - len(scene.letters))
    wide = LEFT + CELL * max(len(scene.letters), len(scene.tokens) + 1) + 8
    parts = [*_names(), *_encoder(scene, read), *_between(scene, read, said), *_decoder(scene, said)]
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {TALL}" width="{wide}" height="{TALL}" '
        f'font-family="sans-serif" font-size="14" text-anchor="middle"><defs>{_tip("blue", BLUE)}{_tip("orange", ORANGE)}</defs>'
        f"{''.join(parts)}</svg>"
    )
    source = "data:image/svg+xml;base64," + b64encode(drawn.encode()).decode()
    alt = _("Encoder and decoder: {} letters read, {} of {} tokens said").format(read, said, len(scene.tokens))
    style = f"width:{wide}px;max-width:none;height:{TALL}px;display:block"
    return f'<div style="overflow-x:auto"><img src="{source}" alt="{escape(alt)}" style="{style}"></div>'


def _names() -> list[str]:
    rows = (
        (READ, _("reads")),
        (ENCODED, _("encoder")),
        (DECODED, _("decoder")),
        (SAID, _("says")),
    )
    return [
        f'<text x="{LEFT - 34}" y="{y + 5}" text-anchor="end" font-size="12" fill="{GREY}">{escape(name)}</text>'
        for y, name in rows
    ]


def _x(column: int) -> float:
    return LEFT + CELL * (column + 0.5)


def _encoder(scene: Scene, read: int) -> list[str]:
    """Letters, their states, and how the states depend on each other."""
    parts = []
    for i, letter in enumerate(scene.letters):
        opacity = 1 if i < read else FAINT
        parts += [
            _box(_x(i), READ, letter, BLUE, opacity),
            _arrow((_x(i), READ + 15), (_x(i), ENCODED - 13), "blue", BLUE, opacity),
            _circle(_x(i), ENCODED, BLUE, opacity),
        ]
        if scene.both_ways and i:
            parts.append(_arrow((_x(i - 1) + 12, ENCODED - 4), (_x(i) - 13, ENCODED - 4), "blue", BLUE, opacity))
            back = 1 if read == len(scene.letters) else FAINT  # from the right it can only begin at the last letter
            parts.append(_arrow((_x(i) - 12, ENCODED + 4), (_x(i - 1) + 13, ENCODED + 4), "blue", BLUE, back))
    if not scene.both_ways:
        opacity = 1 if read == len(scene.letters) else FAINT
        ends = _x(0) - 14, _x(len(scene.letters) - 1) + 14
        parts.append(
            f'<rect x="{ends[0]}" y="{ENCODED - 15}" width="{ends[1] - ends[0]}" height="30" rx="15" fill="none" '
            f'stroke="{BLUE}" stroke-opacity="{opacity}" stroke-dasharray="4 3"/>'
        )
    return parts


def _between(scene: Scene, read: int, said: int) -> list[str]:
    """The one vector, and the lines of attention where there are any."""
    done = 1 if read == len(scene.letters) else FAINT
    lines = _lines(scene, said) if scene.looked is not None else []
    if not scene.both_ways:
        return lines
    last, first = _x(len(scene.letters) - 1), _x(0)
    middle = LEFT + CELL * 0.5 - 40
    into = [
        _curve((last, ENCODED + 13), (middle + 52, BETWEEN), BLUE, done, 1.6),
        _curve((first, ENCODED + 13), (middle + 30, BETWEEN - 13), BLUE, done, 1.6),
        _arrow((middle + 30, BETWEEN + 13), (_x(0), DECODED - 14), "orange", ORANGE, done),
    ]
    label = escape(_("{} numbers").format(scene.size))
    box = (
        f'<rect x="{middle - 24}" y="{BETWEEN - 13}" width="92" height="26" rx="5" fill="{GREEN}" fill-opacity="{done}"/>'
        f'<text x="{middle + 22}" y="{BETWEEN + 4}" font-size="12" fill="#FFFFFF" fill-opacity="{done}">{label}</text>'
    )
    return [*lines, *into, box]


def _lines(scene: Scene, said: int) -> list[str]:
    """From every letter to every token that has been said: as thick as its weight, the newest in full colour."""
    parts = []
    for t in range(said):
        opacity = 0.95 if t == said - 1 or said == len(scene.tokens) else 0.3
        for s, weight in enumerate(scene.looked[t]):
            if weight >= 0.03:
                parts.append(
                    f'<line x1="{_x(s)}" y1="{ENCODED + 12}" x2="{_x(t)}" y2="{DECODED - 12}" stroke="{ORANGE}" '
                    f'stroke-width="{THICKEST * weight:.1f}" stroke-opacity="{opacity * (0.35 + 0.65 * weight):.2f}"/>'
                )
    return parts


def _decoder(scene: Scene, said: int) -> list[str]:
    """<BOS>, the decoder's states, the tokens, and the way of each token back into the next state."""
    parts = []
    for t, token in enumerate(scene.tokens):
        opacity = 1 if t < said else FAINT
        parts += [
            _circle(_x(t), DECODED, ORANGE, opacity),
            _arrow((_x(t), DECODED + 12), (_x(t), SAID - 16), "orange", ORANGE, opacity),
            _box(_x(t), SAID, token, ORANGE, opacity),
        ]
        before = (_x(t - 1) + 12, SAID - 15) if t else (LEFT - 26, DECODED)
        parts.append(_arrow(before, (_x(t) - 11, DECODED + 8 if t else DECODED), "orange", ORANGE, opacity))
        if t < len(scene.sure):
            share = f"{100 * scene.sure[t]:.0f} %"
            parts.append(
                f'<text x="{_x(t)}" y="{SAID + 29}" font-size="11" fill="{GREY}" fill-opacity="{opacity}">{share}</text>'
            )
    begun = 1 if said else FAINT
    bos = f'<text x="{LEFT - 32}" y="{DECODED + 22}" font-size="11" fill="{ORANGE}" fill-opacity="{begun}">&lt;BOS&gt;</text>'
    return [*parts, bos]


def _box(x: float, y: float, text: str, colour: str, opacity: float) -> str:
    small = ' font-size="10"' if len(text) > 3 else ""
    return (
        f'<rect x="{x - 19}" y="{y - 15}" width="38" height="30" rx="5" fill="{colour}" fill-opacity="{opacity}"/>'
        f'<text x="{x}" y="{y + 5}" fill="#FFFFFF" font-weight="700"{small} fill-opacity="{max(opacity, 0.4)}">{escape(text)}</text>'
    )


def _circle(x: float, y: float, colour: str, opacity: float) -> str:
    return f'<circle cx="{x}" cy="{y}" r="10" fill="{colour}" fill-opacity="{0.3 * opacity}" stroke="{colour}" stroke-opacity="{opacity}"/>'


def _arrow(start: tuple[float, float], end: tuple[float, float], tip: str, colour: str, opacity: float) -> str:
    return (
        f'<line x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}" stroke="{colour}" stroke-width="1.6" '
        f'opacity="{opacity}" marker-end="url(#{tip})"/>'
    )


def _curve(start: tuple[float, float], end: tuple[float, float], colour: str, opacity: float, width: float) -> str:
    return (
        f'<path d="M{start[0]} {start[1]}C{start[0]} {start[1] + 36} {end[0]} {end[1] - 36} {end[0]} {end[1]}" fill="none" '
        f'stroke="{colour}" stroke-width="{width}" opacity="{opacity}"/>'
    )


def _tip(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="5" markerHeight="5" orient="auto">'
        f'<path d="M0 0L6 3L0 6z" fill="{colour}"/></marker>'
    )
