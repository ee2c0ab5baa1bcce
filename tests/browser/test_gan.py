"""The GAN page in a real browser: a live duel, knobs that turn while it runs, slow motion, and only one player at a time."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import arrived, button, wait_until

LAB = "gan"


def plane(page):
    return page.get_by_alt_text("Real points in blue", exact=False).first


def choose(page, name):
    page.get_by_test_id("stMain").get_by_role("radio", name=name, exact=True).click()


def test_the_fakes_move_while_both_learn(visit):
    page = visit(LAB, steps=200, seed=7)
    expect(plane(page)).to_be_visible()
    before = plane(page).get_attribute("src")
    button(page, "Train").click()
    wait_until(lambda: plane(page).get_attribute("src") not in (before, None), "another plane")
    arrived(page)


def test_knobs_are_turned_while_it_runs_and_the_run_can_be_repeated(visit):
    page = visit(LAB, steps=200, seed=8, motion="phases")
    button(page, "Train").click()
    expect(page.get_by_text("has learned", exact=False).first).to_be_visible()
    button(page, "Pause").click()
    expect(page.get_by_text("Paused · step", exact=False)).to_be_visible()
    choose(page, "only D")
    before = page.get_by_text("has learned", exact=False).first.inner_text()
    button(page, "Step").click()
    wait_until(lambda: page.get_by_text("has learned", exact=False).first.inner_text() != before, "the next phase")
    choose(page, "at speed")
    button(page, "Go on").click()
    arrived(page)
    wait_until(lambda: re.search(r"run=gan-[0-9a-f]{12}", page.evaluate("location.search")), "the run in the address")
    expect(page.get_by_text(re.compile(r"Turned while it runs \d+:players=d,\d+:motion=whole"))).to_be_visible()
