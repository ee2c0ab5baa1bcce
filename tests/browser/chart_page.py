"""A page of figures for test_chart.py: what a visitor can do with one of them, apart from any lab."""

import numpy as np
import streamlit as st

from pages.parts import chart, figures, rasters
from pages.parts.figures import Line

st.set_page_config(layout="wide")
n = st.slider("n", 3, 40, 3, key="n")
x = list(range(n))
lines = [
    Line("new", "after", x, [50.0 + i for i in x]),
    Line("old", "before", x, [60.0] * n),
    Line("third", "danger", x, [55.0] * n),
]
lines = lines[:2] if n < 6 else [lines[2], *lines[:2]]  # one more comes, before the others
figure = figures.live(lines, "step", "accuracy (%)", end=40, whole=True, levels=[("guessing", 52.0)])
chart.show(figure, "p/curves", "Accuracy against the step")
greys = [np.full((7, 7), 20 * i, np.uint8) for i in range(12)]  # more than one row of the sheet
groups = {
    "digits": ("task3", range(12), range(12), [f"number {i}" for i in range(12)]),
    "plain": ("task4", [11], [0], ["none"]),
}
chart.show(
    figures.points(groups, "x", "y", pictures={"digits": rasters.sprites(greys, 70)}),
    "p/points",
    "Points with pictures",
)
clicked = chart.show(
    rasters.gallery(greys, 6, [f"picture {i}" for i in range(12)], 200), "p/gallery", "Twelve pictures", pick=True
)
st.write(f"clicked: {clicked['custom'] if clicked else None}")
names = ["a", "b", "c"]
chart.show(rasters.matrix(np.eye(3), text=".1f", rows=names, columns=names), "p/matrix", "A matrix", share=0.5)
st.html("<div style='height: 1500px'></div>")
axis = np.linspace(-1, 1, 9)
chart.show(rasters.surface(axis, axis, axis[None] * axis[:, None], ("x", "y", "z")), "p/surface", "A saddle")
