"""A tour in the browser: the bar leaves the whole stage inside the window, goes on, and knows what was done."""

import re

from core import labs
from tests.browser.conftest import arrived, expect, fits, keyed, staged
from tests.browser.stage import WINDOW, places

SMALL = {"width": 375, "height": 812}
# by how many pixels the text is longer than its place
OVER = "e => e.querySelector('p').getBoundingClientRect().bottom - e.getBoundingClientRect().bottom"


def test_a_tour_leaves_the_stage_whole_and_is_gone_through(visit):
    for lab in (
        "anomaly",
        "seq2seq",
        "compression",
        "attack",
    ):  # the most knobs, the longest words, the largest pictures
        page = staged(visit(labs.of(lab).page, WINDOW, lesson=f"tour-{lab}"))
        found = {name: box for name, box in places(page).items() if name != "page"}
        assert not [(lab, name, box) for name, box in found.items() if min(box) < 0 or box[2] > 1280 or box[3] > 720]
        assert keyed(page, "lesson").evaluate(OVER) <= 0, lab
    page = visit("gan", WINDOW, lesson="tour-gan")
    keyed(page, "lesson/next").get_by_role("button").click()
    expect(page).to_have_url(re.compile("step=2"))
    arrived(page).locator(".st-key-question").get_by_role("radio").first.click()
    expect(keyed(page, "lesson/next").locator('[data-testid="stBaseButton-primary"]')).to_be_visible()
    assert page.locator(".st-key-question").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.set_viewport_size(SMALL)
    fits(page, "a tour on a telephone")
    assert keyed(page, "lesson").evaluate(OVER) <= 0
    keyed(page, "lesson/leave").get_by_role("button").click()
    expect(keyed(page, "lesson")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("lesson="))
