"""Who looks: one name over reloads and pages, and a lecturer's link."""

import re

import pytest

from core import jobs, keeping
from pages.parts import visitor
from tests.pages.conftest import PAGES, check, in_no_hands


@pytest.fixture
def session(monkeypatch):
    """A session without a browser: its state, its cookies, its address."""

    class Context:
        cookies: dict[str, str] = {}

    monkeypatch.setattr(visitor.st, "session_state", {})
    monkeypatch.setattr(visitor.st, "context", Context)
    monkeypatch.setattr(visitor.st, "query_params", {})
    return visitor.st


def test_a_new_visitor_gets_a_name_that_stays(session):
    name = visitor.visitor()
    assert re.fullmatch("[0-9a-f]{32}", name) and visitor.visitor() == name
    assert visitor.viewer().startswith(f"{name}.") and visitor.viewer() == visitor.viewer()
    assert visitor.maker() == keeping.maker_of(name) and name not in visitor.maker()


def test_a_cookie_brings_the_name_back_and_a_forged_one_does_not(session):
    session.context.cookies = {visitor.COOKIE: "ab" * 16}
    assert visitor.visitor() == "ab" * 16
    session.session_state.clear()
    session.context.cookies = {visitor.COOKIE: "<script>"}
    assert re.fullmatch("[0-9a-f]{32}", visitor.visitor())


def test_the_lecturers_key(session, monkeypatch):
    session.query_params["lecturer"] = ""
    assert not visitor.lecturer(), "no key is set"
    monkeypatch.setenv("LECTERN_LECTURER", "chalk")
    assert not visitor.lecturer()
    session.query_params["lecturer"] = "chalkk"
    assert not visitor.lecturer()
    session.query_params["lecturer"] = "chalk"
    assert visitor.lecturer()
    session.query_params.clear()
    assert visitor.lecturer(), "for the whole visit"


def test_another_visitors_run_is_watched_and_copied(visit, monkeypatch):
    """Pause, Step and Stop are the owner's; the first button makes a run of one's own."""
    started = []
    monkeypatch.setattr(jobs, "start", lambda *given: started.append(given) or "gan-copy")
    job = in_no_hands(jobs.Job("gan-theirs", "gan", _settings(), state="running", owners=["somebody"]))
    jobs.JOBS.jobs[job.id] = job
    try:
        page = check(visit(PAGES["gan"], run="gan-theirs"))
        buttons = {button.key: button for button in page.button}
        assert buttons["gan/train"].label == "My own copy" and not buttons["gan/train"].disabled
        assert all(buttons[f"gan/{name}"].disabled for name in ("pause", "step"))
        buttons["gan/train"].click().run()
        assert started[0][4] is True
        job.owners[:] = []
    finally:
        del jobs.JOBS.jobs["gan-theirs"]


def _settings():
    from core import labs

    return labs.of("gan").scenes[0].settings
