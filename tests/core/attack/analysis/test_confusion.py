"""Which class turns into which: counts worked out by hand, and attacks on the shipped network."""

import numpy as np
import pytest

from core.attack.analysis import confusion, stored
from core.subject.settings import SHIPPED_NETWORK

COUNTS = np.diag([5] * 10)
COUNTS[4, 9], COUNTS[9, 4], COUNTS[3, 5], COUNTS[7, 1] = 8, 6, 2, 1


def test_the_most_frequent_wrong_answers_are_named():
    found = confusion.commonest(COUNTS)
    assert [each.case for each in found] == ["becomes-most-often", "becomes-next", "becomes-next"]
    assert [tuple(each.numbers.values()) for each in found] == [(4, 9, 8), (9, 4, 6), (3, 5, 2)]
    assert confusion.commonest(np.diag([5] * 10)) == [], "nothing is wrong"


def test_right_is_what_stands_on_the_diagonal():
    assert confusion.right(COUNTS) == pytest.approx(100 * 50 / 67)
    assert confusion.still_right(COUNTS).numbers == {"share": confusion.right(COUNTS)}
    assert confusion.controls(np.eye(10), COUNTS).numbers == {"clean": 100, "noise": confusion.right(COUNTS)}


def test_an_attack_turns_more_than_noise_and_nothing_less():
    record = stored.record_of("attack-one-pixel")
    clean, noise, fgsm, ifgsm = (
        confusion.counted(record, SHIPPED_NETWORK, *each)
        for each in (("noise", 0), ("noise", 40), ("fgsm", 40), ("ifgsm", 40))
    )
    assert all(counts.sum() == 200 and counts.sum(1).tolist() == [20] * 10 for counts in (clean, noise, fgsm, ifgsm))
    shares = [confusion.right(counts) for counts in (clean, noise, fgsm, ifgsm)]
    assert shares == sorted(shares, reverse=True) and shares[1] > 90 and shares[3] < 50
