"""Pictures of one's own on the page: what is chosen is shown, what cannot be read is said, and none stands in the address."""

import base64
import io
from itertools import islice

import numpy as np
import pytest
from PIL import Image

from core import labs, runs
from core.data import photos, pictures
from core.explain.settings import ExplainSettings
from core.settings import build, flatten
from core.subject.models import digit_at, look_at
from core.subject.settings import MOST_TEXT
from pages.parts import compare
from tests.pages.conftest import charts, check, said, text_of
from tests.pages.conftest import shown as settings_of

PAGE = "pages/explainable_ai.py"
COFFEE = (255 * photos.load("coffee").permute(1, 2, 0).numpy()).round().astype(np.uint8)


def file_of(pixels, kind="PNG", **more):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **more)
    return out.getvalue()


def upload(visitor, data, name="cup.png", kind="image/png"):
    visitor.file_uploader(key="explain/upload/file").set_value((name, data, kind))
    return visitor.run()


def thumbnails(visitor):
    return [image.url for element in visitor.image for image in element.proto.imgs if image.alt == "Your photo"]


@pytest.fixture
def visitor(visit):
    return check(visit(PAGE, tab="Compare", subject="upload", method="saliency"))


def digit_text(digit=7, number=1):
    pixels = (255 * digit_at(digit, number)[0]).round().byte().numpy()
    return base64.b64encode(pixels.tobytes()).decode()


# ---- a photo ----


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])  # tests/core/test_pictures.py has all the others
def test_a_photo_that_is_chosen_is_shown_and_becomes_the_setting(visitor, kind):
    assert not thumbnails(visitor)
    check(upload(visitor, file_of(COFFEE, kind), f"cup.{kind.lower()}"))
    text = settings_of(visitor, "explain").subject.upload
    assert len(text) <= MOST_TEXT and len(thumbnails(visitor)) == 1
    off = (pictures.unpack_photo(text) - photos.load("coffee")).abs().mean()
    assert off == 0 if kind == "PNG" else off < 0.03, "a picture of the right size is not changed"


def test_what_was_chosen_is_what_the_network_sees(visitor):
    check(upload(visitor, file_of(COFFEE)))
    subject = look_at(settings_of(visitor, "explain").subject)
    assert subject.names[subject.answer()] == "espresso"


def test_the_address_never_holds_the_photo(visitor):
    check(upload(visitor, file_of(COFFEE)))
    told = {"scene": "is-it-a-cat", "subject": "upload", "method": "saliency", "tab": "compare"}
    assert dict(visitor.query_params) == told
    check(visitor.number_input(key="explain/seed").set_value(9).run())
    assert "upload" not in visitor.query_params and settings_of(visitor, "explain").subject.upload
    assert not any(len(value) > 1500 for value in visitor.query_params.values())


def test_the_photo_outlives_another_knob_and_another_page(visitor):
    check(upload(visitor, file_of(COFFEE)))
    text = settings_of(visitor, "explain").subject.upload
    check(visitor.get_by_key("explain/method").set_value("Grad-CAM").run())
    assert settings_of(visitor, "explain").subject.upload == text
    visitor.switch_page("pages/runs.py")
    check(visitor.run())
    visitor.switch_page(PAGE)
    check(visitor.run())
    assert settings_of(visitor, "explain").subject.upload == text and thumbnails(visitor)


def test_another_photo_takes_the_place_of_the_first(visitor):
    check(upload(visitor, file_of(COFFEE)))
    first = settings_of(visitor, "explain").subject.upload
    check(upload(visitor, file_of(COFFEE[::-1].copy()), "turned.png"))
    second = settings_of(visitor, "explain").subject.upload
    assert first != second
    check(visitor.run())
    assert settings_of(visitor, "explain").subject.upload == second, "a redraw reads no file a second time"


BROKEN = {
    "a text renamed": b"this is not a picture at all",
    "cut short": file_of(COFFEE)[:3000],
    "empty": b"",
    "a bomb": b"\x89PNG\r\n\x1a\n"
    + b"\x00\x00\x00\rIHDR\x00\x00\xff\xff\x00\x00\xff\xff\x08\x02\x00\x00\x00"
    + b"\0" * 50,
    "zeros": bytes(1000),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gives_one_sentence_and_the_old_photo_stays(visitor, name):
    check(upload(visitor, file_of(COFFEE)))
    before, shown = settings_of(visitor, "explain"), thumbnails(visitor)
    upload(visitor, BROKEN[name], "broken.png")
    assert not visitor.exception and not visitor.error
    heard = said(visitor)
    assert len(heard) == 1 and "“broken.png”" in heard[0] and "Lectern accepts PNG" in heard[0] and len(heard[0]) < 300
    assert settings_of(visitor, "explain") == before and thumbnails(visitor) == shown
    check(upload(visitor, file_of(COFFEE[:, ::-1].copy())))
    assert settings_of(visitor, "explain") != before, "and the next one is read"


def test_a_file_that_is_too_large_is_refused(visitor):
    assert visitor.file_uploader(key="explain/upload/file").proto.max_upload_size_mb == 20
    upload(visitor, file_of(COFFEE) + bytes(pictures.MOST_BYTES), "huge.png")
    assert not visitor.exception and len(visitor.warning) == 1
    assert "20 MB" in said(visitor)[0] and not settings_of(visitor, "explain").subject.upload


def test_the_name_of_a_file_is_no_formatting(visitor):
    upload(visitor, b"nothing", "**bold** <b>x</b> $x$ [a](http://b) :red[x].png")
    assert not visitor.exception and len(visitor.warning) == 1
    assert "**bold**" not in visitor.warning[0].value and "**bold**" in said(visitor)[0]


@pytest.mark.parametrize("text", ["/9j/AAAA", "/9j/", "/9j/4AAQSkZJRgABAQ=="])
def test_a_photo_in_the_address_that_is_none_is_no_trouble(visit, text):
    """The address is what a stranger typed: the page says at most one sentence, and opens."""
    visitor = visit(PAGE, tab="Compare", subject="upload", upload=text, method="saliency")
    assert not visitor.exception and not visitor.error and len(visitor.warning) <= 1
    with pytest.raises(pictures.BadPicture, match="choose it again"):
        list(
            labs.of("explain").train(
                build(ExplainSettings, {"subject": "upload", "upload": text, "method": "saliency"})
            )
        )


# ---- runs on a photo of one's own ----


@pytest.fixture
def own_run(own_store):
    text = pictures.photo_from(file_of(COFFEE))
    settings = build(ExplainSettings, {"subject": "upload", "upload": text, "method": "saliency"})
    events = labs.of("explain").train(settings)
    log = list(islice(events, 6))  # the map is among them; the curves take seconds
    events.close()
    run = runs.make("explain-own-cup", "explain", flatten(settings), log, 1.0, "stopped")
    runs.save(run)
    return run


def test_a_run_on_a_photo_of_ones_own_opens_and_stays_out_of_every_sentence(visit, own_run):
    visitor = check(visit(PAGE, run="explain-own-cup", tab="Compare"))
    text = own_run.about.settings["upload"]
    assert settings_of(visitor, "explain").subject.upload == text and thumbnails(visitor)
    assert text[:60] not in text_of(visitor) and "upload" not in visitor.query_params
    assert visitor.query_params["run"] == "explain-own-cup" or visitor.query_params["run"] == ["explain-own-cup"]
    check(visitor.number_input(key="explain/seed").set_value(5).run())
    assert text[:60] not in text_of(visitor)
    assert ["The picture with the map over it" in chart.figure["alt"] for chart in charts(visitor)].count(True) == 1


def test_compared_with_another_run_the_table_holds_no_photo(visit, own_run):
    """One's own photo is 45,000 letters: a table that shows them is no table."""
    table = compare.differences([own_run.about, runs.load("explain-is-it-a-cat").about])
    assert max(len(cell) for column in table.values() for cell in column) < 200


# ---- a digit ----


def test_a_drawing_goes_into_the_address_and_comes_back(visit):
    text = digit_text()
    visitor = check(visit(PAGE, tab="Compare", subject="drawing", drawing=text, method="saliency"))
    assert settings_of(visitor, "explain").subject.drawing == text == visitor.session_state["explain/drawing"]
    assert settings_of(check(visit(PAGE, "Compare", visitor.query_params)), "explain") == settings_of(
        visitor, "explain"
    )
    assert look_at(settings_of(visitor, "explain").subject).answer() == 7


def test_a_pad_stands_where_a_digit_is_drawn(visit):
    visitor = check(visit(PAGE, tab="Compare", subject="drawing", method="saliency"))
    pad = [chart for chart in charts(visitor) if chart.key.startswith("explain/drawing")]
    assert len(pad) == 1 and not settings_of(visitor, "explain").subject.drawing
    with pytest.raises(pictures.BadPicture, match="draw a digit first"):
        look_at(settings_of(visitor, "explain").subject)


@pytest.mark.parametrize("text", ["AAAA", "=", "AAA"])
def test_a_drawing_in_the_address_that_is_none_is_no_trouble(visit, text):
    visitor = visit(PAGE, tab="Compare", subject="drawing", drawing=text, method="saliency")
    assert not visitor.exception and not visitor.error and len(visitor.warning) <= 1


def test_a_run_on_a_drawing_opens_in_every_view(visit):
    settings = build(ExplainSettings, {"subject": "drawing", "drawing": digit_text(), "method": "saliency"})
    runs.save(
        runs.make(
            "explain-own-digit", "explain", flatten(settings), list(labs.of("explain").train(settings)), 1.0, "finished"
        )
    )
    visitor = check(visit(PAGE, run="explain-own-digit"))
    for name in ("manual_lime", "filters", "beside"):
        choice = next(group for group in visitor.get("segmented_control") if (group.key or "").startswith("inside/"))
        check(choice.set_value(name).run())
