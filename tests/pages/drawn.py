"""The pictures on a page, for tests of what draws them."""

import re

from streamlit.testing.v1 import AppTest

from tests.pages.conftest import charts


def drawn(visitor: AppTest) -> list[tuple[str, str]]:
    """What is drawn as pictures, words → address, which names or holds the content."""
    found = [(image.alt, image.url) for element in visitor.image for image in element.proto.imgs]
    assert all(alt.strip() for alt, url in found), found
    for chart in charts(visitor):
        found += [
            (re.sub("<.*?>", "", trace["name"]) or chart.figure["alt"], trace["source"])
            for trace in chart.figure.get("data", [])
            if trace["type"] == "image"
        ]
    return found
