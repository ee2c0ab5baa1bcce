"""Text for people: names with units, sentences that quote what somebody typed, as much of a text as there is room for."""

import pytest

from pages.parts.words import first_sentences, plain, prose, with_unit


def test_a_unit_stands_behind_the_name_if_there_is_one():
    assert with_unit("Test accuracy", "%") == "Test accuracy (%)" and with_unit("Loss", "") == "Loss"


def test_what_somebody_typed_is_no_formatting():
    assert plain("*a* [b](c) _d e_f :g") == r"\*a\* \[b\](c) \_d e_f \:g"


def test_a_number_that_ends_a_sentence_begins_no_list():
    assert prose("It was\n49. Then") == "It was\n49\\. Then"


TEXT = "One is here. Two follows! “Three” is said? 4 ends, e.g. so."


@pytest.mark.parametrize(
    "letters, kept",
    [
        (3, "One is here."),
        (24, "One is here."),
        (25, "One is here. Two follows!"),
        (42, "One is here. Two follows! “Three” is said?"),
        (999, TEXT),
    ],
)
def test_whole_sentences_are_kept_and_at_least_one(letters, kept):
    assert first_sentences(TEXT, letters) == kept
