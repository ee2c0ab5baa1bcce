"""The sequence-to-sequence page in a real browser: a reversal that is learned live, words that are typed, a token that is forced."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import arrived, button, look, wait_until

LAB = "seq2seq"


def type_in(page, label, text):
    field = page.get_by_label(label, exact=True).first
    field.fill(text)
    field.press("Enter")
    arrived(page)


def test_a_reversal_is_learned_while_one_watches(visit):
    page = visit(LAB, scene="reversal-in-ten-seconds", steps=200, seed=7, longest=5)
    before = page.get_by_text(re.compile(r"\d of 6 are right")).inner_text()
    assert before == "6 of 6 are right. None of these was learned from. Pale: unsure; underlined: wrong; a dashed gap: left out."
    button(page, "Train").click()
    expect(page.get_by_text(re.compile("[0-3] of 6 are right"))).to_be_visible()
    expect(page.get_by_text(re.compile("[56] of 6 are right"))).to_be_visible(timeout=60_000)
    arrived(page)
    wait_until(lambda: re.search(r"run=seq2seq-[0-9a-f]{12}", page.evaluate("location.search")), "the run in the address")
    type_in(page, "Your words", "abc")
    expect(page.get_by_text("ends the answer: 3 letters became", exact=False)).to_be_visible()


def test_words_are_said_and_nonsense_gets_a_sentence(visit):
    page = visit(LAB)
    type_in(page, "Your words", "Xylophone 42 Café")
    expect(page.get_by_text("cannot be read here", exact=False)).to_be_visible()
    for word in ("xylophone", "cafe"):
        expect(page.get_by_role("cell", name=word, exact=True)).to_be_visible()
    expect(page.get_by_alt_text("Encoder and decoder: 9 letters read", exact=False)).to_be_visible()
    page.get_by_role("radio", name="cafe", exact=True).click()
    expect(page.get_by_alt_text("Encoder and decoder: 4 letters read", exact=False)).to_be_visible()


def test_a_token_is_forced_and_taken_back(visit):
    page = look(visit(LAB), "Step by step")
    type_in(page, "One word or phrase", "cat")
    expect(page.get_by_text("would have said by itself", exact=False)).to_be_visible()
    page.get_by_role("button", name="Force it").click()
    expect(page.get_by_text("Another token at step 1.", exact=False)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("would have said by itself", exact=False)).to_be_visible()
