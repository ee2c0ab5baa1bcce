"""Text for people: as much of it as there is room for."""

import pytest

from pages.parts.words import first_sentences

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
