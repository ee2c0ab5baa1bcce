"""The GAN page in a real browser: a live duel, knobs that turn while it runs, slow motion, and a click that chooses a code."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import arrived, button, keyed, look, wait_until

LAB = "gan"


def fakes(page):
    """Where the points are drawn, as text that changes with them."""
    return keyed(page, "live/plane").locator(".scatterlayer").first.inner_html()


def title(page):
    return keyed(page, "live/plane").locator(".gtitle").first


def choose(page, name):
    page.get_by_test_id("stMain").get_by_role("radio", name=name, exact=True).click()


def test_the_fakes_move_while_both_learn(visit):
    page = visit(LAB, steps=200, seed=7)
    expect(title(page)).to_have_text("After step 3,000")
    before = fakes(page)
    button(page, "Train").click()
    wait_until(lambda: fakes(page) != before, "another plane")
    expect(title(page)).to_have_text("After step 200")
    arrived(page)


def test_knobs_are_turned_while_it_runs_and_the_run_can_be_repeated(visit):
    page = visit(LAB, steps=200, seed=8, motion="phases")
    button(page, "Train").click()
    expect(title(page)).to_contain_text("has learned")
    button(page, "Pause").click()
    expect(page.get_by_text("Paused · step", exact=False)).to_be_visible()
    choose(page, "only D")
    before = title(page).inner_html()
    button(page, "Step").click()
    wait_until(lambda: title(page).inner_html() != before, "the next phase")
    choose(page, "at speed")
    button(page, "Go on").click()
    arrived(page)
    wait_until(lambda: re.search(r"run=gan-[0-9a-f]{12}", page.evaluate("location.search")), "the run in the address")
    expect(page.get_by_text(re.compile(r"Turned while it runs \d+:players=d,\d+:motion=whole"))).to_be_attached()


def test_a_click_on_a_picture_chooses_its_code(visit):
    page = look(visit(LAB, scene="dcgan-on-digits"), "Walk among codes")
    place = keyed(page, "latent/wall").locator(".scatterlayer path.point").nth(7)  # one for each picture, first to last
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(keyed(page, "latent/wall/A")).to_contain_text("8")
