"""The stage of every lab, measured in the browser: what is seen without scrolling, and that nothing moves, blinks or is lost
while a run begins, goes on and ends."""

import pytest

from core import labs
from tests.browser.conftest import arrived, button, expect, keyed, wait_until
from tests.pages.conftest import PAGES

PAGE = {lab: path.removeprefix("pages/").removesuffix(".py") for lab, path in PAGES.items()}
DESKTOP = [{"width": 1280, "height": 720}, {"width": 1440, "height": 900}]
PHONE = {"width": 375, "height": 812}
KNOBS = "stSlider stSelectbox stNumberInput stButtonGroup stCheckbox".split()
QUICK = {  # knobs of a run that ends within seconds, where the scene's takes longer
    "transfer": {"steps": 100},
    "lifelong": {"epochs": 1},
    "compression": {"epochs": 1},
    "gan": {"steps": 200},
    "seq2seq": {"scene": "reversal-in-ten-seconds", "steps": 100},
}
each_lab = pytest.mark.parametrize("lab", labs.LABS)

# What a lecturer must see at once: name → [left, top, right, bottom] in the viewport.
PLACES = """knobs => {
    const box = element => { const b = element.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom].map(Math.round); };
    const all = (selector, within = document) => [...within.querySelectorAll(selector)].filter(e => e.offsetParent && e.offsetWidth);
    const found = {};
    for (const key of ["headline", "question", "controls", "picture", "numbers"])
        all(`.st-key-${key}`).forEach(e => found[key] = box(e));
    all(".st-key-controls button").forEach(e => found[e.innerText.trim().split("\\n").pop() || e.ariaLabel] = box(e));
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

# Counts, at every frame that the browser paints: figures without a drawing, and drawings that were replaced.
WATCH = """() => {
    const seen = window.watched = { frames: 0, blank: 0, replaced: 0, stop: false };
    const figures = () => [...document.querySelectorAll(".st-key-picture [role=figure]")].filter(e => e.offsetParent);
    const drawing = figure => figure.querySelector(".main-svg");
    const first = new Map(figures().map(figure => [figure, drawing(figure)]));
    const look = () => {
        if (seen.stop) return;
        seen.frames += 1;
        for (const [figure, svg] of first) {
            if (!svg) first.set(figure, drawing(figure));  // it was not drawn yet when the watch began
            if (!figure.isConnected || (svg && drawing(figure) !== svg)) seen.replaced += 1;
            else if (!svg?.getBoundingClientRect().height) seen.blank += 1;
        }
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""


def places(page):
    return page.evaluate(PLACES, KNOBS)


def said(page):
    """What the page says of the run, for a test that waits for its end in vain."""
    return page.locator(".st-key-controls, .st-key-headline").all_inner_texts()


def address_of(page):
    return page.evaluate("location.search")


def drawn(page):
    """Waits until every figure of the stage has its drawing."""
    wait_until(
        lambda: page.evaluate("""() => {
        const figures = [...document.querySelectorAll(".st-key-picture [role=figure]")];
        return figures.length && figures.every(figure => figure.querySelector(".main-svg"));
    }"""),
        "the figures of the stage",
    )
    return arrived(page)


@each_lab
def test_knobs_buttons_numbers_and_the_whole_picture_are_seen_without_scrolling(visit, lab):
    page, wrong = visit(PAGE[lab], DESKTOP[0]), []
    for scene in labs.of(lab).scenes:
        title = (
            page.locator(".st-key-headline")
            .get_by_role("radio")
            .nth([each.slug for each in labs.of(lab).scenes].index(scene.slug))
        )
        title.click()
        wait_until(lambda slug=scene.slug: f"scene={slug}" in address_of(page), "the scene in the address")
        drawn(page)
        for size in DESKTOP:
            page.set_viewport_size(size)
            page.wait_for_function("h => innerHeight === h", arg=size["height"])
            wrong += [f"{scene.slug} at {size['width']}: {fault}" for fault in faults(page, size)]
        page.set_viewport_size(PHONE)
        page.wait_for_function("w => innerWidth === w", arg=PHONE["width"])
        if list(phone_faults(page)):
            page.wait_for_timeout(2000)  # figures take their new width a moment after the window
        wrong += [f"{scene.slug} on a phone: {fault}" for fault in phone_faults(page)]
        page.set_viewport_size(DESKTOP[0])
    assert not wrong, "\n".join(wrong)
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').map(r => r.name).filter(name => name.includes('plotly-'))"
    )
    assert loaded and not [name for name in loaded if "gl3d" in name], "the stage needs no 3-D bundle"


def faults(page, size):
    """What a lecturer would have to scroll for, in words."""
    found = places(page)
    main = [name for name in found if name.startswith("knob ")]
    figures = [name for name in found if name.startswith("figure ")]
    if len(main) < 3:
        yield f"{len(main)} knobs"
    if not figures:
        yield "no figure"
    for name, (left, top, right, bottom) in found.items():
        if name != "page" and (left < 0 or top < 0 or right > size["width"] or bottom > size["height"]):
            yield f"{name} lies at {left, top, right, bottom}"
    if max(found["page"]) > size["width"]:
        yield "the page is wider than the window"
    rows = {round(found[name][1] / 8) for name in found if name in ("Pause", "Step", "Stop", "Reset", "New seed")}
    if len(rows) > 1:
        yield "the buttons need a second row"
    for words in page.evaluate(CUT):
        yield f"cut: {words}"


def phone_faults(page):
    found = places(page)
    verb = next(
        name
        for name in found
        if name in ("Train", "Attack", "Explain", "Defend") or found[name] and "train" in name.lower()
    )
    if found[verb][3] > PHONE["height"]:
        yield f"{verb} ends at {found[verb][3]}"
    if found["picture"][1] > PHONE["height"] - 100:
        yield f"the picture begins at {found['picture'][1]}"
    if max(found["page"]) > PHONE["width"]:
        yield f"the page is {max(found['page'])} px wide"


@each_lab
def test_nothing_moves_blinks_or_is_lost_while_a_run_begins_goes_on_and_ends(visit, lab):
    """A second time where a browser that had no processor for a while left something undone the first time."""
    faults = changes(visit, lab, 77)
    assert not faults or not (faults := changes(visit, lab, 78)), faults


def changes(visit, lab, seed):
    """What moved by more than 2 pixels, or was blank or replaced in a frame, while a run began, went on and ended."""
    page = drawn(visit(PAGE[lab], DESKTOP[0], **({"seed": seed} | QUICK.get(lab, {}))))
    start = page.locator(f".st-key-{lab}-train").get_by_role("button")
    before, moved = places(page), {}
    page.evaluate(WATCH)

    def compare():
        for name, place in places(page).items():
            was = before.get(name)
            if was and max(abs(a - b) for a, b in zip(place, was)) > 2:
                moved.setdefault(name, (was, place))

    expect(start).to_be_enabled()
    start.click()
    wait_until(lambda: (compare(), f"run={lab}-" in address_of(page))[1], "the run in the address")
    wait_until(
        lambda: (compare(), page.get_by_text("Your run ·").count())[1], lambda: f"the end of the run: {said(page)}"
    )
    drawn(page)
    compare()
    watched = page.evaluate("() => { watched.stop = true; return watched; }")
    assert watched["frames"] > 10
    return moved | {name: watched[name] for name in ("blank", "replaced") if watched[name]}


def test_a_moved_knob_says_that_the_picture_is_old_and_the_scene_takes_it_back(visit):
    page = drawn(visit("gan", DESKTOP[0]))
    place = places(page)
    page.locator(".st-key-knobs [data-testid=stSlider]").first.get_by_role("slider").press("ArrowRight")
    expect(page.locator(".st-key-stale")).to_contain_text("Press Train")
    opacity = "e => { e.style.transition = 'none'; return parseFloat(getComputedStyle(e).opacity); }"
    assert page.locator(".st-key-picture").evaluate(opacity) < 0.6
    assert places(page) == place
    keyed(page, "gan/undo").get_by_role("button").click()
    expect(page.locator(".st-key-stale")).to_have_count(0)


def test_a_guess_is_answered_in_the_same_line(visit):
    page = drawn(visit("gan", DESKTOP[0]))
    place = places(page)
    page.locator(".st-key-question").get_by_role("radio").first.click()
    expect(page.locator(".st-key-question")).to_contain_text(".")
    expect(page.locator(".st-key-question").get_by_role("radio")).to_have_count(0)
    assert {name: box for name, box in places(page).items() if name != "question"} == {
        name: box for name, box in place.items() if name != "question"
    }


def test_back_takes_a_knob_back(visit):
    page = drawn(visit("gan", DESKTOP[0]))
    address = wait_until(lambda: "scene=" in address_of(page) and address_of(page), "the scene in the address")
    page.locator(".st-key-headline").get_by_role("radio").nth(1).click()
    wait_until(lambda: address_of(page) != address, "another address")
    arrived(page)
    page.wait_for_timeout(
        1500
    )  # an address is only taken for the visitor's own once the browser knows the one that was written
    page.go_back()
    expect(page.locator(".st-key-headline").get_by_role("radio").first).to_be_checked()
    assert button(page, "Train").is_enabled()
