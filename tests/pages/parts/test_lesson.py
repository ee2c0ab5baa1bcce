"""Lessons and tours: the bar, what a step hides and marks, when it is done, and that every tour can be gone through."""

import re

import pytest

from core import labs, lessons, runs
from core.lessons import Lesson, Step
from core.settings import every_field, flat_fields, flatten, laid_over
from pages.parts import lecture, lesson, tabs
from tests.pages.conftest import PAGES, check, said, text_of

PAGE = PAGES["gan"]
SLUGS = [scene.slug for scene in labs.of("gan").scenes]
TWO = Lesson(
    title="Two",
    steps=(
        Step(
            lab="gan",
            query={"scene": SLUGS[1], "seed": "7"},
            title="First",
            task="See *this*.",
            hide=("question", "knob:r1"),
            mark="picture",
        ),
        Step(lab="gan", query={"scene": SLUGS[0]}, task="Then answer.", done="answered"),
        Step(lab="lifelong", task="And over there."),
    ),
)
each_lab = pytest.mark.parametrize("lab", labs.LABS)


def follow(visit, made=TWO, step=1, page=PAGE):
    return check(visit(page, address={"lesson": lessons.to_text(made), "step": str(step)} | made.steps[step - 1].query))


def bar(visitor):
    return (
        visitor.get_by_key("lesson")[0]
        if isinstance(visitor.get_by_key("lesson"), list)
        else visitor.get_by_key("lesson")
    )


def button(visitor, name):
    return next((b for b in visitor.button if b.key == f"lesson/{name}"), None)


def styles(visitor):
    return " ".join(html.proto.body for html in visitor.get("html") if "<style>" in html.proto.body)


def test_no_lesson_no_bar(visit):
    assert not [b for b in check(visit(PAGE)).button if b.key and b.key.startswith("lesson/")]


def test_a_step_says_its_task_hides_what_it_hides_and_marks_what_it_speaks_of(visit):
    visitor = follow(visit)
    assert "**1 / 3 First** See \\*this\\*." in text_of(visitor), "a stranger's words are no formatting"
    rules = styles(visitor)
    assert ".st-key-question, .st-key-gan-r1, .st-key-gan-r1-pick { display: none !important; }" in rules
    assert re.search(r"\.st-key-picture \{ outline", rules)
    assert button(visitor, "back").disabled and button(visitor, "next") and not button(visitor, "end")
    query = dict(visitor.query_params)
    assert query["lesson"] == lessons.to_text(TWO) and query["step"] == "1" and query["seed"] == "7"


def test_next_opens_the_next_step_and_back_the_one_before(visit):
    visitor = follow(visit)
    check(button(visitor, "next").click().run())
    assert "**2 / 3** Then answer." in text_of(visitor)
    assert dict(visitor.query_params)["scene"] == SLUGS[0] and not styles(visitor)
    assert visitor.number_input(key="gan/seed").value == labs.of("gan").scenes[0].settings.seed
    check(button(visitor, "back").click().run())
    assert visitor.number_input(key="gan/seed").value == 7
    check(button(visitor, "leave").click().run())
    assert not button(visitor, "back") and "lesson" not in dict(visitor.query_params)


def test_the_page_knows_when_it_is_done(visit):
    visitor = follow(visit, step=2)
    assert "check_circle" not in text_of(visitor).splitlines()[0] and button(visitor, "next").proto.type != "primary"
    slug = SLUGS[0]
    check(visitor.pills(key=f"gan/guess/{slug}").set_value(0).run())
    assert button(visitor, "next").proto.type == "primary"


def test_elsewhere_the_bar_shows_the_way(visit):
    visitor = follow(visit, step=3, page=PAGES["lifelong"])
    assert button(visitor, "end")
    elsewhere = check(visit(PAGE, address={"lesson": lessons.to_text(TWO), "step": "3"}))
    assert button(elsewhere, "here") and "goes on in *Life-long*" in text_of(elsewhere)


@pytest.mark.parametrize(
    "text, words", [("tour-physics", "is no tour"), ("AAAA", "cannot be read"), ("%%%", "cannot be read")]
)
def test_a_lesson_that_cannot_be_read_gives_a_sentence(visit, text, words):
    visitor = visit(PAGE, address={"lesson": text})
    assert not visitor.exception and [s for s in said(visitor) if words in s]


# ---- what a step asks for ----


def test_done_is_what_was_done(visit):
    visitor = follow(visit, Lesson(steps=(Step(lab="gan", done="knob:r1=0.5"), Step(lab="gan", done="knob:r1"))))
    assert button(visitor, "next").proto.type != "primary"
    check(visitor.slider(key="gan/r1").set_value(0.5).run())
    assert button(visitor, "next").proto.type == "primary"
    check(button(visitor, "next").click().run())
    assert button(visitor, "end").proto.type == "primary", "it is moved already, and nothing was set back"
    assert visitor.slider(key="gan/r1").value == 0.5


def test_only_a_run_of_this_step_counts(visit, trained):
    made = Lesson(steps=(Step(lab="compression", done="trained"), Step(lab="compression", done="trained")))
    first, second = trained(), trained()
    for run in (first, second):
        runs.save(run)
    visitor = follow(visit, made, page=PAGES["compression"])
    assert button(visitor, "next").proto.type != "primary"
    visitor.session_state["compression/run"] = first.about.id  # as Train leaves it
    check(visitor.run())
    assert button(visitor, "next").proto.type == "primary"
    check(button(visitor, "next").click().run())
    assert button(visitor, "end").proto.type != "primary", "that run was there before"
    visitor.session_state["compression/run"] = second.about.id
    check(visitor.run())
    assert button(visitor, "end").proto.type == "primary"


def test_a_tab_and_a_view_count(visit):
    visitor = follow(visit, Lesson(steps=(Step(lab="gan", query={"tab": "theory"}, done="tab:theory"),)))
    assert button(visitor, "end").proto.type == "primary"
    visitor = follow(visit, Lesson(steps=(Step(lab="gan", done="view:film"),)))
    check(visitor.run())  # the view that opens by itself
    assert button(visitor, "end").proto.type == "primary"


# ---- the tours ----


@each_lab
def test_every_tour_is_short_and_every_name_in_it_is_known(lab):
    tour, text = lecture.read(lab).tour, lecture.read(lab)
    assert 5 <= len(tour) <= 8
    assert tour[0].query.get("scene") in text.scenes, "a tour begins with a scene"
    assert sum(step.done is not None for step in tour) >= 3 and any(step.done == "answered" for step in tour)
    views = __import__(f"pages.views.{lab}", fromlist=["VIEWS"]).VIEWS
    fields = every_field(labs.of(lab).settings)
    scene = None
    for step in tour:
        scene = step.query.get("scene", scene)
        settings = next(each.settings for each in labs.of(lab).scenes if each.slug == scene)
        known = {name for name, __ in flat_fields(type(settings), flatten(settings))}
        assert 40 <= len(step.task) <= 230 and len(step.title) <= 32, step
        assert step.task.endswith((".", "?")) and step.title[:1].isupper(), step
        assert step.mark in (None, *lesson.MARKS) or step.mark in lesson.parts(lab, settings), step
        allowed = {
            "answered": {""},
            "trained": {""},
            "scene": text.scenes,
            "knob": {*known, *fields},
            "tab": tabs.names(),
            "view": views,
        }
        for condition in (step.done or "answered").split("+"):
            kind, __, what = condition.partition(":")
            name, __, value = what.partition("=")
            assert name in allowed[kind], step
            if value:
                assert lesson._text(flatten(laid_over(settings, {name: value}))[name]) == value, "as it is compared"
        assert set(step.query) <= {"scene", "tab", "view", *fields}, step


def test_every_story_leads_through_pages_that_are_there(visit):
    stories = lecture.stories()
    assert len(stories) == 2
    for slug, story in stories.items():
        assert 3 <= len(story.steps) <= 8 and story.title.endswith("?")
        for number, step in enumerate(story.steps, 1):
            visitor = check(
                visit(PAGES[step.lab], address={"lesson": f"story-{slug}", "step": str(number)} | step.query)
            )
            assert step.title in text_of(visitor) and 40 <= len(step.task) <= 230
            views = __import__(f"pages.views.{step.lab}", fromlist=["VIEWS"]).VIEWS
            assert step.query.get("view", views[0]) in views
            assert step.mark in lesson.MARKS or step.mark in lesson.parts(
                step.lab, labs.of(step.lab).scenes[0].settings
            )


def test_a_story_is_offered_with_the_runs(visit):
    links = [
        link.proto.page_link if hasattr(link.proto, "page_link") else link.proto
        for link in check(visit("pages/runs.py")).get("page_link")
    ]
    assert {story.title for story in lecture.stories().values()} <= {link.label for link in links}
