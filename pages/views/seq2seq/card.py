"""The lab's picture on Home: a word, the sounds that the network says, and where it looked before each."""

import numpy as np

from core.seq2seq import pictures
from core.seq2seq.analysis import film
from pages.parts import rasters
from pages.parts.canvas import INK, WIDE, Canvas
from pages.parts.figures import COLOURS
from pages.parts.shown import find


def draw() -> Canvas:
    run, drawn, word = find("seq2seq-say-it"), Canvas(), "thought"
    row, said = run.facts["inputs"].index(word), run.last(pictures.SAID)
    sounds = film.named(run.facts, said[row])
    looked, __ = film.attention(run.facts, said, run.last(pictures.LOOKED), row)
    across = [WIDE * (i + 0.5) / len(word) for i in range(len(word))]
    below = [WIDE * (i + 0.5) / len(sounds) for i in range(len(sounds))]
    for weights, to in zip(looked, below):
        for weight, start in zip(weights, across):
            if weight > 0.02:
                hue = COLOURS["after"] + f"{round(255 * min(1, weight)):02X}"
                drawn.line([(start, 92), (to, 228)], hue, 2 + 9 * weight)
    lighter = rasters.between((COLOURS["after"], "#FFFFFF"), np.array([[0.35]]))[0, 0]
    for places, signs, y, hue in ((across, word, 58, INK), (below, sounds, 258, lighter)):
        for x, sign in zip(places, signs):
            drawn.word(sign, x, y, hue)
    return drawn
