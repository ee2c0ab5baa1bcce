"""Home: one living picture, eight labs as pictures with a line each, where to begin, and what is being trained now."""

import numpy as np
import pytest
from PIL import Image

from core import jobs, labs, runs
from core.pace import View
from core.settings import build
from pages.parts import canvas, chart, lecture, shown
from pages.views.home import now, stories, thumbnails
from tests.pages.conftest import charts, check, text_of

HOME = "pages/home.py"


def test_home_shows_a_card_with_a_picture_and_a_line_for_every_lab(visit):
    visitor = check(visit(HOME))
    assert visitor.title[0].value == "Lectern"

    assert len(visitor.image) == len(visitor.page_link) == len(labs.LABS)
    for (lab, record), link in zip(labs.LABS.items(), visitor.page_link):
        title = lecture.read(lab).title
        assert link.proto.label == title and record.page == link.proto.page
        assert record.line in text_of(visitor) and len(record.line) <= 60
        assert title in [image.proto.imgs[0].alt for image in visitor.image]


@pytest.mark.parametrize("lab", labs.LABS)
def test_a_stored_picture_is_what_the_shipped_runs_give(lab):
    with Image.open(thumbnails.FOLDER / f"{lab}.png") as stored:
        assert stored.size == (canvas.WIDE, canvas.TALL)
        fresh = thumbnails.card(lab).done()
        apart = [np.asarray(image.convert("RGB").resize((48, 32)), float) for image in (stored, fresh)]
    assert np.abs(apart[0] - apart[1]).mean() < 4, "made from other runs: python -m pages.views.home.thumbnails"


@pytest.mark.parametrize("name", ["duel", "collapse", "forgetting"])
def test_every_film_is_a_run_from_its_first_look_to_its_last(name):
    story = stories.every()[name]
    frames, names = story.frames(shown.of(runs.load(story.run)))
    assert len(frames) == len(names) > 40 and names[0] == "step 0"
    assert names[-1] == f"step {max(event.step for event in runs.load(story.run).events[1:]):,}"
    moving = chart._moving(frames)
    assert all(a != b for a, b in zip(moving, moving[1:])), "two frames that are alike"
    whole = [[trace | moved for trace, moved in zip(frames[0]["data"], frame)] for frame in moving]
    assert whole == [frame["data"] for frame in frames], "what is not sent again is the same in all frames"


def test_the_film_that_is_chosen_is_shown_and_start_here_leads_to_its_scene(visit):
    visitor = visit(HOME)
    (film,) = charts(visitor)
    assert film.key.startswith("home/film") and film.figure["alt"].startswith("A GAN learns")
    visitor.session_state["home/story"] = "forgetting"
    (film,) = charts(check(visitor.run()))
    assert film.figure["alt"].startswith("A network forgets")
    visitor.button(key="home/start").click().run()
    assert not visitor.exception and visitor.title[0].value == "Life-long learning"
    assert visitor.session_state["lifelong/scene"] == "forget-everything"


def test_without_its_runs_home_still_opens(visit, monkeypatch, tmp_path):
    monkeypatch.setattr(runs, "SHIPPED", tmp_path / "nothing")
    visitor = visit(HOME)
    assert not visitor.exception and not charts(visitor)
    assert len(visitor.page_link) == len(labs.LABS)


def running(lab="gan", state="running", viewers=1, **flat):
    settings = build(labs.of(lab).settings, flat)
    return View("gan-1", lab, settings, state, 0, False, 0.42, 9.0, 3.0, [], 0, "", viewers, None)


def test_what_is_trained_now_is_said_in_one_line_each(visit, monkeypatch):
    assert "Nothing is being trained on this server now." in [caption.value for caption in visit(HOME).caption]
    live = [running(viewers=3), running(state="paused"), running(state="queued"), running("compression")]
    monkeypatch.setattr(jobs, "overview", lambda: live)
    visitor = check(visit(HOME))
    said = [bar.proto.text for bar in visitor.get("progress")]
    assert said[0] == "GAN · Non-saturating · 42% · 3 people watch"
    assert "paused at 42%" in said[1] and "waits" in said[2] and "1 person watches" in said[1]
    assert len(said) == now.MOST and "and 1 more" in [caption.value for caption in visitor.caption]


def test_looking_at_home_is_not_watching(monkeypatch):
    registry = jobs.Jobs()
    job = registry.jobs["gan-1"] = jobs.Job("gan-1", "gan", labs.of("gan").settings(), state="running")
    (view,) = registry.overview()
    assert (view.id, view.viewers, view.events) == ("gan-1", 0, []) and not job.viewers
    job.state = "finished"
    assert registry.overview() == []
