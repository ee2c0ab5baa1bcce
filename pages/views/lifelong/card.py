"""The lab's picture on Home: the matrix of accuracies: a column for each task under one of its digits, a row for each task learned."""

from core.lifelong import pictures
from core.lifelong.analysis import thumbnail
from pages.parts import rasters
from pages.parts.canvas import Canvas
from pages.parts.figures import SEQUENTIAL
from pages.parts.shown import find

UNKNOWN = "#262C37"  # a task that was not learned yet


def draw() -> Canvas:
    run, drawn, wide, tall, top = find("lifelong-l2"), Canvas(), 84, 46, 70
    matrix = run.last(pictures.MATRIX)
    shades = rasters.between(SEQUENTIAL, (matrix - 10) / 90)
    for j, digit in enumerate(thumbnail.digits(run)):
        x = 30 + wide * j
        drawn.picture(digit, x + 14, 8, 56, 56)
        for i in range(len(matrix)):
            shade = shades[i, j] if i >= j else UNKNOWN
            drawn.square(x + 2, top + tall * i + 2, wide - 4, tall - 4, shade)
    return drawn
