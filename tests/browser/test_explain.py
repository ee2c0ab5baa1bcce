"""The explainable AI page in a real browser: one's own pictures, and superpixels that answer."""

import io
import re

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from core.data import photos
from tests.browser.conftest import arrived, button, ended, keyed, staged, stroke
from tests.browser.stage import WINDOW, a_run_begins_goes_on_and_ends

LAB = "explainable_ai"


def coffee() -> bytes:
    out = io.BytesIO()
    Image.fromarray((255 * photos.load("coffee").permute(1, 2, 0).numpy()).round().astype(np.uint8)).save(out, "PNG")
    return out.getvalue()


def choose(page: Page, name: str, data: bytes) -> None:
    keyed(page, "explain/upload/file").locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "image/png", "buffer": data}
    )


def explained(page: Page) -> Page:
    """Presses Explain and waits until the run that it starts has ended."""
    button(arrived(page), "Explain").click()
    return ended(page)


def answered(page: Page) -> float:
    """How sure the network is, in percent, as the page says it."""
    metric = page.get_by_test_id("stMetric").filter(has_text="Probability of the answer")
    return float(re.search(r"([\d.]+) ?%", metric.inner_text())[1])


def test_a_photo_of_ones_own_is_shown_and_explained_and_a_broken_file_changes_nothing(visit):
    page = visit(LAB, subject="upload", method="saliency")
    choose(page, "cup.png", coffee())
    thumbnail = page.get_by_alt_text("Your photo")
    expect(thumbnail).to_be_visible()
    before = thumbnail.get_attribute("src")
    choose(page, "broken.png", b"not a picture")
    expect(page.get_by_test_id("stAlert").filter(has_text="broken.png")).to_have_count(1)
    expect(page.get_by_test_id("stAlert").filter(has_text="Lectern accepts PNG")).to_be_visible()
    expect(thumbnail).to_have_attribute("src", before)  # the old photo stays
    explained(page)
    expect(keyed(page, "explain/stage/map")).to_contain_text("Why “")
    assert answered(page) > 60, "a cup of espresso"
    assert "9j" not in page.url and len(page.url) < 400, "the address never holds the photo"


def test_a_digit_that_is_drawn_is_answered(visit):
    page = visit(LAB, subject="drawing", method="saliency")
    stroke(page, "explain/drawing/pad")
    expect(page).to_have_url(re.compile("&drawing="))
    explained(page)
    assert answered(page) > 20
    ink = page.evaluate(
        "document.querySelector('.lectern-pad canvas').getContext('2d').getImageData(140, 140, 1, 1).data[0]"
    )
    assert ink > 200, "the stroke is still on the pad"


def test_an_answer_is_explained_and_a_superpixel_that_is_clicked_changes_the_probability(visit):
    page = staged(visit(LAB, WINDOW, seed=77))
    a_run_begins_goes_on_and_ends(page, "explain")
    metric = page.get_by_test_id("stMetric").filter(has_text=re.compile("superpixels off"))
    expect(metric).to_contain_text(" 0 of ")
    part = page.locator(".lectern-superpixels .part")
    expect(part.first).to_be_attached()
    before = metric.inner_text()
    picture = page.locator(".lectern-superpixels svg").first
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    page.mouse.click(box["x"] + 0.5 * box["width"], box["y"] + 0.45 * box["height"])  # the cat's face
    expect(metric).to_contain_text(" 1 of ")
    expect(metric).not_to_have_text(before, use_inner_text=True)
    expect(page.locator(".lectern-superpixels .part[aria-checked=false]")).to_have_count(1)
    button(page, "All on").click()
    expect(metric).to_contain_text(" 0 of ")
