"""The question of a scene: first a guess, then whether it was right and why."""

from dataclasses import replace

import pytest

from core import labs, runs
from core.events import Warned
from pages.parts import lecture, question
from pages.parts.words import prose
from tests.pages.conftest import PAGES, check, text_of

SCENES = [(lab, slug, scene) for lab in labs.LABS for slug, scene in lecture.read(lab).scenes.items()]


def asked(visitor):
    """What stands in the question's line, without what opens on demand, and its choice of answers, None when there is none."""
    line = visitor.get_by_key("question")
    (why,) = line.get("popover")
    words = text_of(line).removesuffix(text_of(why))
    return words, next(iter(line.get("pills")), None)


def guess(visitor, lab, slug, choice):
    """Picks a scene, and answers its question."""
    visitor.get("pills")[0].set_value(slug)
    check(visitor.run())
    words, answers = asked(visitor)
    assert lecture.read(lab).scenes[slug].question in words and "Right" not in words
    return check(answers.set_value(choice).run())


@pytest.mark.parametrize("lab", labs.LABS)
def test_a_guess_is_answered_and_remembered(visit, lab):
    visitor = check(visit(PAGES[lab], tab="Compare"))
    (slug, scene), (other_slug, other) = list(lecture.read(lab).scenes.items())[:2]
    words, answers = asked(visitor)
    assert scene.reason not in words and answers.value is None
    assert answers.options == list(scene.choices) and answers.label == scene.question, "its name for a screen reader"
    guess(visitor, lab, slug, scene.right)
    words, answers = asked(visitor)
    assert answers is None and f"Right: {scene.choices[scene.right]}." in words and scene.reason in words
    wrong = next(i for i in range(len(other.choices)) if i != other.right)
    guess(visitor, lab, other_slug, wrong)
    words, __ = asked(visitor)
    assert f"Not {other.choices[wrong]}, but {other.choices[other.right]}." in words and other.reason in words
    check(visitor.get("pills")[0].set_value(slug).run())
    assert f"Right: {scene.choices[scene.right]}." in asked(visitor)[0], "it is asked once"


def test_every_answer_of_every_scene_has_its_verdict():
    for lab, slug, scene in SCENES:
        for i, choice in enumerate(scene.choices):
            verdict = question._verdict(scene, i)
            assert ("Right: " in verdict) == (i == scene.right), (lab, slug)
            assert choice in verdict and scene.choices[scene.right] in verdict and scene.reason in verdict


def test_why_holds_the_whole_answer_and_opens_on_demand(visit):
    scene = next(iter(lecture.read("compression").scenes.values()))
    (why,) = check(visit(PAGES["compression"], tab="Compare")).get_by_key("question").get("popover")
    for words in (scene.choices[scene.right], scene.reason, prose(scene.answer)):
        assert words in text_of(why)


def test_a_warning_of_the_shipped_run_comes_after_the_guess_and_one_of_the_own_at_once(visit):
    """It would give the answer away."""
    shipped = runs.load("compression-soft-targets")
    lesson, own = "It forgot everything.", "Your run forgot everything."
    slug, scene = "soft-targets", lecture.read("compression").scenes["soft-targets"]

    def warned(sentence):
        return replace(
            shipped, events=[*shipped.events[:-1], Warned(shipped.finished.step, "odd", sentence), shipped.events[-1]]
        )

    with pytest.MonkeyPatch.context() as patch:
        load = runs.load
        patch.setattr(runs, "load", lambda run_id: warned(lesson) if run_id == shipped.about.id else load(run_id))
        visitor = visit(PAGES["compression"], tab="Compare")
        assert not visitor.warning, "before the guess"
        visitor.get_by_key("question").get("pills")[0].set_value(scene.right).run()
        assert [warning.value for warning in visitor.get_by_key("notices").warning] == [lesson]
    runs.save(replace(warned(own), about=replace(shipped.about, id="compression-own", shipped=False)))
    visitor = visit(PAGES["compression"], tab="Compare", scene=slug, run="compression-own")
    assert [warning.value for warning in visitor.get_by_key("notices").warning] == [own] and asked(visitor)[
        1
    ] is not None


def test_the_scenes_beyond_the_line_open_from_a_list_that_bears_their_name(visit):
    beyond = {lab: [scene for scene in labs.of(lab).scenes if scene.more] for lab in labs.LABS}
    lab, scenes = next((lab, scenes) for lab, scenes in beyond.items() if scenes)
    titles = [lecture.read(lab).scenes[scene.slug].title for scene in scenes]
    visitor = check(visit(PAGES[lab], tab="Compare"))
    pills = visitor.get("pills")[0]
    assert not set(titles) & set(pills.options) and pills.value == labs.of(lab).scenes[0].slug
    assert [visitor.button(key=f"scene/{lab}/{scene.slug}").label for scene in scenes] == titles
    check(visitor.button(key=f"scene/{lab}/{scenes[-1].slug}").click().run())
    assert visitor.get("pills")[0].value is None and visitor.query_params["scene"] == scenes[-1].slug
    assert [each.proto.popover.label for each in visitor.get("popover")].count(titles[-1]) == 1
    check(visitor.get("pills")[0].set_value(labs.of(lab).scenes[1].slug).run())
    assert visitor.query_params["scene"] == labs.of(lab).scenes[1].slug
