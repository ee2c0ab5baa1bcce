"""Who comes first: test examples in the order of their scores, what each truly is, and what either end of the order teaches."""

import streamlit as st

from core.anomaly.analysis.order import Group, lesson
from core.anomaly.analysis.scores import Scores
from core.anomaly.datasets import Dataset, damage_of
from core.anomaly.settings import AnomalySettings
from pages.parts import chart, verdict, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly.names import method_name


def groups() -> dict[str, str]:
    return {
        "normal": _("most normal"),
        "odd": _("most odd"),
        "alarms": _("false alarms: the oddest normals"),
        "missed": _("missed: the most normal anomalies"),
    }


def kind_names() -> dict[str, str]:
    return {"cut": _("stroke cut"), "patch": _("patch pasted"), "noise": _("noise")}


def labelled(dataset: Dataset, settings: AnomalySettings) -> list[str]:
    """What each test example truly is, in words."""
    kinds, names = damage_of(dataset, settings), kind_names()
    classes = [_(dataset.names[int(c)]) for c in dataset.test_y]
    return [f"{name}, {names[kind]}" if kind else name for name, kind in zip(classes, kinds)]


def rank_slider(many: int, group: str) -> int:
    """Which example of the group, by its rank; a click into the gallery chooses one as well."""
    where, state = f"expects/rank/{group}", st.session_state
    click = chart.picked(state.get("expects/gallery/plot"))
    if click and click != state.get("expects/click") and click["custom"] in range(1, many + 1):
        state[where] = click["custom"]
    state["expects/click"] = click
    return st.slider(_("Which one, by its rank"), 1, many, key=views.kept(where, range(1, many + 1), 1))


def no_idea(current: Shown) -> str:
    name = method_name(current.run.about) if current.run else _("This detector")
    said = _(
        "“{}” has no idea of its own of what this example should have been: it gives a score and nothing else. The tab Explain can "
        "ask it what made the score high."
    )
    return said.format(name)


def about_group(group: Group, found: Scores, dataset: Dataset, settings: AnomalySettings) -> str:
    """What this end of the order teaches; anomalies are told apart by the kind of damage, or by their class."""
    if dataset.masks is not None:
        kinds = [kind_names().get(kind, "") for kind in damage_of(dataset, settings)]
    else:
        kinds = [_(dataset.names[int(c)]) for c in dataset.test_y]
    return verdict.words("anomaly", lesson(group, found, kinds))
