"""What a run says of itself: every case has a whole sentence, and every sentence a case."""

import ast
from pathlib import Path

import pytest

import core.attack
from core.attack.notes import SENTENCES, note
from core.attack.report import size_of
from core.verdict import verdict

FOLDER = Path(core.attack.__file__).parent


def cases(argument):
    """The text that an argument is, or each of the two that it may be."""
    return [cases_of for part in ast.walk(argument) if isinstance(part, ast.Constant) for cases_of in [part.value]]


def test_every_case_has_a_sentence_and_every_sentence_a_case():
    calls = [
        node
        for file in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "verdict"
    ]
    assert {case for call in calls for case in cases(call.args[0])} == set(SENTENCES)


@pytest.mark.parametrize("sentence", SENTENCES.values())
def test_every_sentence_is_whole(sentence):
    assert (sentence[0].isupper() or sentence[0] in "{1ε") and sentence.endswith(".")


@pytest.mark.parametrize(
    "changed, largest, length, said",
    [
        (0, 0, 0, "No pixel changed."),
        (1, 255, 1, "1 pixel changed."),
        (10, 255, 2.5, "10 pixels changed."),
        (11, 97, 1.234, "The whole change is 1.23 long (L2), where one pixel from black to white is 1."),
        (784, 96, 5, "No pixel moved by more than 96 of 255 levels."),
    ],
)
def test_the_size_of_a_change_in_words(changed, largest, length, said):
    assert note([size_of({"changed": float(changed), "largest": float(largest), "length": length})]) == said


def test_sentences_follow_one_another():
    assert note([verdict("one-pixel"), verdict("nothing-changed")]) == "1 pixel changed. No pixel changed."
    assert note([]) == ""
