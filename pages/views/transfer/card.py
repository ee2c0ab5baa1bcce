"""The lab's picture on Home: the features of both domains as two clouds, with some of the pictures that they belong to."""

from core.transfer.analysis import thumbnail
from pages.parts import canvas
from pages.parts.canvas import Canvas
from pages.parts.figures import COLOURS
from pages.parts.shown import find


def draw() -> Canvas:
    clouds, drawn, side = thumbnail.clouds(find("transfer-it-worked-in-the-lab")), Canvas(), 42
    places = canvas.within(clouds.places, side)
    roles = ["before" if i < clouds.half else "after" for i in range(len(places))]
    for (x, y), role in zip(places, roles):
        drawn.dot(x, y, 5, COLOURS[role] + "C0")
    for i in thumbnail.apart(places, 16, 1.35 * side):
        x, y = places[i] - side / 2
        drawn.picture(clouds.digits[i], x, y, side, side, COLOURS[roles[i]])
    return drawn
