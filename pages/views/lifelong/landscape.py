"""The loss landscape between two tasks: a slice through weight space, the bowl of the penalty, and the path taken."""

import numpy as np
import streamlit as st

from core.lifelong import pictures
from core.lifelong.analysis.landscape import Landscape, Lowest, bowl_of, landscape, minimum, strengths
from pages.parts import chart, choose, figures, lecture, rasters
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _

HIGHEST = 6.4  # height at which a surface is cut off
LEVELS = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4)


@view(N_("Loss landscape"), offered=lambda current: not current.pictures(pictures.ORDERED))
def draw(current: Shown) -> None:
    """Both tasks' contours, and where the minimum goes when λ is moved."""
    found = ask(landscape, current, wait=_("Measuring the slice through weight space once …"))
    if found is None:
        st.info(_("Only runs of the small network have this slice; progressive columns and PackNet have none."))
        return
    lam, has_bowl = 0.0, found.quadratic is not None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if has_bowl:
            lam = _strength(current, found)
        solid = st.toggle(_("3-D"), key="landscape/solid")
        notes = lecture.read("lifelong").notes
        with st.popover(_("How to read it"), icon=":material/help:", type="tertiary"):
            st.markdown(notes["slice"])
            st.markdown(notes["bowl" if has_bowl else "no bowl"])
    lowest = minimum(found, lam)
    with st.container(horizontal=True, gap="medium"):
        for number, loss in ((1, lowest.loss_a), (2, lowest.loss_b)):
            title = (
                _("Loss of Task {}, at the minimum with this λ")
                if has_bowl
                else _("Loss of Task {}, at the minimum of task 2")
            )
            st.metric(title.format(number), f"{loss:.2f}", width="content")
    if solid:
        _solid(found, lam)
    else:
        alt = _("Contours of both tasks' losses in a slice of weight space")
        chart.show(_figure(found, lam, lowest), key="landscape/slice", alt=alt)


def _strength(current: Shown, found: Landscape) -> float:
    grid = strengths(current.settings)
    label, look = _("Strength λ of the penalty in this slice"), {"format_func": "{:.3g}".format, "width": 420}
    return choose.along("landscape/strength", label, grid, float(found.lam), **look)


def _solid(found: Landscape, lam: float) -> None:
    """One of the losses as a surface that can be turned, with the way of the training on it."""
    surfaces = {"task 1": (_("loss of task 1"), found.loss_a), "task 2": (_("loss of task 2"), found.loss_b)}
    if (heights := bowl_of(found, lam)) is not None:
        surfaces["sum"] = (_("loss of task 2 + penalty"), found.loss_b + heights)
    names = {each: name for each, (name, values) in surfaces.items()}
    name, values = surfaces[choose.one("landscape/height", _("Height"), names, "task 2")]
    way = Line(_("path of training"), "danger", *found.path.T)
    titles = (_("towards θ*_B"), _("across"), name)
    figure = rasters.surface(found.u, found.v, np.minimum(values, HIGHEST), titles, 460, way)
    chart.show(figure, key="landscape/solid-figure", alt=_("{} as a surface over a slice of weight space").format(name))


def _figure(found: Landscape, lam: float, lowest: Lowest) -> figures.Figure:
    """Contours, path and solutions in one figure."""
    surfaces = [(_("loss of task 1"), "before", found.loss_a), (_("loss of task 2"), "after", found.loss_b)]
    if lam > 0:
        surfaces.append((_("bowl of the penalty"), "neutral", bowl_of(found, lam)))
    u, v = lowest.place
    figure = figures.points(
        {
            "θ*_A": ("before", [0.0], [0.0], [_("θ*_A: task 1 has been learned")]),
            "θ*_B": ("after", [found.path[-1, 0]], [found.path[-1, 1]], [_("θ*_B: task 2 has been learned")]),
            _("minimum"): ("danger", [u], [v], [_("minimum of loss B and bowl in this slice")]),
        },
        _("distance from θ*_A towards θ*_B"),
        _("distance across"),
        520,
    )
    way = figures.curve(Line(_("path of training"), "control", *found.path.T), silent=True)
    lines = [rasters.contours(name, role, found.u, found.v, values, LEVELS) for name, role, values in surfaces]
    figures.add(figure, *lines, way, below=True)
    return figures.within(figure, (found.u[0], found.u[-1]), (found.v[0], found.v[-1]))
