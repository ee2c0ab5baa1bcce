"""Small pictures: what is drawn lands where it was asked for."""

import numpy as np
import pytest

from pages.parts import canvas
from pages.parts.canvas import TALL, WIDE, Canvas, rgb


def pixel(drawn, x, y):
    return drawn.done().getpixel((x, y))


def test_marks_lie_where_they_were_put():
    drawn = Canvas()
    drawn.dot(100, 50, 8, "#FF0000")
    drawn.square(200, 100, 40, 20, "#00FF00")
    drawn.line([(300, 200), (400, 200)], "#0000FF", 6)
    drawn.picture(np.full((4, 4), 255, np.uint8), 20, 220, 40, 40, "#FF00FF")
    assert drawn.done().size == (WIDE, TALL)
    assert pixel(drawn, 100, 50) == (255, 0, 0) and pixel(drawn, 100, 70) == rgb(canvas.PANEL)
    assert pixel(drawn, 220, 110) == (0, 255, 0) and pixel(drawn, 220, 125) == rgb(canvas.PANEL)
    assert pixel(drawn, 350, 200) == (0, 0, 255)
    assert pixel(drawn, 40, 240) == (255, 255, 255) and pixel(drawn, 18, 240) == (255, 0, 255)


def test_a_ground_lies_around_the_middle_and_goes_on_to_the_sides():
    drawn, shades = Canvas(), np.zeros((10, 10, 3), np.uint8)
    shades[:, :5], shades[:, 5:] = (200, 0, 0), (0, 0, 200)
    drawn.ground(shades, TALL / 10)
    assert pixel(drawn, 5, 160) == (200, 0, 0) and pixel(drawn, WIDE - 5, 160) == (0, 0, 200)


def test_places_keep_away_from_the_sides():
    corners = canvas.within(np.array([[0, 0], [1, 1], [0.5, 0.5]]), 42)
    assert corners.tolist() == [[27, TALL - 27], [WIDE - 27, 27], [WIDE / 2, TALL / 2]], "upwards is up"


@pytest.mark.parametrize("hue, parts", [("#1B2029", (27, 32, 41)), ("#FFFFFF", (255, 255, 255))])
def test_a_colour_in_parts(hue, parts):
    assert rgb(hue) == parts
