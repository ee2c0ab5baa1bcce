"""The two parts of the explain page that visitors draw and click on, run in the browser itself."""

import base64
import io
import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from skimage.measure import label

from core.data import pictures
from pages.parts import pad, superpixels

SHOWN = """([parts, data]) => {
    document.body.innerHTML = parts.html;
    document.head.innerHTML = `<style>body { margin: 20px; width: 300px; } ${parts.css}</style>`;
    window.sent = [];
    const main = new Function(parts.js.replace("export default function", "return function"))();
    window.mount = data => main({ data, parentElement: document.body, setStateValue: (name, value) => window.sent.push([name, value]) });
    window.mount(data);
}"""


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page(viewport={"width": 800, "height": 700})
    yield page
    page.close()


def source(name: str) -> dict[str, str]:
    html = pad.html() if name == "pad" else superpixels.HTML
    return {"html": html, **{kind: (superpixels.HERE / f"{name}.{kind}").read_text() for kind in ("css", "js")}}


def sent(page) -> list:
    return page.evaluate("window.sent")


# ---- superpixels ----

SEGMENTS = np.array([[0, 0, 1, 1, 1], [0, 2, 2, 1, 3], [0, 2, 3, 3, 3], [4, 4, 4, 4, 3]]).repeat(10, 0).repeat(10, 1)
PICTURE = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)


@pytest.fixture
def cells(page):
    data = superpixels._data(PICTURE, SEGMENTS, PICTURE) | {"off": [2], "turn": 0}
    page.evaluate(SHOWN, [source("superpixels"), data])
    return page, data


def off(page) -> list[int]:
    return page.evaluate("[...document.querySelectorAll('.part[aria-checked=false]')].map(c => Number(c.dataset.n))")


def click(page, x: float, y: float) -> None:
    """Clicks on a pixel of the picture."""
    box = page.locator("svg").bounding_box()
    page.mouse.click(box["x"] + x / 50 * box["width"], box["y"] + y / 40 * box["height"])


@pytest.mark.parametrize("name", ["by hand", "random", "one", "gap"])
def test_areas_and_borders_are_those_of_the_segments(page, name):
    rng = np.random.default_rng(3)
    segments = {
        "by hand": SEGMENTS,
        "one": np.zeros((3, 4), int),
        "gap": np.array([[0, 2]]),
        "random": label(rng.integers(0, 3, (12, 17)), background=-1, connectivity=1) - 1,
    }[name]
    height, width = segments.shape
    found = page.evaluate(
        """([js, runs, w, h, many]) => {
            const f = new Function(js.replace("export default function", "function main") + "; return { unrolled, outlines };")();
            const labels = f.unrolled(runs, w * h);
            return { labels: [...labels], ...f.outlines(labels, w, h, many) };
        }""",
        [
            source("superpixels")["js"],
            superpixels._data(
                np.zeros((*segments.shape, 3), np.uint8), segments, np.zeros((*segments.shape, 3), np.uint8)
            )["runs"],
            width,
            height,
            int(segments.max()) + 1,
        ],
    )
    assert found["labels"] == segments.ravel().tolist()
    borders = (segments[:, 1:] != segments[:, :-1]).sum() + (segments[1:] != segments[:-1]).sum()
    assert found["borders"].count("M") == borders
    padded = np.pad(segments, 1, constant_values=-1)
    for number, part in enumerate(found["parts"]):
        rows, columns = np.nonzero(segments == number)
        assert part["size"] == len(rows)
        inside = padded == number
        assert (
            "".join(part["edge"]).count("M")
            == (inside[:, 1:] != inside[:, :-1]).sum() + (inside[1:] != inside[:-1]).sum()
        )
        if len(rows):
            assert [part["x"], part["y"]] == pytest.approx([columns.mean() + 0.5, rows.mean() + 0.5])


def test_a_click_switches_the_superpixel_under_it(cells):
    page, _ = cells
    assert off(page) == [2]
    for (x, y), expected in (((3, 3), [0, 2]), ((45, 35), [0, 2, 3]), ((15, 15), [0, 3]), ((3, 25), [3])):
        click(page, x, y)
        assert off(page) == expected == sent(page)[-1][1]["off"]
    turns = [clicks["turn"] for _, clicks in sent(page)]
    assert len(set(turns)) == 4 and turns == sorted(turns) and {name for name, _ in sent(page)} == {"clicks"}


def test_keys_move_and_switch(cells):
    page, _ = cells
    page.evaluate("document.body.prepend(Object.assign(document.createElement('button'), { id: 'before' }))")
    page.locator("#before").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.n") == "0"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.n") in ("1", "2")
    page.keyboard.press("ArrowDown")
    below = int(page.evaluate("document.activeElement.dataset.n"))
    page.keyboard.press("Space")
    assert off(page) == sorted({2} ^ {below}) and below in (2, 3, 4)
    page.keyboard.press("Enter")
    assert off(page) == [2] and len(sent(page)) == 2
    assert page.locator("path.focus").get_attribute("d"), "who uses keys must see where they are"
    assert page.locator(".part[tabindex='0']").count() == 1, "one stop of the Tab key for all of them"


def test_the_server_can_change_all_but_undoes_no_later_click(cells):
    page, data = cells
    click(page, 3, 3)
    first = sent(page)[-1][1]
    click(page, 45, 35)
    second = sent(page)[-1][1]
    page.evaluate("data => window.mount(data)", data | first)
    assert off(page) == [0, 2, 3], "the answer to the first click comes after the second"
    page.evaluate("data => window.mount(data)", data | second)
    assert off(page) == [0, 2, 3]
    page.evaluate("data => window.mount(data)", data | second | {"off": []})
    assert off(page) == [], "“All on” was pressed"
    click(page, 3, 3)
    assert off(page) == [0] and sent(page)[-1][1]["turn"] > second["turn"]


def test_another_picture_takes_its_place(cells):
    page, _ = cells
    other = superpixels._data(PICTURE[:20], SEGMENTS[:20] % 2, PICTURE[:20]) | {"off": [1], "turn": 0}
    page.evaluate("data => window.mount(data)", other)
    assert page.locator(".part").count() == 2 and off(page) == [1]
    click(page, 3, 3)
    assert off(page) == [0, 1]


def test_colours_are_the_means_of_the_superpixels():
    fill = np.zeros((2, 2, 3), np.uint8)
    fill[0] = [[255, 0, 0], [0, 0, 1]]
    assert superpixels.colours(fill, np.array([[0, 0], [1, 1]])) == ["#800000", "#000000"]


@pytest.mark.parametrize(
    "clicks, expected",
    [
        (None, (0, [])),
        ("x", (0, [])),
        ({}, (0, [])),
        ({"off": [1], "turn": "x"}, (0, [])),
        ({"off": 3, "turn": 1}, (0, [])),
        ({"off": [3, 1, 1, -1, 9, "2", 2.5, None], "turn": 7}, (7, [1, 3])),
    ],
)
def test_whatever_a_browser_sends_is_a_list_of_superpixels(clicks, expected):
    assert superpixels.said(SimpleNamespace(clicks=clicks), 4) == expected and superpixels.said(None, 4) == (0, [])


# ---- the pad ----


@pytest.fixture
def drawn(page):
    page.evaluate(SHOWN, [source("pad"), {"drawn": ""}])
    return page


def draw(page, *points: tuple[float, float]) -> None:
    """One stroke through points of the pad, each from 0 to 1."""
    box = page.locator("canvas").bounding_box()
    place = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*place[0])
    page.mouse.down()
    for x, y in place[1:]:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()


def wait_sent(page, many: int) -> list:
    page.wait_for_function("many => window.sent.length >= many", arg=many)
    return sent(page)


def array_of(page) -> np.ndarray:
    return grey(page.evaluate("document.querySelector('canvas').toDataURL().split(',')[1]"))


def grey(text: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(text))).convert("L"))


def test_a_stroke_becomes_a_digit(drawn):
    assert array_of(drawn).max() == 0
    draw(drawn, (0.5, 0.15), (0.5, 0.85))
    ((name, text),) = wait_sent(drawn, 1)
    assert name == "drawn" and len(text) < pad.MOST
    x = pictures.unpack_digit(pictures.digit_from(pad.unpacked(pad.said(SimpleNamespace(drawn=text)))))[0].numpy()
    columns = np.flatnonzero(x.sum(0))
    assert len(np.flatnonzero(x.sum(1))) == 20 and 2 <= len(columns) <= 6 and 12 <= columns.mean() <= 15
    assert len(np.unique(array_of(drawn))) > 3, "the brush is soft"


def test_strokes_close_together_are_sent_once(drawn):
    draw(drawn, (0.2, 0.2), (0.8, 0.2))
    draw(drawn, (0.8, 0.2), (0.4, 0.8))
    assert len(wait_sent(drawn, 1)) == 1
    small = grey(sent(drawn)[0][1])
    assert small.shape == (112, 112) and small[22, 50] > 200 and small[80:92, 40:56].max() > 200


def test_a_point_leaves_ink_and_clear_takes_it_away_with_the_keyboard(drawn):
    draw(drawn, (0.5, 0.5))
    wait_sent(drawn, 1)
    assert array_of(drawn)[140, 140] == 255
    drawn.keyboard.press("Tab")
    assert drawn.evaluate("document.activeElement.tagName") == "BUTTON"
    drawn.keyboard.press("Enter")
    assert wait_sent(drawn, 2)[1] == ["drawn", ""] and array_of(drawn).max() == 0


def test_the_other_mouse_button_does_not_draw(drawn):
    drawn.mouse.click(100, 100, button="right")
    assert array_of(drawn).max() == 0


def test_a_drawing_is_there_again_when_the_page_is_drawn_anew(drawn):
    draw(drawn, (0.2, 0.2), (0.8, 0.8))
    text = wait_sent(drawn, 1)[0][1]
    before = array_of(drawn)
    drawn.evaluate(SHOWN, [source("pad"), {"drawn": text}])
    drawn.wait_for_function(
        "document.querySelector('canvas').getContext('2d').getImageData(140, 140, 1, 1).data[0] > 200"
    )
    assert np.abs(array_of(drawn).astype(int) - before).mean() < 4


@pytest.mark.parametrize(
    "state",
    [
        None,
        SimpleNamespace(),
        SimpleNamespace(drawn=None),
        SimpleNamespace(drawn=3),
        SimpleNamespace(drawn="no!"),
        SimpleNamespace(drawn="A" * 50_000),
    ],
)
def test_whatever_a_browser_sends_is_a_file_or_nothing(state):
    assert pad.unpacked(pad.said(state)) is None


def test_what_is_sent_is_plain_and_small():
    data = superpixels._data(
        np.zeros((224, 224, 3), np.uint8),
        np.arange(224 * 224).reshape(224, 224) // 1000,
        np.zeros((224, 224, 3), np.uint8),
    )
    assert len(json.dumps(data)) < 30_000 and data["alt"]
