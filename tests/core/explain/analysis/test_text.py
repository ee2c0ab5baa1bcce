"""A sentence as two models read it."""

import pytest

from core.attribution import text as attribution
from core.data.docstrings import LIBRARIES
from core.explain.analysis import text

TRAP = "sklearn.cluster.threshold: Return a threshold value for an image, based on the histogram of its pixels."


def cases(found):
    return [each.case for each in found]


@pytest.mark.parametrize("hidden", [False, True])
def test_a_reading_is_the_models(hidden):
    found, model = text.reading(TRAP, hidden, 100, 2), attribution.text_model(hidden)
    said = model.predict([TRAP])[0]
    assert found.probabilities == pytest.approx(100 * said) and found.library == LIBRARIES[said.argmax()]
    assert found.accuracy == 100 * model.accuracy
    again, sd = attribution.repeats(model.predict, TRAP, int(said.argmax()), 100, attribution.WIDTH, range(2))
    assert found.found == again and found.sd == sd and text.reading(TRAP, hidden, 100, 2) is found


def test_the_name_in_front_is_what_the_model_reads():
    """A description of scikit-image with the name of another library in front."""
    found = text.reading(TRAP, False, 500, 1)
    assert found.library == "scikit-learn" and next(iter(found.found.weights)) == "sklearn"
    assert text.reading(TRAP, True, 500, 1).library == "scikit-image"


@pytest.mark.parametrize(
    "words, r2, expected",
    [
        (1, 1.0, ["text-few-words"]),
        (2, 0.1, ["text-few-words"]),
        (3, 0.9, ["linear-fit"]),
        (3, 0.1, ["linear-fit", "text-low-fit"]),
    ],
)
def test_how_far_to_believe_it(words, r2, expected):
    found = text.believed(words, r2)
    assert cases(found) == expected
    assert found[0].numbers == ({} if words <= 2 else {"r2": r2})


def test_the_sentence_in_pieces():
    found = text.pieces("Find edges, find", {"edges": 0.5, "Find": -0.1})
    assert "".join(piece for piece, _ in found) == "Find edges, find"
    assert dict(found) == {"Find": -0.1, " ": None, "edges": 0.5, ", ": None, "find": None}


@pytest.mark.parametrize("sentence, there", [("a", True), ("é", True), (" …! ", False), ("", False)])
def test_whether_there_are_words(sentence, there):
    assert text.has_words(sentence) == there
    if not there:
        with pytest.raises(ValueError, match="no word"):
            text.reading(sentence, False, 50, 1)
