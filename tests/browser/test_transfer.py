"""The transfer learning page in a real browser: the moons live, the cloud through time, a digit in colour explained."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import arrived, button, drawn, keyed, look, nudge, wait_until

LAB = "transfer_learning"
UNIT = """box => ["xaxis", "yaxis"].map(name => {  // pixels of one unit along both axes
  const axis = box._fullLayout[name];
  return axis._length / (axis.range[1] - axis.range[0]);
})"""


def test_the_border_moves_while_the_moons_are_learned(visit):
    page = visit(LAB, scene="two-moons", seed=7, steps=400)
    before = drawn(page)
    button(page, "Train").click()
    expect(page.get_by_text(re.compile(r"Your run · \d")).first).to_be_visible()
    assert drawn(arrived(page)) != before
    expect(page.get_by_text("After step 400", exact=False)).to_be_visible()
    for key in ("stage/border", "border/plane"):
        across, up = keyed(page, key).locator(".js-plotly-plot").first.evaluate(UNIT)
        assert abs(across / up - 1) < 0.03, (key, across, up, "35° would not look like 35°")


def test_the_cloud_goes_back_in_time(visit):
    page = visit(LAB, scene="dann")
    expect(page.get_by_text("Target accuracy", exact=True)).to_be_visible()
    cloud = keyed(page, "cloud/points").locator(".cartesianlayer")
    after = cloud.inner_html()
    nudge(page, "cloud/look", towards="Home")
    wait_until(lambda: cloud.inner_html() != after, "the points to move")


def test_a_digit_in_colour_is_explained_before_and_after(visit):
    page = visit(LAB, scene="dann")
    page.get_by_role("tab", name="Explain").click()
    arrived(page)
    for name in ("Before: source only", "This run's network"):
        expect(page.get_by_role("figure", name=f"Why, {name}")).to_be_visible()
    look(page, "Source")
    expect(page.get_by_role("img", name="A handwritten 3")).to_be_visible()
