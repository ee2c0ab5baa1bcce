"""Which classes are taken for which others: the largest mistakes, and which way they go."""

import numpy as np
import pytest

from core.transfer.analysis.confusion import about_mistakes, about_pair, accuracy, mistakes, percent, surest
from core.verdict import verdict


def test_a_swap_and_a_class_that_swallows_another_are_told_apart():
    shares = np.diag([100.0] * 10)
    shares[4, [4, 9]], shares[9, [9, 4]] = [40, 60], [45, 55]
    shares[1, [1, 7]], shares[7, [7, 1]] = [20, 80], [95, 5]
    shares[2, [2, 3]], shares[3, [3, 2]] = [80, 20], [88, 12]
    shares[5, [5, 6]] = [90, 10]
    assert about_mistakes(shares) == [
        verdict("swallowed", true=1, answered=7, there=80, back=5),
        verdict("swapped", true=4, answered=9, there=60, back=55),
        verdict("mixed-up", true=2, answered=3, there=20, back=12),
        verdict("swallows-others", which=7, times=pytest.approx(1.75)),
    ], "the three largest"


@pytest.mark.parametrize(
    "there, back, case",
    [
        (60, 30, "swapped"),
        (60, 29, "swallowed"),
        (20, 10, "mixed-up"),
        (20, 9, "takes-from"),
        (8, 5, "few-both-ways"),
        (8, 1, "few-one-way"),
    ],
)
def test_a_mistake_is_named_by_its_size_and_by_the_other_way(there, back, case):
    shares = np.array([[100 - there, there], [back, 100 - back]])
    assert about_pair(shares, 0, 1) == verdict(case, true=0, answered=1, there=there, back=back)


def test_few_mistakes_are_called_few():
    counts = np.full((2, 2), 2) + np.diag([96, 96])
    assert about_mistakes(counts) == [verdict("few-mistakes", most=5)]
    assert accuracy(counts) == 98 and percent(counts).sum(1).tolist() == [100, 100]
    assert percent(np.zeros((2, 2))).tolist() == [[0, 0], [0, 0]], "a class without examples"


def test_mistakes_come_by_their_size_without_what_is_right():
    assert mistakes(np.array([[90, 4, 6], [0, 100, 0], [7, 0, 93]])) == [(2, 0), (0, 2), (0, 1)]


def test_of_one_mistake_the_surest_come_first():
    said = np.array([[0.4, 0.6], [0.1, 0.9], [0.8, 0.2], [0.3, 0.7]])
    assert surest(said, np.array([0, 0, 0, 1]), 0, 1).tolist() == [1, 0]
