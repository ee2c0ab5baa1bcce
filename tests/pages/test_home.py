"""Home: what Lectern is, and one card with a picture for each lab."""

import base64
from xml.etree import ElementTree

from core import labs
from pages.shared import lecture
from tests.pages.conftest import check, text_of


def test_home_shows_a_card_with_a_picture_for_every_lab(visit):
    visitor = check(visit("pages/home.py"))
    assert visitor.title[0].value == "Lectern"
    pictures = visitor.image
    assert len(pictures) == len(visitor.page_link) == len(labs.LABS)
    for lab, link in zip(labs.LABS, visitor.page_link):
        text = lecture.read(lab)
        assert text.title in link.value and text.idea in text_of(visitor)
        picture = next(image.proto.imgs[0] for image in pictures if image.proto.imgs[0].alt == text.title)
        kind, _, data = picture.url.partition(",")
        if kind == "data:image/svg+xml;base64":
            assert ElementTree.fromstring(base64.b64decode(data)).tag.endswith("svg")
        else:  # pixels, which Streamlit serves as a file
            assert picture.url.endswith((".jpg", ".png"))
