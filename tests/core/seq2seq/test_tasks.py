"""Tasks: nothing that is tested was learned, every sign has a number, and whatever somebody types gets an answer or a sentence."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.data import dates, words
from core.seq2seq import tasks
from core.seq2seq.settings import Dates, Pronounce, Toy
from core.seq2seq.tokens import BOS, EOS, PAD

WORLDS = {
    "spelling": Pronounce(),
    "stressed": Pronounce(stress=True),
    "dates": Dates(),
    "reverse": Toy(),
    "sort": Toy(rule="sort", alphabet=4),
    "unknown": Toy(rule="next", unknown=30),
}


@pytest.fixture(scope="module", params=list(WORLDS))
def dataset(request):
    return tasks.dataset_of(WORLDS[request.param])


def inputs(dataset, part):
    return ["".join(dataset.source.tokens[i] for i in row if i) for row in part.x.tolist()]


def test_no_input_stands_in_two_parts_and_the_film_was_never_learned(dataset):
    train, dev, test = (inputs(dataset, part) for part in (dataset.train, dataset.dev, dataset.test))
    for one in (train, dev, test):
        assert len(set(one)) == len(one)
    assert not set(train) & set(dev) and not set(train) & set(test) and not set(dev) & set(test)
    assert not set(dataset.film) & set(train) and len(dataset.film) >= 5


def test_answers_are_right_and_stand_between_their_ends(dataset):
    for part in (dataset.dev, dataset.test):
        for text, y, ways in list(zip(inputs(dataset, part), part.y.tolist(), part.answers))[:300]:
            assert [dataset.target.decode(way) for way in ways] == [tuple(way) for way in dataset.known(text)]
            assert y[:1] == [BOS] and tuple(y[1 : y.index(EOS)]) == ways[0] and not any(y[y.index(EOS) + 1 :])
            assert len(ways[0]) < dataset.longest and len(text) <= dataset.longest_in
    y = dataset.train.y
    assert (
        (y[:, 0] == BOS).all()
        and ((y == EOS).sum(1) == 1).all()
        and ((y == PAD).cumsum(1)[:, :-1] <= (y == PAD).cumsum(1)[:, 1:]).all()
    )
    assert dataset.train.answers == () or len(dataset.train.answers) == len(dataset.train)


def test_every_token_has_a_number_and_padding_is_nobody(dataset):
    for vocabulary in (dataset.source, dataset.target):
        assert vocabulary.tokens[:3] == ("", "<BOS>", "<EOS>") and len(set(vocabulary.tokens)) == len(vocabulary) < 256
        assert vocabulary.decode((*range(3, len(vocabulary)), EOS, 3)) == vocabulary.tokens[3:]
    assert int(dataset.train.x.max()) < len(dataset.source) and int(dataset.train.y.max()) < len(dataset.target)


def test_a_share_is_the_first_ones_and_longer_inputs_stand_apart(dataset):
    few = dataset.test.first(10)
    assert len(few) == 10 and torch.equal(few.x, dataset.test.x[:10]) and few.answers == dataset.test.answers[:10]
    longest = int(dataset.train.lengths.max())
    known, longer = dataset.test.up_to(longest), dataset.test.beyond(longest)
    assert len(known) + len(longer) == len(dataset.test) and int(known.lengths.max()) <= longest
    assert (len(longer) > 0) == (dataset.name == "toy") and (
        not len(longer) or int(longer.lengths.min()) == longest + 1
    )
    assert len(longer) == len(longer.answers)


def test_variants_stand_together():
    data, parts = words.load(), tasks.spelling()
    assert sorted(np.concatenate([data.train, data.dev, data.test]).tolist()) == list(range(len(data.words)))
    several = [(text, ways) for text, ways in zip(inputs(parts, parts.test), parts.test.answers) if len(ways) > 1]
    assert len(several) > 300 and all(len(ways) == len(parts.known(text)) for text, ways in several)


def test_toys_follow_their_rule():
    assert tasks.turned("cab", "reverse") == "bac" and tasks.turned("cab", "sort") == "abc"
    dataset = tasks.toy("reverse", 3, 5)
    assert all(
        set(s) <= set("abc") and 3 <= len(s) <= 5 for s in inputs(dataset, dataset.train) + inputs(dataset, dataset.dev)
    )
    assert int(dataset.test.lengths.max()) == 5 + tasks.LONGER
    smallest = tasks.toy("sort", 2, 4)  # there are 24 sequences in all
    assert len(smallest.train) == 20 and len(smallest.dev) == 2 == len(smallest.test.up_to(4)) and smallest.film


def test_next_letters_and_digits_outside_the_vocabulary():
    assert tasks.turned("abj", "next", "abcdefghij") == "bca" and tasks.turned("a7z", "next") == "b7a"
    dataset = tasks.dataset_of(WORLDS["unknown"])
    train, dev, test = (inputs(dataset, part) for part in (dataset.train, dataset.dev, dataset.test))
    assert {sign for text in train for sign in text if sign.isdigit()} == set(tasks.DIGITS)
    assert {sign for text in dev + test for sign in text if sign.isdigit()} == set(tasks.UNMET)
    share = np.mean([sign.isdigit() for text in train for sign in text])
    assert share == pytest.approx(0.3, abs=0.01) and not any(text.isalpha() for text in dataset.film)
    for vocabulary in (dataset.source, dataset.target):
        assert vocabulary.size == 3 + 10 + 1 and vocabulary.tokens[vocabulary.size - 1] == tasks.UNKNOWN
        assert vocabulary.tokens[vocabulary.size :] == tuple("0123456789")
    assert dataset.test.unknown(dataset.source).tolist() == [not text.isalpha() for text in test]
    assert tasks.understood(dataset, "A7b") == "a7b" and "digits" in tasks.accepted(dataset)
    assert tasks.spelling().source.size == len(tasks.spelling().source), "other tasks have nothing outside"


def test_rows_and_columns():
    x = tasks.padded([(3, 4), (5,), (3, 3, 3, 3)])
    assert x.tolist() == [[3, 4, 0, 0], [5, 0, 0, 0], [3, 3, 3, 3]] and x.dtype == torch.uint8
    assert tasks.trimmed(x[:2]).tolist() == [[3, 4], [5, 0]] and tasks.trimmed(x[:2]).dtype == torch.int64
    assert (
        tasks.spoken([BOS, 4, PAD, 5, EOS, 6]) == (4, 5)
        and tasks.spoken([EOS, 3]) == ()
        and tasks.spoken([3, 4]) == (3, 4)
    )


# ---- what somebody types ----


@pytest.mark.parametrize(
    "typed, read",
    [
        ("Hello", "hello"),
        ("CAFÉ", "cafe"),
        ("naïve", "naive"),
        ("don’t", "don't"),
        ("  word  ", "word"),
        ("Straße", "strasse"),
        ("Ærø", "aero"),
        ("ﬁne", "fine"),
        ("a" * 34, "a" * 34),
        ("‘cat’", "cat"),
        ("'cat'", "cat"),
        ("O´Brien", "o'brien"),
        ("o`clock", "o'clock"),
        ("’bout", "'bout"),
        ("parents‘", "parents'"),
    ],
)
def test_words_are_read_as_small_letters_without_accents(typed, read):
    assert tasks.understood(tasks.spelling(), typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\n",
        "4",
        "word2vec",
        "🙂",
        "日本",
        "a b",
        "a-b",
        "a" * 35,
        "a" * 200,
        "\0",
        "<b>",
        "'; --",
        "٣",
        "'",
        "’",
        "´´",
        "",
    ],
)
def test_what_cannot_be_read_gets_one_sentence(typed):
    with pytest.raises(ValueError) as refusal:
        tasks.understood(tasks.spelling(), typed)
    sentence = str(refusal.value)
    assert sentence.endswith(".") and sentence.count(". ") == 0 and len(sentence) < 200


@given(st.text(max_size=60), st.sampled_from(["spelling", "dates", "reverse"]))
def test_any_text_is_read_or_refused(text, name):
    dataset = tasks.dataset_of(WORLDS[name])
    try:
        read = tasks.understood(dataset, text)
    except ValueError as refusal:
        assert str(refusal).endswith(".")
        return
    assert 1 <= len(read) <= dataset.longest_in and set(read) <= set(dataset.source.tokens[3:])
    assert dataset.example(text).shape == (1, len(read))


def test_dates_as_people_write_them():
    dataset = tasks.calendar()
    assert tasks.understood(dataset, "  14 Июля 1915\u202fг. ") == "14 июля 1915 г."
    for apostrophe in "'’ʼ":
        assert tasks.understood(dataset, f"п{apostrophe}ятниця, 4 вересня 2026") == "пʼятниця, 4 вересня 2026"
    assert dataset.known(tasks.understood(dataset, "Sep. ٠٥, ٢٠٢٦")) == [tuple("2026-09-05")], (
        "nobody learned it so, but it has one meaning"
    )
    with pytest.raises(ValueError, match="at most 48"):
        tasks.understood(dataset, "1 " * 40)
    with pytest.raises(ValueError, match="from a to j"):
        tasks.understood(tasks.toy("reverse", 10, 8), "xyz")


def test_a_line_is_split_into_words():
    assert tasks.sayings("Well-known words, e.g. “café”; (yes)") == ["Well", "known", "words", "e", "g", "café", "yes"]
    assert tasks.sayings(" -- ") == [] and tasks.sayings("it's") == ["it's"]


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(list(" -–—.,;'’aéß٣🙂\u200f\0"))), max_size=250))
def test_every_word_of_any_line_is_read_or_refused(line):
    dataset, said = tasks.spelling(), tasks.sayings(line)
    assert all(word and not any(sign.isspace() or sign in '-–—.,;:!?/()"“”„' for sign in word) for word in said)
    assert "".join(said) == "".join(sign for sign in line if not sign.isspace() and sign not in '-–—.,;:!?/()"“”„'), (
        "nothing is lost"
    )
    for word in said:
        try:
            assert set(dataset.example(word).flatten().tolist()) <= set(range(3, len(dataset.source)))
        except ValueError as refusal:
            assert str(refusal).endswith(".") and len(str(refusal)) < 250


@pytest.mark.parametrize("name", ["spelling", "dates", "reverse"])
def test_a_refusal_says_what_can_be_read(name):
    dataset = tasks.dataset_of(WORLDS[name])
    for typed in ("🙂" * 200, "a" * 200, "\0", "&" * 30):
        with pytest.raises(ValueError) as refusal:
            dataset.example(typed)
        assert tasks.accepted(dataset) in str(refusal.value) and len(str(refusal.value)) < 250
    with pytest.raises(ValueError, match="^Nothing is written there yet"):
        dataset.example(" \n\t")


def test_letters_that_are_two_and_marks_over_them():
    assert [
        tasks.plain_letters(word) for word in ("Łódź", "Þór", "ENCYCLOPÆDIA", "œuvre", "Åse", "Ñandú", "Ðan", "ŐSZ")
    ] == ["lodz", "thor", "encyclopaedia", "oeuvre", "ase", "nandu", "dan", "osz"]


def test_what_was_typed_is_read_as_it_was_learned(dataset):
    for text in inputs(dataset, dataset.dev.first(200)):
        typed = f"  {text if dataset.name == 'dates' else text.upper()}\n"
        assert dataset.example(typed).tolist() == [list(dataset.source.encode(text))]
        assert dataset.source.decode(dataset.example(typed)[0].tolist()) == tuple(text)


def test_a_share_of_what_is_learned_is_a_fair_one():
    """Words in the order of the dictionary would give a share that begins with a few letters only."""
    first, rest = (
        [text[0] for text in inputs(part, part.train)[:1000]] for part in (tasks.spelling(), tasks.calendar())
    )
    assert len(set(first)) >= 20 and max(first.count(letter) for letter in set(first)) < 200 and len(set(rest)) > 20


def test_words_are_learned_by_their_usual_sounds_and_judged_by_all():
    dataset = tasks.spelling()
    for text, y in list(zip(inputs(dataset, dataset.train), dataset.train.y.tolist()))[:2000]:
        assert dataset.target.decode(y) == tuple(dataset.known(text)[0])
    for part in (dataset.dev, dataset.test):
        assert all(
            dataset.target.decode(y) == dataset.target.decode(ways[0]) for y, ways in zip(part.y.tolist(), part.answers)
        )
    assert dataset.known("zzyzzyva") == () and [*tasks.calendar().known("today")] == []
    assert tasks.toy("sort", 10, 8).known("cab") == [("a", "b", "c")]


def test_signs_that_nobody_sees():
    assert dates.plain("\u200f5\u00a0MAI\u200e") == "5 mai"
