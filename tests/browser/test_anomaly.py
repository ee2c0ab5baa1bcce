"""The anomaly detection page in a real browser: a network live, a threshold that answers, and a drawing before all detectors."""

import re

from tests.browser.conftest import button, expect, keyed, look, nudge, scene, staged, stroke
from tests.browser.stage import WINDOW, a_run_begins_goes_on_and_ends


def test_scores_part_while_an_autoencoder_learns_and_all_detectors_answer_a_visitor(visit):
    query = {"scene": "copies-everything", "net": "dense", "bottleneck": 16, "steps": 300, "seed": 7}
    page = staged(visit("anomaly_detection", WINDOW, **query))
    curve = keyed(page, "chart/AUROC").locator("path.js-line").first
    before = curve.get_attribute("d")
    a_run_begins_goes_on_and_ends(page, "anomaly")
    expect(curve).not_to_have_attribute("d", before)
    expect(keyed(page, "live/pictures").locator(".imagelayer image").first).to_be_visible()

    table = page.get_by_test_id("stTable").first
    button(scene(page, "anomaly", "what-is-normal"), "New seed").click()
    expect(page.locator(".st-key-stale")).to_contain_text("Press Train")
    a_run_begins_goes_on_and_ends(page, "anomaly")
    expect(table).to_contain_text("found")
    said = table.inner_text()
    nudge(page, "threshold/at", 5)  # it answers at once
    expect(table).not_to_have_text(said, use_inner_text=True)
    keyed(page, "anomaly/normal/pick").get_by_role("button", name="7", exact=True).click()
    expect(page).to_have_url(re.compile("normal=27"))
    expect(page.get_by_test_id("stMain")).to_contain_text("Normal digits 2 → 27")
    look(page, "Detectors side by side")
    look(page, "Draw one")
    stroke(page, "beside/pad")
    expect(page.get_by_text(re.compile(r"\d+ detectors? raises? the alarm|None of the \d+"))).to_be_visible()
