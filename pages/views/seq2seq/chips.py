"""Tokens as small boxes: what a network says, paler where it is unsure, underlined where it is wrong, a gap where one is missing."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from html import escape

from pages.shared.figures import COLOURS
from pages.shared.words import _

PALE = 0.25  # of the colour is left where a network is not sure at all
BOX = "display:inline-block;min-width:1.1em;text-align:center;padding:0 0.3em;margin:0.1em 0.1em;border-radius:4px;color:inherit"
MARK = f"box-shadow:inset 0 -3px 0 {COLOURS['danger']}"
GAP = f"display:inline-block;min-width:0.6em;text-align:center;margin:0.1em;border-radius:4px;border:2px dashed {COLOURS['danger']}"


def chips(
    tokens: Sequence[str],
    sure: Sequence[float] = (),
    wrong: Sequence[bool] = (),
    colour: str = COLOURS["after"],
    missing: Mapping[int, Sequence[str]] = {},
) -> str:
    """HTML of tokens in a row. sure: of each, 0 to 1. wrong: which to underline. missing: what was left out before each place."""
    parts = []
    for i, token in enumerate([*tokens, None]):
        if left_out := " ".join(missing.get(i, ())):
            parts.append(f'<span style="{GAP}" title="{escape(_("left out: {}").format(left_out))}">·</span>')
        if token is None:
            break
        share = PALE + (1 - PALE) * (sure[i] if i < len(sure) else 1.0)
        style = f"{BOX};background:{colour}{round(115 * share):02X};border:1px solid {colour}"
        style += f";{MARK}" if i < len(wrong) and wrong[i] else ""
        tip = f' title="{100 * sure[i]:.0f} %"' if i < len(sure) else ""
        parts.append(f'<span style="{style}"{tip}>{escape(token) or "␣"}</span>')
    return "".join(parts)


def nearest(said: Sequence[str], answers: Sequence[Sequence[str]]) -> Sequence[str] | None:
    """The right answer that is most like what was said; None where none is known."""
    return max(answers, key=lambda right: SequenceMatcher(None, said, right, False).ratio(), default=None)


def mistakes(said: Sequence[str], right: Sequence[str] | None) -> list[bool]:
    """Which tokens have no place in the right answer."""
    if right is None:
        return [False] * len(said)
    wrong = [True] * len(said)
    for start, _there, size in SequenceMatcher(None, said, right, False).get_matching_blocks():
        wrong[start : start + size] = [False] * size
    return wrong


def missing(said: Sequence[str], right: Sequence[str] | None) -> dict[int, list[str]]:
    """Tokens of the right answer that were not said, by the place before which they should stand."""
    found: dict[int, list[str]] = {}
    for kind, start, end, first, last in SequenceMatcher(None, said, right or said, False).get_opcodes():
        if kind != "equal" and last - first > end - start:  # of a piece that was replaced, what is too short
            found[end] = list(right[first + end - start : last])
    return found


def verdict(said: Sequence[str], answers: Sequence[Sequence[str]]) -> str:
    """HTML: a tick when it is a right answer, otherwise the nearest one in grey."""
    if not answers:
        return ""
    if list(said) in [list(right) for right in answers]:
        return f'<span style="color:{COLOURS["neutral"]};font-weight:700" title="{_("right")}">✓</span>'
    right = nearest(said, answers)
    apart = " " if any(len(token) > 1 for token in right) else ""  # sounds have names, signs are written together
    return f'<span style="opacity:0.7">{escape(apart.join(right))}</span>'


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """HTML of a table whose cells are HTML; it scrolls where it is too wide."""
    cell = "padding:0.25em 0.9em 0.25em 0;text-align:left;vertical-align:middle"
    top = "".join(
        f'<th style="{cell};font-weight:600;opacity:0.75;font-size:0.85em">{escape(head)}</th>' for head in heads
    )
    body = "".join("<tr>" + "".join(f'<td style="{cell}">{each}</td>' for each in row) + "</tr>" for row in rows)
    return f'<div style="overflow-x:auto"><table style="border-collapse:collapse;white-space:nowrap"><tr>{top}</tr>{body}</table></div>'
