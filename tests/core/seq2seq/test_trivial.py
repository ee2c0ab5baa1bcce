"""Trivial rivals: by hand on small ones, and their errors on the test parts, which the page shows as a level."""

from collections import Counter

import numpy as np
import pytest

from core.data import dates, words
from core.seq2seq import score, tasks, trivial
from core.seq2seq.settings import METRICS, Dates, Pronounce, Seq2SeqSettings, Toy
from core.seq2seq.tasks import spoken


def test_a_letter_has_the_sound_that_it_has_most_often():
    said = {"bet": "B EH T", "tab": "T AE B", "bate": "B AE T", "tabe": "T AE B", "at": "AE T"}
    table = trivial.letter_table([(word, sounds.split()) for word, sounds in said.items()])
    assert table == {"b": "B", "a": "AE", "t": "T", "e": ""} and trivial.spelled("tabe!", table) == ("T", "AE", "B")


def test_a_pairing_keeps_the_order_and_is_the_cheapest():
    nats = {"a": {"A": 0.1, "B": 5.0}, "b": {"B": 0.1, "": 0.5}, "x": {"": 0.2}}
    assert trivial.paired("axb", ("A", "B"), nats) == [("a", "A"), ("x", ""), ("b", "B")]
    assert trivial.paired("ba", ("A", "B"), nats) == [("b", ""), ("a", "A")], "B is left over"
    assert trivial.paired("a", (), nats) == [("a", "")]


def test_what_follows_most_often():
    assert trivial.following(["ab", "ab", "ac"], ["ab", "ac", "b"]) == pytest.approx(100 * 2 / 8)
    assert trivial.errors(["ab", "b"], [["ab", "x"], ["abc"]]) == (pytest.approx(100 * 2 / 5), 50)


@pytest.mark.parametrize("stress", [False, True])
def test_one_sound_for_each_letter_on_the_test_words(stress):
    data = words.load(stress)
    learned = data.train[np.random.default_rng(0).permutation(len(data.train))[: trivial.WORDS]]
    table = trivial.letter_table([(data.words[i], data.said[i][0]) for i in learned])
    assert (table["b"], table["c"], table["e"], table["x"]) == ("B", "K", "", "K")
    found = trivial.errors(
        [trivial.spelled(data.words[i], table) for i in data.test], [data.said[i] for i in data.test]
    )
    guessed = trivial.following([data.said[i][0] for i in data.train], [data.said[i][0] for i in data.test])
    assert (*found, guessed) == pytest.approx(trivial.MEASURED["words with stress" if stress else "words"], abs=0.05)


def test_always_the_same_date():
    data = dates.load()
    learned, tested = [data.iso[i] for i in data.train], [data.iso[i] for i in data.test]
    always = [Counter(signs).most_common(1)[0][0] for signs in zip(*learned)]
    found = (*trivial.errors([always] * len(tested), [[day] for day in tested]), trivial.following(learned, tested))
    assert found == pytest.approx(trivial.MEASURED["dates"], abs=0.05)


@pytest.mark.parametrize("task", [Toy(), Toy(rule="sort", longest=16)], ids=str)
def test_copying_on_the_test_part_of_a_toy(task):
    test = tasks.dataset_of(task).test.up_to(task.longest)
    verdict = score.judged([spoken(row) for row in test.x.tolist()], test)
    copied = score.per(verdict.edits, verdict.lengths), score.wer(verdict.edits)
    assert trivial.toy(task.rule, task.alphabet, task.longest)[:2] == pytest.approx(copied, abs=2.5)


@pytest.mark.parametrize("task", [Pronounce(), Pronounce(stress=True), Dates(), Toy()], ids=str)
def test_every_score_has_its_rival(task):
    levels = [METRICS[name].chance.of(Seq2SeqSettings(task=task)) for name in ("per", "wer", "forced")]
    assert levels == [trivial.level(task, which) for which in range(3)] and all(20 < each <= 100 for each in levels)
    assert len({METRICS[name].chance.who for name in ("per", "wer", "forced")}) == 3, "each has a line of its own"
