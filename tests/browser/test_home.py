"""Home and Runs in the browser: all that matters is seen without scrolling, and the film plays, stops and obeys its slider."""

import pytest

from core import labs
from pages.parts import canvas
from tests.browser.conftest import arrived, expect, wait_until

DESKTOP = [{"width": 1280, "height": 720}, {"width": 1440, "height": 900}]
PHONE = {"width": 375, "height": 812}
FILM = ".st-key-home-film .lectern-chart"
MUST = """([selectors]) => selectors.flatMap(selector => {
    const found = [...document.querySelectorAll(selector)].filter(e => e.offsetParent);
    return (found.length ? found : [null]).map(e => e ? [selector, ...Object.values((({ left, top, right, bottom, width, height }) =>
        ({ left, top, right, bottom, width, height }))(e.getBoundingClientRect()))] : [selector, -1, -1, -1, -1, 0, 0]);
})"""
SEEN = [
    "h1",
    ".st-key-home-start button",
    ".st-key-home-story",
    f"{FILM} .box",
    f"{FILM} .film",
    ".st-key-now",
    *(f".st-key-card-{lab} {part}" for lab in labs.LABS for part in ("img", "a", "p")),
]


def home(page):
    """Waits until the film is drawn and all pictures are there."""
    wait_until(lambda: page.locator(f"{FILM}[data-drawn]").count(), "the film")
    wait_until(
        lambda: (
            page.evaluate(
                "() => [...document.querySelectorAll('[class*=st-key-card] img')]"
                ".filter(i => i.complete && i.naturalWidth).length"
            )
            == len(labs.LABS)
        ),
        "eight pictures",
    )
    return arrived(page)


def drawing(page):
    return page.locator(f"{FILM} .main-svg").first.evaluate("svg => svg.innerHTML")


@pytest.mark.parametrize("size", DESKTOP, ids=lambda size: str(size["width"]))
def test_everything_on_home_is_seen_without_scrolling(visit, size):
    page = home(visit("", size))
    for selector, left, top, right, bottom, wide, tall in page.evaluate(MUST, [SEEN]):
        assert wide > 20 and tall > 8 and left >= 0 and top >= 0, selector
        assert right <= size["width"] and bottom <= size["height"], f"{selector} ends at {right}, {bottom}"
    wide, sizes = page.evaluate("""() => {
        const main = document.querySelector('[data-testid=stMain]'), words = [...main.querySelectorAll('p')].filter(e => e.offsetParent);
        return [main.scrollWidth, words.map(e => parseFloat(getComputedStyle(e).fontSize))];
    }""")
    assert wide <= size["width"] and min(sizes) >= 12
    shown = min(page.locator(f".st-key-card-{lab} img").evaluate("i => i.clientWidth") for lab in labs.LABS)
    assert canvas.LETTER * shown / canvas.WIDE >= 12, "a letter in a picture"


def test_on_a_phone_the_film_comes_first_and_nothing_is_sideways(visit):
    page = home(visit("", PHONE))
    boxes = {
        selector: box
        for selector, *box in page.evaluate(MUST, [[f"{FILM} .box", f"{FILM} .film", ".st-key-card-transfer"]])
    }
    assert boxes[f"{FILM} .film"][3] < PHONE["height"], "the film is seen without scrolling"
    assert boxes[".st-key-card-transfer"][1] > boxes[f"{FILM} .film"][3], "the labs come below it"
    assert page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollWidth") <= PHONE["width"]


def test_the_film_moves_by_itself_stops_and_obeys_its_slider(visit):
    page = home(visit("", DESKTOP[0]))
    first, place = drawing(page), page.locator(f"{FILM} output")
    wait_until(lambda: drawing(page) != first, "another frame")
    svg = page.locator(f"{FILM} .main-svg").first.element_handle()
    page.locator(f"{FILM} .film button").click()
    expect(page.locator(FILM)).to_have_attribute("data-playing", "false")
    page.wait_for_timeout(500)  # a frame that was on its way
    still = drawing(page)
    page.wait_for_timeout(1000)
    assert drawing(page) == still, "it goes on though it was stopped"
    slider = page.locator(f"{FILM} input")
    slider.fill("0")
    expect(place).to_have_text("step 0")
    wait_until(lambda: drawing(page) != still, "the first frame")
    slider.press("End")
    expect(place).to_have_text("step 3,000")
    assert svg.evaluate("e => e.isConnected"), "it is drawn in place"
    page.locator(f"{FILM} .film button").click()
    expect(place).not_to_have_text("step 3,000")


def test_another_film_begins_anew(visit):
    page = home(visit("", DESKTOP[0]))
    page.get_by_role("radio", name="A network forgets").click()
    expect(page.locator(FILM)).to_have_attribute(
        "aria-label", "A network forgets. One row for each task. Yellow: the network knows it. Dark: it does not."
    )
    expect(page.locator(f"{FILM} .ytick").first).to_have_text("task 1")
    expect(page.locator(f"{FILM} input")).to_have_js_property("max", "60")


def test_the_film_rests_where_little_motion_is_wanted(browser, server):
    context = browser.new_context(viewport=DESKTOP[0], reduced_motion="reduce")
    page = context.new_page()
    page.goto(server.url(""))
    home(page)
    expect(page.locator(FILM)).to_have_attribute("data-playing", "false")
    expect(page.locator(f"{FILM} output")).to_have_text("step 3,000")
    context.close()


def test_a_card_leads_to_its_lab_and_start_here_to_the_scene_of_the_film(visit):
    page = home(visit("", DESKTOP[0]))
    page.locator(".st-key-card-compression img").click(force=True)  # the link lies over the whole card
    expect(page.locator("h1").first).to_have_text("Network compression")
    page = home(visit("", DESKTOP[0]))
    page.locator(".st-key-home-start button").click()
    expect(page.locator("h1").first).to_have_text("GAN")
    wait_until(lambda: "scene=the-duel" in page.url, "the scene in the address")


@pytest.mark.parametrize("size", [*DESKTOP, PHONE], ids=lambda size: str(size["width"]))
def test_runs_is_one_screen(visit, size):
    page = visit("runs", size)
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    for selector, left, _top, right, bottom, _wide, tall in page.evaluate(
        MUST, [["[data-testid=stDataFrame]", ".st-key-runs"]]
    ):
        assert left >= 0 and right <= size["width"] and bottom <= size["height"] and tall > 200, selector
