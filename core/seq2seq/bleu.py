"""BLEU: how many of the n-grams that were said stand in a right answer, where several answers are right (Papineni et al. 2002)."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 4  # tokens of the longest n-gram
Answer = Sequence[str] | Sequence[int]


@dataclass(frozen=True)
class Bleu:
    """score: 0 to 100. precisions: p_n of n = 1 … 4, in percent. brevity: the penalty for short answers, at most 1."""

    score: float
    precisions: tuple[float, ...]
    brevity: float


def bleu(said: Sequence[Answer], ways: Sequence[Sequence[Answer]]) -> Bleu:
    """BLEU = BP · exp(Σ_n log p_n / 4), over all answers together and not as a mean of single ones (section 2.3).

    said: (N,) answers; ways: the right ones of each, at least one. The score is 0 where no n-gram of some length is right.
    """
    counts = [[clipped(mine, theirs, n) for mine, theirs in zip(said, ways, strict=True)] for n in range(1, MOST + 1)]
    right, all_of = ([sum(pair[k] for pair in row) for row in counts] for k in (0, 1))
    precisions = [hits / many if many else 0.0 for hits, many in zip(right, all_of)]
    penalty = brevity(sum(map(len, said)), sum(closest(mine, theirs) for mine, theirs in zip(said, ways)))
    mean = math.exp(sum(map(math.log, precisions)) / MOST) if all(precisions) else 0.0
    return Bleu(100 * penalty * mean, tuple(100 * p for p in precisions), penalty)


def clipped(said: Answer, ways: Sequence[Answer], n: int) -> tuple[int, int]:
    """(right n-grams, all n-grams) of an answer: an n-gram counts at most as often as it stands in one right answer (section 2.1.1)."""
    mine, most = _ngrams(said, n), Counter()
    for way in ways:
        most |= _ngrams(way, n)
    return (mine & most).total(), mine.total()


def brevity(said: int, right: int) -> float:
    """BP = min(1, exp(1 − r/c)), c tokens that were said, r in the right answers (section 2.2.2)."""
    return min(1.0, math.exp(1 - right / said)) if said else 0.0


def closest(said: Answer, ways: Sequence[Answer]) -> int:
    """The length of the right answer that is nearest in length; of two, the shorter."""
    return min(map(len, ways), key=lambda length: (abs(length - len(said)), length))


def _ngrams(answer: Answer, n: int) -> Counter:
    return Counter(tuple(answer[i : i + n]) for i in range(len(answer) - n + 1))
