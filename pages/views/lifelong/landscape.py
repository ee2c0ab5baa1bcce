"""The loss landscape between two tasks: a slice through weight space, the bowl of the penalty, and the path taken."""

from typing import Any

import numpy as np
import streamlit as st

from core.settings import bounds_of
from pages.parts import chart, figures, lecture, rasters, views
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.lifelong import data

HIGHEST = 6.4  # height at which a surface is cut off
LEVELS = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4)


@st.fragment
def landscape(current: Shown) -> None:
    """Both tasks' contours, and where the minimum goes when λ is moved."""
    found = data.landscape(current.run)
    if found is None:
        st.info(_("Only runs of the small network have this slice; progressive columns have none."))
        return
    _slice(current, found)


@st.fragment
def _slice(current: Shown, found: dict[str, Any]) -> None:
    from core.lifelong.formulas import loss_at, minimum

    lam, bowl = 0.0, found["quadratic"] is not None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if bowl:
            grid = _strengths(current)
            where = views.kept("landscape/strength", grid, float(found["lam"]))
            lam = st.select_slider(
                _("Strength λ of the penalty in this slice"),
                grid,
                format_func=lambda v: f"{v:.3g}",
                key=where,
                width=420,
            )
        solid = st.toggle(_("3-D"), key="landscape/solid")
        notes = lecture.read("lifelong").notes
        with st.popover(_("How to read it"), icon=":material/help:", type="tertiary"):
            st.markdown(notes["slice"])
            st.markdown(notes["bowl" if bowl else "no bowl"])
    lowest = minimum(found, lam)
    with st.container(horizontal=True, gap="medium"):
        place = _("at the minimum with this λ") if bowl else _("at the minimum of task 2")
        for name, losses in ((_("Task 1"), "loss_a"), (_("Task 2"), "loss_b")):
            st.metric(f"{_('Loss of')} {name}, {place}", f"{loss_at(found, losses, lowest):.2f}", width="content")
    if solid:
        _solid(found, lam)
    else:
        alt = _("Contours of both tasks' losses in a slice of weight space")
        chart.show(_figure(found, lam, lowest), key="landscape/slice", alt=alt)


def _solid(found: dict[str, Any], lam: float) -> None:
    """One of the losses as a surface that can be turned, with the way of the training on it."""
    from core.lifelong.formulas import bowl

    u, v, path = found["u"], found["v"], found["path"]
    surfaces = {_("loss of task 1"): found["loss_a"], _("loss of task 2"): found["loss_b"]}
    if found["quadratic"] is not None:
        surfaces[_("loss of task 2 + penalty")] = found["loss_b"] + bowl(found["quadratic"], lam, *np.meshgrid(u, v))
    where = views.kept("landscape/height", list(surfaces), _("loss of task 2"))
    name = st.segmented_control(_("Height"), list(surfaces), required=True, key=where)
    titles = (_("towards θ*_B"), _("across"), name)
    way = Line(_("path of training"), "danger", path[:, 0], path[:, 1])
    figure = rasters.surface(u, v, np.minimum(surfaces[name], HIGHEST), titles, 460, way)
    chart.show(figure, key="landscape/solid-figure", alt=_("{} as a surface over a slice of weight space").format(name))


def _strengths(current: Shown) -> list[float]:
    """0, and a fine logarithmic grid over what the method's own λ may be, the run's value among them."""
    low, high = bounds_of(type(current.settings.method).model_fields["lam"])
    return sorted({0.0, float(current.settings.method.lam), *map(float, np.geomspace(low, high, 57))})


def _figure(found: dict[str, Any], lam: float, lowest: tuple[float, float]) -> figures.Figure:
    """Contours, path and solutions in one figure."""
    from core.lifelong.formulas import bowl

    u, v, path = found["u"], found["v"], found["path"]
    surfaces = [(_("loss of task 1"), "before", found["loss_a"]), (_("loss of task 2"), "after", found["loss_b"])]
    if found["quadratic"] is not None and lam > 0:
        heights = bowl(found["quadratic"], lam, *np.meshgrid(u, v))
        surfaces.append((_("bowl of the penalty"), "neutral", heights))
    figure = figures.points(
        {
            "θ*_A": ("before", [0.0], [0.0], [_("θ*_A: task 1 has been learned")]),
            "θ*_B": ("after", [path[-1, 0]], [path[-1, 1]], [_("θ*_B: task 2 has been learned")]),
            _("minimum"): ("danger", [lowest[0]], [lowest[1]], [_("minimum of loss B and bowl in this slice")]),
        },
        _("distance from θ*_A towards θ*_B"),
        _("distance across"),
        520,
    )
    way = figures.curve(Line(_("path of training"), "control", path[:, 0], path[:, 1]), silent=True)
    lines = [rasters.contours(name, role, u, v, values, LEVELS) for name, role, values in surfaces]
    figures.add(figure, *lines, way, below=True)
    return figures.within(figure, (u[0], u[-1]), (v[0], v[-1]))
