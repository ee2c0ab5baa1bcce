"""Beam search of one input: what each step kept and cut, and how its winner compares with greedy's answer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.record import Record
from core.seq2seq import decode
from core.seq2seq.analysis.network import opened
from core.seq2seq.analysis.own_words import Heard
from core.seq2seq.analysis.steps import times
from core.seq2seq.decode import BeamStep, Hypothesis
from core.seq2seq.tokens import EOS, PAD
from core.verdict import Verdict, verdict

CUT = 3  # candidates that were left out and are shown
SAME = 1e-4  # nats by which the sums of two ways to compute log p may differ
Line = tuple[int, ...]  # the tokens of a beginning


@dataclass(frozen=True)
class Node:
    """A candidate of one step: its parent's place in the step before, token, score; kept or cut; whether it is on the winner's
    path, on greedy's, and whether it has ended (then it stands again in later steps, without a token)."""

    parent: int
    token: str
    score: float
    kept: bool
    wins: bool = False
    greedy: bool = False
    waits: bool = False

    @property
    def kind(self) -> str:
        """winner, greedy, kept or cut; the first that it is."""
        if not self.kept:
            return "cut"
        return "winner" if self.wins else "greedy" if self.greedy else "kept"


@dataclass(frozen=True)
class Cut:
    """A candidate that was left out: at which step (from 1), its tokens, its rank (from 1), its score; and of the last one that
    was kept its rank and score."""

    step: int
    ids: Line
    rank: int
    score: float
    last_rank: int
    last: float

    @property
    def places(self) -> int:
        """Decimal places that it takes to tell the two scores apart."""
        return next((n for n in range(2, 6) if round(self.score, n) != round(self.last, n)), 6)


@dataclass(frozen=True)
class Search:
    """A beam search of one input: its steps; the final hypotheses, best first; greedy's answer; the names of all tokens."""

    steps: tuple[BeamStep, ...]
    best: tuple[Hypothesis, ...]
    greedy: Line
    tokens: tuple[str, ...]

    @property
    def lines(self) -> list[list[Line]]:
        """The tokens of what was kept before each step and after the last, the best first."""
        said: list[list[Line]] = [[()]]
        for each in self.steps:
            said.append([_longer(said[-1][parent], token) for parent, token, _logp, _score in each.kept])
        return said

    @property
    def cuts(self) -> list[Cut]:
        """The best of those that were left out at each step."""
        return [
            Cut(t, _longer(before[parent], token), len(each.kept) + i, score, len(each.kept), each.kept[-1][3])
            for t, (each, before) in enumerate(zip(self.steps, self.lines), 1)
            for i, (parent, token, _logp, score) in enumerate(each.cut, 1)
        ]

    def named(self, ids: Sequence[int]) -> list[str]:
        """The names of an answer's tokens, without <EOS>."""
        return [self.tokens[k] for k in ids if k > EOS]

    def written(self, ids: Sequence[int]) -> str:
        """A beginning as text."""
        return " ".join(self.tokens[k] for k in ids)


def _longer(line: Line, token: int) -> Line:
    return line if token == PAD else (*line, token)  # what has ended stays as it is


def search(record: Record, text: str, width: int, alpha: float) -> Search:
    """Raises ValueError with a sentence for what cannot be read."""
    net, dataset = opened(record)
    memory, steps = net.read(dataset.example(text)), []
    best = decode.beam(net, memory, width, alpha, dataset.longest, steps, CUT)[0]
    greedy = decode.greedy(net, memory, dataset.longest).tokens[0].tolist()
    return Search(tuple(steps), tuple(best), tuple(greedy), dataset.target.tokens)


def probability(logp: float) -> float:
    """p of an answer."""
    return math.exp(logp)


def nodes(found: Search) -> list[list[Node]]:
    """The candidates of every step, with the winner's and greedy's paths marked."""
    winner, steps = found.best[0].tokens, []
    for each, before in zip(found.steps, found.lines):
        column = []
        for i, (parent, token, _logp, score) in enumerate((*each.kept, *each.cut)):
            line, kept = _longer(before[parent], token), i < len(each.kept)
            wins, greedy = winner[: len(line)] == line, found.greedy[: len(line)] == line
            column.append(Node(parent, found.tokens[token], score, kept, wins and kept, greedy, token == PAD))
        steps.append(column)
    return steps


def why_cut(found: Search) -> list[Verdict]:
    """Why the nearest miss was cut, and where the search left greedy's way."""
    said = []
    if miss := min(found.cuts, key=lambda cut: cut.last - cut.score, default=None):
        said.append(
            verdict(
                "nearest-miss",
                step=miss.step,
                line=found.written(miss.ids),
                rank=miss.rank,
                score=miss.score,
                last=miss.last,
                places=miss.places,
            )
        )
    for t, lines in enumerate(found.lines[1:], 1):
        if found.greedy[:t] not in [line[:t] for line in lines]:
            said.append(verdict("greedy-cut", step=t, line=found.written(found.greedy[:t])))
            break
    return said


def compared(one: Heard, found: Search) -> list[Verdict]:
    """Whether the beam found something likelier than greedy's answer, and whether it is right."""
    best = found.best[0]
    return [_likelier(one, found), *_right(tuple(found.named(best.tokens)), tuple(one.said), one.known)]


def _likelier(one: Heard, found: Search) -> Verdict:
    best = found.best[0]
    gap = best.logp - one.logp
    if best.tokens == one.ids:
        return verdict("beam-is-greedy")
    if gap > SAME:
        return verdict("beam-likelier", times=times(gap))
    if gap >= -SAME:
        return verdict("equally-likely")
    ended = one.ids in [each.tokens for each in found.best]
    return verdict("greedy-likelier-longer" if ended else "greedy-likelier-cut", times=times(gap))


def _right(beam: tuple[str, ...], greedy: tuple[str, ...], known: Sequence[tuple[str, ...]]) -> list[Verdict]:
    if not known:
        return []
    if (beam in known) == (greedy in known):
        return [verdict("both-right" if beam in known else "both-wrong")]
    return [verdict("beam-right" if beam in known else "greedy-right")]
