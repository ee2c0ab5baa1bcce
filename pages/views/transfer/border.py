"""The plane of the moons: where the network changes its answer, under the points of both domains."""

import numpy as np
import streamlit as st

from core.transfer import pictures
from pages.parts import chart, figures, rasters, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.transfer.cloud import at_step

REACH = 2.2  # where the measured plane ends, as core/transfer/monitor.py has it
SHAPES = (("square", "x"), ("circle", "cross"))  # of source and target, class 0 filled and class 1 of strokes
LARGE = 520  # pixels
ALT = _("The border between the two classes, and the points of source and target")


@st.fragment
def border(current: Shown) -> None:
    """The border at each look of the run, with both accuracies."""
    found = current.pictures(pictures.BORDER)
    if not found or current.last(pictures.POINTS) is None:
        st.info(_("This run has no border: it was stopped before its first look, or its target is not the moons."))
        return
    steps, place = [e.step for e in found], len(found) - 1
    if place:
        where = views.kept("border/look", range(len(found)), place)
        place = st.select_slider(_("After step"), range(len(found)), format_func=lambda i: f"{steps[i]:,}", key=where)
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        values = np.array(found[place].array, np.float64)
        chart.show(
            plane(values, current.last(pictures.POINTS), current.last(pictures.WHO), LARGE), key="border/plane", alt=ALT
        )
    with right:
        _words(current, steps[place])


def _words(current: Shown, step: int) -> None:
    """Both accuracies at this look, and what can be seen."""
    values, when = at_step(current, step), _("After step {:,}").format(step) if step else _("Before the first step")
    if {"source", "target"} <= set(values):
        st.markdown(
            _(
                "{} the network gets **{:.1f} %** of the source's points right, and **{:.1f} %** of the target's. Guessing gets 50 %."
            ).format(when, values["source"], values["target"])
        )
    if current.settings is not None and current.settings.target.name == "moons":
        st.markdown(_("The target is the source, turned by {}°.").format(current.settings.target.turn))
    st.caption(
        _("Darker: surer of class 1. Solid line: both equally likely. Dotted: 90 % sure. Square, circle: class 0.")
    )


def plane(values: np.ndarray, points: np.ndarray, who: np.ndarray, height: int) -> figures.Figure:
    """values: how sure the network is of class 1, (G, G), rows from below. points: (N, 2). who: (2, N) domain and class."""
    axis = np.linspace(-REACH, REACH, len(values))
    values = np.nan_to_num(values, nan=0.5)
    sure = rasters.contours(_("90 % sure"), "control", axis, axis, values, [0.1, 0.9]) | {"showlegend": False}
    half = rasters.contours(_("border"), "whole", axis, axis, values, [0.5])
    figure = figures.plane(REACH, height)
    figure["layout"]["margin"] = {"t": 30, "b": 2}  # the legend is one line
    return figures.add(figure, rasters.field(axis, axis, values), sure, *_points(points, who), half)


def _points(points: np.ndarray, who: np.ndarray) -> list[figures.Trace]:
    """One trace for each domain and class; the shape alone tells them apart."""
    layers = []
    for place, (name, role) in enumerate(((_("source"), "before"), (_("target"), "after"))):
        for which in (0, 1):
            own = (who[0] == place) & (who[1] == which)
            title = f"{name} {which}"
            layers.append(figures.dots(title, role, *points[own].T, [title] * int(own.sum()), SHAPES[place][which]))
    return layers
