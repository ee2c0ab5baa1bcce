"""Scores where several answers are right: only such words, the first against all, and the fixed rule beside them."""

import pytest

from core.seq2seq import score, tasks, trivial
from core.seq2seq.analysis import network, references
from core.seq2seq.settings import Pronounce
from tests.core.seq2seq.records import GREEDY_OR_BEAM, record


def test_only_words_with_several_answers_are_scored_and_all_of_them_count():
    found = references.measured(record(GREEDY_OR_BEAM))
    net, dataset = network.opened(record(GREEDY_OR_BEAM))
    part = references.with_several(dataset.test)
    assert found.many == len(part) == sum(len(ways) > 1 for ways in dataset.test.answers)
    said = score.answers_of(net, dataset, part)
    assert found.all_of.exact == pytest.approx(
        100 * sum(mine in ways for mine, ways in zip(said, part.answers)) / len(part)
    )
    assert found.first.exact == pytest.approx(
        100 * sum(mine == ways[0] for mine, ways in zip(said, part.answers)) / len(part)
    )
    assert found.all_of.exact - found.first.exact == pytest.approx(100 * found.only_other / found.many)
    assert found.all_of.per < found.first.per and found.all_of.bleu.score > found.first.bleu.score
    for word, mine, first in found.parted:
        known = dataset.known(word)
        assert mine in known and known[0] == first != mine


def test_the_rule_is_that_of_the_rivals():
    task = Pronounce()
    part = references.with_several(tasks.dataset_of(task).test)
    said = references.by_rule(task)
    names = tasks.dataset_of(task).target
    known = [[names.decode(way) for way in ways] for ways in part.answers]
    assert len(said) == len(part)
    ruled = references.scored(said, part)
    assert (ruled.per, 100 - ruled.exact) == pytest.approx(trivial.errors([names.decode(each) for each in said], known))


def test_what_is_concluded():
    found = references.measured(record(GREEDY_OR_BEAM))
    gain, penalty = references.concluded(found)
    assert gain.case == "several-gain" and gain.numbers["first"] < gain.numbers["all_of"]
    assert penalty.case == ("bleu-short" if found.all_of.bleu.brevity < 1 else "bleu-long-enough")
