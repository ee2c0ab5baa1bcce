"""What the stage has room for at 1280 pixels: a question and its choices in one line, short titles and labels, few knobs in front."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pydantic.fields import FieldInfo

from core import labs
from core.settings import Scene, choices_of, extra, flat_fields, flatten, union_members
from pages.parts import lecture
from pages.parts.knobs import label_of

SCENE = re.compile(r"^## scene: (\S+) \|[^\n]*\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ASKED = re.compile(
    r"(?P<setup>.+)\n\n\*\*(?P<question>[^*\n]+)\*\*\n\n(?P<choices>(?:- [^\n]+\n)+)\n"
    r"### Answer\n(?P<reason>[^\n]+)\n\n(?P<rest>.+)",
    re.DOTALL,
)
SENTENCES = re.compile(r"[.!?](?= |$)")
CASES = [(lab, scene) for lab in labs.LABS for scene in labs.of(lab).scenes]

each_lab = pytest.mark.parametrize("lab", labs.LABS)
each_scene = pytest.mark.parametrize("lab, scene", CASES, ids=[f"{lab}-{scene.slug}" for lab, scene in CASES])


@dataclass(frozen=True)
class Asked:
    """A scene's question as it is written; right: the places of the choices that are marked as right."""

    question: str
    choices: tuple[str, ...]
    right: tuple[int, ...]
    reason: str


def asked(lab: str) -> dict[str, Asked]:
    """The questions of a lab by scene; those that are not written in the form of the stage are left out."""
    text = (lecture.FOLDER / "en" / f"{lab}.md").read_text("utf-8")
    found = {slug: ASKED.fullmatch(body.strip() + "\n") for slug, body in SCENE.findall(text)}
    return {slug: _asked(**match.groupdict()) for slug, match in found.items() if match}


def _asked(question: str, choices: str, reason: str, **_: str) -> Asked:
    lines = [line.removeprefix("- ") for line in choices.splitlines()]
    right = tuple(i for i, line in enumerate(lines) if line.startswith("[x] "))
    return Asked(question, tuple(line.removeprefix("[x] ") for line in lines), right, reason)


def every_field(lab: str) -> Iterator[tuple[str, FieldInfo]]:
    """All knobs of a lab, those of all members of its unions too."""
    for name, field in labs.of(lab).settings.model_fields.items():
        yield name, field
        for member in union_members(field).values():
            yield from ((inner, each) for inner, each in member.model_fields.items() if inner != "name")


def sentences(text: str) -> int:
    return len(SENTENCES.findall(re.sub(r"\bet al\.", "et al", text)))


@each_scene
def test_a_question_fits_into_one_line_and_one_choice_is_right(lab, scene: Scene):
    said = asked(lab)[scene.slug]
    assert said.question.endswith("?") and len(said.question) <= 75
    assert 2 <= len(set(said.choices)) == len(said.choices) <= 4 and len(said.right) == 1
    assert max(map(len, said.choices)) <= 30 and sum(map(len, said.choices)) <= 64


@each_scene
def test_what_to_watch_fits_into_one_line(lab, scene: Scene):
    watch = lecture.read(lab).scenes[scene.slug].watch
    assert watch[0].isupper() and watch.endswith((".", "?")) and len(watch) <= 132


@each_scene
def test_the_reason_is_one_short_sentence(lab, scene: Scene):
    reason = asked(lab)[scene.slug].reason
    assert len(reason) <= 120 and sentences(reason) == 1 and reason.endswith(".")


@each_lab
def test_the_right_choice_is_not_always_in_the_same_place(lab):
    assert len({said.right for said in asked(lab).values()}) > 1


@each_lab
def test_title_and_scenes_stand_in_one_line(lab):
    text, first = lecture.read(lab), [scene.slug for scene in labs.of(lab).scenes if not scene.more]
    assert 11 * len(text.title) + sum(7 * len(text.scenes[slug].title) + 36 for slug in first) <= 1200, "pixels"


@each_lab
def test_the_first_sentence_of_the_idea_stands_alone(lab):
    first = SENTENCES.split(lecture.read(lab).idea)[0]
    assert 40 <= len(first) < 110


@each_scene
def test_three_to_six_knobs_stand_in_front(lab, scene: Scene):
    known = [name for name, _ in flat_fields(type(scene.settings), flatten(scene.settings))]
    assert 3 <= len(set(scene.knobs)) == len(scene.knobs) <= 6 and "seed" not in scene.knobs
    assert set(scene.knobs) <= set(known)
    unions = [
        bool(union_members(type(scene.settings).model_fields[name]))
        if name in type(scene.settings).model_fields
        else False
        for name in scene.knobs
    ]
    assert unions == sorted(unions, reverse=True), "a choice that brings knobs stands before them"


@each_lab
def test_labels_are_short(lab):
    fields = list(every_field(lab))
    assert [label for name, field in fields if len(label := label_of(name, field)) > 24] == []
    chosen = [field for _, field in fields if choices_of(field)]  # the names of a thousand classes are not ours
    assert [word for field in chosen for word in (extra(field, "names") or {}).values() if len(word) > 22] == []
    assert [metric.label for metric in labs.of(lab).metrics.values() if len(metric.label) > 26] == []


@each_lab
def test_no_help_has_more_than_two_sentences(lab):
    assert [
        field.description for _, field in every_field(lab) if not 1 <= sentences(field.description or "") <= 2
    ] == []


def test_what_is_not_in_the_form_of_the_stage_is_found():
    well = "Set-up.\n\n**Does it rise?**\n\n- no\n- [x] yes\n\n### Answer\nBecause.\n\nIn this run it does.\n"
    assert ASKED.fullmatch(well) and _asked(**ASKED.fullmatch(well).groupdict()).right == (1,)
    for a, b in (
        ("**Does", "Does"),
        ("- no\n- [x] yes\n\n", ""),
        ("Because.\n\n", ""),
        ("Set-up.\n\n", ""),
        ("### Answer\n", ""),
    ):
        assert not ASKED.fullmatch(well.replace(a, b)), a
    assert sentences("Of Adam (Kingma et al. 2015). Keep it low.") == 2
