"""Every text that people read is there in every language, and says the same: its numbers, its values, its terms."""

import gettext
import re

import pytest

from core import labs
from pages.parts import lecture
from pages.parts.words import width
from tests import words
from tests.languages import faults, faults_of_lecture

LANGUAGES = words.languages()
CASES = [(language, lab) for language in LANGUAGES for lab in labs.LABS]
SAME = {  # texts that stay as they are or say something else on purpose, each with its reason
    "Lectern speaks your words": "what the word field begins with: it reads a to z",
    "5 de noviembre de 2026": "a date to type, in Spanish",
    "import sys; from core import cluster; cluster.serve(int(sys.argv[1]))": "code",
    "pca kmeans knn lof forest ocsvm mixture kde": "names in code",
    "gan G of the plane": "a name in code",
    "gan D of the plane": "a name in code",
    "{0} si lwf gem agem joint": "the end of a command",
    "Seq2seq": "the 2 is no number",
}
each_language = pytest.mark.parametrize("language", LANGUAGES)
each_lecture = pytest.mark.parametrize("language, lab", CASES, ids=["-".join(case) for case in CASES])


def test_there_is_chinese():
    assert "zh_CN" in LANGUAGES


@each_language
def test_every_text_of_the_code_is_translated(language):
    """`python -m tests.words` brings the catalogue up to date."""
    known = {message.id: message for message in words.catalogue(language) if message.id}
    missing = {message.id for message in words.gathered() if message.id} - known.keys()
    assert not missing, f"not in the catalogue (python -m tests.words): {sorted(missing)[:9]}"
    assert not [text for text, message in known.items() if not message.string or message.fuzzy]


@each_language
def test_what_gettext_reads_is_what_people_read(language):
    read = gettext.translation("lectern", words.LOCALE, languages=[language])
    stored = {message.id: message.string for message in words.catalogue(language) if message.id}
    assert {text: read.gettext(text) for text in stored} == stored


@each_language
def test_a_translated_text_has_the_same_numbers_values_and_terms(language):
    found = [
        f"{message.id[:80]!r}: {fault}"
        for message in words.catalogue(language)
        if message.id and message.id not in SAME
        for fault in faults(message.id, message.string, language, exact=False)
    ]
    assert not found, "\n".join(found)


@each_lecture
def test_a_translated_lecture_has_the_same_parts_numbers_and_terms(language, lab):
    found = faults_of_lecture(lab, language)
    assert not found, "\n".join(found)


@each_language
def test_the_translated_stories_have_the_same_parts_numbers_and_terms(language):
    assert not faults_of_lecture("stories", language)


@each_lecture
def test_a_translated_scene_has_room_on_the_stage(language, lab):
    english, other = lecture.read(lab, "en"), lecture.read(lab, language)
    for slug, scene in other.scenes.items():
        assert scene.right == english.scenes[slug].right and len(scene.choices) == len(english.scenes[slug].choices)
        assert width(scene.question) <= 75 and scene.question.endswith("？")
        assert max(map(width, scene.choices)) <= 30 and sum(map(width, scene.choices)) <= 64
        assert (
            width(scene.watch) <= 132 and width(scene.reason) <= 120 and len(re.findall("[。？！]", scene.reason)) == 1
        )


def test_a_wrong_number_a_lost_value_and_a_wrong_term_are_found():
    text = "With 5 seeds the gradient of {name} is $g$, and its learning rate is halved."
    right = "用 5 个种子时，{name} 的梯度是 $g$，学习率减半。"
    assert not list(faults(text, right, "zh_CN"))
    for wrong in (
        right.replace("5", "6"),
        right.replace("{name}", ""),
        right.replace("梯度", "斜率"),
        right.replace("$g$", ""),
        "",
    ):
        assert list(faults(text, wrong, "zh_CN")), wrong
    assert list(faults(text, f"{right} and this is English", "zh_CN"))
