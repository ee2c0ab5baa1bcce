"""Most normal, most odd: test examples in the order of their scores, and what the detector expected in the place of one."""

from html import escape
from typing import Any

import numpy as np
import streamlit as st

from core.anomaly import decide
from core.runs import RunError
from pages.shared import figures
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.anomaly import data
from pages.views.anomaly.blur import MARKED, Blurred, at_blur, blur_slider, blurred, rebuilds, residuals, say_blur
from pages.views.anomaly.damage import by_kind, damage_table, kinds_chart
from pages.views.anomaly.data import number
from pages.views.anomaly.order import PROMISE, about_group, groups, labelled, no_idea, ordered, rank_slider, sorts
from pages.views.anomaly.panels import SIGNED, enlarged, image, outlined, pixels, scale, side_by_side, tinted
from pages.views.anomaly.patients import patients

PAGE = 16  # pictures in the gallery at a time
SIDE = 64  # pixels of a picture in the gallery


@st.fragment
def expects(current: Shown) -> None:
    """The gallery, then one example of it large."""
    found = data.final(current)
    if found is None or current.settings is None:
        st.info(_("There are no scores of the whole test part yet: let a run end."))
        return
    world = data.world(current.settings)
    if not (world.pictures or world.columns):
        st.info(_("Points of the plane are no pictures: their landscape shows what is most normal, and what is most odd."))
        return
    if len(world.test_x) != len(found.test):
        st.info(_("This run was made by a Lectern with other test examples: train it again to look into it."))
        return
    try:
        detector = data.detector_of(current)
    except (RunError, KeyError):
        detector = None
    labels = labelled(world, current.settings)
    group = st.segmented_control(
        _("In the order of their scores"),
        list(groups()),
        format_func=lambda name: groups()[name],
        default="odd",
        required=True,
        key=f"expects/group/{current.id}",
        wrap=True,
    )
    if world.pictures:
        _pictures(current, found, world, detector, labels, group)
    else:
        patients(current, found, world, detector, labels, group)


def _pictures(current: Shown, found: data.Scores, world: Any, detector: Any, labels: list[str], group: str) -> None:
    order = ordered(group, found.test, found.odd)
    left, right = st.columns([2, 1], gap="medium")
    with right:
        rank = rank_slider(current, len(order), group)
        st.markdown(about_group(group, found, sorts(world, current.settings)))
        st.caption(
            _(
                "Under each picture what it truly is, its score and its p-value: the share of held-out normals, with this picture among "
                "them, that score at least as high. With {} of them it is {:.3f} at least."
            ).format(len(found.held), 1 / (len(found.held) + 1))
        )
    first = (rank - 1) // PAGE * PAGE
    with left:
        p = decide.p_values(found.test, found.held)
        st.html(gallery(world, found.test, p, labels, order[first : first + PAGE], int(order[rank - 1])))
    _example(current, found, world, detector, labels, int(order[rank - 1]))


def gallery(
    world: Any, scores: np.ndarray, p: np.ndarray, labels: list[str], places: np.ndarray, chosen: int
) -> str:
    """HTML of small pictures with score, p-value and true class beneath, eight in a row where there is room."""
    cells = []
    for place in places:
        said = f"<b>{escape(labels[place])}</b><br>{number(scores[place])}<br>p = {p[place]:.3f}"
        edge = f"outline:3px solid {figures.COLOURS['after']};outline-offset:1px;" if place == chosen else ""
        shot = image(pixels(world.test_x[place]), labels[place], f"width:{SIDE}px;height:{SIDE}px;{edge}")
        cells.append(f'<div style="font-size:0.75rem;line-height:1.35;overflow-wrap:anywhere">{shot}{said}</div>')
    grid = f"display:grid;grid-template-columns:repeat(auto-fill,{SIDE}px);gap:10px;max-width:{8 * (SIDE + 10)}px;padding:4px 0 4px 4px"
    return f'<div style="{grid}">{"".join(cells)}</div>'


def _example(current: Shown, found: data.Scores, world: Any, detector: Any, labels: list[str], place: int) -> None:
    """One picture large; beside it what was expected, and the error."""
    gaps = residuals(current.id, current) if detector is not None else None
    title = _("One of them, and what was expected in its place") if gaps is not None else _("One of them")
    st.subheader(title, anchor=False)
    p = float(decide.p_values(found.test[place : place + 1], found.held)[0])
    alarm = _("it raises the alarm") if p <= PROMISE else _("it raises no alarm")
    line = _("Truly: **{}**. Score **{}**, p = {:.3f}: at 10 % false alarms {}.")
    st.markdown(line.format(labels[place], number(found.test[place]), p, alarm))
    if gaps is None:
        st.html(side_by_side([(enlarged(pixels(world.test_x[place])), _("picture"), "")]))
        st.info(no_idea(current))
        return
    panels, truth = st.container(), world.masks[place].numpy() if world.masks is not None else None
    left, right = st.columns(2, gap="large")
    with right if truth is not None else left:
        blur = blur_slider(current, detector)
    at = at_blur(current.id, blur, current)
    signed = blurred(gaps[1][place : place + 1], blur)[0, 0].numpy()
    share = MARKED[3]
    if truth is not None:
        with left:
            share = damage_table(current, signed**2, truth, at)
        with left if rebuilds(detector) else right:
            kinds_chart(by_kind(current.id, blur, current))
    with panels:
        st.html(side_by_side(drawn(world.test_x[place], gaps[1][place], signed, at, truth, share, current.settings.method.name)))
    with right:
        say_blur(current, detector, blur, at, place)
        st.caption(_scales(at))


def _scales(at: Blurred) -> str:
    return _(
        "All examples of this run share one colour scale: the error is brightest from {} on, which 2 of 1,000 pixels reach. The error is "
        "the difference, squared; the score is its sum over all pixels, where the detector rebuilds pictures."
    ).format(number(at.top))


def drawn(
    x: Any, gap: Any, signed: np.ndarray, at: Blurred, truth: np.ndarray | None, share: float, method: str
) -> list[tuple[np.ndarray, str, str]]:
    """Picture, expectation, difference and error: (8-bit picture, title, HTML beneath)."""
    names = {"kmeans": _("the nearest of its centres"), "knn": _("the nearest normal example")}
    error, wide = signed**2, float(np.sqrt(at.top))
    difference = tinted((signed / wide + 1) / 2, SIGNED)
    heat = tinted(error / at.top, figures.SEQUENTIAL)
    found, under = enlarged(pixels(x)), ""
    if truth is not None:
        threshold = at.marked[share][0]
        heat = outlined(heat, [(error >= threshold, "#FFFFFF", 1), (truth, figures.COLOURS["danger"], 2)])
        found = outlined(found, [(truth, figures.COLOURS["danger"], 2)])
        under = _("magenta: the true damage; white: marked") if truth.any() else _("white: marked; nothing is damaged")
    return [
        (found, _("picture"), ""),
        (enlarged(pixels(x - gap)), _("expected"), names.get(method, _("as it is rebuilt"))),
        (difference, _("difference"), scale(SIGNED, number(-wide), _("blue: missing, orange: too much"), number(wide))),
        (heat, _("error"), scale(figures.SEQUENTIAL, "0", under, f"≥ {number(at.top)}")),
    ]
