"""What a visitor sees and does, in a real browser on a real server with real trainings."""

import os
import re
import signal

from playwright.sync_api import Locator, expect

from core import labs
from pages.parts import lecture
from tests.browser.conftest import (
    PHONE,
    SCROLLED,
    VALUE,
    arrived,
    button,
    drawn,
    fits,
    keyed,
    long,
    look,
    nudge,
    percent,
    plotted,
    progress,
    swipe,
    train,
    wait_until,
)

NAMES = {lab.id: lab.name for lab in labs.LABS.values()}  # in the line at the top of every page
SIX = ("Train", "Pause", "Step", "Stop", "Reset", "New seed")


# ---- arriving ----


def test_the_first_visitor_of_a_fresh_server_may_follow_a_deep_link(shared):
    first = shared[1].first
    assert first["title"] == "Network compression"
    assert [link.splitlines()[-1] for link in first["links"]] == ["Home", *NAMES.values(), "Runs"]
    assert first["width"] > 1000, "the layout is wide"


def test_the_page_opens_on_a_scene_with_a_picture_in_both_themes_and_everything_has_a_name(visit):
    page = visit()
    assert drawn(page) and plotted(page, "picture")
    expect(page.get_by_test_id("stMetricValue").first).to_have_text(re.compile(r"\d+\.\d %"))
    for name in SIX:
        expect(button(page, name)).to_be_visible()
    expect(button(page, "Train")).to_be_enabled()
    expect(button(page, "Stop")).to_be_disabled()
    nameless = page.evaluate("""() => [...document.querySelectorAll(
            '[data-testid="stMain"] :is(button, img, [role=figure], [role=slider], [role=radiogroup])')]
        .filter(e => e.offsetParent && !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.alt
                                         || e.innerText?.trim() || e.title))
        .map(e => e.outerHTML.slice(0, 200))""")
    assert nameless == []
    chart = keyed(page, "chart/accuracy").locator(".main-svg").first
    wide = chart.bounding_box()["width"]
    page.set_viewport_size({"width": 1000, "height": 800})
    wait_until(lambda: chart.bounding_box()["width"] < wide - 50, "a narrower figure")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        wait_until(
            lambda light=scheme == "light": (brightness(page) > 200) == light,
            lambda wanted=scheme: f"a {wanted} page, it is {brightness(page)}",
        )
        assert drawn(page)


def brightness(page):
    colour = page.evaluate(
        """() => getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor"""
    )
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3


# ---- training ----


def test_train_is_pressed_with_the_keyboard_sliders_answer_meanwhile_and_neither_reload_nor_death_ends_the_page(
    visit, server
):
    page = visit(**long())
    expect(button(page, "Train")).to_be_enabled()  # widgets come a moment after the text
    expect(keyed(page, "soft/T")).to_be_visible()
    page.bring_to_front()
    reached = []
    while not reached or not reached[-1].strip().endswith("Train"):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.innerText || document.activeElement.outerHTML.slice(0, 80)")
        )
        assert len(reached) < 80, f"80 times Tab did not reach Train, only {reached}"
    page.keyboard.press("Enter")
    expect(progress(page)).to_contain_text("steps/s")
    expect(page.get_by_text("Until your run ends, this is the shipped run of the scene.")).to_be_visible()
    expect(button(page, "Train")).to_be_disabled()
    word = button(page, "Train").locator("p").evaluate("word => getComputedStyle(word).color")
    assert word != page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor"), (
        "nobody can read it"
    )

    entropy = page.get_by_text(re.compile("has an entropy of"))
    said = entropy.inner_text()
    nudge(page, "soft/T", 4)
    expect(entropy).not_to_have_text(said, use_inner_text=True)
    first = wait_until(lambda: 0 < newest(page) <= at(page) and newest(page), "a point of the run, not of the scene's")
    wait_until(lambda: first < newest(page) <= at(page), "the chart to grow")

    expect(page).to_have_url(re.compile("run=compression-"))
    address, before = page.url, percent(page)
    page.reload()
    arrived(page)
    expect(progress(page)).to_contain_text("steps/s")
    wait_until(lambda: percent(page) >= before, "the run, as far as it was")
    expect(page).to_have_url(address)
    assert drawn(page)
    expect(button(page, "Stop")).to_be_enabled()

    for process in server.workers():
        os.kill(process.pid, signal.SIGKILL)
    expect(page.get_by_test_id("stAlert")).to_contain_text("The process that trained this run died")
    assert drawn(page), "the page is alive"
    train(page)
    wait_until(lambda: percent(page) > 0, "the new run to get on")


MOVED = """() => {
    window.places = {};
    const look = () => {
        for (const b of document.querySelectorAll('.st-key-controls .stButton button')) {
            const name = b.innerText.split('\\n').pop(), x = Math.round(b.getBoundingClientRect().x);
            if (b.offsetParent && ['Stop', 'Reset', 'New seed'].includes(name)) (places[name] ||= new Set()).add(x);
        }
        requestAnimationFrame(look);
    };
    look();
}"""


def test_step_pause_go_on_and_stop_and_no_button_moves_under_the_hand(visit):
    page = visit(**long())
    page.evaluate(MOVED)
    button(page, "Step").click()
    expect(progress(page)).to_contain_text(re.compile(r"Paused · step \d+ of [\d,]+[.]"))
    button(page, "Go on").click()
    expect(progress(page)).to_contain_text("steps/s")
    expect(button(page, "Go on")).to_have_count(0)
    wait_until(lambda: percent(page) > 0, "a first point in the chart")
    button(page, "Pause").click()
    expect(progress(page)).to_contain_text("Paused · step")
    place, before = at(page), newest(page)
    button(page, "Step").click()
    wait_until(lambda: at(page) > place and newest(page) > before, "one more report in the chart")
    expect(progress(page)).to_contain_text("Paused · step")
    button(page, "Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(progress(page)).to_have_count(0)
    expect(button(page, "Train")).to_be_enabled()
    expect(button(page, "Reset")).to_be_enabled()
    assert drawn(page), "what was measured until then stays on the page"
    button(page, "Reset").click()
    expect(page.locator(".st-key-stale")).to_contain_text("The picture shows the old settings")
    expect(button(page, "Reset")).to_be_disabled()
    places = page.evaluate("Object.fromEntries(Object.entries(places).map(([name, xs]) => [name, [...xs]]))")
    assert len(places) == 3 and all(max(xs) - min(xs) <= 2 for xs in places.values()), (
        f"who presses Stop may hit another button: {places}"
    )


def at(page):
    """The step at which the run is; −1 while there is none."""
    found = re.search(r"step ([\d,]+) of", " ".join(progress(page).all_inner_texts()))
    return int(found[1].replace(",", "")) if found else -1


def newest(page):
    """The step of the last point in the curves."""
    return page.evaluate("""() => Math.max(-1, ...[...document.querySelectorAll(".st-key-curves .box")]
        .flatMap(box => box._fullData ?? []).filter(trace => trace.mode === "lines").map(trace => trace.x.at(-1) ?? -1))""")


# ---- addresses ----


def turn_off(switch: Locator) -> None:
    """Presses a switch that is on, once: it takes a moment to show that it is off."""
    expect(switch.locator("input")).to_be_checked()
    switch.click()
    expect(switch.locator("input")).not_to_be_checked()


def test_the_address_reproduces_the_settings(visit):
    page = visit(scene="never-saw-a-three", seed=41)
    nudge(page, "compression/temperature", 3)
    expect(page).to_have_url(re.compile("temperature=9.5"))
    arrived(page)
    page.get_by_text("More knobs").click()
    switch = keyed(page, "compression/control").locator("label").first
    turn_off(switch)
    expect(page).to_have_url(re.compile("control=False"))
    arrived(page)
    other = visit(page.url.split("/", 3)[3])
    other.get_by_text("More knobs").click()
    for key in ("temperature", "labels", "omit", "epochs"):
        values = [keyed(tab, f"compression/{key}").get_by_role("slider").evaluate(VALUE) for tab in (page, other)]
        assert values[0] == values[1], key
    expect(other).to_have_url(page.url)
    assert not keyed(other, "compression/control").locator("input").first.is_checked()


def test_a_click_before_the_page_is_drawn_leaves_every_knob_as_the_address_says(visit):
    """What a browser that is slow misses of the first drawing, it hears from the next: no knob falls to its lowest value."""
    page = visit()
    for _ in range(4):
        page.goto(page.url.split("?")[0] + "?scene=never-saw-a-three&temperature=9.5", wait_until="commit")
        page.evaluate("""() => new Promise(done => {
            const ask = () => {
                const more = [...document.querySelectorAll("button")].find(each => /More knobs/.test(each.innerText));
                if (more) done(more.click()); else setTimeout(ask, 2);
            };
            ask();
        })""")
        arrived(page)
        values = [
            keyed(page, f"compression/{key}").get_by_role("slider").evaluate(VALUE) for key in ("temperature", "omit")
        ]
        assert values == ["9.5", "4"], "the omitted digit is the fourth of the row that begins with “none”"


def test_nonsense_in_the_address_gives_a_sentence_and_a_picture_and_an_unknown_page_leads_on(visit):
    page = visit(seed="ünïc✓de", scene="nope", run="../../etc/passwd", colour="x" * 2000)
    expect(page.get_by_test_id("stAlert")).to_have_count(4)
    for words in (
        "whole number from 0 to 9999",
        "is not a scene here",
        "cannot be the name of a run",
        "is not a setting here",
    ):
        expect(page.get_by_test_id("stAlert").filter(has_text=words)).to_have_count(1)
    assert drawn(page)
    fits(page, "nonsense")
    page = visit("no_such_page")
    expect(page.get_by_test_id("stTopNav")).to_be_visible()


# ---- eyes, hands and small screens ----

TRANSLATE = """replaced => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    for (const text of texts) {
        if (!text.data.trim() || text.parentElement.closest('script, style, [translate=no], .notranslate')) continue;
        const outer = document.createElement('font'), inner = document.createElement('font');
        text.replaceWith(outer);
        outer.append(inner);
        replaced ? inner.append(text.data.toUpperCase()) : inner.append(text);
    }
}"""


def test_a_page_that_the_browser_translates_goes_on(visit):
    """A translator wraps the words of the page in <font>, or puts others in their place, under React's hands."""
    page = visit()
    assert page.evaluate("document.documentElement.lang") == "en", "the browser need not guess the language"
    charts = page.locator(".lectern-chart")
    drawn(page)
    wait_until(lambda: page.evaluate("window.lecternTranslated"), "the page to be told")
    scenes = list(lecture.read("compression").scenes.values())
    for replaced, at in ((False, 1), (True, 2)):
        page.evaluate(TRANSLATE, replaced)
        assert charts.first.locator("font").count() == 0, "a figure is nothing to translate"
        address = page.url
        nudge(page, "compression/temperature", 2)
        expect(page).not_to_have_url(address)
        arrived(page)
        page.evaluate(TRANSLATE, replaced)
        pills = keyed(page, "compression/pick")
        pills.get_by_role("radio").nth(at).or_(pills.get_by_role("button").nth(at)).first.click()
        old, new = (each.question.partition("*")[0][:40] for each in (scenes[at - 1], scenes[at]))
        expect(page.locator(".st-key-question").get_by_text(new).first).to_be_visible()
        expect(page.get_by_text(re.compile(re.escape(old), re.IGNORECASE))).to_have_count(0)
        arrived(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        for words in ("removeChild", "insertBefore", "NotFoundError"):
            expect(page.get_by_text(re.compile(words))).to_have_count(0)
        assert drawn(page)
        expect(button(page, "Train").or_(button(page, "TRAIN"))).to_be_enabled()


def test_a_telephone_shows_everything_without_sideways_scrolling_and_a_swipe_turns_no_knob(browser, server):
    """Every tab of two labs, and views of two more; test_stage.py has every scene of every lab, test_home.py the other pages."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.url())
    drawn(arrived(page))
    for name in SIX:
        in_reach(page, button(page, name))
    keyed(page, "compression/drawer").locator("label").first.click()  # on a phone the knobs are folded away
    slider = keyed(page, "compression/temperature")
    expect(slider).to_be_visible()
    slider.scroll_into_view_if_needed()
    thumb, box = slider.get_by_role("slider").first, slider.bounding_box()
    before, down = thumb.evaluate(VALUE), page.evaluate(SCROLLED)
    swipe(page, box["x"] + 0.7 * box["width"], thumb.bounding_box()["y"] + thumb.bounding_box()["height"] / 2)
    wait_until(lambda: page.evaluate(SCROLLED) > down, "the page to scroll")
    assert thumb.evaluate(VALUE) == before

    every_tab_fits(page)
    page.goto(server.url("lifelong_learning"))
    every_tab_fits(arrived(page))
    page.goto(server.url("explainable_ai", scene="do-you-trust-this-map"))
    every_tab_fits(arrived(page), "Look inside", "Explain")
    page.goto(server.url("adversarial_attack", scene="the-defence-that-was-not"))
    for view in ("Slide ε", "Loss surface", "What becomes what", "Defences"):
        fits(look(arrived(page), view), view)
    context.close()


def every_tab_fits(page, *names):
    for name in names or page.get_by_role("tab").all_inner_texts():
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("tabpanel").first).to_contain_text(re.compile(r"\w"))  # it is filled when it is opened
        fits(arrived(page), name)


def in_reach(page, element):
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert 0 <= box["x"] and box["x"] + box["width"] <= PHONE["width"] and box["height"] >= 24, box
