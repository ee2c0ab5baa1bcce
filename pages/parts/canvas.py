"""A small picture drawn with dots, squares, lines and words, for what is stored as a file and not shown as a figure."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDE, TALL = 480, 320  # pixels
LETTER = 44  # size of a letter: 12 px on Home, where a phone shows the picture 131 px wide
FINE = 2  # drawn so much larger, then reduced: edges are smooth
PANEL, INK = "#1B2029", "#E9E7E2"  # a ground of its own, so that a picture looks the same in both themes
SMALL = 60  # rows: an array with fewer keeps its square pixels


class Canvas:
    """Places and sizes are in the picture's own pixels, from its left upper corner."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDE * FINE, TALL * FINE), PANEL)
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        ends = [FINE * (x - radius), FINE * (y - radius), FINE * (x + radius), FINE * (y + radius)]
        self.draw.ellipse(ends, fill=colour)

    def square(self, x: float, y: float, wide: float, tall: float, colour: str) -> None:
        """A rectangle, its left upper corner at x, y."""
        if FINE * min(wide, tall) >= 1:
            self.draw.rectangle([FINE * x, FINE * y, FINE * (x + wide) - 1, FINE * (y + tall) - 1], fill=colour)

    def line(self, places: Sequence[tuple[float, float]], colour: str, width: float) -> None:
        self.draw.line([(FINE * x, FINE * y) for x, y in places], fill=colour, width=round(FINE * width))

    def picture(self, array: np.ndarray, x: float, y: float, wide: float, tall: float, frame: str = "") -> None:
        """An 8-bit picture (H, W) or (H, W, 3), its left upper corner at x, y; small ones keep their square pixels."""
        size = (round(FINE * wide), round(FINE * tall))
        how = Image.Resampling.NEAREST if len(array) < SMALL else Image.Resampling.LANCZOS
        if frame:
            self.square(x - 3, y - 3, wide + 6, tall + 6, frame)
        self.image.paste(Image.fromarray(array).convert("RGB").resize(size, how), (round(FINE * x), round(FINE * y)))

    def ground(self, shades: np.ndarray, side: float) -> None:
        """A field of colours (H, W, 3), each place `side` wide, smooth, around the middle; it goes on to the left and right as it
        ends there."""
        field = Image.fromarray(np.pad(shades, ((0, 0), (20, 20), (0, 0)), "edge"))
        wide, tall = round(side * field.width), round(side * field.height)
        smooth = np.array(field.resize((wide, tall), Image.Resampling.BICUBIC))
        self.picture(smooth, (WIDE - wide) / 2, (TALL - tall) / 2, wide, tall)

    def word(self, text: str, x: float, y: float, colour: str = INK) -> None:
        """A word with its middle at x, y."""
        font = ImageFont.load_default(FINE * LETTER)
        self.draw.text((FINE * x, FINE * y), text, fill=colour, font=font, anchor="mm")

    def done(self) -> Image.Image:
        return self.image.resize((WIDE, TALL), Image.Resampling.LANCZOS)


def within(shares: np.ndarray, edge: float) -> np.ndarray:
    """Places (N, 2) in the unit square, y upwards, as places on the canvas at least `edge` / 2 away from its sides."""
    return edge / 2 + 6 + np.stack([shares[:, 0], 1 - shares[:, 1]], 1) * (np.array([WIDE, TALL]) - edge - 12)


def rgb(colour: str) -> tuple[int, ...]:
    """Red, green and blue of “#RRGGBB”, 0 to 255."""
    return tuple(bytes.fromhex(colour[1:]))
