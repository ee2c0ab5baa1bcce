"""Who comes first: test examples in the order of their scores, what each truly is, and what either end of the order teaches."""

from typing import Any

import numpy as np
import streamlit as st

from core.anomaly.analysis.order import lesson
from core.anomaly.analysis.order import ordered as ordered
from core.anomaly.analysis.scores import PROMISE as PROMISE
from core.anomaly.worlds import damage_of
from pages.parts import chart, verdict, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data


def groups() -> dict[str, str]:
    return {
        "normal": _("most normal"),
        "odd": _("most odd"),
        "alarms": _("false alarms: the oddest normals"),
        "missed": _("missed: the most normal anomalies"),
    }


def kind_names() -> dict[str, str]:
    return {"cut": _("stroke cut"), "patch": _("patch pasted"), "noise": _("noise")}


def labelled(world: Any, settings: Any) -> list[str]:
    """What each test example truly is, in words."""
    kinds, names = damage_of(world, settings), kind_names()
    classes = [_(world.names[int(c)]) for c in world.test_y]
    return [f"{name}, {names[kind]}" if kind else name for name, kind in zip(classes, kinds)]


def rank_slider(many: int, group: str) -> int:
    """Which example of the group, by its rank; a click into the gallery chooses one as well."""
    where, state = f"expects/rank/{group}", st.session_state
    click = chart.picked(state.get("expects/gallery/plot"))
    if click and click != state.get("expects/click") and click["custom"] in range(1, many + 1):
        state[where] = click["custom"]
    state["expects/click"] = click
    return st.slider(_("Which one, by its rank"), 1, many, key=views.kept(where, range(1, many + 1), 1))


def sorts(world: Any, settings: Any) -> np.ndarray:
    """By what anomalies are told apart in words: the kind of damage, or the class."""
    if world.masks is not None:
        return np.array([kind_names().get(kind, "") for kind in damage_of(world, settings)])
    return np.array([_(world.names[int(c)]) for c in world.test_y])


def no_idea(current: Shown) -> str:
    name = data.method_name(current.run.about) if current.run else _("This detector")
    said = _(
        "“{}” has no idea of its own of what this example should have been: it gives a score and nothing else. The tab Explain can "
        "ask it what made the score high."
    )
    return said.format(name)


def about_group(group: str, found: Any, kinds: np.ndarray) -> str:
    return verdict.words("anomaly", lesson(group, found, kinds))
