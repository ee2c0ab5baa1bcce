"""Confusions counted once more, and what is said of them."""

import numpy as np
import pytest

from core.data.words import vowel
from core.seq2seq import score
from core.seq2seq.analysis import confusions, network
from core.seq2seq.settings import Dates, Toy
from core.seq2seq.tokens import PAD
from tests.core.seq2seq.records import SAY, TOY, record


@pytest.fixture(scope="module")
def found():
    return confusions.mistakes(record(SAY))


def test_confusions_add_up(found):
    judged = found.judged
    assert found.wrong.sum() == judged.edits.sum(), "a shortest path has as many mistakes as there are edits"
    assert found.table[1:].sum() == judged.lengths.sum() and found.table[:, 1:].sum() == sum(map(len, judged.said))
    mistakes, commonest, share = confusions.total(found)
    numbers = mistakes.numbers
    assert numbers["every"] == judged.edits.sum() == numbers["replaced"] + numbers["left"] + numbers["added"]
    assert numbers["inputs"] == len(judged.said) == confusions.INPUTS
    rows = confusions.commonest(found)
    right, said, many = rows[0]
    assert commonest.numbers == {"right": found.names[right], "said": found.names[said], "many": many}
    assert share.numbers["share"] == pytest.approx(100 * sum(row[2] for row in rows) / numbers["replaced"])
    assert [row[2] for row in rows] == sorted((row[2] for row in rows), reverse=True) and len(rows) == confusions.LISTED


def test_vowels_are_counted_token_by_token(found):
    wrong, due, stay, replaced = {}, {}, 0, 0
    for mine, theirs in zip(found.judged.said, found.judged.right):
        for a, b in score.aligned(mine, theirs):
            if b != PAD:
                kind = vowel(found.names[b])
                due[kind], wrong[kind] = due.get(kind, 0) + 1, wrong.get(kind, 0) + (a != b)
                if kind and a not in (b, PAD):
                    replaced, stay = replaced + 1, stay + vowel(found.names[a])
    told, spelling = confusions.by_kind(found, record(SAY).settings.task)
    assert told.numbers["vowels"] == pytest.approx(100 * wrong[True] / due[True])
    assert told.numbers["consonants"] == pytest.approx(100 * wrong[False] / due[False])
    assert told.numbers["stay"] == pytest.approx(100 * stay / replaced)
    assert spelling.case == "spelling-tells-consonants" and confusions.by_kind(found, Dates()) == []


def test_a_toys_mistakes_are_beyond_what_it_learned():
    found = confusions.mistakes(record(TOY))
    [told] = confusions.by_kind(found, record(TOY).settings.task)
    beyond = sum(
        int(e) for e, n in zip(found.judged.edits, found.judged.reads) if n > record(TOY).settings.task.longest
    )
    assert told.numbers["share"] == pytest.approx(100 * beyond / found.judged.edits.sum()) and beyond > 0
    assert confusions.by_kind(found, Toy(longest=16))[0].numbers["share"] == 0


def test_the_matrix_and_the_examples_show_what_happened(found):
    dataset = network.opened(record(SAY))[1]
    worst = confusions.most_confused(found)
    shares = confusions.shares(found, worst)
    assert len(worst) == confusions.WORST and np.isnan(np.diag(shares)).all() and worst == sorted(worst)
    assert shares[0, 1] == pytest.approx(100 * found.table[worst[0], worst[1]] / found.table[worst[0]].sum())
    texts = ["".join(dataset.source.decode(x.tolist())) for x in dataset.test.x[: confusions.INPUTS]]
    for right, said, _many in confusions.commonest(found)[:3]:
        assert found.examples[right, said]
        for text in found.examples[right, said]:
            i = texts.index(text)
            assert (said, right) in score.aligned(found.judged.said[i], found.judged.right[i])


def of(*pairs):
    """Mistakes of these (said, right) pairs."""
    judged = score.Judged(
        tuple(said for said, __ in pairs),
        tuple(right for __, right in pairs),
        np.array([score.distance(*pair) for pair in pairs]),
        np.array([len(right) for __, right in pairs]),
        np.ones(len(pairs)),
    )
    return confusions.Mistakes(score.confusions(judged, 6), ("", "<BOS>", "<EOS>", "a", "b", "c"), judged, {})


def test_small_cases_by_hand():
    assert [said.case for said in confusions.total(of(((3, 4), (3, 4))))] == ["nothing-confused"]
    once = confusions.total(of(((3, 4), (3, 5))))
    assert [said.case for said in once] == ["mistakes", "commonest-once", "commonest-share"]
    lost = of(((3,), (3, 4)), ((3, 4, 5), (3, 4)), ((), (4,)))
    assert confusions.left_out_and_added(lost) == [[("b", 2)], [("c", 1)]]
    assert [said.case for said in confusions.total(lost)] == ["mistakes"] and confusions.commonest(lost) == []
    assert confusions.total(lost)[0].numbers == {"every": 3, "inputs": 3, "replaced": 0, "left": 2, "added": 1}
