"""make stills: how the stage of the scene that each lab opens with was drawn, for the moment before Plotly's script has arrived.

Photographs every figure of the stage in Chromium, in both themes, into static/stills/<language>/<run>/<figure>-<theme>.webp.
"""

import re
import shutil
import sys
import tempfile
from io import BytesIO
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from core import labs
from pages.parts.language import NAMES
from tests.browser.conftest import ARGUMENTS, ROOT, Server, arrived, chromium, serve

FOLDER = ROOT / "static" / "stills"
SIZE = {"width": 1280, "height": 720}
DRAWN = """() => {
    const figures = [...document.querySelectorAll(".st-key-picture [role=figure]")];
    return figures.length && figures.every(figure => figure.dataset.drawn);
}"""


def photograph(browser: Browser, server: Server, lab: str, language: str, theme: str) -> None:
    """All figures of the stage that the lab's page opens with."""
    context = browser.new_context(viewport=SIZE, color_scheme=theme, device_scale_factor=1.5)
    page = context.new_page()
    page.goto(server.url(labs.of(lab).page, lang=language))
    page.wait_for_function(DRAWN, timeout=60_000)
    arrived(page)
    folder = folder_of(lab, language)
    folder.mkdir(parents=True, exist_ok=True)
    for figure in page.locator(".st-key-picture [role=figure]").all():
        holder = figure.locator("xpath=ancestor::*[contains(@class, 'st-key-')][1]")
        key = re.search(r"st-key-(\S+)-plot", holder.get_attribute("class"))[1]
        picture = Image.open(BytesIO(figure.screenshot(animations="disabled")))
        picture.save(folder / f"{key}-{theme}.webp", quality=80, method=6)
    context.close()


def folder_of(lab: str, language: str) -> Path:
    return FOLDER / language / f"{lab}-{labs.of(lab).scenes[0].slug}"


def main(chosen: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for lab in chosen or labs.LABS:
            for language, theme in product(NAMES, ("light", "dark")):
                if theme == "light":
                    shutil.rmtree(folder_of(lab, language), ignore_errors=True)
                photograph(browser, server, lab, language, theme)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
