"""What was said to the same inputs at every evaluation of a run, and where the decoder looked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.record import Record
from core.seq2seq import pictures
from core.seq2seq.analysis.answers import Tile, compared, right
from core.seq2seq.tokens import EOS

LONG = 14  # letters of an input on one line
SPARE = 2  # columns for what is said too much


@dataclass(frozen=True)
class Answer:
    """What was said to one input, and whether it is right."""

    text: str
    tiles: tuple[Tile, ...]
    right: bool


@dataclass(frozen=True)
class Settled:
    """since: (input, step) from which on each was right at every evaluation, the earliest first. never: inputs wrong at the last."""

    since: tuple[tuple[str, int], ...]
    never: tuple[str, ...]


def named(facts: dict[str, Any], tokens: Sequence[int]) -> list[str]:
    """The names of what was said before <EOS>. tokens: (T,) numbers."""
    return [facts["tokens"][int(token)] for token in tokens if token > EOS]


def answers(
    facts: dict[str, Any], said: np.ndarray, sure: np.ndarray, generated: np.ndarray | None = None
) -> list[Answer]:
    """The answer to each input. said, sure: (inputs, T), tokens and p of each; generated: p_gen of each, where there is one."""
    found = []
    for i, (text, known, tokens) in enumerate(zip(facts["inputs"], facts["answers"], said)):
        names, kept = named(facts, tokens), tokens > EOS
        p, gates = (None if each is None else each[i][kept].astype(float).tolist() for each in (sure, generated))
        found.append(Answer(text, tuple(compared(names, p, known, gates)), bool(right(names, known))))
    return found


def wrapped(text: str) -> str:
    """A long input on two lines, broken at the space next to its middle."""
    if len(text) <= LONG or " " not in text:
        return text
    at = min((i for i, sign in enumerate(text) if sign == " "), key=lambda i: abs(i - len(text) / 2))
    return text[:at] + "\n" + text[at + 1 :]


def columns(facts: dict[str, Any]) -> int:
    """Room for the longest right answer and a little more, the same all the time."""
    return max(len(way) for ways in facts["answers"] for way in ways) + SPARE


def attention(facts: dict[str, Any], said: np.ndarray, looked: np.ndarray, row: int) -> tuple[np.ndarray, list[str]]:
    """(attention (T, S), names of the T tokens) of one answer. said: (inputs, T), looked: (inputs, T, S)."""
    text, many = facts["inputs"][row], min(columns(facts), max(1, int((said[row] > 0).sum())))
    names = [facts["tokens"][int(token)] for token in said[row][:many]]
    return np.asarray(looked[row][:many, : len(text)], np.float32), names


def settled(record: Record) -> Settled:
    """After which step each input was right for the first time and stayed right."""
    facts, shots, since, never = record.facts, record.by_step(pictures.SAID), {}, []
    for i, (text, known) in enumerate(zip(facts["inputs"], facts["answers"])):
        good = [named(facts, said[i]) in known for said in shots.values()]
        if good[-1]:
            since[text] = list(shots)[max((k for k, each in enumerate(good) if not each), default=-1) + 1]
        else:
            never.append(text)
    return Settled(tuple(sorted(since.items(), key=lambda pair: pair[1])), tuple(never))
