"""Uploads: whatever arrives, Lectern answers with a small upright picture or with one sentence, in bounded memory."""

import base64
import io
import struct
import warnings
import zlib

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage.data import data_dir

from core.data import digits, photos, pictures
from core.data.pictures import BadPicture
from core.subject.models import as_bytes, photo_net
from core.subject.settings import MOST_TEXT, Upload

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (250, 250, 250)


def quarters(side: int = 64) -> Image.Image:
    """Four colours: red, green above; blue, white below. So a picture that is turned or mirrored is noticed."""
    picture = Image.new("RGB", (side, side), RED)
    half = side // 2
    for colour, corner in ((GREEN, (half, 0)), (BLUE, (0, half)), (WHITE, (half, half))):
        picture.paste(colour, (*corner, corner[0] + half, corner[1] + half))
    return picture


def file_of(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def corners(picture: Image.Image) -> list[tuple[int, ...]]:
    """The colours of the four quarters, row by row."""
    width, height = picture.size
    return [picture.getpixel((int(x * width), int(y * height))) for y in (0.25, 0.75) for x in (0.25, 0.75)]


def alike(found, expected, slack=14) -> bool:
    return np.abs(np.array(found) - np.array(expected)).max() <= slack


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_accepted_format_opens(kind):
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    found = pictures.read(file_of(quarters(), kind, **options))
    assert found.mode == "RGB" and found.size == (64, 64)
    assert alike(corners(found), [RED, GREEN, BLUE, WHITE])


@pytest.mark.parametrize(
    "kind, mode",
    [
        ("PNG", "P"),
        ("GIF", "P"),
        ("TIFF", "P"),
        ("JPEG", "CMYK"),
        ("TIFF", "CMYK"),
        ("PNG", "RGBA"),
        ("WEBP", "RGBA"),
        ("TIFF", "RGBA"),
        ("JPEG", "YCbCr"),
    ],
)
def test_colours_survive_every_mode(kind, mode):
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    found = pictures.read(file_of(quarters().convert(mode), kind, **options))
    assert found.mode == "RGB" and alike(corners(found), [RED, GREEN, BLUE, WHITE], 25)


@pytest.mark.parametrize("mode", ["L", "1", "LA", "I;16", "F", "I"])
def test_grey_pictures_of_any_depth_keep_their_brightness(mode):
    ramp = np.linspace(0, 255, 64, dtype=np.uint8)[None].repeat(64, 0)
    grey = Image.fromarray(ramp)
    data = {
        "L": lambda: file_of(grey),
        "LA": lambda: file_of(grey.convert("LA")),
        "1": lambda: file_of(grey.point(lambda v: 255 * (v > 127)).convert("1")),
        "I;16": lambda: file_of(Image.fromarray(ramp.astype(np.uint16) * 257)),
        "F": lambda: file_of(Image.fromarray(ramp.astype(np.float32) / 255), "TIFF"),
        "I": lambda: file_of(Image.fromarray(ramp.astype(np.int32) * 257), "TIFF"),
    }[mode]()
    expected = 255 * (ramp > 127) if mode == "1" else ramp
    assert np.abs(np.asarray(pictures.read(data)).astype(int) - expected[..., None]).max() <= 1


def test_what_can_be_seen_through_is_white():
    picture = quarters().convert("RGBA")
    picture.putalpha(Image.fromarray(np.where(np.arange(64)[None] < 32, 0, 255).astype(np.uint8).repeat(64, 0)))
    assert alike(corners(pictures.read(file_of(picture))), [(255, 255, 255), GREEN, (255, 255, 255), WHITE], 0)
    palette = file_of(quarters().convert("P", palette=Image.Palette.ADAPTIVE, colors=4), transparency=bytes([0] * 4))
    assert alike(corners(pictures.read(palette)), [(255, 255, 255)] * 4, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_picture_stands_upright(kind, orientation):
    """The file holds the picture as the camera held it; the note says how to turn it back."""
    turns = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    turn, picture, exif = turns[orientation], quarters(), Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95} if kind in ("JPEG", "WEBP") else {}
    data = file_of(picture.transpose(turn) if turn is not None else picture, kind, exif=exif, **options)
    found = pictures.read(data)
    assert alike(corners(found), [RED, GREEN, BLUE, WHITE]) and not found.info


def test_one_pixel_becomes_a_photo():
    x = pictures.unpack_photo(pictures.photo_from(file_of(Image.new("RGB", (1, 1), RED))))
    assert x.shape == (3, 224, 224) and alike(255 * x.mean((1, 2)).numpy(), RED, 3)
    assert x.flatten(1).std(1).max() < 0.01


def test_a_very_flat_picture_opens():
    assert pictures.photo_from(file_of(Image.new("RGB", (30_000, 1), BLUE)))


def test_only_the_first_frame_of_a_moving_picture_counts():
    frames = [Image.new("RGB", (32, 32), colour) for colour in (RED, GREEN, BLUE)]
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        data = file_of(frames[0], kind, save_all=True, append_images=frames[1:])
        assert alike(pictures.read(data).getpixel((16, 16)), RED), kind


def _png_header(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def _tile_bomb() -> bytes:
    """A TIFF of 16 × 16 pixels in one tile that claims to be 65,000 × 65,000."""
    tags = [
        (256, 16),
        (257, 16),
        (258, 8),
        (259, 5),
        (262, 1),
        (277, 1),
        (322, 65_000),
        (323, 65_000),
        (324, 8),
        (325, 8),
    ]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 16) + b"\0" * 8 + struct.pack("<H", len(tags)) + entries + b"\0" * 4


BAD = {
    "empty": b"",
    "a text file": b"Dear reader,\nthis is no picture.\n" * 40,
    "zeros": bytes(5000),
    "html": b"<!doctype html><html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    "pdf": b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "a format outside the list": file_of(quarters(), "PPM"),
    "an icon": file_of(quarters(), "ICO"),
    "truncated PNG": file_of(quarters(256))[:300],
    "truncated JPEG": file_of(quarters(256), "JPEG")[:900],
    "truncated GIF": file_of(quarters(256), "GIF")[:400],
    "truncated WebP": file_of(quarters(256), "WEBP")[:120],
    "truncated BMP": file_of(quarters(), "BMP")[:4000],
    "truncated TIFF": file_of(quarters(), "TIFF")[:4000],
    "the header only": _png_header(10, 10)[:20],
    "a bomb": _png_header(50_000, 50_000),
    "a warned bomb": _png_header(9500, 10_000),
    "a quiet bomb": _png_header(7800, 7800),
    "a bomb in a tile": _tile_bomb(),
    "too many bytes": bytes(20_000_001),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_picture_becomes_a_sentence(what):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(BadPicture) as found:
            pictures.read(BAD[what], "my_cat.png")
    sentence = str(found.value)
    assert (
        sentence.startswith("“my_cat.png”")
        and sentence.endswith(".")
        and "TIFF up to 20 MB and 60 megapixels" in sentence
    )
    assert found.value.__cause__ is None and found.value.__suppress_context__ or found.value.__context__ is None


@pytest.mark.parametrize("what", ["a warned bomb", "a quiet bomb", "a bomb in a tile"])
def test_a_bomb_is_refused_before_it_is_decoded(what):
    with pytest.raises(BadPicture, match=r"^“x” has \d\d+ megapixels"):
        pictures.read(BAD[what], "x")


def test_a_dark_picture_of_16_bits_stays_dark():
    dark = Image.fromarray(np.full((8, 8), 200, np.uint16))
    assert np.asarray(pictures.read(file_of(dark))).max() == 0


def test_a_name_cannot_fill_the_page():
    with pytest.raises(BadPicture) as found:
        pictures.read(b"no", "a" * 5000 + "\n\x00.png")
    assert len(str(found.value)) < 300 and "\n" not in str(found.value)


MEMORY = """
import re, sys
from pathlib import Path
from core.data import pictures

def peak():  # ru_maxrss would count what the parent process had before it became this one
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

data = Path(sys.argv[1]).read_bytes()
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
before = peak()
try:
    size = pictures.read(data).size
except pictures.BadPicture as error:
    size = str(error)
print(peak() - before, size)
"""


@pytest.mark.parametrize(
    "kind, mode, options, least",
    [
        ("JPEG", "RGB", {"quality": 50}, 1000),
        ("PNG", "RGBA", {"compress_level": 1}, 1000),
        ("WEBP", "RGB", {"method": 0, "quality": 10}, 0),
    ],
)
def test_48_megapixels_are_read_in_bounded_memory(python, tmp_path, kind, mode, options, least):
    picture = quarters(8).resize((8000, 6000), Image.Resampling.NEAREST).convert(mode)
    file = tmp_path / "large"
    picture.save(file, kind, **options)
    done = python(MEMORY, str(file))
    assert done.returncode == 0, done.stderr
    megabytes, said = done.stdout.split(maxsplit=1)
    assert int(megabytes) < 300, done.stdout  # decoded once, it takes 183
    if least:
        width, height = eval(said)
        assert least <= width < 2048 and abs(width / height - 4 / 3) < 0.01
    else:
        assert "a WebP picture may have 24" in said


SEEDS = [file_of(quarters(40), kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")]
MANY = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@MANY
@given(st.binary(max_size=300), st.sampled_from([b"", *(data[:12] for data in SEEDS)]))
def test_random_bytes_are_a_picture_or_a_sentence(tail, head):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            assert pictures.read(head + tail).mode == "RGB"
        except BadPicture:
            pass


@MANY
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20),
    st.integers(0, 10**6),
)
def test_damaged_files_are_a_picture_or_a_sentence(data, changes, end):
    damaged = bytearray(data)
    for place, value in changes:
        damaged[place % min(len(damaged), 400 if place % 2 else len(damaged))] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = pictures.read(bytes(damaged[: end % (3 * len(damaged))]))
            assert found.mode == "RGB" and max(found.size) < 2048
        except BadPicture:
            pass


def test_a_photo_fits_into_its_setting_and_keeps_what_is_on_it():
    with open(f"{data_dir}/chelsea.png", "rb") as file:
        text = pictures.photo_from(file.read(), "chelsea.png")
    x, own = pictures.unpack_photo(text), photos.load("chelsea")
    assert len(text) <= 60_000 and (x - own).abs().mean() < 0.02
    with torch.inference_mode():
        answers = photo_net()(torch.stack([x, own])).softmax(1)
    assert answers.argmax(1).tolist() == [285, 285] and (answers[0] - answers[1]).abs().max() < 0.05


def test_even_noise_fits_into_the_setting():
    """And what has the right size comes through as it is, to the last bit: an attack that was saved is still one."""
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    assert len(pictures.photo_from(file_of(Image.fromarray(noise)))) <= 60_000
    for exact in (noise[:224, :224], as_bytes(photos.load("chelsea"))):
        for data in (file_of(Image.fromarray(exact)), file_of(Image.fromarray(exact), "BMP")):
            text = pictures.photo_from(data)
            assert Upload(upload=text) and np.array_equal(as_bytes(pictures.unpack_photo(text)), exact)


@pytest.mark.parametrize(
    "text",
    [
        "no base64!",
        "aGVsbG8=",
        "A" * (MOST_TEXT + 4),
        base64.b64encode(file_of(quarters(224), "BMP")).decode(),
        base64.b64encode(file_of(quarters(225))).decode(),
        base64.b64encode(file_of(quarters(200), "JPEG")).decode(),
        base64.b64encode(file_of(quarters(224), "JPEG")[:500]).decode(),
        "ä" * 40,
    ],
)
def test_a_foreign_text_is_no_photo(text):
    with pytest.raises(BadPicture, match="choose it again"):
        pictures.unpack_photo(text)


def test_no_photo_and_no_digit_yet():
    with pytest.raises(BadPicture, match="Choose a photo"):
        pictures.unpack_photo("")
    with pytest.raises(BadPicture, match="draw a digit first"):
        pictures.unpack_digit("")
    for text in ("AAAA", "no!", "A" * 2000):
        with pytest.raises(BadPicture, match="draw it again"):
            pictures.unpack_digit(text)


@pytest.mark.parametrize(
    "empty", [np.zeros((280, 280), np.uint8), np.full((50, 50), 1.0), file_of(Image.new("RGB", (40, 40), "white"))]
)
def test_nothing_drawn_is_said(empty):
    with pytest.raises(BadPicture, match="draw a digit first"):
        pictures.digit_from(empty)


def test_a_digit_of_the_test_set_comes_back_as_itself():
    x = digits.load().test_x[::37]
    back = torch.stack([pictures.unpack_digit(pictures.digit_from(one[0].numpy())) for one in x])
    assert back.shape == x.shape and (back - x).abs().mean((1, 2, 3)).max() < 0.002, (
        "MNIST was made by this very recipe"
    )


def _bar(height: int, width: int, top: int, left: int, side: int = 200) -> np.ndarray:
    canvas = np.zeros((side, side), np.uint8)
    canvas[top : top + height, left : left + width] = 255
    return canvas


def test_strokes_fill_twenty_pixels_around_their_centre_of_mass():
    x = pictures.unpack_digit(pictures.digit_from(_bar(100, 30, 10, 150)))[0]
    rows, columns = torch.nonzero(x.sum(1)).flatten(), torch.nonzero(x.sum(0)).flatten()
    assert [len(rows), len(columns)] == [20, 6] and [int(rows[0]), int(columns[0])] in (
        [4, 11],
        [4, 12],
        [5, 11],
        [5, 12],
    )
    heavy = _bar(100, 100, 40, 40)
    heavy[40:90, 40:140] //= 4  # the upper half is faint: the mass lies lower, so the box moves up
    y = pictures.unpack_digit(pictures.digit_from(heavy))[0]
    mass = (y.sum(1) * torch.arange(28)).sum() / y.sum()
    assert abs(mass - 14) <= 0.5 and int(torch.nonzero(y.sum(1))[0]) < int(rows[0])


def test_ink_on_paper_is_turned_white_on_black():
    drawn = _bar(100, 30, 40, 80)
    for paper in (255 - drawn, 200 - (drawn * 0.7).astype(np.uint8)):
        found = pictures.unpack_digit(pictures.digit_from(file_of(Image.fromarray(paper))))
        assert (found - pictures.unpack_digit(pictures.digit_from(drawn))).abs().mean() < 0.01


def test_place_and_size_of_a_drawing_do_not_matter():
    a, b = pictures.digit_from(_bar(100, 30, 0, 0)), pictures.digit_from(_bar(60, 18, 120, 160))
    assert (pictures.unpack_digit(a) - pictures.unpack_digit(b)).abs().mean() < 0.01
    assert len(a) == 1048
