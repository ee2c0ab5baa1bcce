"""Text for people: names with units, sentences that quote what somebody typed, as much of a text as there is room for."""

import pytest

from pages.parts import language
from pages.parts.words import first_sentences, plain, prose, translate, with_unit


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


# ---- sentences of core in another language ----


@pytest.mark.parametrize(
    "sentence, told",
    [
        ("Stopped.", "已停止。"),
        (
            "You left this run. It goes on, because 3 other visitors watch it.",
            "你离开了这次运行。它会继续，因为还有 3 位访客在看它。",
        ),
        (
            "“99999” does not fit Seed (seed): it accepts a whole number from 0 to 9999.",
            "旋钮“种子”（seed）不能取“99999”，它接受从 0 到 9999 的整数。",
        ),
        ("“words” is not a setting here; known are steps, batch.", "“words” 不是这里的设置；可用的有 steps, batch。"),
        ("Task 12", "任务 12"),
        ("训练, steps: words", "训练, steps: words"),
        ("What nobody has ever said.", "What nobody has ever said."),
    ],
)
def test_a_sentence_of_core_is_told_with_its_values_and_what_is_quoted_stays(sentence, told):
    assert language.fixed("zh_CN", translate, sentence) == told
    assert language.fixed("en", translate, sentence) == sentence


@pytest.mark.parametrize(
    "name, known",
    [("zh", "zh_CN"), ("zh-CN", "zh_CN"), ("zh-Hans-SG", "zh_CN"), ("en-GB", "en"), ("de", None), ("", None)],
)
def test_a_language_is_known_by_all_its_names(name, known):
    assert language.known(name) == known
