"""The adversarial attack page in a real browser: an attack, a slider that answers, one's own photo, a defence that was not."""

import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from core.data import photos
from tests.browser.conftest import arrived, button, keyed, nudge

LAB = "adversarial_attack"
SAID = re.compile(r"The network (?:now|still) says “(.+?)” \(\d+ %\)")


def coffee() -> bytes:
    out = io.BytesIO()
    Image.fromarray((255 * photos.load("coffee").permute(1, 2, 0).numpy()).round().astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def look(page: Page, view: str) -> Page:
    page.get_by_test_id("stMain").get_by_role("radio", name=view, exact=True).click()
    return arrived(page)


def attacked(page: Page) -> str:
    """Presses Attack, waits for the end of the run that it starts, and returns what the network says then."""
    button(page, "Attack").click()
    expect(
        page.get_by_text(re.compile(r"Your run · \d")).first
    ).to_be_visible()  # until then the page says whose run it shows
    return SAID.search(note(arrived(page)).first.inner_text())[1]


def note(page: Page) -> Locator:
    """What was found, in words: first of the run, then of the view in Look inside."""
    return page.get_by_text(SAID)


def test_a_digit_that_is_attacked_becomes_another(visit):
    page = visit(LAB, subject="digit", digit=3, number=2, method="pgd", goal="number", wish_digit=8, epsilon=51)
    assert attacked(page) == "8"
    stage = keyed(page, "attack/stage")
    for words in ("Answer before", "Answer to noise", "Answer after", "Change"):
        expect(stage).to_contain_text(words)
    expect(page.get_by_text("more than 51 of 255 levels").first).to_be_visible()


def test_sliding_epsilon_answers(visit):
    page = visit(LAB, scene="one-pixel")
    said = note(page).last
    slider = "attack/slide/False"
    nudge(page, slider, towards="Home")
    expect(said).to_contain_text("still says “1”")
    nudge(page, slider, towards="End")
    expect(said).to_contain_text("now says")
    expect(said).not_to_contain_text("now says “1”")


def test_a_photo_of_ones_own_is_attacked(visit):
    page = visit(LAB, subject="upload", method="ifgsm", steps=6, stride=30, epsilon=8, goal="thing")
    keyed(page, "attack/upload/file").locator("input[type=file]").set_input_files(
        {"name": "cup.png", "mimeType": "image/png", "buffer": coffee()}
    )
    expect(page.get_by_alt_text("Your photo")).to_be_visible()
    assert attacked(page) == "giant panda"
    expect(keyed(page, "attack/stage")).to_contain_text(re.compile("espresso|cup"))
    address = page.evaluate("location.href")
    assert "9j" not in address and len(address) < 400, "the address never holds the photo"


def test_an_attacker_who_knows_the_defence_goes_through_it(visit):
    page = look(look(visit(LAB, scene="the-defence-that-was-not"), "Defences"), "smoothing")
    expect(page.get_by_text("Behind the defence the network is right again.")).to_be_visible()
    toggle = keyed(page, "attack/defences/knows").locator("label")
    toggle.click()
    expect(page.get_by_text("The attacker went through the defence")).to_be_visible()
    toggle.click()
    expect(page.get_by_text("Behind the defence the network is right again.")).to_be_visible()


def test_what_cannot_be_attacked_is_one_sentence(visit):
    for query, words in (
        ({"subject": "upload", "method": "fgsm"}, "photo"),
        ({"subject": "photo", "method": "fgsm", "access": "black"}, "only one network for photos"),
        ({"subject": "digit", "method": "fgsm", "network": "attack-gone"}, "attack-gone"),
    ):
        page = visit(LAB, **query)
        button(page, "Attack").click()
        expect(page.get_by_test_id("stAlert").filter(has_text=words).first).to_be_visible()
        page.close()


def test_a_narrow_screen_needs_no_scrolling_sideways(visit):
    page = visit(LAB, scene="the-defence-that-was-not")
    page.set_viewport_size({"width": 375, "height": 800})
    for view in ("Slide ε", "Loss surface", "What becomes what", "Defences"):
        look(page, view)
        wide = page.evaluate("""() => {
            const main = document.querySelector('[data-testid=stMain]');
            return [document.documentElement.scrollWidth, main.scrollWidth - main.clientWidth];
        }""")
        assert wide[0] <= 375 and wide[1] <= 0, (view, wide)
