"""The drawing of encoder and decoder: how many arrows there are, and which have happened by when."""

from collections import Counter

import numpy as np
import pytest

from core.seq2seq.analysis import flow
from core.seq2seq.analysis.own_words import Heard

LOOKED = np.array([[0.9, 0.02, 0.08], [0.01, 0.5, 0.49]], np.float32)


def heard(recurrent=True, looked=LOOKED):
    return Heard("abc", (3, 2), ("K", "<EOS>"), (0.5, 0.25), looked, (), recurrent, 128)


@pytest.mark.parametrize("recurrent, reading, between", [(True, 3 + 2 * 2, 3), (False, 3, 0)])
def test_every_letter_state_and_token_has_its_arrows(recurrent, reading, between):
    ways = flow.ways(heard(recurrent), 0)
    assert Counter(way.part for way in ways) == Counter(reading=reading, between=between, saying=4)
    assert not any(way.done for way in ways) and all(way.done for way in flow.ways(heard(recurrent), 5))


def test_what_has_happened_by_then():
    done = [sum(way.done for way in flow.ways(heard(), moment)) for moment in range(6)]
    assert done == [0, 1, 3, 10, 12, 14], "the way back and the vector wait for the last letter"
    assert [flow.happened(heard(), moment) for moment in (0, 3, 4)] == [(0, 0), (3, 0), (3, 1)]


def test_looks_are_of_the_tokens_that_were_said_and_of_weights_that_can_be_seen():
    assert flow.looks(heard(), 3) == [] == flow.looks(heard(looked=None), 5)
    first = flow.looks(heard(), 4)
    assert [(look.letter, look.token, look.newest) for look in first] == [(0, 0, True), (2, 0, True)]
    assert [look.letter for look in flow.looks(heard(), 5)] == [0, 2, 1, 2]
