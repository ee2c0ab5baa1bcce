"""The lab's picture on Home: the photo, and the same photo under the map of what speaks for “cat”."""

from core.explain import pictures
from pages.parts.canvas import TALL, Canvas
from pages.parts.overlay import overlay
from pages.parts.shown import find


def draw() -> Canvas:
    run, drawn = find("explain-is-it-a-cat"), Canvas()
    photo, values = run.last(pictures.INPUT), run.last(pictures.MAP)
    for i, picture in enumerate((photo, overlay(photo, values))):
        tall, wide = picture.shape[:2]
        edge = wide // 8  # the middle, three quarters as wide as high
        drawn.picture(picture[:, edge : wide - edge], 240 * i, 0, 240, TALL)
    return drawn
