"""A figure in the browser: hover, zoom, legend, theme, table, files, finger. What it draws is tested in tests/pages/parts."""

import re
from base64 import b64decode
from hashlib import sha256
from io import BytesIO
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import ROOT, SCROLLED, keyed, nudge, serve, swipe, wait_until

STATIC = ROOT / "static"
ZOOM = "k => document.querySelector(`.st-key-${k} .box`)._fullLayout.xaxis.range"
DRAWN = "k => Number(document.querySelector(`.st-key-${k} .lectern-chart`).dataset.drawn ?? 0)"
HIDDEN = "k => document.querySelector(`.st-key-${k} .box`)._fullData.filter(t => t.visible === 'legendonly').map(t => t.name)"


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory):
    folder = tmp_path_factory.mktemp("charts")
    (folder / "static").symlink_to(STATIC)
    (folder / "page.py").write_text((ROOT / "tests/browser/chart_page.py").read_text())
    with serve(folder, str(folder / "page.py"), PYTHONPATH=str(ROOT)) as server:
        yield server.address


@pytest.fixture(scope="module")
def tab(browser, address):
    """A page of a visitor with a mouse, and every address that it asks for."""
    context = browser.new_context(viewport={"width": 1000, "height": 1400}, accept_downloads=True)
    page = context.new_page()
    page.asked, page.faults, page.changed = [], [], True
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda fault: page.faults.append(str(fault)))
    yield page
    context.close()


@pytest.fixture
def page(tab, address):
    """The page as it opens: loaded anew where the test before has changed it."""
    if tab.changed:
        tab.goto(address)
    tab.changed = False
    settled(tab, "p-curves", 1)
    yield tab
    assert not tab.faults


@pytest.fixture(scope="module")
def phone(browser, address):
    """The same page under a finger."""
    context = browser.new_context(
        viewport={"width": 375, "height": 812}, has_touch=True, is_mobile=True, accept_downloads=True
    )
    phone = context.new_page()
    phone.goto(address)
    settled(phone, "p-curves", 1)
    yield phone
    context.close()


def settled(page, key, times):
    wait_until(
        lambda: page.locator(f".st-key-{key} .lectern-chart").count() and page.evaluate(DRAWN, key) >= times,
        f"{key} to be drawn",
    )


def redrawn(page, act):
    """Does something that draws the curves anew, and waits for that."""
    page.changed = True
    before = page.evaluate(DRAWN, "p-curves")
    act()
    settled(page, "p-curves", before + 1)


def middle(page, key):
    box = page.locator(f".st-key-{key} .nsewdrag").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box


def test_a_figure_that_came_into_sight_while_the_browser_was_busy_is_drawn(browser, address):
    """Then two looks are told at once: at first it was hidden, now it is seen."""
    page = browser.new_page()
    page.add_init_script("""const Observer = IntersectionObserver;
        window.IntersectionObserver = class extends Observer {
            constructor(tell, options) { super(seen => tell([{ isIntersecting: false }, ...seen]), options); }
        };""")
    page.goto(address)
    settled(page, "p-curves", 1)
    page.close()


def test_hovering_a_point_shows_its_name_and_its_picture(page):
    settled(page, "p-points", 1)
    chart = keyed(page, "p/points")
    for i, place in ((0, "0px 0px"), (11, "-70px -70px")):
        box = chart.locator(".scatterlayer .point").nth(i).bounding_box()
        page.mouse.move(box["x"] + 3, box["y"] + 3)
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(chart.locator(".hoverlayer")).to_have_text(f"number {i}")
        shot = chart.locator(".shot")
        expect(shot).to_be_visible()
        assert shot.evaluate("s => getComputedStyle(s).backgroundPosition") == place
        url = shot.evaluate("s => getComputedStyle(s).backgroundImage")
        sheet = np.asarray(Image.open(BytesIO(b64decode(url.partition("base64,")[2].removesuffix('")')))).convert("L"))
        across, down = (-int(part.removesuffix("px")) // 10 for part in place.split())
        assert sheet.shape == (14, 70) and abs(int(sheet[down + 3, across + 3]) - 20 * i) <= 8, "WebP rounds a little"
    box = chart.locator(".scatterlayer .point").nth(12).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(chart.locator(".hoverlayer")).to_have_text("none")
    expect(chart.locator(".shot")).to_be_hidden()


def test_a_zoom_survives_a_redraw_in_place(page):
    page.changed = True
    x, y, __ = middle(page, "p-curves")
    page.mouse.move(x - 100, y)
    page.mouse.down()
    page.mouse.move(x + 100, y + 3, steps=6)
    page.mouse.up()
    wait_until(lambda: page.evaluate(ZOOM, "p-curves")[1] < 39, "the zoom")
    page.evaluate("document.querySelector('.st-key-p-curves .main-svg').mine = true")
    zoom = page.evaluate(ZOOM, "p-curves")
    redrawn(page, lambda: nudge(page, "n", 2))
    assert page.evaluate(ZOOM, "p-curves") == pytest.approx(zoom)
    assert page.evaluate("document.querySelector('.st-key-p-curves .main-svg').mine"), "the picture was replaced"

    keyed(page, "p/curves").hover()
    keyed(page, "p/curves").locator("[data-title='Reset axes']").click()
    wait_until(lambda: page.evaluate(ZOOM, "p-curves")[1] >= 40, "the zoom to end")


def test_a_curve_hidden_by_its_legend_stays_hidden_when_others_come(page):
    entry = keyed(page, "p/curves").locator(".legendtoggle")
    expect(entry).to_have_count(2)
    page.changed = True
    entry.first.click()
    wait_until(lambda: page.evaluate(HIDDEN, "p-curves") == ["new"], "the curve to hide")
    redrawn(page, lambda: nudge(page, "n", 4))
    expect(entry).to_have_count(3)  # another one came, before it
    assert page.evaluate(HIDDEN, "p-curves") == ["new"]


def test_no_frame_is_blank_while_it_redraws(page):
    page.evaluate("""() => {
        window.frames_ = [];
        const lines = '.st-key-p-curves .scatterlayer .trace path.js-line';
        const look = () => { frames_.push(document.querySelectorAll(lines).length); requestAnimationFrame(look); };
        requestAnimationFrame(look); }""")
    redrawn(page, lambda: nudge(page, "n", 4))
    page.wait_for_function("frames_.at(-1) === 3")
    frames = page.evaluate("frames_")
    assert len(frames) > 5 and min(frames) >= 2


def test_the_name_of_a_level_is_in_the_picture_and_the_figure_has_a_name(page):
    expect(keyed(page, "p/curves").locator(".shape-label")).to_have_text("guessing")
    expect(page.get_by_role("figure", name="Accuracy against the step")).to_be_visible()


def test_a_click_on_a_picture_is_told_to_the_page(page):
    settled(page, "p-gallery", 1)
    __, __, box = middle(page, "p-gallery")
    page.mouse.move(box["x"] + 2.4 * box["width"] / 6, box["y"] + 0.7 * box["height"])
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_text("clicked: 8")).to_be_visible()


def test_the_table_behind_a_figure_opens_and_closes(page):
    chart = keyed(page, "p/curves")
    chart.locator(".opener").focus()
    page.keyboard.press("Enter")
    table = chart.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["", "step", "accuracy (%)"])
    expect(table.locator("tbody tr").first).to_have_text("new050")
    expect(table.locator("tbody tr")).to_have_count(6)
    page.keyboard.press("Escape")
    expect(table).to_be_hidden()
    settled(page, "p-matrix", 1)
    chart = keyed(page, "p/matrix")
    chart.hover()
    chart.locator("[data-title='Data table']").click()
    expect(chart.locator("tbody tr")).to_have_text(["a100", "b010", "c001"])
    chart.get_by_role("button", name="Close").click()
    expect(chart.get_by_role("table")).to_be_hidden()


def test_a_finger_swipes_over_a_figure_opens_its_table_and_saves_it(phone):
    zoom, down = phone.evaluate(ZOOM, "p-curves"), phone.evaluate(SCROLLED)
    x, y, __ = middle(phone, "p-curves")
    swipe(phone, x, y)
    wait_until(lambda: phone.evaluate(SCROLLED) > down + 50, "the page to scroll")
    assert phone.evaluate(ZOOM, "p-curves") == zoom
    chart = keyed(phone, "p/curves")
    chart.locator(".opener").tap()
    expect(chart.locator("tbody tr")).to_have_count(6)
    with phone.expect_download() as saved:
        chart.get_by_role("button", name="Save as PNG").tap()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
    chart.get_by_role("button", name="Close").tap()
    expect(chart.get_by_role("table")).to_be_hidden()


@pytest.mark.parametrize("title, ending, start", [("Save as PNG", "png", b"\x89PNG"), ("Save as SVG", "svg", b"<svg")])
def test_a_figure_is_saved_under_a_name_that_says_what_it_is(page, title, ending, start):
    chart = keyed(page, "p/curves")
    chart.hover()
    with page.expect_download() as saved:
        chart.locator(f"[data-title='{title}']").click()
    assert saved.value.suggested_filename == f"lectern-accuracy-against-the-step.{ending}"
    assert saved.value.path().read_bytes().startswith(start)


def test_the_buttons_lie_beside_the_plot_and_none_offers_an_upload(page):
    chart = keyed(page, "p/curves")
    chart.hover()
    bar, (__, __, plot) = chart.locator(".modebar").bounding_box(), middle(page, "p-curves")
    assert bar["x"] >= plot["x"] + plot["width"] - 1
    titles = chart.locator(".modebar-btn").evaluate_all("all => all.map(b => b.dataset.title)")
    assert titles and not [title for title in titles if re.search("share|cloud|edit|plotly", title, re.IGNORECASE)], (
        titles
    )


def test_a_share_of_the_stage_follows_its_height(page):
    settled(page, "p-matrix", 1)
    box = keyed(page, "p/matrix").locator(".box")
    assert box.bounding_box()["height"] == 200  # half of 400 px where nothing sets the stage
    page.changed = True
    page.evaluate("document.documentElement.style.setProperty('--stage', '700px')")
    wait_until(
        lambda: keyed(page, "p/matrix").locator(".main-svg").first.bounding_box()["height"] == 350, "the figure to grow"
    )


def test_the_theme_changes_the_figure(page):
    ink = "() => getComputedStyle(document.querySelector('.st-key-p-curves .xtick text')).fill"
    light = page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    wait_until(lambda: page.evaluate(ink) != light, "the ink of the dark theme")
    page.emulate_media(color_scheme="light")
    wait_until(lambda: page.evaluate(ink) == light, "the ink of the light theme")


def test_nothing_is_asked_of_another_host_and_both_bundles_live_on_one_page(page, address):
    keyed(page, "p/surface").scroll_into_view_if_needed()
    settled(page, "p-surface", 1)
    assert [url for url in page.asked if "plotly-gl3d" in url]
    redrawn(page, lambda: nudge(page, "n", 2))  # both live on one page
    hosts = {urlsplit(url).netloc for url in page.asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {urlsplit(address).netloc}


@pytest.mark.parametrize("part", ["cartesian", "gl3d"])
def test_the_script_is_the_one_that_is_written_down(part):
    script = (STATIC / f"plotly-{part}.min.js").read_bytes()
    row = (STATIC / "README.md").read_text().partition(f"`plotly-{part}.min.js`")[2].splitlines()[0]
    package, version, size, checksum = (cell.strip(" `") for cell in row.strip(" |").split("|"))
    assert (
        package == f"plotly.js-{part}-dist-min" and int(size) == len(script) and checksum == sha256(script).hexdigest()
    )
    assert f"({part} - minified) v{version}\n" in script[:200].decode()
    assert (
        f'VERSION = "{version}"' in (STATIC / "chart.js").read_text()
        and f"PLOTLY := {version}\n" in (ROOT / "Makefile").read_text()
    )
    assert "MIT License" in (STATIC / "LICENSE-plotly.txt").read_text()
