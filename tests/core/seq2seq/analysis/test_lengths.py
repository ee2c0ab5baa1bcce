"""Errors by length against answers counted one by one, and what is concluded from them."""

import numpy as np
import pytest

from core.seq2seq import score
from core.seq2seq.analysis import lengths, network
from core.seq2seq.analysis.lengths import Row
from core.seq2seq.settings import SHIPPED, Attention, OneVector, SmallTransformer, Toy
from tests.core.seq2seq.records import SAY, TOY, record, tiny


def cases(found):
    return [said.case for said in found]


def test_lengths_are_those_of_every_answer():
    """The rows against answers counted one by one, and the two sides of every border against all of them."""
    net, dataset = network.opened(record(TOY))
    said = score.answers_of(net, dataset, dataset.test)
    wrong = np.array([mine not in right for mine, right in zip(said, dataset.test.answers)])
    read = dataset.test.lengths.numpy()
    rows = lengths.rows(record(TOY))
    for length, many, wer, _per, tokens in rows:
        at = read == length
        assert many == at.sum() and wer == pytest.approx(100 * wrong[at].mean())
        # a toy's answer is as long as its input
        assert tokens == sum(len(dataset.test.answers[i][0]) for i in np.flatnonzero(at))
    for border in lengths.splits(rows):
        short, long = lengths.pooled(rows, border)
        assert short.many + long.many == len(said) and min(short.many, long.many) >= lengths.ENOUGH
        assert long.wer == pytest.approx(100 * wrong[read >= border].mean())
        assert short.wer == pytest.approx(100 * wrong[read < border].mean())
        assert lengths.parted(rows, border).numbers == {"long": long.many, "short": short.many, "least": border}
        told = lengths.change(rows, border).numbers
        assert (told["short_wer"], told["wer"], told["short_per"], told["per"]) == (
            short.wer,
            long.wer,
            short.per,
            long.per,
        )
    longest = SHIPPED[TOY].task.longest
    assert lengths.usual(rows, lengths.splits(rows), SHIPPED[TOY].task) == longest + 1
    known, beyond = lengths.pooled(rows, longest + 1)
    border, end = lengths.border(rows, SHIPPED[TOY].task)
    assert (border.numbers["known"], border.numbers["beyond"]) == (known.wer, beyond.wer)
    assert end.case == "learned-for-lengths"
    assert lengths.border(rows, Toy(longest=16)) == [] == lengths.border(rows, SHIPPED[SAY].task)


def test_the_longest_tenth_is_long():
    rows = [Row(n, 100, 0.0, 0.0, 100) for n in range(1, 21)]
    assert lengths.usual(rows, lengths.splits(rows), SHIPPED[SAY].task) == 19


def of(short, long):
    return [Row(4, 50, 40.0, short, 200), Row(12, 50, 90.0, long, 600)]


def test_what_attention_is_worth():
    def gap(without, attending):
        return lengths.gap([(OneVector(), of(*without)), (Attention(), of(*attending))], 10)

    worth, why = gap((12, 40), (10, 15))
    assert worth.numbers == {"long": 25, "short": 2} and why.case == "one-vector-has-one-size"
    assert cases(gap((12, 17), (10, 15)))[1] == "attention-helps-alike"
    assert gap((12, 12), (10, 15))[0].numbers["long"] == -3
    assert cases(gap((12, 21), (10, 15)))[1] == "attention-helps-alike", "within chance"
    assert cases(gap((40, 15), (10, 15)))[1] == "attention-helps-short"
    assert str(gap((12, 15), (10, 15.01))[0].numbers["long"]) == "0.0", "and no −0"
    assert lengths.gap([(OneVector(), of(12, 40))], 10) == []
    assert lengths.gap([(OneVector(), of(12, 40)), (SmallTransformer(), of(1, 1))], 10) == []


def test_examples_together():
    assert lengths.pooled(of(10, 20), 10)[1].error == pytest.approx(100 * np.sqrt(0.2 * 0.8 / 600))
    assert lengths.pooled(of(10, 20), 10)[1].per == 20 and lengths.pooled(of(10, 20), 3)[1].per == pytest.approx(17.5)


def test_only_runs_of_the_same_task_stand_beside():
    own, other, told = tiny("vector"), tiny("transformer"), tiny("told")  # the second sorts
    assert own.id in lengths.others(told) and other.id not in lengths.others(told)
    found = lengths.others(own)
    assert TOY in found and SAY not in found and own.id not in found and found[TOY] == SHIPPED[TOY]
    assert list(found)[0] == TOY, "shipped ones first"
    assert set(lengths.others(record(SAY))) == {id for id, s in SHIPPED.items() if s.task == SHIPPED[SAY].task} - {SAY}


def test_rivals_learned_as_long():
    assert lengths.rivals(SHIPPED["seq2seq-look-back"]) == ["seq2seq-one-vector-is-too-small", "seq2seq-look-back"]
    assert set(lengths.rivals(SHIPPED[SAY])) == {SAY, "seq2seq-one-vector", "seq2seq-transformer"}
    assert lengths.rivals(SHIPPED[TOY]) == lengths.rivals(SHIPPED[SAY]), "none has learned so long, so the longest"


def test_what_is_not_drawn_is_told():
    many = [lengths.Row(n, count, 10.0, 5.0, 4 * count) for n, count in ((3, 30), (4, lengths.ENOUGH), (5, 7))]
    assert lengths.drawn(many[:2]).case == "all-lengths-drawn"
    told = lengths.drawn(many)
    assert told.case == "few-lengths-left-out" and told.numbers == {"enough": 20, "few": 7, "every": 57}
