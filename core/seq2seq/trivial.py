"""Trivial rivals: fixed rules without a network, whose errors stand beside every score of the lab.

Words: one sound for each letter, the one that it has most often, or none. Dates: always the same answer, the commonest
sign at each place. Toys: the input is copied. Where each last token is given: the token that follows it most often.
No torch here: the page asks for these numbers before it draws its first picture.
"""

import math
import string
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from core.data import toys
from core.seq2seq.edits import distance

WORDS = 1000  # from which the letters' sounds are counted
ROUNDS = 4  # of counting which letter has which sound
EXTRA = 8.0  # nats for a sound that no letter has
RARE, SILENT = 9.0, 3.0  # nats for a sound that a letter never had, and for having none
TOYS, TOY_SEED = 2000, 2021
Errors = tuple[float, float, float]  # PER, WER, and wrong tokens where the last one is given; in percent
MEASURED: dict[
    str, Errors
] = {  # on the test parts, which takes seconds; tests/core/seq2seq/test_trivial.py does it again
    "words": (44.2, 97.3, 77.6),
    "words with stress": (46.4, 99.4, 77.1),
    "dates": (54.6, 100.0, 63.6),
}


def level(task, which: int) -> float:
    """The error in percent of the rule for a task; which: 0 PER, 1 WER, 2 with each last token given. task: of the lab's settings."""
    if task.name == "toy":
        return toy(task.rule, task.alphabet, task.longest, task.unknown)[which]
    return MEASURED["dates" if task.name == "dates" else "words with stress" if task.stress else "words"][which]


def errors(answers: Iterable[Sequence], right: Sequence[Sequence[Sequence]]) -> tuple[float, float]:
    """(PER, WER) in percent of answers against the nearest right ones."""
    found = [min((distance(said, way), -len(way)) for way in ways) for said, ways in zip(answers, right)]
    return 100 * sum(edits for edits, _ in found) / -sum(size for _, size in found), 100 * sum(
        e > 0 for e, _ in found
    ) / len(found)


def following(learned: Iterable[Sequence], tested: Iterable[Sequence]) -> float:
    """Wrong tokens in percent when what follows the last token most often is said; answers end, and that counts as a token."""
    after: dict = defaultdict(Counter)
    for answer in learned:
        for last, token in zip((None, *answer), (*answer, None)):
            after[last][token] += 1
    likeliest = {last: counts.most_common(1)[0][0] for last, counts in after.items()}
    pairs = [pair for answer in tested for pair in zip((None, *answer), (*answer, None))]
    return 100 * sum(likeliest.get(last, "") != token for last, token in pairs) / len(pairs)


@cache
def toy(rule: str, alphabet: int, longest: int, unknown: int = 0) -> Errors:
    """Of copying, on random sequences. unknown: so many percent of the letters are digits instead."""
    rng = np.random.default_rng(TOY_SEED)
    inputs = toys.drawn(string.ascii_lowercase[:alphabet], rng, 3, longest, TOYS)
    inputs = [toys.mixed(sequence, string.digits, unknown / 100, rng) for sequence in inputs] if unknown else inputs
    right = [toys.turned(sequence, rule, string.ascii_lowercase[:alphabet]) for sequence in inputs]
    return *errors(inputs, [[answer] for answer in right]), following(right, right)


# ---- words: one sound for each letter ----


def spelled(word: str, table: dict[str, str]) -> tuple[str, ...]:
    """What the rule says to a word."""
    return tuple(table[letter] for letter in word if table.get(letter))


def letter_table(pairs: Sequence[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """The sound that each letter has most often, "" for none. pairs: words with their sounds.

    Which letter has which sound nobody says: counted at first by place, then by the cheapest pairing under the last counts.
    """
    counts: dict[str, Counter] = defaultdict(Counter)
    for word, sounds in pairs:
        for i, letter in enumerate(word):
            counts[letter][sounds[i * len(sounds) // len(word)]] += 1
    for _ in range(ROUNDS):
        nats = {
            letter: {sound: -math.log(many / sum(seen.values())) for sound, many in seen.items()}
            for letter, seen in counts.items()
        }
        counts = defaultdict(Counter)
        for word, sounds in pairs:
            for letter, sound in paired(word, sounds, nats):
                counts[letter][sound] += 1
    return {letter: seen.most_common(1)[0][0] for letter, seen in counts.items()}


def paired(word: str, sounds: Sequence[str], nats: dict[str, dict[str, float]]) -> list[tuple[str, str]]:
    """Each letter with its sound, or with "": the cheapest pairing that keeps the order. nats: cost of a sound for a letter."""

    def cost(letter: str, sound: str) -> float:
        return nats[letter].get(sound, RARE if sound else SILENT)

    row: list[tuple[float, list]] = [(j * EXTRA, []) for j in range(len(sounds) + 1)]
    for letter in word:
        above, row = row, []
        for j in range(len(sounds) + 1):
            ways = [(above[j][0] + cost(letter, ""), [*above[j][1], (letter, "")])]
            if j:
                ways.append(
                    (above[j - 1][0] + cost(letter, sounds[j - 1]), [*above[j - 1][1], (letter, sounds[j - 1])])
                )
                ways.append((row[-1][0] + EXTRA, row[-1][1]))
            row.append(min(ways, key=lambda way: way[0]))
    return row[-1][1]
