"""The anomaly detection page in a real browser: a network live, a threshold that answers, and a drawing before all detectors."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import arrived, button, keyed, look, nudge, stroke, wait_until

LAB = "anomaly_detection"


def test_scores_part_while_an_autoencoder_learns(visit):
    page = visit(LAB, scene="copies-everything", net="dense", bottleneck=16, steps=600, seed=7)
    curve = keyed(page, "chart/AUROC").locator("path.js-line").first
    expect(curve).to_be_visible()
    before = curve.get_attribute("d")
    button(page, "Train").click()
    expect(page.get_by_text(re.compile(r"Your run · \d")).first).to_be_visible()
    arrived(page)
    wait_until(lambda: curve.get_attribute("d") not in (before, None), "another curve")
    expect(keyed(page, "live/pictures").locator(".imagelayer image").first).to_be_visible()


def test_a_threshold_answers_at_once(visit):
    page = visit(LAB)
    table = page.get_by_test_id("stTable").first
    expect(table).to_contain_text("found")
    before = table.inner_text()
    nudge(page, "threshold/at", 5)
    wait_until(lambda: table.inner_text() != before, "the counts to follow")


def test_two_switches_make_two_digits_normal(visit):
    page = visit(LAB)
    keyed(page, "anomaly/normal/pick").get_by_role("button", name="7", exact=True).click()
    wait_until(lambda: "normal=27" in page.evaluate("location.search"), "the second digit in the address")
    expect(page.get_by_test_id("stMain")).to_contain_text("Normal digits 2 → 27")


def test_a_drawing_is_put_before_all_detectors(visit):
    page = visit(LAB)
    look(page, "Detectors side by side")
    look(page, "Draw one")
    stroke(page, "beside/pad")
    expect(page.get_by_text(re.compile(r"of 13 detectors raise the alarm|None of 13|All 13"))).to_be_visible()


def test_a_classifier_is_surest_where_it_has_never_been(visit):
    page = visit(LAB, scene="sure-of-nothing")
    plane = keyed(page, "landscape/plane").locator(".cartesianlayer")
    expect(plane).to_be_visible()
    before = plane.inner_html()
    nudge(page, "landscape/promise", towards="End")
    wait_until(lambda: plane.inner_html() != before, "the border to move")
