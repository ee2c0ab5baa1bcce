"""Two visitors of one run: who started it steers it, also after a reload; the other one watches and copies."""

import re

from tests.browser.conftest import arrived, button, expect, wait_until


def test_a_run_is_steered_by_who_started_it_and_watched_by_others(visit, browser, server):
    own = visit("gan", seed=7301, motion="phases")
    button(own, "Train").click()
    wait_until(lambda: "run=gan-" in own.evaluate("location.search"), "the run in the address")
    expect(button(own, "Pause")).to_be_enabled()
    stranger = browser.new_context()
    other = stranger.new_page()
    other.goto(own.url)
    expect(button(arrived(other), "My own copy")).to_be_enabled()
    for name in ("Pause", "Step"):
        expect(button(other, name)).to_be_disabled()
    own.reload()
    expect(button(arrived(own), "Pause")).to_be_enabled()
    button(own, "Pause").click()
    expect(other.locator(".st-key-status")).to_contain_text(re.compile("Paused"))
    button(other, "My own copy").click()
    expect(button(other, "Stop")).to_be_enabled()
    address = "location.search"
    wait_until(lambda: other.evaluate(address) != own.evaluate(address), "an address of the copy")
    stop = button(other, "Stop")
    stop.click()
    expect(stop).to_be_disabled()
    stranger.close()
