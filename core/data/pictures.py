"""Pictures of one's own: any upload becomes a small picture or one sentence, and no upload may take the memory.

A setting can only hold text, so a photo travels as the base64 of a small JPEG, or of a PNG where it has the right size
already and must not change, and a digit as the base64 of 784 bytes.
"""

import base64
import binascii
import io
import threading
import warnings

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from core.data import photos

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MOST_BYTES = 20_000_000
MOST_PIXELS = 60_000_000
MOST_PIXELS_WEBP = 24_000_000  # its decoder holds a picture three times, and cannot be asked for a smaller one
KEPT = 1024  # a longer side is reduced by the whole factor that leaves at least so many pixels
STRIP = 2_000_000  # pixels that are converted at a time
PHOTO_BYTES = 45_000  # of a photo that was reduced, as JPEG
EXACT_BYTES = 156_000  # of one that came in the right size, as PNG: its 150,528 bytes and what a PNG adds; as base64 what the setting holds
SIDE, STROKES = 28, 20  # pixels: of a digit, and of the box that its strokes fill
ACCEPTED = "Lectern accepts PNG, JPEG, WebP, GIF, BMP and TIFF up to 20 MB and 60 megapixels."
_alone = threading.Lock()  # one picture is decoded at a time: memory stays bounded when a class uploads at once


class BadPicture(ValueError):
    """What came is not a picture that can be used: one sentence, what is wrong and what is accepted."""


def read(data: bytes, name: str = "") -> Image.Image:
    """An uploaded file as an RGB picture, upright, its alpha over white, its longer side below 2,048 pixels.

    A file of several frames gives its first. Raises BadPicture for everything that is not such a picture.
    """
    if len(data) > MOST_BYTES:
        raise BadPicture(f"{_called(name)} has {len(data) / 1e6:.0f} MB: {ACCEPTED}")
    try:
        with _alone, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what it then repairs or refuses
            return _decoded(data, name)
    except BadPicture:
        raise
    except (
        Exception
    ):  # a decoder fed with arbitrary bytes raises almost anything: SyntaxError, struct.error, KeyError …
        raise BadPicture(f"{_called(name)} is not a picture that can be read, or it is damaged: {ACCEPTED}") from None


def photo_from(data: bytes, name: str = "") -> str:
    """The middle square of an uploaded file as the text of a setting: base64 of a picture of 224 × 224 pixels.

    A picture of that size already keeps every pixel (PNG): an attacked one that was saved is the same when it comes back.
    Any other is reduced and becomes a JPEG.
    """
    picture, file = read(data, name), io.BytesIO()
    if picture.size == (photos.SIDE, photos.SIDE):
        picture.save(file, "PNG", optimize=True)
        return base64.b64encode(file.getvalue()).decode()
    square = ImageOps.fit(picture, (photos.SIDE, photos.SIDE), Image.Resampling.BICUBIC)
    for quality in (95, 90, 85, 75, 60, 40, 20):
        file = io.BytesIO()
        square.save(file, "JPEG", quality=quality, subsampling=0 if quality > 85 else 2)
        if file.tell() <= PHOTO_BYTES:
            break
    return base64.b64encode(file.getvalue()).decode()


def unpack_photo(text: str) -> Tensor:
    """The photo in a setting, (3, 224, 224) in [0, 1]. Raises BadPicture when there is none."""
    if not text:
        raise BadPicture("Choose a photo of your own first: " + ACCEPTED)
    wrong = BadPicture("This is not a photo that was chosen on the page: choose it again.")
    data = _bytes(text, 4 * EXACT_BYTES // 3)
    try:
        with Image.open(io.BytesIO(data or b""), formats=["JPEG", "PNG"]) as picture:
            if picture.size != (photos.SIDE, photos.SIDE):
                raise wrong
            return photos.to_tensor(picture)
    except Exception:
        raise wrong from None


def digit_from(picture: bytes | np.ndarray) -> str:
    """A drawn or photographed digit as the text of a setting: base64 of 28 × 28 bytes, white on black.

    picture: a file, or an array (H, W) of 8 bits or of floats in [0, 1]; light on dark, or dark on light. The strokes
    are scaled until their longer side is 20 pixels, and their centre of mass is put into the middle, as in MNIST
    (LeCun, Bottou, Bengio, Haffner 1998, section III.A). Raises BadPicture when nothing is drawn.
    """
    grey = _grey(picture)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = float(np.median(border))
    strokes = np.clip(paper - grey if border.mean() > 127 else grey - paper, 0, None)
    if strokes.max() < 32:
        raise BadPicture("There is nothing to see yet: draw a digit first.")
    grain = 4 * float(np.quantile(np.abs(border - paper), 0.75))  # of the paper: nothing on a drawing, much on a photo
    strokes = np.where(strokes > min(grain, strokes.max() / 2), strokes, 0) / strokes.max()
    return base64.b64encode(_centred(_boxed(strokes)).tobytes()).decode()


def unpack_digit(text: str) -> Tensor:
    """The digit in a setting, (1, 28, 28) in [0, 1]. Raises BadPicture when there is none."""
    if not text:
        raise BadPicture("There is nothing to see yet: draw a digit first.")
    data = _bytes(text, 1100)
    if data is None or len(data) != SIDE * SIDE:
        raise BadPicture("This is not a digit that was drawn on the page: draw it again.")
    return torch.frombuffer(bytearray(data), dtype=torch.uint8).view(1, SIDE, SIDE).float().div_(255)


def _called(name: str) -> str:
    name = "".join(c for c in name if c.isprintable())
    return f"“{name if len(name) <= 60 else name[:57] + '…'}”" if name else "This file"


def _bytes(text: str, most: int) -> bytes | None:
    """What base64 text holds; None when it is none, or longer than `most` characters."""
    try:
        return base64.b64decode(text, validate=True) if len(text) <= most else None
    except (binascii.Error, ValueError):
        return None


def _decoded(data: bytes, name: str) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        _bounded(picture, name)
        picture.draft("RGB", (KEPT, KEPT))  # a JPEG is decoded at a smaller size at once; the others ignore it
        picture.load()
        small = _reduced(picture, max(1, max(picture.size) // KEPT))
        small.info = dict(picture.info)  # holds the orientation
    try:
        return _plain(ImageOps.exif_transpose(small))
    except Exception:  # the note on the orientation is damaged, the picture is not
        return _plain(small)


def _bounded(picture: Image.Image, name: str) -> None:
    """Refuses before anything is decoded what would take too much memory."""
    pixels = picture.width * picture.height
    if picture.format == "TIFF":  # a tile may be larger than its picture
        tags = picture.tag_v2
        pixels = max(pixels, int(tags.get(322, 0)) * int(tags.get(323, 0)))
    if pixels > MOST_PIXELS:
        raise BadPicture(f"{_called(name)} has {pixels / 1e6:.0f} megapixels: {ACCEPTED}")
    if picture.format == "WEBP" and pixels > MOST_PIXELS_WEBP:
        raise BadPicture(
            f"{_called(name)} has {pixels / 1e6:.0f} megapixels, and a WebP picture may have 24: save it as JPEG, "
            "or smaller."
        )


def _reduced(picture: Image.Image, factor: int) -> Image.Image:
    """The picture in RGB, `factor` times smaller, converted strip by strip so that there is never a second large copy."""
    width, height = picture.size
    small = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    top = _top(picture)
    rows = factor * max(1, STRIP // (width * factor))
    for y in range(0, height, rows):
        strip = _rgb(picture.crop((0, y, width, min(y + rows, height))), top)
        small.paste(strip.reduce(factor), (0, y // factor))
    return small


def _top(picture: Image.Image) -> float:
    """The value that is white in a picture of more than 8 bits for each channel; 0 for all others."""
    if not picture.mode.startswith(("I", "F")):
        return 0
    if picture.mode.startswith("I;16"):
        return 65535
    highest = picture.getextrema()[1]
    return next((top for top in (1, 255, 65535) if highest <= top), highest)


def _rgb(strip: Image.Image, top: float) -> Image.Image:
    if top:
        values = np.nan_to_num(np.asarray(strip, dtype=np.float32), posinf=top, neginf=0)
        return Image.fromarray((np.clip(values / top, 0, 1) * 255).astype(np.uint8)).convert("RGB")
    if not strip.has_transparency_data:
        return strip.convert("RGB")
    strip = strip.convert("RGBA")
    white = Image.new("RGB", strip.size, "white")
    white.paste(strip, mask=strip.getchannel("A"))
    return white


def _plain(picture: Image.Image) -> Image.Image:
    """Without the notes of the file that it came from: they may be large, or tell where it was taken."""
    picture.info = {}
    return picture


def _grey(picture: bytes | np.ndarray) -> np.ndarray:
    """(H, W) floats from 0 to 255."""
    if isinstance(picture, bytes):
        return np.asarray(read(picture).convert("L"), dtype=np.float32)
    if picture.ndim != 2 or not picture.size:
        raise BadPicture("A digit is a picture of height × width grey values.")
    values = picture.astype(np.float32) * (1 if picture.dtype == np.uint8 else 255)
    return np.nan_to_num(values).clip(0, 255)


def _boxed(strokes: np.ndarray) -> np.ndarray:
    """Cropped to the strokes and scaled so that the longer side is 20 pixels; the shorter has at least one."""
    rows, columns = np.flatnonzero(strokes.any(1)), np.flatnonzero(strokes.any(0))
    box = Image.fromarray(strokes[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    scale = STROKES / max(box.size)
    size = [max(1, round(scale * side)) for side in box.size]
    return np.asarray(box.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)).clip(0, 1)


def _centred(box: np.ndarray) -> np.ndarray:
    """28 × 28 of 8 bits with the centre of mass of the box (h, w ≤ 20) on pixel 14, as far as the edge allows.

    With it, MNIST's own digits come back as they are, to the last grey value but few.
    """
    height, width = box.shape
    weight = box.sum()
    y = round(SIDE / 2 - float((box.sum(1) * np.arange(height)).sum() / weight))
    x = round(SIDE / 2 - float((box.sum(0) * np.arange(width)).sum() / weight))
    y, x = min(max(y, 0), SIDE - height), min(max(x, 0), SIDE - width)
    digit = np.zeros((SIDE, SIDE), np.uint8)
    digit[y : y + height, x : x + width] = np.rint(255 * box / max(box.max(), 1e-6))
    return digit
