"""What was said at every evaluation, and since when it is right."""

import numpy as np
import pytest

from core.seq2seq import pictures
from core.seq2seq.analysis import film
from tests.core.seq2seq.records import SAY, TOY, record


def test_since_when_each_input_is_right():
    current = record(TOY)
    facts, shots, found = current.facts, current.by_step(pictures.SAID), film.settled(record(TOY))
    assert not found.never and [step for __, step in found.since] == sorted(step for __, step in found.since)
    for i, (text, ways) in enumerate(zip(facts["inputs"], facts["answers"])):
        good = [step for step, said in shots.items() if film.named(facts, said[i]) in ways]
        bad = [step for step in shots if step not in good]
        assert dict(found.since)[text] == min(step for step in good if step > max(bad))


def test_answers_are_those_of_the_pictures():
    current = record(SAY)
    facts, said, sure = current.facts, current.last(pictures.SAID), current.last(pictures.SURE)
    rows = film.answers(facts, said, sure)
    for row, tokens, p, ways in zip(rows, said, sure, facts["answers"]):
        names = [facts["tokens"][i] for i in tokens if i > 2]
        assert [tile.token for tile in row.tiles if tile.kind != "left out"] == names and row.right == (names in ways)
        kept = [tile.sure for tile in row.tiles if tile.kind != "left out"]
        assert np.allclose(kept, p[: len(kept)])
    assert {row.text for row in rows if not row.right} == set(film.settled(current).never)
    assert film.columns(facts) > max(len(way) for ways in facts["answers"] for way in ways)


def test_attention_is_cut_to_the_answer_and_its_letters():
    current = record(SAY)
    said, looked = current.last(pictures.SAID), current.last(pictures.LOOKED)
    for row, text in enumerate(current.facts["inputs"]):
        weights, names = film.attention(current.facts, said, looked, row)
        assert weights.shape == (len(names), len(text)) and np.allclose(weights.sum(1), 1, atol=1e-2)
        assert names == [current.facts["tokens"][i] for i in said[row] if i > 0][: len(names)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("short", "short"),
        ("withoutanyspacewhatever", "withoutanyspacewhatever"),
        ("5 de noviembre de 2026", "5 de noviembre\nde 2026"),
    ],
)
def test_a_long_input_is_broken_at_the_space_next_to_its_middle(text, expected):
    assert film.wrapped(text) == expected
