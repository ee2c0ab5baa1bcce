"""Rows of a table in the order of their scores, and which measurements of one of them differ most from what was expected."""

from typing import Any

import numpy as np
import streamlit as st

from core.anomaly import decide
from pages.parts import chart
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import panels
from pages.views.anomaly.blur import residuals
from pages.views.anomaly.data import Scores, number
from pages.views.anomaly.order import about_group, no_idea, ordered, rank_slider, sorts

ROWS = 8  # patients in the list, and columns of the chosen one


def patients(current: Shown, found: Scores, world: Any, detector: Any, labels: list[str], group: str) -> None:
    """Patients in the order of their scores, and what is odd about one of them."""
    order = ordered(group, found.test, found.odd)
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        rank = rank_slider(len(order), group)
        first = (rank - 1) // ROWS * ROWS
        p = decide.p_values(found.test, found.held)
        places = order[first : first + ROWS]
        st.table(
            {
                "": ["▸" if place == order[rank - 1] else "" for place in places],
                _("Rank"): [str(first + i + 1) for i in range(len(places))],
                _("Patient"): [str(place + 1) for place in places],
                _("Truly"): [labels[place] for place in places],
                _("Score"): [number(found.test[place]) for place in places],
                "p": [f"{p[place]:.3f}" for place in places],
            }
        )
        st.markdown(about_group(group, found, sorts(world, current.settings)))
        st.caption(_("p: the share of held-out benign tumours, with this one among them, that score at least as high."))
    with right:
        _patient(current, world, detector, int(order[rank - 1]))


def _patient(current: Shown, world: Any, detector: Any, place: int) -> None:
    """The measurements of one patient that differ most from what was expected, or from the mean where nothing was."""
    gaps = residuals(current.id, current) if detector is not None else None
    x = world.test_x[place].numpy()
    gap = x if gaps is None else gaps[1][place].numpy()
    most = np.argsort(-np.abs(gap), kind="stable")[:ROWS]
    title = _("measured less mean benign") if gaps is None else _("measured less expected")
    st.markdown(f"**{_('What is odd about patient {}').format(place + 1)}**: {title}")
    names, values = [_(world.columns[i]) for i in most], [float(gap[i]) for i in most]
    figure = panels.across(names, values, [_sd(value) for value in values], _("standard deviations of benign tumours"))
    chart.show(figure, key="expects/columns", alt=_("What is odd about patient {}").format(place + 1))
    if gaps is None:
        st.info(no_idea(current))
        return
    st.markdown(about_patient(x, gap, world.columns))


def about_patient(x: np.ndarray, gap: np.ndarray, columns: tuple[str, ...]) -> str:
    """The measurement that differs most, and how much of the whole squared error lies in few of them."""
    square = gap.astype(np.float64) ** 2
    most = int(square.argmax())
    few = 100 * float(np.sort(square)[-3:].sum() / max(square.sum(), 1e-12))
    return _(
        "“{}” is {}, and {} was expected. Three of the {} measurements hold **{:.0f} %** of the squared error."
    ).format(_(columns[most]), _sd(x[most]), _sd(x[most] - gap[most]), len(columns), few)


def _sd(value: float) -> str:
    return f"{value:+.1f} sd".replace("-", "−")
