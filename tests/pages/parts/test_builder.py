"""A lesson is made of pages, opens from its link, and a file of it can be changed."""

from core import lessons
from pages.parts import builder, lesson
from tests.pages.conftest import PAGES, check, text_of

LAB, PAGE = "gan", PAGES["gan"]


def again(page):
    """The dialog Share. A browser draws it alone at a press in it; here the whole page is drawn, and the dialog is shut."""
    return check(check(page).button(key=f"share/{LAB}").click().run())


def shared(visit, **query):
    return again(visit(PAGE, **query))


def add(page, title, task, hide=(), done=""):
    next(box for box in page.text_input if box.label == "Title of the step").set_value(title)
    next(box for box in page.text_area if box.label == "Task").set_value(task)
    next(box for box in page.multiselect if box.label == "Do not show").set_value(list(hide))
    next(box for box in page.selectbox if box.label == "To be done").set_value(done)
    return again(next(b for b in page.button if b.label == "Add this page as a step").click().run())


def test_two_pages_become_a_lesson_whose_link_opens_it(visit):
    page = shared(visit, scene="the-duel", seed="7")
    add(page, "First", "Train it.", ["knob:r1", "question"], "trained")
    add(page, "Second", "Look at it.")
    steps = page.session_state["draft"]
    assert [step.title for step in steps] == ["First", "Second"]
    assert steps[0].query == {"scene": "the-duel", "seed": "7"} and steps[0].hide == ("knob:r1", "question")
    again(page.button(key="draft/up1").click().run())
    assert [step.title for step in page.session_state["draft"]] == ["Second", "First"]
    again(page.button(key="draft/delete0").click().run())
    link = page.code[-1].value
    assert "/gan?scene=the-duel&seed=7&lesson=" in link and link.endswith("&step=1")
    text = link.partition("lesson=")[2].partition("&")[0]
    assert [step.title for step in lessons.from_text(text).steps] == ["First"]
    visitor = check(visit(PAGE, address={"lesson": text}))
    assert "**1 / 1 First** Train it." in text_of(visitor)


def test_a_lesson_can_be_tried_at_once(visit):
    page = add(shared(visit, scene="the-duel"), "First", "Train it.")
    page.button(key="draft/try").click().run()
    check(page.run())
    assert "**1 / 1 First** Train it." in text_of(page)


def test_what_a_page_offers_to_hide_is_what_it_has():
    from core import labs

    found = lesson.parts(LAB, labs.of(LAB).scenes[0].settings)
    assert {"question", "scenes", "more", "knob:r1", "button:train", "tab:theory"} <= set(found)
    assert all(label and selector for label, selector in found.values()) and builder.STEPS == 20
