"""The plane: the score of every place as a landscape, the border of the alarm, and where both kinds of points lie."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from scipy.spatial import cKDTree
from scipy.stats import rankdata

from core.anomaly.decide import conformal_threshold
from pages.parts import chart, figures, rasters, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data

REACH = 2.0  # where the measured plane ends, as core/anomaly/worlds.py has it
HEIGHT = 560
ALT = _(
    "The score of every place of the plane, grey where it is odd, the border of the alarm, and both kinds of points"
)
PROMISES = (1, 2, 5, 10, 20, 50)  # % of normals that may raise the alarm
PROMISE = 10
FAR = 0.8  # from every normal point: ten times the noise about the shape


@dataclass(frozen=True)
class Look:
    """One look at the plane: the score everywhere (G, G), rows from below; those of normals that say where a border lies (n,),
    and whether they are the held-out ones: before the end of a run they are the test normals that a look asks."""

    step: int
    field: np.ndarray
    normals: np.ndarray
    held: bool


def live_landscape(current: Shown) -> None:
    """The newest landscape, on the stage."""
    found = looks(current)
    if not found or current.last("points") is None:
        return
    figure = plane(found[-1], *_examples(current), PROMISE, HEIGHT)
    figure["layout"]["legend"] = {"orientation": "v", "x": 1, "xanchor": "left", "y": 1, "yanchor": "top"}
    figure["layout"]["xaxis"]["constraintoward"], figure["layout"]["yaxis"]["constraintoward"] = "left", "top"
    figures.headed(figure, _("After step {:,}: the stronger the grey, the odder").format(found[-1].step))
    chart.show(figure, key="live/landscape", alt=ALT, share=1.0)


def _examples(current: Shown) -> tuple[np.ndarray, np.ndarray]:
    """Test points (N, 2), and which of them are anomalies."""
    return current.last("points").astype(np.float64), current.last("odd").astype(bool)


@st.fragment
def landscape(current: Shown) -> None:
    """The landscape at each look of the run, and the border for a promise that can be chosen."""
    found = looks(current)
    if not found or current.last("points") is None:
        st.info(_("This run holds no landscape: only runs on points of the plane that came to their first look do."))
        return
    left, right = st.columns([1.5, 1], gap="large")
    with right:
        look, promise = _choices(found)
    with left:
        _draw(current, look, promise)
    with right:
        _words(current, look, promise)


def looks(current: Shown) -> list[Look]:
    """Every look of a run at the plane, oldest first."""
    fields, final = current.pictures("field"), data.final(current)
    odd, asked = current.last("odd"), current.last("asked")
    if odd is None or asked is None:
        return []
    normal = ~odd.astype(bool)[asked]
    seen = {e.step: np.array(e.array, np.float64)[normal] for e in current.pictures("seen")}
    found = []
    for e in fields:
        if final is not None and e.step == fields[-1].step:
            found.append(Look(e.step, _finite(e.array), final.held, True))
        elif e.step in seen:
            found.append(Look(e.step, _finite(e.array), seen[e.step], False))
    return found


def _finite(field: Any) -> np.ndarray:
    most = float(np.finfo(np.float32).max)
    return np.nan_to_num(np.array(field, np.float64), nan=most, posinf=most, neginf=-most)


def _choices(found: list[Look]) -> tuple[Look, int]:
    """Which look, and how many normals may raise the alarm, in %."""
    steps = [look.step for look in found]
    step = steps[-1]
    if len(steps) > 1:
        where = views.kept("landscape/look", steps, step)
        step = st.select_slider(_("Look after step"), steps, format_func=lambda step: f"{step:,}", key=where)
    promise = st.select_slider(
        _("False alarms that are promised"),
        PROMISES,
        PROMISE,
        format_func=lambda share: f"≤ {share} %",
        key="landscape/promise",
        help=_("So many of the normals raise the alarm at most."),
    )
    return found[steps.index(step)], promise


def border(normals: np.ndarray, promise: float) -> float:
    """The conformal threshold that a promise in % needs, from the scores of normals (n,)."""
    return conformal_threshold(normals, promise / 100)


def _draw(current: Shown, look: Look, promise: int) -> None:
    if st.toggle(_("3-D: the landscape as a surface"), key="landscape/solid"):
        axis = np.linspace(-REACH, REACH, len(look.field))
        titles = ("x", "y", _("odder than (%)"))
        figure = rasters.surface(axis, axis, np.round(100 * ranked(look.field), 1), titles, HEIGHT)
        chart.show(figure, key="landscape/surface", alt=_("How much of the plane each place is odder than"))
        return
    chart.show(plane(look, *_examples(current), promise, HEIGHT), key="landscape/plane", alt=ALT)


def plane(look: Look, points: np.ndarray, odd: np.ndarray, promise: int, height: int) -> figures.Figure:
    """points: (N, 2); odd: which of them are anomalies. The scale of a score means nothing by itself, so shades and lines go by
    rank: how much of the plane is less odd than a place."""
    axis, ranks = np.linspace(-REACH, REACH, len(look.field)), ranked(look.field)
    half, alarm = (level(look.field, border(look.normals, share)) for share in (50, promise))
    lines = [rasters.contours(_("border of the alarm"), "whole", axis, axis, ranks, [alarm])]
    if promise != 50:
        lines.insert(0, rasters.contours(_("half of the normals"), "control", axis, axis, ranks, [half]))
    figure = figures.plane(REACH, height)
    return figures.add(figure, rasters.field(axis, axis, ranks), *_points(points, odd), *lines)


def _points(points: np.ndarray, odd: np.ndarray) -> list[figures.Trace]:
    groups = {}
    for name, role, own in ((_("normal"), "before", ~odd), (_("anomaly"), "danger", odd)):
        groups[name] = (role, points[own, 0], points[own, 1], [name] * int(own.sum()))
    return figures.points(groups, "", "", small=True)["data"]


def ranked(field: np.ndarray) -> np.ndarray:
    """The share of the plane that is less odd than each place, ties counting half: (G, G) in (0, 1)."""
    return (rankdata(field).reshape(field.shape) - 0.5) / field.size


def level(field: np.ndarray, threshold: float) -> float:
    """The height of a threshold in `ranked`: between the places below it and those that reach it."""
    return float((field < threshold).mean())


# ---- in words ----


def _words(current: Shown, look: Look, promise: int) -> None:
    points, odd = _examples(current)
    threshold, found = border(look.normals, promise), data.final(current)
    st.markdown(about_alarm(look.field, threshold))
    if look.held and found is not None:
        st.markdown(about_test(found.test, odd, threshold, promise))
    away = distances(points[~odd], len(look.field))
    st.markdown(about_far(look.field, away, threshold))
    if current.settings is not None and current.settings.method.name == "confidence":
        st.markdown(about_sureness(look, away, current.settings.method.unsure))
    st.markdown(about_least(look.field, away))
    st.caption(about_lines(look, promise))


def about_lines(look: Look, promise: int) -> str:
    """What the line is."""
    who = _("held-out normals") if look.held else _("normals asked")
    return _("Grey: odd. At most {} % of the {} lie beyond the solid line, where the alarm is raised.").format(
        promise, who
    )


def distances(normals: np.ndarray, side: int) -> np.ndarray:
    """How far each place of the grid lies from the nearest normal point (n, 2): (side, side)."""
    axis = np.linspace(-REACH, REACH, side)
    x, y = np.meshgrid(axis, axis)
    return cKDTree(normals).query(np.stack([x, y], -1))[0]


def about_alarm(field: np.ndarray, threshold: float) -> str:
    """How much of the plane raises the alarm."""
    share = 100 * float((field >= threshold).mean())
    said = _("A score of {} or more raises the alarm: that is **{:.0f} %** of this plane.").format(
        _number(threshold), share
    )
    return said.replace("-", "−")


def about_test(test: np.ndarray, odd: np.ndarray, threshold: float, promise: int) -> str:
    """Whether the promise is kept on fresh normals, and what is found."""
    alarms, found = (100 * float((test[part] >= threshold).mean()) for part in (~odd, odd))
    said = _("Of the fresh normals **{:.1f} %** raise it (promised: {} %), of the anomalies **{:.1f} %**.")
    return said.format(alarms, promise, found)


def about_far(field: np.ndarray, away: np.ndarray, threshold: float) -> str:
    """What the detector says of places where no normal point is near."""
    far = away > FAR
    if not far.any():
        return ""
    quiet = 100 * float((field[far] < threshold).mean())
    said = _("Farther than {} from every normal point, **{:.0f} %** of the plane passes as normal.").format(FAR, quiet)
    if quiet > 50:
        return f"{said} " + _("So far out this detector is no detector.")
    if quiet > 5:
        return f"{said} " + _("There are places far from all normal points with a low score.")
    return said


def about_sureness(look: Look, away: np.ndarray, unsure: str) -> str:
    """A classifier far from all data against among them. unsure: by what it judges."""
    far, near = look.field[away > FAR], look.normals
    if not len(far):
        return ""
    if unsure == "softmax":
        said = _(
            "At half of the places out there the classifier is surer of one of its classes than **{:.3f} %**; of normals: {:.3f} %."
        )
        said = said.format(100 * (1 - np.median(far)), 100 * (1 - np.median(near)))
    else:
        said = _("Its median score out there is {}, and {} among normals.")
        said = said.format(_number(float(np.median(far))), _number(float(np.median(near)))).replace("-", "−")
    if np.median(far) < np.median(near):
        return f"{said} " + _(
            "It is surest where it has never been: it only knows on which side of its border a place lies."
        )
    return f"{said} " + _("It is less sure where it has never been.")


def about_least(field: np.ndarray, away: np.ndarray) -> str:
    """Where the least odd place lies, seen from the data."""
    least = field == field.min()
    many, farthest = int(least.sum()), float(away[least].max())
    if many == 1:
        axis = np.linspace(-REACH, REACH, len(field))
        row, column = np.argwhere(least)[0]
        said = _("The least odd place of all is ({:.1f}, {:.1f}), **{:.2g}** from the nearest normal point.")
        said = said.format(axis[column], axis[row], farthest).replace("-", "−")
    else:
        said = _(
            "The lowest score of all holds on **{:.0f} %** of the plane, up to **{:.2g}** from the nearest normal point."
        )
        said = said.format(100 * many / field.size, farthest)
    return f"{said} " + (
        _("No normal example lies there.") if farthest > FAR else _("That is among the normal examples.")
    )


def _number(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "∞"
