"""The plane of the moons: where the network changes its answer, under the points of both domains."""

import numpy as np
import streamlit as st

from core.transfer.analysis.border import Border, about_border, border, moons, steps
from core.transfer.pictures import REACH
from pages.parts import chart, choose, figures, lecture, rasters, verdict
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _

SHAPES = (("square", "x"), ("circle", "cross"))  # of source and target, class 0 filled and class 1 of strokes
LARGE = 520  # pixels
ALT = N_("The border between the two classes, and the points of source and target")


@view(N_("The border"), offered=moons)
def draw(current: Shown) -> None:
    """The border at each evaluation of the run, with both accuracies."""
    known = steps(current)
    if not known:
        st.info(_("This run has no border: it was stopped before its first look, or its target is not the moons."))
        return
    step = choose.scrubber("border/look", known, _("After step"))
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        chart.show(plane(border(current, step)), key="border/plane", alt=_(ALT))
    with right:
        for each in about_border(current, step):
            verdict.draw("transfer", each)
        lecture.caption("transfer", "border")


def plane(found: Border | None, keep: np.ndarray | slice = slice(None)) -> figures.Figure:
    """The border under the points; None: an empty plane. keep: places of the points that are shown."""
    figure = figures.plane(REACH, LARGE)
    if found is None:
        return figure
    figures.restyled(figure, margin={"t": 30, "b": 2})  # the legend is one line
    grid = (found.axis, found.axis, found.sure)
    sure = rasters.contours(_("90 % sure"), "control", *grid, [0.1, 0.9]) | {"showlegend": False}
    even = rasters.contours(_("border"), "whole", *grid, [0.5])
    return figures.add(figure, rasters.field(*grid), sure, *_points(found.points[keep], found.who[:, keep]), even)


def _points(points: np.ndarray, who: np.ndarray) -> list[figures.Trace]:
    """One trace for each domain and class; the shape alone tells them apart."""
    layers = []
    for place, (name, role) in enumerate(((_("source"), "before"), (_("target"), "after"))):
        for which in (0, 1):
            own = (who[0] == place) & (who[1] == which)
            title = f"{name} {which}"
            layers.append(figures.dots(title, role, *points[own].T, [title] * int(own.sum()), SHAPES[place][which]))
    return layers
