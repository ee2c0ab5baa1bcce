"""The lab's picture on Home: digits in the order of their scores, over the scores of all normals and anomalies."""

from core.anomaly.analysis import thumbnail
from pages.parts.canvas import Canvas
from pages.parts.figures import COLOURS
from pages.parts.shown import find


def draw() -> Canvas:
    found, drawn, side = thumbnail.thumbnail(find("anomaly-autoencoder")), Canvas(), 52
    for heights, role in ((found.normal, "before"), (found.anomalous, "danger")):
        for i, height in enumerate(heights):
            drawn.square(15 + 11.5 * i, 312 - 150 * height, 10, 150 * height, COLOURS[role] + "C0")
    for i, example in enumerate(found.examples):
        x, hue = 16 + 56.5 * i, COLOURS["danger" if example.is_anomaly else "before"]
        drawn.line([(x + side / 2, 20 + side), (15 + 450 * example.place, 150)], hue, 2)
        drawn.picture(example.picture, x, 14, side, side, hue)
    return drawn
