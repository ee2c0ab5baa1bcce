"""What a visitor sees and does, in a real browser on a real server with real trainings."""

import os
import re
import signal

import pytest
from playwright.sync_api import Locator, expect

from core import labs
from pages.parts import lecture
from tests.browser.conftest import (
    VALUE,
    arrived,
    button,
    drawn,
    ended,
    keyed,
    long,
    look,
    nudge,
    percent,
    pixels,
    plotted,
    progress,
    tiny,
    train,
    wait_until,
)

NAMES = {lab.id: lab.name for lab in labs.LABS.values()}  # in the line at the top of every page
SIX = ("Train", "Pause", "Step", "Stop", "Reset", "New seed")


# ---- arriving ----


def test_the_first_visitor_of_a_fresh_server_may_follow_a_deep_link(server):
    assert server.first["title"] == "Network compression"
    assert [link.splitlines()[-1] for link in server.first["links"]] == ["Home", *NAMES.values(), "Runs"]
    assert server.first["width"] > 1000, "the layout is wide"


def test_the_page_opens_on_a_scene_with_a_picture_and_everything_has_a_name(visit):
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


def test_every_page_is_reached_from_the_line_at_the_top(visit):
    page = visit("")
    for name, title in [
        *((name, lecture.read(lab).title) for lab, name in NAMES.items()),
        ("Runs", "Runs"),
        ("Home", "Lectern"),
    ]:
        page.get_by_test_id("stTopNav").get_by_role("link", name=name, exact=True).click()
        expect(page.locator("h1").first).to_have_text(title)
        arrived(page)


# ---- training ----


def test_a_chart_grows_while_a_slider_of_look_inside_answers(visit):
    page = visit(**long())
    expect(keyed(page, "soft/T")).to_be_visible()
    train(page)
    expect(page.get_by_text("Until your run ends, this is the shipped run of the scene.")).to_be_visible()
    before, now = drawn(page), percent(page)
    for _ in range(3):
        said = page.get_by_text(re.compile("has an entropy of")).inner_text()
        nudge(page, "soft/T", 4)
        expect(page.get_by_text(re.compile("has an entropy of"))).not_to_have_text(said)
    wait_until(lambda: percent(page) > now and pixels(page) not in ("", before), "the chart to grow")
    expect(button(page, "Train")).to_be_disabled()


MOVED = """() => {
    window.places = {};
    const look = () => {
        for (const b of document.querySelectorAll('.st-key-controls .stButton button')) {
            const name = b.innerText.split('\\n').pop(), x = Math.round(b.getBoundingClientRect().x / 10);
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
    expect(progress(page)).to_contain_text("Paused")
    chart = wait_until(lambda: settled(page), "the chart to rest")
    button(page, "Step").click()
    wait_until(lambda: pixels(page) not in ("", chart), "one more report in the chart")
    expect(progress(page)).to_contain_text("Paused")
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
    assert len(places) == 3 and all(len(xs) == 1 for xs in places.values()), (
        f"who presses Stop may hit another button: {places}"
    )


def settled(page):
    """The chart's content when it is the same twice in a row, a second apart."""
    first = pixels(page)
    page.wait_for_timeout(1000)
    return first if first and pixels(page) == first else ""


def test_a_run_ends_and_its_model_can_be_opened(visit):
    page = visit(**tiny())
    button(page, "Train").click()
    ended(page)
    run = page.evaluate("new URLSearchParams(location.search).get('run')")
    assert re.fullmatch(r"compression-[0-9a-f]{12}", run)
    page.get_by_role("tab", name="Explain").click()
    expect(page.get_by_text(re.compile("says")).first).to_be_visible()
    maps = page.get_by_role("figure", name=re.compile("^Why, "))
    expect(maps).to_have_count(2)  # the teacher's and the new network's
    page.get_by_role("tab", name="Take away").click()
    with page.expect_download() as download:
        button(page, "Numbers (CSV)").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("step,") and len(lines) > 3


def test_a_reload_finds_the_same_run_again(visit):
    page = train(visit(**long()))
    address, before = page.url, percent(page)
    assert "run=" in address
    page.reload()
    arrived(page)
    expect(progress(page)).to_contain_text("steps/s")
    assert page.url == address and percent(page) >= before
    expect(button(page, "Stop")).to_be_enabled()


def test_a_second_visitor_with_the_same_knobs_joins_the_run(visit, browser, server):
    page = visit(epochs=40, student_channels=4, control=False, seed=long()["seed"])
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    nudge(page, "compression/alpha", 3, "ArrowLeft")  # by hand: the address must hold exactly what the widget holds
    expect(page).to_have_url(re.compile(r"alpha=0\.75"))  # all three presses have arrived
    same = page.url
    train(page)
    context = browser.new_context()
    other = context.new_page()
    other.goto(same)
    arrived(other)
    train(other)
    expect(progress(other)).to_contain_text("2 watching")
    expect(progress(page)).to_contain_text("2 watching")
    run = re.compile(r"run=([a-z0-9-]+)")
    assert run.search(other.url)[1] == run.search(page.url)[1]
    button(other, "Stop").click()
    expect(other.get_by_text(re.compile("You left this run. It goes on"))).to_be_visible()
    now = percent(page)
    wait_until(lambda: percent(page) > now, "the run to go on for the first visitor")
    context.close()


def test_a_killed_worker_becomes_a_sentence_and_train_works_again(visit, server):
    page = train(visit(**long()))
    wait_until(lambda: percent(page) > 1, "the run to get on")
    for process in server.workers():
        os.kill(process.pid, signal.SIGKILL)
    expect(page.get_by_test_id("stAlert")).to_contain_text("The process that trained this run died")
    assert drawn(page), "the page is alive"
    train(page)
    wait_until(lambda: percent(page) > 0, "the new run to get on")


def test_a_run_whose_only_viewer_leaves_is_dropped(visit):
    leaver, waiter = train(visit(**long())), visit(**long())
    button(waiter, "Train").click()
    expect(progress(waiter)).to_contain_text("Place 1 in the queue")
    expect(waiter.get_by_text(re.compile("Waiting for its turn"))).to_be_visible()
    expect(button(waiter, "Pause")).to_be_disabled()
    leaver.close()
    expect(progress(waiter)).to_contain_text("steps/s", timeout=60_000)


# ---- pictures that answer ----


def test_life_long_learning_fills_its_matrix_live(visit):
    query = {"tasks": 3, "epochs": 2, "batch": 256, "seed": long()["seed"]}
    page = visit("lifelong_learning", **query)
    cells = keyed(page, "stage/matrix").locator(".textpoint")
    expect(cells).to_have_count(25)  # the shipped run of the scene: five tasks
    button(page, "Train").click()
    ended(page)
    expect(cells).to_have_count(9)
    assert re.search(r"run=lifelong-[0-9a-f]{12}", page.url)


def test_moving_lambda_moves_the_minimum_at_once(visit):
    page = look(visit("lifelong_learning"), "Loss landscape")
    keyed(page, "landscape/slice").scroll_into_view_if_needed()
    before = plotted(page, "landscape/slice")
    nudge(page, "landscape/strength", 3)
    wait_until(lambda: plotted(page, "landscape/slice") != before, "the minimum to move")


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
    assert other.url == page.url
    assert not keyed(other, "compression/control").locator("input").first.is_checked()


def test_nonsense_in_the_address_gives_a_sentence_and_a_picture(visit):
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
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440


def test_an_unknown_page_leads_somewhere_useful(visit):
    page = visit("no_such_page")
    expect(page.get_by_test_id("stTopNav")).to_be_visible()
    page.keyboard.press("Escape")


# ---- the shelf ----


def test_an_own_run_can_be_deleted_and_no_other_goes_with_it(visit, server):
    for _ in range(2):
        page = visit(**tiny())
        button(page, "Train").click()
        ended(page).close()
    store = server.log.parent / "runs"
    before = set(store.iterdir())
    page = visit("runs")
    box = page.get_by_test_id("stDataFrame").bounding_box()
    page.mouse.click(box["x"] + 17, box["y"] + 36 + 17)  # the first row below the head: the visitor's newest run
    expect(button(page, "Delete")).to_be_enabled()
    button(page, "Delete").click()
    wait_until(lambda: len(before - set(store.iterdir())) == 1, "the run's file to go")
    arrived(page)
    expect(page.get_by_text("Choose a row to open or delete that run.")).to_be_visible()
    assert len(before - set(store.iterdir())) == 1


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


@pytest.mark.parametrize("replaced", [False, True])
def test_a_page_that_the_browser_translates_goes_on(visit, replaced):
    """A translator wraps the words of the page in <font>, or puts others in their place, under React's hands."""
    page = visit()
    assert page.evaluate("document.documentElement.lang") == "en", "the browser need not guess the language"
    charts = page.locator(".lectern-chart")
    drawn(page)
    wait_until(lambda: page.evaluate("window.lecternTranslated"), "the page to be told")
    page.evaluate(TRANSLATE, replaced)
    assert charts.first.locator("font").count() == 0, "a figure is nothing to translate"
    nudge(page, "compression/temperature", 2)
    expect(page).to_have_url(re.compile("temperature="))
    arrived(page)
    page.evaluate(TRANSLATE, replaced)
    scenes = keyed(page, "compression/pick")
    scenes.get_by_role("radio").nth(2).or_(scenes.get_by_role("button").nth(2)).first.click()
    expect(page).to_have_url(re.compile("scene=(?!soft-targets)"))
    arrived(page)
    scenes = list(lecture.read("compression").scenes.values())
    old, new = (scene.question.partition("*")[0][:40] for scene in (scenes[0], scenes[2]))
    expect(page.locator(".st-key-question").get_by_text(new).first).to_be_visible()
    expect(page.get_by_text(re.compile(re.escape(old), re.IGNORECASE))).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    for words in ("removeChild", "insertBefore", "NotFoundError"):
        expect(page.get_by_text(re.compile(words))).to_have_count(0)
    assert drawn(page)
    expect(button(page, "Train").or_(button(page, "TRAIN"))).to_be_enabled()


def test_a_finger_that_swipes_over_a_slider_scrolls_the_page(browser, server):
    context = browser.new_context(viewport={"width": 375, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.url())
    arrived(page)
    keyed(page, "compression/drawer").locator("label").first.click()  # on a phone the knobs are folded away
    slider = keyed(page, "compression/temperature")
    expect(slider).to_be_visible()
    slider.scroll_into_view_if_needed()
    thumb, box = slider.get_by_role("slider").first, slider.bounding_box()
    before, down = thumb.evaluate(VALUE), page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    x, y = box["x"] + 0.7 * box["width"], thumb.bounding_box()["y"] + thumb.bounding_box()["height"] / 2
    hand = context.new_cdp_session(page)
    hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for i in range(1, 9):
        hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - 15 * i}]})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_until(
        lambda: page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") > down, "the page to scroll"
    )
    assert thumb.evaluate(VALUE) == before
    context.close()


def test_both_themes_are_drawn(visit):
    page = visit()
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        wait_until(
            lambda light=scheme == "light": (brightness(page) > 200) == light,
            f"a {scheme} page, it is {brightness(page)}",
        )
        assert drawn(page)


def brightness(page):
    colour = page.evaluate(
        """() => getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor"""
    )
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3


def test_a_telephone_shows_everything_without_sideways_scrolling(visit):
    """Home, the shelf, and every tab of two labs; tests/browser/test_stage.py has every scene of every lab."""
    phone = {"width": 375, "height": 740}
    for path in ("", "runs"):
        no_sideways_scroll(visit(path, size=phone))
    for path in ("lifelong_learning", "network_compression"):
        page = visit(path, size=phone)
        drawn(page)
        for name in SIX:
            fits(page, button(page, name))
        for tab in page.get_by_role("tab").all_inner_texts():
            page.get_by_role("tab", name=tab).click()
            arrived(page)
            no_sideways_scroll(page)


def fits(page, element):
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    assert 0 <= box["x"] and box["x"] + box["width"] <= 375 and box["height"] >= 24, box


def no_sideways_scroll(page):
    wide = page.evaluate("""() => [document.documentElement, document.querySelector('[data-testid="stMain"]')]
        .map(e => [e.scrollWidth, e.clientWidth])""")
    assert all(scroll <= client for scroll, client in wide), wide


def test_train_is_reached_and_pressed_with_the_keyboard(visit):
    page = visit(**long())
    expect(button(page, "Train")).to_be_enabled()  # widgets come a moment after the text
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
