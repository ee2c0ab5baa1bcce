"""Two visitors of one run: who started it steers it, also after a reload; the other one watches, copies and joins."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import arrived, button, long, nudge, percent, progress, train, wait_until

RUN = re.compile(r"run=(compression-[0-9a-f]{12}[0-9-]*)")


def test_a_run_is_steered_by_who_started_it_and_watched_copied_and_joined_by_others(visit, browser):
    own = visit(epochs=40, student_channels=4, control=False, seed=long()["seed"])
    expect(own.get_by_test_id("stAlert")).to_have_count(0)
    nudge(own, "compression/alpha", 3, "ArrowLeft")  # by hand: the address must hold exactly what the widget holds
    expect(own).to_have_url(re.compile(r"alpha=0\.75"))  # all three presses have arrived
    same = own.url
    train(own)
    expect(own).to_have_url(RUN)
    stranger = browser.new_context()
    other = stranger.new_page()

    other.goto(own.url)  # who follows the address watches
    expect(button(arrived(other), "My own copy")).to_be_enabled()
    for name in ("Pause", "Step"):
        expect(button(other, name)).to_be_disabled()
    expect(progress(own)).to_contain_text("2 watching")
    own.reload()
    expect(button(arrived(own), "Pause")).to_be_enabled()
    button(own, "Pause").click()
    expect(progress(other)).to_contain_text("Paused")
    button(other, "My own copy").click()
    expect(progress(other)).to_contain_text("Place 1 in the queue")
    expect(other).to_have_url(re.compile(RUN.search(own.url)[0] + "-0"))
    button(other, "Stop").click()
    expect(button(other, "Stop")).to_be_disabled()

    button(own, "Go on").click()
    other.goto(same)  # who presses Train on the same knobs joins
    train(other)
    for page in (own, other):
        expect(progress(page)).to_contain_text("2 watching")
    expect(other).to_have_url(re.compile(RUN.search(own.url)[0] + "(?!-)"))
    button(other, "Stop").click()
    expect(other.get_by_text(re.compile("You left this run. It goes on"))).to_be_visible()
    now = percent(own)
    wait_until(lambda: percent(own) > now, "the run to go on for the first visitor")

    other.goto(own.url)
    expect(progress(own)).to_contain_text("2 watching")
    other.close()  # who closes the page watches no longer
    expect(progress(own)).to_contain_text("steps/s")
    expect(progress(own)).not_to_contain_text("watching")
    stranger.close()
