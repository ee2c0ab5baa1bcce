"""Rows of a table in the order of their scores, and which measurements of one of them differ most from what was expected."""

import numpy as np
import streamlit as st

from core.anomaly import decide
from core.anomaly.analysis.patients import patient
from core.anomaly.analysis.scores import Scores
from pages.parts import chart, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import panels
from pages.views.anomaly.names import number
from pages.views.anomaly.order import no_idea, rank_slider

ROWS = 8  # patients in the list, and columns of the chosen one


def patients(current: Shown, found: Scores, group: str, order: np.ndarray, labels: list[str], lesson: str) -> None:
    """Patients in the order of their scores, and what is odd about one of them. order: places in the test part."""
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        rank = rank_slider(len(order), group)
        first = (rank - 1) // ROWS * ROWS
        p = decide.p_values(found.test, found.calibration)
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
        st.markdown(lesson)
        st.caption(_("p: the share of held-out benign tumours, with this one among them, that score at least as high."))
    with right:
        _patient(current, int(order[rank - 1]))


def _patient(current: Shown, place: int) -> None:
    """The measurements of one patient that differ most from what was expected, or from the mean where nothing was."""
    found = ask(patient, current, place, ROWS)
    name = _("What is odd about patient {}").format(place + 1)
    title = _("measured less expected") if found.about else _("measured less mean benign")
    st.markdown(f"**{name}**: {title}")
    texts = [verdict.minus(_("{:+.1f} sd").format(value)) for value in found.columns.values()]
    values, axis = list(found.columns.values()), _("standard deviations of benign tumours")
    figure = panels.across([_(column) for column in found.columns], values, texts, axis)
    chart.show(figure, key="expects/columns", alt=name)
    if found.about:
        verdict.draw("anomaly", found.about, column=_(found.about.numbers["column"]))
    else:
        st.info(no_idea(current))
