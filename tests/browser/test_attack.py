"""The adversarial attack page in a real browser: an attack, a slider that answers, and one's own photo."""

import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from core.data import photos
from tests.browser.conftest import keyed, nudge, scene, staged
from tests.browser.stage import WINDOW, a_run_begins_goes_on_and_ends

LAB = "adversarial_attack"
SAID = re.compile(r"The network (?:now|still) says “(.+?)” \(\d+ %\)")


def coffee() -> bytes:
    out = io.BytesIO()
    Image.fromarray((255 * photos.load("coffee").permute(1, 2, 0).numpy()).round().astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def answer(page: Page) -> str:
    """What the network says to the picture that the run has changed."""
    return SAID.search(note(page).first.inner_text())[1]


def note(page: Page) -> Locator:
    """What was found, in words: first of the run, then of the view in Look inside."""
    return page.get_by_text(SAID)


def test_a_digit_that_is_attacked_becomes_another_and_a_slider_answers(visit):
    query = {"subject": "digit", "digit": 3, "number": 2, "method": "pgd", "goal": "number", "wish_digit": 8}
    page = staged(visit(LAB, WINDOW, epsilon=51, **query))
    a_run_begins_goes_on_and_ends(page, "attack")
    assert answer(page) == "8"
    for words in ("Answer before", "Answer to noise", "Answer after", "Change"):
        expect(keyed(page, "attack/stage")).to_contain_text(words)
    expect(page.get_by_text("more than 51 of 255 levels").first).to_be_visible()

    said = note(scene(page, "attack", "one-pixel")).last
    nudge(page, "attack/slide/False", towards="Home")
    expect(said).to_contain_text("still says “1”")
    nudge(page, "attack/slide/False", towards="End")
    expect(said).to_contain_text("now says")
    expect(said).not_to_contain_text("now says “1”")


def test_a_photo_of_ones_own_is_attacked(visit):
    page = visit(LAB, WINDOW, subject="upload", method="ifgsm", steps=6, stride=30, epsilon=8, goal="thing")
    keyed(page, "attack/upload/file").locator("input[type=file]").set_input_files(
        {"name": "cup.png", "mimeType": "image/png", "buffer": coffee()}
    )
    expect(page.get_by_alt_text("Your photo")).to_be_visible()
    a_run_begins_goes_on_and_ends(page, "attack")
    assert answer(page) == "giant panda"
    expect(keyed(page, "attack/stage")).to_contain_text(re.compile("espresso|cup"))
    assert "9j" not in page.url and len(page.url) < 400, "the address never holds the photo"
