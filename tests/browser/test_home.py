"""Home and Runs in the browser: all that matters is seen without scrolling, and the film plays, stops and obeys its slider."""

import re

from core import labs
from pages.parts import canvas
from tests.browser.conftest import PHONE, arrived, expect, fits, go, resized, wait_until
from tests.browser.stage import WINDOW, soon

DESKTOP = [(1280, 720), (1440, 900)]
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


def hidden(page, width, height, selectors):
    """What does not lie in the window as a whole, in words."""
    for selector, left, top, right, bottom, wide, tall in page.evaluate(MUST, [selectors]):
        if not (wide > 20 and tall > 8 and 0 <= left and 0 <= top and right <= width and bottom <= height):
            yield f"{selector} at {width} x {height} lies at {left, top, right, bottom}"


def test_home_is_seen_without_scrolling_and_on_a_phone_the_film_comes_first(visit):
    page = home(visit("", WINDOW))
    for width, height in DESKTOP:
        resized(page, width, height)
        faults = soon(lambda w=width, h=height: [*hidden(page, w, h, SEEN)])
        assert not faults, "\n".join(faults)
        fits(page, "Home")
        sizes = page.evaluate("""() => [...document.querySelectorAll('[data-testid=stMain] p')].filter(e => e.offsetParent)
            .map(e => parseFloat(getComputedStyle(e).fontSize))""")
        assert min(sizes) >= 12
        shown = min(page.locator(f".st-key-card-{lab} img").evaluate("i => i.clientWidth") for lab in labs.LABS)
        assert canvas.LETTER * shown / canvas.WIDE >= 12, "a letter in a picture"
    resized(page, *PHONE.values())
    fits(page, "Home")
    film, card = (page.locator(part).first for part in (f"{FILM} .film", ".st-key-card-transfer"))
    wait_until(lambda: ends(film) < PHONE["height"], "the film to be seen without scrolling")
    assert card.bounding_box()["y"] > ends(film), "the labs come below it"


def ends(element):
    box = element.bounding_box()
    return box["y"] + box["height"]


def test_the_film_moves_by_itself_stops_obeys_its_slider_and_another_begins_anew(visit):
    page = home(visit("", WINDOW))
    film, place, slider = page.locator(FILM), page.locator(f"{FILM} output"), page.locator(f"{FILM} input")
    first = drawing(page)
    wait_until(lambda: drawing(page) != first, "another frame")
    svg = page.locator(f"{FILM} .main-svg").first.element_handle()
    page.locator(f"{FILM} .film button").click()
    expect(film).to_have_attribute("data-playing", "false")
    wait_until(lambda: rests(page), "the film to rest, though a frame may have been on its way")
    still = drawing(page)
    slider.fill("0")
    expect(place).to_have_text("step 0")
    wait_until(lambda: drawing(page) != still, "the first frame")
    slider.press("End")
    expect(place).to_have_text("step 3,000")
    assert svg.evaluate("e => e.isConnected"), "it is drawn in place"
    page.locator(f"{FILM} .film button").click()
    expect(place).not_to_have_text("step 3,000")

    page.get_by_role("radio", name="A network forgets").click()
    expect(film).to_have_attribute(
        "aria-label", "A network forgets. One row for each task. Yellow: the network knows it. Dark: it does not."
    )
    expect(page.locator(f"{FILM} .ytick").first).to_have_text("task 1")
    expect(slider).to_have_js_property("max", "60")


def rests(page):
    """Whether nothing was drawn for a second, in which a film that plays shows several frames."""
    before = drawing(page)
    page.wait_for_timeout(1000)
    return drawing(page) == before


def test_runs_is_one_screen_and_home_leads_to_the_labs_and_rests_where_little_motion_is_wanted(visit):
    page = visit("runs", WINDOW)
    for width, height in (*DESKTOP, tuple(PHONE.values())):
        resized(page, width, height)
        faults = soon(lambda w=width, h=height: [*hidden(page, w, h, ["[data-testid=stDataFrame]"])])
        assert not faults, "\n".join(faults)
        assert page.get_by_test_id("stDataFrame").bounding_box()["height"] > 200
        fits(page, "Runs")
    resized(page, *WINDOW.values())
    page.emulate_media(reduced_motion="reduce")
    home(go(page, "Home", "Lectern"))
    expect(page.locator(FILM)).to_have_attribute("data-playing", "false")
    expect(page.locator(f"{FILM} output")).to_have_text("step 3,000")
    page.emulate_media(reduced_motion="no-preference")
    page.locator(".st-key-card-compression img").click(force=True)  # the link lies over the whole card
    expect(page.locator("h1").first).to_have_text("Network compression")
    home(go(arrived(page), "Home", "Lectern"))
    page.locator(".st-key-home-start button").click()
    expect(page.locator("h1").first).to_have_text("GAN")
    expect(page).to_have_url(re.compile("scene=the-duel"))
