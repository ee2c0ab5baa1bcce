"""Who comes first: test examples in the order of their scores, what each truly is, and what either end of the order teaches; and
the rows of a table in that order."""

import numpy as np
import streamlit as st

from core.anomaly import decide
from core.anomaly.analysis.order import Group, lesson
from core.anomaly.analysis.patients import patient
from core.anomaly.analysis.scores import Scores
from core.anomaly.datasets import Dataset, damage_of
from core.anomaly.settings import AnomalySettings
from pages.parts import chart, choose, lecture, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.words import N_, _
from pages.views.anomaly import panels
from pages.views.anomaly.names import method_name, number

ROWS = 8  # patients in the list, and columns of the chosen one
GROUPS = {
    "normal": N_("most normal"),
    "odd": N_("most odd"),
    "alarms": N_("false alarms: the oddest normals"),
    "missed": N_("missed: the most normal anomalies"),
}
KIND_NAMES = {"cut": N_("stroke cut"), "patch": N_("patch pasted"), "noise": N_("noise")}


def labelled(dataset: Dataset, settings: AnomalySettings) -> list[str]:
    """What each test example truly is, in words."""
    kinds = damage_of(dataset, settings)
    classes = [_(dataset.names[int(c)]) for c in dataset.test_y]
    return [f"{name}, {_(KIND_NAMES[kind])}" if kind else name for name, kind in zip(classes, kinds)]


def rank_slider(many: int, group: str) -> int:
    """Which example of the group, by its rank; a click into the gallery chooses one as well."""
    where, click = f"expects/rank/{group}", chart.clicked("expects/gallery")
    if click and click["custom"] in range(1, many + 1):
        st.session_state[where] = click["custom"]
    return choose.number(where, _("Which one, by its rank"), 1, many, 1)


def no_idea(current: Shown) -> str:
    name = method_name(current.run.about) if current.run else _("This detector")
    return lecture.note("anomaly", "no idea", detector=name)


def about_group(group: Group, found: Scores, dataset: Dataset, settings: AnomalySettings) -> str:
    """What this end of the order teaches; anomalies are told apart by the kind of damage, or by their class."""
    kinds = [_(dataset.names[int(c)]) for c in dataset.test_y]
    if dataset.masks is not None:
        kinds = [_(KIND_NAMES[kind]) if kind in KIND_NAMES else "" for kind in damage_of(dataset, settings)]
    return verdict.words("anomaly", lesson(group, found, kinds))


# ---- rows of a table ----


def patients(current: Shown, found: Scores, group: str, order: np.ndarray, labels: list[str], lesson: str) -> None:
    """Patients in the order of their scores, and what is odd about one of them. order: places in the test part."""
    left, right = st.columns([1.15, 1], gap="large")
    with left:
        rank = rank_slider(len(order), group)
        first = (rank - 1) // ROWS * ROWS
        p, places = decide.p_values(found.test, found.calibration), order[first : first + ROWS]
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
    values, axis = list(found.columns.values()), _("standard deviations of benign tumours")
    texts = [verdict.minus(_("{:+.1f} sd").format(value)) for value in values]
    figure = panels.across([_(column) for column in found.columns], values, texts, axis)
    chart.show(figure, key="expects/columns", alt=name)
    if found.about:
        verdict.draw("anomaly", found.about, column=_(found.about.numbers["column"]))
    else:
        st.info(no_idea(current))
