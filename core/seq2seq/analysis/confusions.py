"""Which tokens are taken for which: how often each right one was said as another, left out or added, with examples."""

from dataclasses import dataclass

import numpy as np

from core.data.words import vowel
from core.record import Record
from core.seq2seq import score
from core.seq2seq.analysis.network import opened, tested
from core.seq2seq.settings import Pronounce, Task, Toy
from core.seq2seq.tokens import EOS
from core.verdict import Verdict, verdict

INPUTS = 1000  # examples of the test part that are judged; of a toy all
WORST = 14  # tokens in the matrix
LISTED = 10  # commonest confusions
EXAMPLES = 3  # of each
LOST = 4  # tokens that are most often left out or added


@dataclass(frozen=True)
class Mistakes:
    """table: (tokens, tokens), how often `right` (row) was said as `said` (column); row 0 was added, column 0 left out. names: of the
    tokens. judged: of each input. examples: (right, said) → inputs in which that happened, a few of each."""

    table: np.ndarray
    names: tuple[str, ...]
    judged: score.Judged
    examples: dict[tuple[int, int], list[str]]

    @property
    def wrong(self) -> np.ndarray:
        """The table without what was right."""
        return self.table - np.diag(np.diag(self.table))

    @property
    def replaced(self) -> np.ndarray:
        """What was said instead of another token: without what was right, left out or added."""
        table = self.wrong
        table[0], table[:, 0] = 0, 0
        return table


def mistakes(record: Record) -> Mistakes:
    """All confusions on examples of the test part, greedy and free-running."""
    net, dataset = opened(record)
    part = tested(record, INPUTS)
    judged, examples = score.judged(score.answers_of(net, dataset, part), part), {}
    for i, (said, right) in enumerate(zip(judged.said, judged.right)):
        for mine, theirs in dict.fromkeys(score.aligned(said, right)) if said != right else ():
            known = examples.setdefault((theirs, mine), [])
            if mine != theirs and len(known) < EXAMPLES:
                known.append("".join(dataset.source.decode(part.x[i].tolist())))
    return Mistakes(score.confusions(judged, len(dataset.target)), dataset.target.tokens, judged, examples)


def most_confused(found: Mistakes) -> list[int]:
    """Tokens that took part in most replacements, in their own order."""
    each = found.replaced.sum(0) + found.replaced.sum(1)
    return sorted(int(i) for i in np.argsort(-each, kind="stable")[:WORST] if each[i])


def shares(found: Mistakes, of: list[int]) -> np.ndarray:
    """In % of how often each right token was due; nan where it was right, which is far more and would hide the rest."""
    due = found.table[of].sum(1).clip(min=1)
    each = 100 * found.table[np.ix_(of, of)] / due[:, None]
    each[np.diag_indices(len(of))] = np.nan
    return each


def commonest(found: Mistakes) -> list[tuple[int, int, int]]:
    """(right, said, times) of the commonest replacements."""
    replaced = found.replaced
    order = np.argsort(-replaced, axis=None, kind="stable")[:LISTED]
    pairs = [tuple(map(int, np.unravel_index(i, replaced.shape))) for i in order]
    return [(right, said, int(replaced[right, said])) for right, said in pairs if replaced[right, said]]


def left_out_and_added(found: Mistakes) -> list[list[tuple[str, int]]]:
    """(token, times) of those that are most often left out, and of those most often added."""
    return [
        [(found.names[i], int(counts[i])) for i in np.argsort(-counts, kind="stable")[:LOST] if counts[i]]
        for counts in (found.wrong[:, 0], found.wrong[0])
    ]


def total(found: Mistakes) -> list[Verdict]:
    """How many mistakes there are, of what kind, and how much of them the commonest few are."""
    every, replaced, inputs = int(found.wrong.sum()), int(found.replaced.sum()), len(found.judged.said)
    if not every:
        return [verdict("nothing-confused", tokens=int(found.table.sum()), inputs=inputs)]
    left, added = int(found.wrong[:, 0].sum()), int(found.wrong[0].sum())
    said = [verdict("mistakes", every=every, inputs=inputs, replaced=replaced, left=left, added=added)]
    if rows := commonest(found):
        right, mine, many = rows[0]
        pair, share = (found.names[right], found.names[mine]), 100 * sum(row[2] for row in rows) / replaced
        case = verdict("commonest" if many > 1 else "commonest-once", right=pair[0], said=pair[1], many=many)
        said += [case, verdict("commonest-share", pairs=len(rows), share=share)]
    return said


def by_kind(found: Mistakes, task: Task) -> list[Verdict]:
    """Where the mistakes are: at vowels or consonants; of a toy, in sequences that are longer than any it learned."""
    if isinstance(task, Pronounce):
        return vowels(found)
    if isinstance(task, Toy):
        judged = found.judged
        share = 100 * judged.edits[judged.reads > task.longest].sum() / max(1, judged.edits.sum())
        return [verdict("mistakes-beyond", share=share, longest=task.longest)]
    return []


def vowels(found: Mistakes) -> list[Verdict]:
    """How often vowels and consonants go wrong, and whether vowels stay vowels."""
    is_vowel = np.array([i > EOS and vowel(name) for i, name in enumerate(found.names)])
    is_consonant = ~is_vowel
    is_consonant[: EOS + 1] = False  # padding and the two ends are no sounds
    rates = []
    for kind in (is_vowel, is_consonant):
        due = found.table[kind].sum()
        rates.append(100 * (due - np.trace(found.table[np.ix_(kind, kind)])) / max(1, due))
    replaced = found.replaced[is_vowel]
    stay = 100 * replaced[:, is_vowel].sum() / max(1, replaced.sum())
    said = [verdict("vowels-wrong", vowels=rates[0], consonants=rates[1], stay=stay)]
    return [*said, verdict("spelling-tells-consonants")] if rates[0] > 1.5 * rates[1] else said
