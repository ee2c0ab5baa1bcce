"""Names with units, and sentences that quote what somebody typed."""

from pages.parts.words import plain, prose, with_unit


def test_a_unit_stands_behind_the_name_if_there_is_one():
    assert with_unit("Test accuracy", "%") == "Test accuracy (%)" and with_unit("Loss", "") == "Loss"


def test_what_somebody_typed_is_no_formatting():
    assert plain("*a* [b](c) _d e_f :g") == r"\*a\* \[b\](c) \_d e_f \:g"


def test_a_number_that_ends_a_sentence_begins_no_list():
    assert prose("It was\n49. Then") == "It was\n49\\. Then"
