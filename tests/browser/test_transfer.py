"""The transfer learning page in a real browser: digits and moons live."""

from tests.browser.conftest import button, drawn, expect, keyed, scene, staged
from tests.browser.stage import WINDOW, a_run_begins_goes_on_and_ends

UNIT = """box => ["xaxis", "yaxis"].map(name => {  // pixels of one unit along both axes
  const axis = box._fullLayout[name];
  return axis._length / (axis.range[1] - axis.range[0]);
})"""


def test_digits_and_moons_are_learned_and_the_border_moves(visit):
    page = staged(visit("transfer_learning", WINDOW, seed=7, steps=100))
    a_run_begins_goes_on_and_ends(page, "transfer")

    button(scene(page, "transfer", "two-moons"), "New seed").click()
    expect(page.locator(".st-key-stale")).to_contain_text("Press Train")
    before = drawn(page)
    a_run_begins_goes_on_and_ends(page, "transfer")
    assert drawn(page) != before
    expect(page.get_by_text("After step 600", exact=False)).to_be_visible()
    for key in ("stage/border", "border/plane"):
        plane = keyed(page, key).locator(".js-plotly-plot").first
        across, up = plane.evaluate(UNIT)
        assert abs(across / up - 1) < 0.03, (key, across, up, "35° would not look like 35°")
