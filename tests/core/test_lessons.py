"""Lessons go into links and files and come back the same; what anybody may have written gives one sentence."""

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import lessons
from core.lessons import BadLesson, Lesson, Step

LESSON = Lesson(
    title="Forgetting, 遗忘",
    steps=(
        Step(
            lab="lifelong",
            query={"scene": "forgetting", "epochs": "2"},
            title="One",
            task="Press *Train*.",
            done="trained",
        ),
        Step(lab="gan", hide=("question", "knob:r1"), mark="picture"),
    ),
)


def test_a_lesson_comes_back_from_its_link_and_its_file():
    assert lessons.from_text(lessons.to_text(LESSON)) == LESSON
    assert lessons.from_json(lessons.to_json(LESSON)) == lessons.from_json(lessons.to_json(LESSON).encode()) == LESSON
    assert lessons.to_text(LESSON).replace("-", "").replace("_", "").isalnum(), "nothing in it needs quoting"


@given(st.text(alphabet="ABCabc019-_=é", max_size=80))
def test_a_link_that_is_none_gives_one_sentence(text):
    with pytest.raises(BadLesson, match="lesson"):
        lessons.from_text(text)


@pytest.mark.parametrize(
    "wrong, why",
    [
        ("", "no lesson"),
        ("[" * 100_000, "no lesson"),
        ("{}", "steps"),
        ('{"steps": []}', "steps"),
        ('{"steps": [{"lab": "physics"}]}', "steps.1.lab: “physics” is not a lab"),
        ('{"steps": [{"lab": "gan", "hide": ["x { } body"]}]}', "steps.1.hide.1"),
        ('{"steps": [{"lab": "gan", "mark": "</style><script>"}]}', "steps.1.mark"),
        ('{"steps": [{"lab": "gan", "query": {"a b": "1"}}]}', "steps.1.query"),
        ('{"steps": [{"lab": "gan", "onload": "1"}]}', "steps.1.onload"),
        (json.dumps({"steps": [{"lab": "gan", "task": "x" * 801}]}), "steps.1.task"),
        (json.dumps({"steps": [{"lab": "gan"}] * 21}), "steps"),
        (" " * (lessons.LARGEST + 1), "larger than 128 KB"),
    ],
)
def test_a_file_that_is_none_says_what_is_wrong(wrong, why):
    with pytest.raises(BadLesson) as refused:
        lessons.from_json(wrong)
    assert why in str(refused.value) and len(str(refused.value)) < 400


def test_a_short_link_cannot_stand_for_a_huge_lesson():
    packed = zlib.compress(b" " * (100 * lessons.LARGEST), 9)
    with pytest.raises(BadLesson, match="too long"):
        lessons.from_text(base64.urlsafe_b64encode(packed).decode())
