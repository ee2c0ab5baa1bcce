"""The sequence-to-sequence page in a real browser: a reversal that is learned live, and words that are typed."""

import re

from tests.browser.conftest import arrived, expect, keyed, scene, staged
from tests.browser.stage import WINDOW, a_run_begins_goes_on_and_ends


def type_in(page, label, text):
    field = page.get_by_label(label, exact=True).first
    field.fill(text)
    field.press("Enter")


def test_a_reversal_is_learned_while_one_watches_and_words_are_said(visit):
    query = {"scene": "reversal-in-ten-seconds", "steps": 150, "seed": 7, "longest": 5}
    page = staged(visit("seq2seq", WINDOW, **query))
    said = keyed(page, "live/said")
    expect(said).to_contain_text("6 of 6 right. Pale: unsure.")
    expect(said).to_contain_text("None of these was in the training data.")
    page.evaluate(SAID)
    a_run_begins_goes_on_and_ends(page, "seq2seq")
    expect(said).to_contain_text(re.compile("[56] of 6 right"))
    assert set(page.evaluate("said")) & set("0123"), "it began with less"
    type_in(page, "Your words", "abc")
    expect(page.get_by_text("ends the answer: 3 letters became", exact=False)).to_be_visible()

    scene(page, "seq2seq", "say-it")
    attention = page.locator(".st-key-live-attention").get_by_role("figure")
    expect(attention).to_have_attribute("aria-label", "Attention between elephant and what is said")
    tile = said.locator(".barlayer .point").nth(8)  # of the second row: the first has seven tiles
    tile.click(force=True)
    expect(attention).to_have_attribute("aria-label", "Attention between thought and what is said")
    type_in(arrived(page), "Your words", "Xylophone 42 Café")
    expect(page.get_by_text("cannot be read here", exact=False)).to_be_visible()
    expect(page.get_by_role("figure", name="What is said to xylophone, cafe")).to_be_visible()
    expect(page.get_by_role("figure", name="Encoder and decoder: 9 letters read")).to_be_visible()
    page.get_by_role("radio", name="cafe", exact=True).click()
    expect(page.get_by_role("figure", name="Encoder and decoder: 4 letters read")).to_be_visible()


# Notes how many of the six were right, whenever the stage says it.
SAID = """() => {
    window.said = [];
    const look = () => {
        const right = document.querySelector(".st-key-live-said")?.textContent.match(/(\\d) of 6 right/)?.[1];
        if (right && said.at(-1) !== right) said.push(right);
        requestAnimationFrame(look);
    };
    look();
}"""
