"""The GAN page in a real browser: a live duel, knobs that turn while it runs, a code that is clicked; and the stage's own ways."""

import re

from tests.browser.conftest import arrived, button, ended, expect, keyed, look, progress, scene, staged, wait_until
from tests.browser.stage import WINDOW, a_run_begins_goes_on_and_ends, places

DIMMED = "e => { e.style.transition = 'none'; return parseFloat(getComputedStyle(e).opacity) < 0.6; }"


def test_a_duel_is_watched_steered_and_looked_into(visit):
    page = staged(visit("gan", WINDOW, steps=200, seed=7))
    fakes, title = (keyed(page, "live/plane").locator(part).first for part in (".scatterlayer", ".gtitle"))
    expect(title).to_have_text("After step 3,000")
    before = fakes.inner_html()
    a_run_begins_goes_on_and_ends(page, "gan")
    expect(title).to_have_text("After step 200")
    assert fakes.inner_html() != before

    own = page.url
    choose(page, "slow")  # phase by phase, and with another knob that is turned while it runs
    expect(page).to_have_url(re.compile("motion=phases"))
    button(page, "Train").click()
    expect(title).to_contain_text("has learned")
    button(page, "Pause").click()
    expect(progress(page)).to_contain_text(re.compile("Paused · step"))
    choose(page, "only D")
    expect(page).to_have_url(re.compile("players=d"))
    arrived(page)  # a press while the page is still being drawn may get lost
    before = title.text_content()  # which of the two has learned last, and in which step
    button(page, "Step").click()
    expect(title).not_to_have_text(before)
    choose(page, "at speed")
    expect(page).not_to_have_url(re.compile("motion=phases"))
    button(page, "Go on").click()
    ended(page)
    expect(page).to_have_url(re.compile("run=gan-[0-9a-f]{12}"))
    assert page.url != own
    expect(page.get_by_text(re.compile(r"Turned while it runs \d+:players=d,\d+:motion=whole"))).to_be_attached()

    look(scene(page, "gan", "dcgan-on-digits"), "Walk among codes")
    place = keyed(page, "latent/wall").locator(".scatterlayer path.point").nth(7)  # one for each picture, first to last
    place.scroll_into_view_if_needed()
    place.click(force=True)
    expect(keyed(page, "latent/wall/A")).to_contain_text("8")


def choose(page, name):
    page.get_by_test_id("stMain").get_by_role("radio", name=name, exact=True).click()


def test_a_guess_is_answered_in_its_line_a_moved_knob_dims_the_picture_and_back_takes_a_scene_back(visit):
    page = staged(visit("gan", WINDOW))
    place = places(page)
    asked = page.locator(".st-key-question")
    asked.get_by_role("radio").first.click()
    expect(asked.get_by_role("radio")).to_have_count(0)
    expect(asked).to_contain_text(".")
    others = [name for name in place if name != "question"]
    wait_until(lambda: (now := places(page)) and all(now[name] == place[name] for name in others), "what stays to stay")

    place = places(page)
    page.locator(".st-key-knobs [data-testid=stSlider]").first.get_by_role("slider").press("ArrowRight")
    expect(page.locator(".st-key-stale")).to_contain_text("Press Train")
    assert page.locator(".st-key-picture").evaluate(DIMMED)
    assert places(page) == place
    keyed(page, "gan/undo").get_by_role("button").click()
    expect(page.locator(".st-key-stale")).to_have_count(0)

    expect(page).to_have_url(re.compile("scene=the-duel$"))
    scene(page, "gan", "dcgan-on-digits")
    page.wait_for_timeout(1500)  # an address is only followed once the browser knows the one that was written (SETTLED)
    page.go_back()
    expect(page.locator(".st-key-headline").get_by_role("radio").first).to_be_checked()
    expect(page).to_have_url(re.compile("scene=the-duel"))
    expect(button(page, "Train")).to_be_enabled()


def test_another_scene_brings_its_own_knobs_also_those_in_the_drawer(visit):
    """The browser keeps the value of a knob that it no longer shows, and sends it again."""
    other = "mode-collapse-and-its-cure"
    page = scene(staged(visit("gan", WINDOW)), "gan", other)
    keyed(page, "question").get_by_role("radio").first.click()
    arrived(page)
    expect(page).to_have_url(re.compile(f"scene={other}$"))
    expect(page.locator(".st-key-stale")).to_have_count(0)
    page.get_by_text("More knobs").click()
    expect(keyed(page, "drawer").locator(".st-key-gan-shape").get_by_role("combobox")).to_have_value("grid of 25")
    keyed(page, "drawer").locator(".st-key-gan-players").get_by_role("radio", name="only G").click()
    expect(page).to_have_url(re.compile(f"scene={other}&players=g$"))
