"""The lecture texts: every scene, every formula and every method that the code names has words, and no word is orphaned."""

import inspect
import re

import pytest
from streamlit.testing.v1 import AppTest

from core import labs
from core.settings import every_field, union_members
from pages.parts import lecture
from pages.parts.words import prose

each_lab = pytest.mark.parametrize("lab", labs.LABS)


@each_lab
def test_title_and_idea_are_there(lab):
    text = lecture.read(lab)
    assert text.title and "\n" not in text.title
    assert text.idea.endswith(".")


@each_lab
def test_every_scene_has_a_title_a_question_and_an_answer(lab):
    scenes = labs.of(lab).scenes
    text = lecture.read(lab)
    assert list(text.scenes) == [scene.slug for scene in scenes] and 3 <= sum(not each.more for each in scenes) <= 5
    for slug, scene in text.scenes.items():
        assert scene.title and "?" in scene.question and len(scene.answer) > 100, slug


@each_lab
def test_scenes_are_told_apart(lab):
    scenes = labs.of(lab).scenes
    assert len({scene.settings for scene in scenes}) == len({scene.slug for scene in scenes}) == len(scenes)


@each_lab
def test_every_formula_has_words_and_a_source(lab):
    formulas = labs.of(lab).theory
    assert {formula.title for formula in formulas} == set(lecture.read(lab).theory)
    for formula in formulas:
        source = inspect.getsource(formula.function)
        assert f"def {formula.function.__name__}(" in source
        assert '"""' in source and len(source.splitlines()) <= 60, "short enough to read aloud"
        assert formula.latex.count("{") == formula.latex.count("}")


@each_lab
def test_mathematics_and_emphasis_are_closed(lab):
    text = lecture.read(lab)
    for words in [
        text.idea,
        *text.theory.values(),
        *text.notes.values(),
        *(part for scene in text.scenes.values() for part in (scene.watch, scene.question, scene.answer)),
    ]:
        assert words.count("$") % 2 == 0 and words.count("**") % 2 == 0, words


@each_lab
def test_no_sentence_that_begins_a_line_with_a_number_becomes_a_list(lab):
    """“… it ended at\\n49. Nothing warned …” is prose: Markdown would number it."""
    text = lecture.read(lab)
    for words in [
        *text.theory.values(),
        *(part for scene in text.scenes.values() for part in (scene.question, scene.answer)),
    ]:
        assert not re.search(r"^ {0,3}\d{1,9}[.)](\s|$)", prose(words), re.MULTILINE), words
        assert prose(words).replace("\\.", ".").replace("\\)", ")") == words.replace("\\.", ".").replace("\\)", ")")


def test_only_numbers_at_the_beginning_of_a_line_are_held_from_becoming_lists():
    assert prose("It ended at\n49. Nothing warned.\n 7) is odd") == "It ended at\n49\\. Nothing warned.\n 7\\) is odd"
    for words in ("3.5 of 10. Then", "in 2019. Then", "* 7. is a list", "49.", ""):
        assert prose(words) == (words if words != "49." else "49\\."), words


@each_lab
def test_what_the_answers_tell_to_turn_exists(lab):
    """A setting that a text names in italics, *Labels*, is a knob, a method, a view or a choice with just that name."""
    model = labs.of(lab).settings
    fields = every_field(model)
    known = {field.title for field in fields.values()} | {
        (f.json_schema_extra or {}).get("symbol") for f in fields.values()
    }
    for field in fields.values():
        known |= set(((field.json_schema_extra or {}).get("names") or {}).values())
    assert all(union_members(field) for name, field in model.model_fields.items() if name == "method")
    for scene in lecture.read(lab).scenes.values():
        if match := re.search(r"\*\*Turn next:\*\*(.*)", scene.answer, re.DOTALL):
            for named in re.findall(r"(?<!\*)\*([A-Z]\w*)\*(?!\*) (?:to|=)", match[1]):
                assert named in known, named


def test_a_lab_without_text_is_an_error_that_names_the_file():
    with pytest.raises(FileNotFoundError, match="nope.md"):
        lecture.read("nope")


def test_a_malformed_heading_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "odd.md").write_text("# T\nidea.\nWatch: x.\n## sceen: a | b\n?\n")
    monkeypatch.setattr(lecture, "FOLDER", tmp_path)
    with pytest.raises((KeyError, ValueError)):
        lecture.read("odd")


def test_a_note_is_drawn_with_its_numbers_and_says_more_on_demand():
    def page():
        from pages.parts import lecture

        lecture.caption("anomaly", "p below pictures", least=0.0123)
        lecture.write("anomaly", "side by side")

    visitor = AppTest.from_function(page).run()
    assert not visitor.exception
    (caption,), (paragraph,) = visitor.caption, visitor.markdown
    assert caption.value == "Below each picture: its p-value." and "The least is 0.012." in caption.proto.help
    assert "More" not in paragraph.value and not paragraph.proto.help


@each_lab
def test_a_note_has_more_once_at_most(lab):
    for name, text in lecture.read(lab).notes.items():
        assert text.count("###") == text.count("\n\n### More\n") <= 1, name
