"""Presenter mode: what is left of the page, and one key that goes on with the lecture."""

import pytest

from core import jobs, labs
from tests.pages.conftest import PAGES, check, in_no_hands, text_of


def query_of(page):
    return dict(page.query_params)


def next_of(page):
    return page.button(key="present/next")


@pytest.mark.parametrize("lab", labs.LABS)
def test_the_stage_alone_is_shown_until_one_leaves(visit, lab):
    page = check(visit(PAGES[lab], present="1"))
    verb = labs.of(lab).scenes[0].settings.verb.lower()
    assert not page.tabs and next_of(page).label in (f"Next: {verb}", "Next: answer")
    assert query_of(page)["present"] == "1", "the address reproduces the mode"
    check(page.button(key="present/leave").click().run())
    assert page.tabs and "present" not in query_of(page)
    check(page.button(key="present/begin").click().run())
    assert not page.tabs and query_of(page)["present"] == "1"


def test_page_down_trains_then_answers_then_opens_the_next_scene(visit, monkeypatch):
    first, second = labs.of("gan").scenes[:2]
    job = in_no_hands(jobs.Job("gan-mine", "gan", first.settings, state="running"))
    monkeypatch.setitem(jobs.JOBS.jobs, job.id, job)
    started = []
    monkeypatch.setattr(jobs, "start", lambda *given: started.append(given) or job.id)
    page = check(visit(PAGES["gan"], present="1"))
    assert next_of(page).label == "Next: train" and page.button(key="present/back").disabled
    check(next_of(page).click().run())
    assert started[0][1] == first.settings
    assert next_of(page).label == "Training …" and next_of(page).disabled, (
        "nobody reveals the answer by a press too many"
    )
    job.state = "stopped"
    check(page.run())
    assert next_of(page).label == "Next: answer"
    check(next_of(page).click().run())
    assert "Answer: " in text_of(page)
    assert next_of(page).label == "Next: scene"
    check(next_of(page).click().run())
    assert query_of(page)["scene"] == second.slug and "run" not in query_of(page)
    check(page.button(key="present/back").click().run())
    assert query_of(page)["scene"] == first.slug
    assert next_of(page).label == "Next: scene", "what was answered stays answered"


def test_a_run_of_many_minutes_is_not_begun_before_a_hall_and_the_last_scene_ends_the_lecture(visit):
    slow, last = labs.of("seq2seq").scenes[0], labs.of("seq2seq").scenes[-1]
    page = check(visit(PAGES["seq2seq"], present="1", scene=slow.slug))
    assert next_of(page).label == "Next: answer"
    page = check(visit(PAGES["seq2seq"], present="1", scene=last.slug))
    check(page.button(key="present/answer").click().run())
    assert next_of(page).label == "The end" and next_of(page).disabled
