"""The lab's picture on Home: the photo, the change magnified, and the photo that the network takes for a panda."""

from core.attack import pictures
from core.attack.analysis.change import magnified
from pages.parts.canvas import Canvas
from pages.parts.shown import find


def draw() -> Canvas:
    run, drawn, side = find("attack-a-panda-that-is-not"), Canvas(), 150
    clean, attacked = run.last(pictures.CLEAN), run.last(pictures.ATTACKED)
    tiles = (clean, magnified(clean, attacked).picture, attacked)
    for i, (tile, word) in enumerate(zip(tiles, ("cat", "+", "panda"))):
        x = 6 + 159 * i
        drawn.picture(tile, x, 46, side, side)
        drawn.word(word, x + side / 2, 250)
    return drawn
