"""The arithmetic of chart.js: labels that mean the number, ticks that lie on the axis. Run in the browser itself."""

import itertools
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pages.shared import chart, figures

SOURCE = (Path(chart.__file__).parent / "chart.js").read_text().replace("export default function", "function main")


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    page.evaluate(f"() => {{ window.chart = new Function({SOURCE!r} + '; return {{short, ticks, scale, main}};')(); }}")
    yield page
    page.close()


@pytest.mark.parametrize("value, label", [
    (0, "0"), (1, "1"), (-2.5, "-2.5"), (0.1 + 0.2, "0.3"), (99.95, "99.95"), (1000, "1000"), (12_500, "12.5k"),
    (100_000, "100k"), (999_960, "1M"), (1_000_000, "1M"), (120_000_000, "120M"), (0.00012, "1.2e-4"), (1e-5, "1e-5")])
def test_a_label_says_the_number(page, value, label):
    assert page.evaluate("v => chart.short(v)", value) == label


ENDS = [-1000, -1, -0.003, 0, 0.5, 1, 97.3, 98.6, 1e6]


@pytest.mark.parametrize("low, high", list(itertools.combinations(ENDS, 2)))
@pytest.mark.parametrize("count", [3, 6])
def test_ticks_rise_evenly_and_lie_on_the_axis(page, low, high, count):
    found = page.evaluate("([d, n]) => chart.ticks(d, n, false)", [[low, high], count])
    assert 2 <= len(found) <= count + 2
    slack = 1e-9 * (high - low)
    assert all(low - slack <= t <= high + slack for t in found)
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert min(steps) > 0 and max(steps) == pytest.approx(min(steps))


@pytest.mark.parametrize("low, high", [(0.1, 1000), (1e-7, 10), (0.03, 0.5), (2, 3), (5, 5.1)])
def test_logarithmic_ticks_lie_on_the_axis(page, low, high):
    found = page.evaluate("d => chart.ticks(d, 6, true)", [low, high])
    assert found == sorted(found) and all(low * 0.998 <= t <= high * 1.002 for t in found) and len(found) <= 7


@pytest.mark.parametrize("log", [False, True])
def test_a_scale_goes_there_and_back(page, log):
    there = page.evaluate("log => { const s = chart.scale([1, 100], 40, 640, log); return [s(1), s(100), s.back(s(7))]; }", log)
    assert there == [40, 640, pytest.approx(7)]


def test_hovering_a_point_shows_its_picture(page):
    greys = [np.full((7, 7), 20 * i, np.uint8) for i in range(12)]  # more than one row of the sheet
    shots = {"digits": figures.sprites(greys, 70)}
    groups = {"digits": ("task3", range(12), range(12), [f"number {i}" for i in range(12)]), "plain": ("task4", [11], [0], ["none"])}
    figure = figures.points(groups, "x", "y", small=True, pictures=shots) | {"alt": ""}
    page.set_content(f"<style>{(Path(chart.__file__).parent / 'chart.css').read_text()}</style><main></main>")
    page.evaluate("""data => {
        document.querySelector("main").innerHTML = '<div class="lectern-chart" style="width:600px"><div class="legend"></div>'
            + '<svg class="picture"></svg><div class="tip" hidden></div><button></button></div>';
        chart.main({ data, parentElement: document.body });
    }""", figure)
    at = page.locator("path.point")
    for i, place in ((0, "0px 0px"), (11, "-70px -70px")):
        box = at.nth(i).bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        tip, shot = page.locator(".tip").bounding_box(), page.locator(".tip .shot")
        assert tip["y"] <= box["y"] + box["height"] and box["y"] <= tip["y"] + tip["height"]  # beside the point
        assert page.locator(".tip").inner_text().strip() == f"number {i}"
        assert shot.evaluate("s => getComputedStyle(s).backgroundPosition") == place
        url = shot.evaluate("s => getComputedStyle(s).backgroundImage")
        sheet = np.asarray(Image.open(BytesIO(b64decode(url.removeprefix('url("data:image/png;base64,').removesuffix('")')))))
        across, down = (-int(part.removesuffix("px")) // 10 for part in place.split())
        assert sheet.shape == (14, 70) and sheet[down, across] == 20 * i
    box = at.nth(12).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.locator(".tip").inner_text() == "none" and page.locator(".tip .shot").count() == 0
