"""What is measured of a lab's stage in the browser: where everything lies, what is cut, and what changes at any frame of a run."""

import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import arrived, button, ended, keyed, staged, wait_until

WINDOW = {"width": 1280, "height": 720}  # the smallest in which all of a stage is seen
KNOBS = "stSlider stSelectbox stNumberInput stButtonGroup stCheckbox".split()

# What a lecturer must see at once: name → [left, top, right, bottom] in the viewport.
PLACES = """knobs => {
    const box = element => { const b = element.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom].map(Math.round); };
    const all = (selector, within = document) => [...within.querySelectorAll(selector)].filter(e => e.offsetParent && e.offsetWidth);
    const found = {};
    for (const key of ["headline", "question", "controls", "picture", "numbers"])
        all(`.st-key-${key}`).forEach(e => found[key] = box(e));
    all(".st-key-controls button").forEach((e, i) => found[`button ${i} ${e.innerText.trim().split("\\n").pop() || e.ariaLabel}`] = box(e));
    all(".st-key-picture [role=figure]").forEach((e, i) => found[`figure ${i}`] = box(e));
    all(".st-key-numbers [data-testid=stMetric]").forEach((e, i) => found[`number ${i}`] = box(e));
    const drawn = document.querySelector(".st-key-knobs");
    if (drawn) knobs.flatMap(id => all(`[data-testid=${id}]`, drawn)).forEach((e, i) => found[`knob ${i}`] = box(e));
    found.page = [0, 0, document.querySelector("[data-testid=stMain]").scrollWidth, document.body.scrollWidth];
    return found;
}"""

# Words that do not fit into their place: their end is cut off.
CUT = """() => [
    ...[...document.querySelectorAll(
        ".st-key-headline p, .st-key-question p, .st-key-controls button p, .st-key-knobs p, .st-key-numbers p")]
        .filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline")
        .map(e => e.innerText),
    ...[...document.querySelectorAll(".st-key-knobs input[role=combobox]")]
        .filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1).map(e => e.value)]"""

# Counts, at every frame that the browser paints: figures without a drawing, drawings that were replaced, and what lies
# elsewhere than before.
WATCH = (
    f"knobs => {{ const places = {PLACES};"
    + """
    const before = places(knobs), seen = window.watched = { frames: 0, blank: 0, replaced: 0, moved: {}, stop: false };
    const figures = [...document.querySelectorAll(".st-key-picture [role=figure]")].filter(e => e.offsetParent);
    const drawing = figure => figure.querySelector(".main-svg");
    const first = new Map(figures.map(figure => [figure, drawing(figure)]));
    const look = () => {
        if (seen.stop) return;
        seen.frames += 1;
        for (const [figure, svg] of first) {
            if (!figure.isConnected || drawing(figure) !== svg) seen.replaced += 1;
            else if (!svg.getBoundingClientRect().height) seen.blank += 1;
        }
        for (const [name, place] of Object.entries(places(knobs)))
            if (before[name]?.some((was, i) => Math.abs(was - place[i]) > 2)) seen.moved[name] ??= [before[name], place];
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
)


def places(page: Page) -> dict[str, list[int]]:
    return page.evaluate(PLACES, KNOBS)


def faults(page: Page, width: int, height: int) -> Iterator[str]:
    """What a lecturer would have to scroll for, in words."""
    found = places(page)
    if len([name for name in found if name.startswith("knob ")]) < 3:
        yield "fewer than 3 knobs"
    if "figure 0" not in found:
        yield "no figure"
    for name, (left, top, right, bottom) in found.items():
        if name != "page" and (left < 0 or top < 0 or right > width or bottom > height):
            yield f"{name} lies at {left, top, right, bottom}"
    rows = {round(found[name][1] / 8) for name in found if name.startswith("button ")}
    if len(rows) > 1:
        yield "the buttons need a second row"
    yield from cut_faults(page, width, height)


def cut_faults(page: Page, width: int, height: int) -> Iterator[str]:
    """What is cut, and what lies beside the window."""
    if (wide := max(places(page)["page"])) > width:
        yield f"the page is {wide} px wide"
    for words in page.evaluate(CUT):
        yield f"cut: {words}"


def phone_faults(page: Page, width: int, height: int) -> Iterator[str]:
    """What a narrow screen does not show first."""
    found = places(page)
    verb = next(name for name in found if name.startswith("button 0 "))
    if found[verb][3] > height:
        yield f"{verb} ends at {found[verb][3]}"
    if found["picture"][1] > height - 100:
        yield f"the picture begins at {found['picture'][1]}"
    if (wide := max(found["page"])) > width:
        yield f"the page is {wide} px wide"


def a_run_begins_goes_on_and_ends(page: Page, lab: str) -> None:
    """Presses Train and waits for the end of the run. At no frame anything has moved, or a figure was blank or replaced.

    A second time with another seed where the first was looked at between its first number and its first picture, which
    come one after the other: on a machine with no processor to spare the page then draws the one without the other.
    """
    if _changes(page, lab):
        button(page, "Reset").click()
        expect(page.locator(".st-key-status")).to_contain_text("Shipped run")
        button(arrived(page), "New seed").click()
        expect(page).not_to_have_url(re.compile("run="))
        assert not (changed := _changes(page, lab)), changed


def _changes(page: Page, lab: str) -> dict[str, Any]:
    """What was elsewhere, blank or replaced in a frame, from the press of Train to the end of the run."""
    start = keyed(page, f"{lab}/train").get_by_role("button")
    expect(start).to_be_enabled()
    staged(page).evaluate(WATCH, KNOBS)
    start.click()
    expect(page).to_have_url(re.compile(rf"run={lab}-[0-9a-f]{{12}}"))
    staged(ended(page))
    seen = page.evaluate("() => { watched.stop = true; return watched; }")
    assert seen["frames"] > 10
    return {name: seen[name] for name in ("moved", "blank", "replaced") if seen[name]}


def soon(found: Any, patience: float = 10.0) -> list[str]:
    """The faults that are still there when everything that was on its way has come."""
    left: list[str] = []

    def none() -> bool:
        left[:] = found()
        return not left

    try:
        wait_until(none, "no fault", patience)
    except AssertionError:
        pass
    return left
