"""A page as a link and as a QR code."""

from io import BytesIO
from types import SimpleNamespace

import numpy as np
from PIL import Image

from pages.parts import share
from tests.pages.conftest import PAGES, check


class Context:
    url = "https://lectern.example/gan"


def test_the_link_has_what_is_shown_and_nothing_of_who_shows_it(monkeypatch):
    shown = {"scene": "the-duel", "run": "gan-12", "r1": "0.5", "present": "1", "lecturer": "chalk"}
    monkeypatch.setattr(share.st, "context", Context)
    monkeypatch.setattr(share.st, "query_params", SimpleNamespace(to_dict=lambda: dict(shown)))
    assert share.link() == "https://lectern.example/gan?scene=the-duel&run=gan-12&r1=0.5"
    shown.clear()
    assert share.link() == "https://lectern.example/gan"


def test_the_code_is_one_that_a_phone_can_find_and_says_what_it_was_given():
    pixels = np.array(Image.open(BytesIO(share.code(Context.url))).convert("L"))[:: share.SIDE, :: share.SIDE] < 128
    finder = np.pad(np.pad(np.ones((3, 3), bool), 1), 1, constant_values=True)
    assert not pixels[:2].any() and not pixels[:, -2:].any(), "the margin"
    inside = pixels[2:-2, 2:-2]
    for corner in (inside[:7, :7], inside[:7, -7:], inside[-7:, :7]):
        assert (corner == finder).all()
    assert share.code(Context.url) != share.code(Context.url + "?seed=1")


def test_the_button_shows_both(visit):
    page = check(visit(PAGES["gan"], scene="the-duel", seed="7"))
    assert not page.code
    check(page.button(key="share/gan").click().run())
    assert "scene=the-duel" in page.code[0].value and "seed=7" in page.code[0].value
