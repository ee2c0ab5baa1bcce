"""Most normal, most odd: test examples in the order of their scores, and what the detector expected in the place of one."""

from typing import Any

import numpy as np
import streamlit as st

from core.anomaly import decide
from core.anomaly.analysis.blur import blurs
from core.anomaly.analysis.damage import by_kind
from core.anomaly.analysis.expects import Expected, about_example, expected, has_idea
from core.anomaly.analysis.order import ordered
from core.anomaly.analysis.scores import KINDS, Scores, final
from core.anomaly.datasets import dataset_of
from core.anomaly.monitor import as_bytes
from pages.parts import chart, choose, figures, lecture, rasters, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translated
from pages.views.anomaly.error import blur_slider, damage_table, kinds_chart, say_blur
from pages.views.anomaly.names import number
from pages.views.anomaly.order import GROUPS, about_group, labelled, no_idea, patients, rank_slider
from pages.views.anomaly.panels import edges, heated, large

PAGE, ROW = 16, 8  # pictures in the gallery at a time, and side by side


@view(
    N_("Most normal, most odd"),
    needs=KINDS,
    offered=lambda current: current.settings.data.name != "plane",
    scene="anomaly-find-the-damage",
)
def draw(current: Shown) -> None:
    """The gallery, then one example of it large."""
    found, dataset = final(current), dataset_of(current.settings)
    if len(dataset.test_x) != len(found.test):
        st.info(_("This run was made by a Lectern with other test examples: train it again to look into it."))
        return
    group = choose.one("expects/group", _("In the order of their scores"), translated(GROUPS), "odd", wrap=True)
    order, labels = ordered(group, found.test, found.is_anomaly), labelled(dataset, current.settings)
    lesson = about_group(group, found, dataset, current.settings)
    if not dataset.pictures:
        patients(current, found, group, order, labels, lesson)
        return
    left, right = st.columns([2, 1], gap="medium")
    with right:
        rank = rank_slider(len(order), group)
        st.markdown(lesson)
        lecture.caption("anomaly", "p below pictures", least=1 / (len(found.calibration) + 1))
    with left:
        _gallery(dataset, found, labels, order, rank)
    _example(current, found, labels, int(order[rank - 1]))


def _gallery(dataset: Any, found: Scores, labels: list[str], order: np.ndarray, rank: int) -> None:
    """Small pictures with their p-value below; on hover what each truly is, and its score; a click returns its rank."""
    first = (rank - 1) // PAGE * PAGE
    places, p = order[first : first + PAGE], decide.p_values(found.test, found.calibration)
    said = _("{}\nscore {}\np = {:.3f}")
    texts = [said.format(labels[n], number(found.test[n]), p[n]) for n in places]
    images, below, chosen = as_bytes(dataset.test_x[places]), [f"{p[n]:.3f}" for n in places], rank - 1 - first
    figure = rasters.gallery(images, ROW, texts, 240, below, chosen, first=first + 1)
    alt = _("Test pictures in the order of their scores; a click chooses one")
    chart.show(figure, key="expects/gallery", alt=alt, pick=True)


def _example(current: Shown, found: Scores, labels: list[str], place: int) -> None:
    """One picture large; beside it what was expected, and the error."""
    idea, dataset = ask(has_idea, current), dataset_of(current.settings)
    st.subheader(_("One of them, and what was expected in its place") if idea else _("One of them"), anchor=False)
    verdict.draw("anomaly", about_example(found, place), truth=labels[place], score=number(found.test[place]))
    if not idea:
        chart.show(large(as_bytes(dataset.test_x[place])[0]), key="expects/alone", alt=labels[place])
        st.info(no_idea(current))
        return
    masks, panels = dataset.masks, st.container()
    left, right = st.columns(2, gap="large")
    every = ask(blurs, current, wait=_("Blurring the error of every test picture …"))
    with left if masks is None else right:
        blur = blur_slider(current, every)
    at, threshold, truth = every.at[blur], None, None
    if masks is not None:
        truth = masks[place].numpy()
        with left:
            threshold = damage_table(current, at, place, blur)
        with left if every.adjustable else right:
            kinds_chart(ask(by_kind, current, blur))
    with panels:
        parts = _drawn(expected(current, place, blur), at.top, truth, threshold, current.settings.method.EXPECTS)
        for column, (name, (title, figure, under)) in zip(st.columns(len(parts)), parts.items()):
            with column:
                st.markdown(f"**{title}**")
                chart.show(figure, key=f"expects/{name}", alt=title)
                st.caption(under)
    with right:
        say_blur(every, at, blur, place)


def _drawn(
    found: Expected, top: float, truth: np.ndarray | None, threshold: float | None, kind: str
) -> dict[str, tuple[str, figures.Figure, str]]:
    """Picture, expectation, difference and error: name → (title, figure, a line below). All examples of a run share one scale.

    truth: (28, 28), what is damaged; threshold: from which error on a pixel is marked. kind: of expectation, in words.
    """
    damage, marked, under = [], [], _("Squared difference; its sum is the score.")
    if truth is not None:
        damage = [edges(_("damage"), truth, figures.COLOURS["danger"], 2.5)]
        marked = [edges(_("marked"), found.error >= threshold, "#FFFFFF", 1.2)]
        under = (
            _("Magenta: the true damage. White: marked.") if truth.any() else _("White: marked. Nothing is damaged.")
        )
    difference = heated(found.difference, float(np.sqrt(top)), True)
    return {
        "picture": (_("Picture"), large(found.picture, *damage), ""),
        "expected": (_("Expected"), large(found.expected), _(kind)),
        "difference": (_("Difference"), difference, _("Orange: too much. Blue: missing.")),
        "error": (_("Error"), heated(found.error, top, False, *marked, *damage), under),
    }
