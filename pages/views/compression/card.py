"""The lab's picture on Home: the same weights of one layer in the teacher and after Deep Compression: most are gone."""

import numpy as np

from core import runs
from pages.parts import rasters
from pages.parts.canvas import Canvas
from pages.parts.figures import DIVERGING

NOTHING = "#2A303C"  # a weight of zero


def draw() -> Canvas:
    drawn, name, rows, columns, side = Canvas(), "layers.7.weights.weight", 26, 19, 11.5
    for run_id, left in (("compression-teacher", 12), ("compression-deep-compression", 250)):
        weights = np.array(runs.load(run_id).models["model"].weights[name], np.float32)[:rows, :columns]
        shades = rasters.between((DIVERGING[0], NOTHING, DIVERGING[2]), 0.5 + weights / 0.12)
        for i, j in np.ndindex(weights.shape):
            drawn.square(left + side * j, 11 + side * i, side - 1.5, side - 1.5, shades[i, j])
    return drawn
