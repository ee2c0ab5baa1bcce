"""What is heard of one's own words: read, said greedily, told moment by moment."""

import numpy as np
import pytest

from core.data import dates
from core.seq2seq import decode
from core.seq2seq.analysis import flow, network, own_words
from core.seq2seq.analysis.own_words import Heard
from core.seq2seq.settings import Dates, Toy
from tests.core.seq2seq.records import DATES, SAY, TOY, VECTOR, record, tiny


def heard(run_id, text):
    return own_words.heard(record(run_id), text)


@pytest.mark.parametrize("text", ["creme", "Brûlée", "you"])
def test_it_is_the_greedy_answer(text):
    net, dataset = network.opened(record(SAY))
    one, memory = heard(SAY, text), net.read(dataset.example(text))
    found = decode.greedy(net, memory, dataset.longest)
    assert one.ids == tuple(found.tokens[0].tolist()) and one.said == list(dataset.target.decode(one.ids))
    assert one.p == pytest.approx(float(found.sure[0].prod())) and one.logp == pytest.approx(np.log(one.p), abs=1e-4)
    assert one.looked.shape == (len(one.ids), len(one.text)) and one.moments == len(one.text) + len(one.ids)
    assert (one.recurrent, one.size) == (True, 128) and heard(VECTOR, text).looked is None


def test_what_is_known_of_an_input():
    assert heard(SAY, "Tomato").known == (("T", "AH", "M", "EY", "T", "OW"), ("T", "AH", "M", "AA", "T", "OW"))
    assert heard(TOY, "abc").known == (("c", "b", "a"),) and heard(SAY, "zzyzxq").known == ()
    assert heard(DATES, "5 de noviembre de 2026").said == list("2026-11-05")
    for typed, iso in (("Sep. 05 2026", "2026-09-05"), ("٥ سبتمبر ٢٠٢٦", "2026-09-05")):
        assert heard(DATES, typed).known == (tuple(iso),)
    with pytest.raises(ValueError, match="cannot be read"):
        heard(SAY, "42")


def test_where_an_input_comes_from():
    task = record(SAY).settings.task
    assert [own_words.origin(task, text) for text in ("elephant", "tomato", "zzyzxq")] == [
        "held out, never learned",
        "was there to learn from",
        "not in the dictionary",
    ]
    phrases = dates.load()
    texts = [phrases.phrases[part[0]] for part in (phrases.train, phrases.dev, phrases.test)]
    found = [own_words.origin(Dates(), text) for text in (*texts, "5 mai 2026!")]
    assert found == [own_words.LEARNED, own_words.HELD_OUT, own_words.HELD_OUT, "not among the phrases to learn from"]
    assert [own_words.origin(Toy(longest=8), "a" * n) for n in (8, 9)] == [
        "no longer than those learned",
        "longer than any learned",
    ]
    assert own_words.unknown(Dates()).numbers["languages"] == len(dates.LANGUAGES)
    assert own_words.unknown(task).case == "unknown-word"


def test_a_line_is_cut_into_words():
    many = "one two three four five six seven eight nine ten eleven twelve thirteen"
    good, complaints, too_many = own_words.readable(record(SAY), many)
    assert len(good) == own_words.MOST and not complaints and too_many
    assert own_words.readable(record(SAY), "the the") == (["the"], [], False)
    good, complaints, __ = own_words.readable(record(SAY), "Well-known 2 you")
    assert good == ["Well", "known", "you"] and len(complaints) == 1 and "“2”" in complaints[0]
    assert own_words.readable(record(DATES), "5 mai 2026")[0] == ["5 mai 2026"], "a date is one input"
    assert own_words.readable(record(SAY), " ")[1:] == (
        ["Nothing is written there yet: type something to translate."],
        False,
    )


ONE = Heard("abc", (3, 4, 2), ("K", "T", "<EOS>"), (1.0, 0.5, 0.25), None, (), True, 128)


def test_moment_by_moment():
    told = [[said.case for said in own_words.moment(ONE, now)] for now in range(ONE.moments + 1)]
    assert told == [["nothing-read"], *[["letters-read"]] * 3, ["says-first"], ["says"], ["ends", "answer-ends"]]
    __, *later = own_words.moment(ONE, 5), *own_words.moment(ONE, 5)
    assert later[0].numbers == {"step": 2, "before": "K", "token": "T", "p": 50}
    assert own_words.moment(ONE, 2)[0].numbers == {"now": 2, "letters": 3}
    transformer = Heard("a", (2,), ("<EOS>",), (1.0,), None, (), False, 16)
    told = [[said.case for said in own_words.moment(transformer, now)] for now in (1, 2)]
    assert told == [["letter-of-transformer"], ["ends-at-once", "answer-ends"]]
    cut = Heard("a", (3,), ("K",), (1.0,), None, ())
    assert [said.case for said in own_words.moment(cut, 2)] == ["says-first", "never-ends"]


def test_how_attention_moves():
    def attention(*rows):
        looked = np.array(rows, float)
        return own_words.attention(Heard("abc", (3, 4), ("K", "<EOS>"), (1.0, 1.0), looked, ()))

    found = attention([1, 0, 0], [0, 0.5, 0.5]).numbers
    assert (found["on"], found["back"], found["bits"]) == (100, 0, 0.5) and found["letters"] == pytest.approx(2**0.5)
    assert attention([0, 0, 1], [1, 0, 0]).numbers["back"] == 100
    assert attention([0.5, 0.5, 0], [0.1, 0.9, 0]).numbers["on"] == 0, "less than half a letter is no move"
    assert attention([1], [1]).case == "attention-one-letter"
    one = heard(SAY, "elephant")
    bits = -(one.looked * np.log2(np.maximum(one.looked, 1e-12))).sum(1).mean()
    assert own_words.attention(one).numbers["bits"] == pytest.approx(bits, abs=1e-4)


def test_a_network_that_says_all_at_once_reads_nothing_back():
    one = own_words.heard(tiny("parallel"), "abcd")
    told = [own_words.moment(one, len(one.text) + t + 1)[0] for t in range(len(one.tokens))]
    assert {each.case for each in told} <= {"place-says", "place-ends"}
    assert [each.numbers["place"] for each in told] == list(range(1, len(one.tokens) + 1))
    saying = [way for way in flow.ways(one, one.moments) if way.part == "saying"]
    assert one.at_once and len(saying) == len(one.tokens), "one arrow for each token, and none back"
