"""What is told of a network that says all tokens at once: the same answers one after the other, and its mistakes counted."""

import numpy as np
import pytest

from core.loop import fresh
from core.seq2seq import decode, score
from core.seq2seq.analysis import at_once, network
from core.seq2seq.tasks import spoken, trimmed
from core.seq2seq.transformer import Transformer
from tests.core.seq2seq.records import tiny


@pytest.fixture(scope="module")
def current():
    return tiny("parallel")


def test_both_ways_say_the_same_answers(current):
    net, dataset = network.opened(current)
    sizes = {name: value for name, value in net.arch.items() if name != "kind"}
    twin = fresh(lambda: Transformer(**sizes), 0).eval()
    x = trimmed(dataset.test.x[:1])
    tokens = decode.greedy(net, net.read(x), dataset.longest).tokens
    again = at_once.said_again(twin, x, tokens)
    assert spoken(again.tokens[0].tolist()) == spoken(tokens[0].tolist())
    timed = at_once.timed(current)
    assert timed.at_once > 0 < timed.one_by_one and timed.times == pytest.approx(timed.one_by_one / timed.at_once)


def test_mistakes_are_counted_on_held_out_inputs(current):
    net, dataset = network.opened(current)
    found, judged = at_once.mistakes(current), score.judged(score.answers_of(net, dataset, dataset.test), dataset.test)
    assert found.many == len(dataset.test) and found.wrong == pytest.approx(score.wer(judged.edits))
    assert found.repeats == pytest.approx(100 * np.mean(score.doubled(judged)))
    lengths = np.mean([len(said) != len(right) for said, right in zip(judged.said, judged.right)])
    assert found.length == pytest.approx(100 * lengths) and found.length <= found.wrong
    for text, said, right in found.examples:
        assert right in dataset.known(text) and any(one == other for one, other in zip(said, said[1:]))
    saved, cost = at_once.concluded(at_once.Timed(1.0, 3.0, 6.0), found)
    assert (saved.numbers["times"], cost.numbers["wrong"]) == (3.0, found.wrong)
