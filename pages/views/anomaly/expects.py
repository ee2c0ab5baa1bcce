"""Most normal, most odd: test examples in the order of their scores, and what the detector expected in the place of one."""

from typing import Any

import numpy as np
import streamlit as st

from core.anomaly import decide
from core.runs import RunError
from pages.parts import chart, figures, rasters
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data
from pages.views.anomaly.blur import MARKED, Blurred, at_blur, blur_slider, blurred, rebuilds, residuals, say_blur
from pages.views.anomaly.damage import by_kind, damage_table, kinds_chart
from pages.views.anomaly.data import number
from pages.views.anomaly.order import PROMISE, about_group, groups, labelled, no_idea, ordered, rank_slider, sorts
from pages.views.anomaly.panels import edges, heated, large, pixels
from pages.views.anomaly.patients import patients

PAGE, ROW = 16, 8  # pictures in the gallery at a time, and side by side


@st.fragment
def expects(current: Shown) -> None:
    """The gallery, then one example of it large."""
    found = data.final(current)
    if found is None or current.settings is None:
        st.info(_("There are no scores of the whole test part yet: let a run end."))
        return
    world = data.world(current.settings)
    if not (world.pictures or world.columns):
        st.info(
            _("Points of the plane are no pictures: their landscape shows what is most normal, and what is most odd.")
        )
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
        key="expects/group",
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
        rank = rank_slider(len(order), group)
        st.markdown(about_group(group, found, sorts(world, current.settings)))
        tip = _(
            "p: the share of held-out normals, this picture among them, that score at least as high. The least is {:.3f}."
        )
        st.caption(_("Below each picture: its p-value."), help=tip.format(1 / (len(found.held) + 1)))
    first = (rank - 1) // PAGE * PAGE
    with left:
        p = decide.p_values(found.test, found.held)
        figure = gallery(world, found.test, p, labels, order[first : first + PAGE], rank - 1 - first)
        places = next(trace for trace in figure["data"] if "customdata" in trace)
        places["customdata"] = [first + 1 + place for place in places["customdata"]]
        alt = _("Test pictures in the order of their scores; a click chooses one")
        chart.show(figure, key="expects/gallery", alt=alt, pick=True)
    _example(current, found, world, detector, labels, int(order[rank - 1]))


def gallery(
    world: Any, scores: np.ndarray, p: np.ndarray, labels: list[str], places: np.ndarray, chosen: int
) -> figures.Figure:
    """Small pictures with their p-value below; on hover what each truly is, and its score. chosen: which of the places."""
    texts = [f"{labels[n]}\n{_('score')} {number(scores[n])}\np = {p[n]:.3f}" for n in places]
    images = [pixels(world.test_x[n]) for n in places]
    figure = rasters.gallery(images, ROW, texts, 240, [f"{p[n]:.3f}" for n in places], chosen)
    across, down = (figure["layout"][f"{name}axis"]["range"] for name in "xy")
    return figures.within(figure, (across[0] - 2, across[1]), (down[0], down[1] - 2))  # room for the frame


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
        chart.show(large(pixels(world.test_x[place])), key="expects/alone", alt=labels[place])
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
        method = current.settings.method.name
        parts = drawn(world.test_x[place], gaps[1][place], signed, at, truth, share, method)
        for column, (name, (title, figure, under)) in zip(st.columns(len(parts)), parts.items()):
            with column:
                st.markdown(f"**{title}**")
                chart.show(figure, key=f"expects/{name}", alt=title)
                st.caption(under)
    with right:
        say_blur(current, detector, blur, at, place)


def drawn(
    x: Any, gap: Any, signed: np.ndarray, at: Blurred, truth: np.ndarray | None, share: float, method: str
) -> dict[str, tuple[str, figures.Figure, str]]:
    """Picture, expectation, difference and error: name → (title, figure, a line below). All examples of a run share one scale."""
    names = {"kmeans": _("The nearest of its centres."), "knn": _("The nearest normal example.")}
    error, wide = signed**2, float(np.sqrt(at.top))
    marks, under = [], _("Squared difference; its sum is the score.")
    if truth is not None:
        marks = [edges(_("damage"), truth, figures.COLOURS["danger"], 2.5)]
        under = (
            _("Magenta: the true damage. White: marked.") if truth.any() else _("White: marked. Nothing is damaged.")
        )
    found = [edges(_("marked"), error >= at.marked[share][0], "#FFFFFF", 1.2)] if truth is not None else []
    return {
        "picture": (_("Picture"), large(pixels(x), *marks), ""),
        "expected": (_("Expected"), large(pixels(x - gap)), names.get(method, _("As it is rebuilt."))),
        "difference": (_("Difference"), heated(signed, wide, True), _("Orange: too much. Blue: missing.")),
        "error": (_("Error"), heated(error, at.top, False, *found, *marks), under),
    }
