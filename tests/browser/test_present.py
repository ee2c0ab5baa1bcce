"""Presenter mode in the browser: everything is large and inside the window, and keys alone give the lecture."""

import re

from core import labs
from tests.browser.conftest import arrived, expect, keyed, staged
from tests.browser.stage import WINDOW, places

LETTERS = "e => parseFloat(getComputedStyle(e).fontSize)"
FULL = "anomaly", "gan", "seq2seq", "compression"  # the most knobs, the longest words, the largest pictures


def test_the_whole_stage_is_large_and_inside_the_window(visit):
    outside = []
    for lab in FULL:
        page = staged(visit(labs.of(lab).page, WINDOW, present="1"))
        found = {name: box for name, box in places(page).items() if name != "page"}
        outside += [(lab, name, box) for name, box in found.items() if min(box) < 0 or box[2] > 1280 or box[3] > 720]
        assert {"figure 0", "knob 2", "button 0 T", "button 2 S"} <= found.keys(), (
            "a picture, knobs, and buttons with their keys"
        )
        forth = keyed(page, "present/next").bounding_box()
        assert all(box[3] <= forth["y"] for name, box in found.items() if name.startswith("knob")), lab
        leave = keyed(page, "present/leave").bounding_box()
        assert leave["x"] + leave["width"] < found["number 0"][0], "no button lies over a number"
        assert page.locator(".st-key-question p").first.evaluate(LETTERS) >= 17
        assert not page.get_by_test_id("stHeader").is_visible() and not page.get_by_role("tab").count()
    assert outside == []


def test_a_clicker_gives_the_lecture(visit):
    page = visit(labs.of("anomaly").page, WINDOW, present="1")
    forth = keyed(page, "present/next").get_by_role("button")
    expect(forth).to_contain_text("Next: train")
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile("run=anomaly-"))
    expect(forth).to_contain_text("Next: answer")
    page.keyboard.press("a")
    expect(page.locator(".st-key-question")).to_contain_text("Answer: in 90 of 100 pairs.")
    expect(forth).to_contain_text("Next: scene")
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile("scene=copies-everything"))
    arrived(page)
    page.keyboard.press("PageUp")
    expect(page).to_have_url(re.compile("scene=what-is-normal"))
    arrived(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("tab").first).to_be_visible()
    expect(page).not_to_have_url(re.compile("present="))
