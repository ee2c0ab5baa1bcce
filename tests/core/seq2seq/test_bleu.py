"""BLEU by hand: the examples of the paper, clipping, the brevity penalty, several right answers."""

import math

import pytest

from core.seq2seq.bleu import bleu, brevity, clipped, closest

REFERENCES = ["the cat is on the mat".split(), "there is a cat on the mat".split()]


def test_the_example_of_the_paper():
    """Papineni et al. 2002, example 2: seven times “the” has a modified unigram precision of 2/7."""
    assert clipped(["the"] * 7, REFERENCES, 1) == (2, 7)
    assert clipped(["the"] * 7, REFERENCES, 2) == (0, 6)
    found = [clipped("the cat on the mat".split(), ways, 2) for ways in (REFERENCES[:1], REFERENCES)]
    assert found == [(3, 4), (4, 4)], "“cat on” stands in the second"


def test_a_short_answer_is_punished_and_a_long_one_is_not():
    assert brevity(9, 12) == pytest.approx(math.exp(1 - 12 / 9)) and brevity(12, 9) == 1 and brevity(0, 4) == 0
    assert [closest([0] * n, [[0] * 4, [0] * 8]) for n in (3, 6, 7, 9)] == [4, 4, 8, 8], "of two the shorter"


def test_the_whole_score_by_hand():
    said, ways = ["a b c d e".split(), "a a".split()], [["a b c d".split(), "b c d e f".split()], ["a b".split()]]
    found = bleu(said, ways)
    precisions = (6 / 7, 4 / 5, 3 / 3, 2 / 2)
    assert found.precisions == pytest.approx([100 * p for p in precisions]) and found.brevity == 1
    assert found.score == pytest.approx(100 * math.prod(precisions) ** 0.25)
    assert bleu([["a"]], [[["b"]]]).score == 0 and bleu([["a", "b"]], [[["a", "b"]]]).score == 0, "no n-gram of four"


def test_more_right_answers_never_cost_exactness_and_the_order_of_words_does_not_matter():
    said, ways = [list("abcde"), list("abxde")], [[list("abcdf")], [list("abcde")]]
    more = [[*ways[0], list("zbcde")], ways[1]]
    assert bleu(said, more).score > bleu(said, ways).score
    assert bleu(said[::-1], more[::-1]) == bleu(said, more) and bleu([list("abcde")], [[list("abcde")]]).score == 100
