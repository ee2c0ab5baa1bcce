"""Scores where several answers are right: against the first alone, and against all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.data import words
from core.record import Record
from core.seq2seq import score, trivial
from core.seq2seq.analysis.network import opened
from core.seq2seq.bleu import Bleu, bleu
from core.seq2seq.settings import Task
from core.seq2seq.tasks import Part, Tokens, dataset_of
from core.verdict import Verdict, verdict

LISTED = 6  # words in the list of those where the two scores part
DRAWN = 0  # of the seed with which the words of the fixed rule are drawn


@dataclass(frozen=True)
class Scores:
    """exact: answers in % that are right as a whole. per: wrong tokens in %. bleu: with all that it is made of."""

    exact: float
    per: float
    bleu: Bleu


@dataclass(frozen=True)
class Several:
    """Of `many` held-out inputs with more than one right answer: the scores against the first alone, against all of them, and those of
    the fixed rule against all. parted: (input, what is said, the first right answer) where that is right, but not the first."""

    many: int
    first: Scores
    all_of: Scores
    rule: Scores
    parted: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]
    only_other: int  # inputs where another answer than the first was said


def measured(record: Record) -> Several:
    """On the test part, greedy."""
    net, dataset = opened(record)
    part = with_several(dataset.test)
    said = score.answers_of(net, dataset, part)
    other = [i for i, (mine, ways) in enumerate(zip(said, part.answers)) if mine in ways[1:]]
    parted = [
        (
            "".join(dataset.source.decode(part.x[i].tolist())),
            dataset.target.decode(said[i]),
            dataset.target.decode(part.answers[i][0]),
        )
        for i in other[:LISTED]
    ]
    ruled = scored(by_rule(record.settings.task), part)
    return Several(len(part), scored(said, first_only(part)), scored(said, part), ruled, tuple(parted), len(other))


def with_several(part: Part) -> Part:
    """Its examples with more than one right answer."""
    numbers = [i for i, ways in enumerate(part.answers) if len(ways) > 1]
    return Part(part.x[numbers], part.y[numbers], tuple(part.answers[i] for i in numbers))


def first_only(part: Part) -> Part:
    """The same as if only the first answer were right."""
    return Part(part.x, part.y, tuple(ways[:1] for ways in part.answers))


def scored(said: Sequence[Tokens], part: Part) -> Scores:
    """Exact match, error rate and BLEU of answers against the right ones of a part."""
    found = score.judged(list(said), part)
    return Scores(100 - score.wer(found.edits), score.per(found.edits, found.lengths), bleu(said, part.answers))


@lru_cache(maxsize=2)
def by_rule(task: Task) -> tuple[Tokens, ...]:
    """What the fixed rule says to the words of the test part that have several right answers: one sound for each letter."""
    data, dataset = words.load(task.stress), dataset_of(task)
    learned = data.train[np.random.default_rng(DRAWN).permutation(len(data.train))[: trivial.WORDS]]
    table = trivial.letter_table([(data.words[i], data.said[i][0]) for i in learned])
    spelled = ("".join(dataset.source.decode(x)) for x in with_several(dataset.test).x.tolist())
    return tuple(dataset.target.encode(trivial.spelled(word, table)) for word in spelled)


def concluded(found: Several) -> list[Verdict]:
    """How much the one right answer hides, and whether BLEU says the same."""
    gain = verdict(
        "several-gain", many=found.many, first=found.first.exact, all_of=found.all_of.exact, other=found.only_other
    )
    short = found.all_of.bleu.brevity < 1
    score_of, penalty = found.all_of.bleu.score, found.all_of.bleu.brevity
    return [gain, verdict("bleu-short" if short else "bleu-long-enough", bleu=score_of, penalty=penalty)]
