"""The sequence-to-sequence page in a real browser: a reversal that is learned live, words that are typed, a token that is forced."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import arrived, button, keyed, look, wait_until

LAB = "seq2seq"


def type_in(page, label, text):
    field = page.get_by_label(label, exact=True).first
    field.fill(text)
    field.press("Enter")
    arrived(page)


def test_a_reversal_is_learned_while_one_watches(visit):
    page = visit(LAB, scene="reversal-in-ten-seconds", steps=200, seed=7, longest=5)
    stage = keyed(page, "live/said")
    expect(stage).to_contain_text("6 of 6 right. Pale: unsure.")
    expect(stage).to_contain_text("None of these was in the training data.")
    button(page, "Train").click()
    expect(stage).to_contain_text(re.compile("[0-3] of 6 right"))
    expect(stage).to_contain_text(re.compile("[56] of 6 right"), timeout=60_000)
    arrived(page)
    wait_until(
        lambda: re.search(r"run=seq2seq-[0-9a-f]{12}", page.evaluate("location.search")), "the run in the address"
    )
    type_in(page, "Your words", "abc")
    expect(page.get_by_text("ends the answer: 3 letters became", exact=False)).to_be_visible()


def test_words_are_said_and_nonsense_gets_a_sentence(visit):
    page = visit(LAB)
    type_in(page, "Your words", "Xylophone 42 Café")
    expect(page.get_by_text("cannot be read here", exact=False)).to_be_visible()
    expect(page.get_by_role("figure", name="What is said to xylophone, cafe")).to_be_visible()
    expect(page.get_by_role("figure", name="Encoder and decoder: 9 letters read")).to_be_visible()
    page.get_by_role("radio", name="cafe", exact=True).click()
    expect(page.get_by_role("figure", name="Encoder and decoder: 4 letters read")).to_be_visible()


def test_a_click_on_a_row_asks_where_the_network_looks_there(visit):
    page = visit(LAB)
    attention = page.locator(".st-key-live-attention").get_by_role("figure")
    expect(attention).to_have_attribute("aria-label", "Attention between elephant and what is said")
    tile = keyed(page, "live/said").locator(".barlayer .point").nth(8)  # of the second row: the first has seven tiles
    expect(tile).to_be_visible()
    box = tile.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(attention).to_have_attribute("aria-label", "Attention between thought and what is said")


def test_a_token_is_forced_and_taken_back(visit):
    page = look(visit(LAB), "Step by step")
    type_in(page, "One word or phrase", "cat")
    expect(page.get_by_text("would have said by itself", exact=False)).to_be_visible()
    page.get_by_role("button", name="Force it").click()
    expect(page.get_by_text("Another token at step 1:", exact=False)).to_be_visible()
    button(page, "Undo").click()
    expect(page.get_by_text("would have said by itself", exact=False)).to_be_visible()
