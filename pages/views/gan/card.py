"""The lab's picture on Home: the plane: the ring of real points, the fakes, and how real D finds every place."""

import numpy as np

from core.gan.analysis import duel
from pages.parts import canvas
from pages.parts.canvas import PANEL, TALL, WIDE, Canvas
from pages.parts.figures import COLOURS
from pages.parts.shown import find


def draw() -> Canvas:
    run, drawn, unit = find("gan-the-duel"), Canvas(), TALL / 2.5  # pixels
    look = duel.from_step(run, 900)
    ground = canvas.rgb(PANEL)
    stops = zip(canvas.rgb(COLOURS["after"]), ground, canvas.rgb(COLOURS["before"]))
    hues = np.stack([np.interp(look.field[::-1] / 255, [0.2, 0.5, 0.8], stop) for stop in stops], -1)
    drawn.ground((0.5 * hues + 0.5 * np.array(ground)).astype(np.uint8), 3 * unit / len(look.field))
    for points, role in ((duel.real(run), "before"), (look.fake, "after")):
        for x, y in points.astype(np.float32):
            drawn.dot(WIDE / 2 + x * unit, TALL / 2 - y * unit, 5, COLOURS[role] + "E0")
    return drawn
