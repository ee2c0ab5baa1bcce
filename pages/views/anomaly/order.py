"""Who comes first: test examples in the order of their scores, what each truly is, and what either end of the order teaches."""

from typing import Any

import numpy as np
import streamlit as st

from core.anomaly import decide
from pages.parts import chart, views
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.anomaly import data
from pages.views.anomaly.damage import kind_names, kinds_of

PROMISE = 0.1  # of normals may raise the alarm, where the page says who does


def groups() -> dict[str, str]:
    return {
        "normal": _("most normal"),
        "odd": _("most odd"),
        "alarms": _("false alarms: the oddest normals"),
        "missed": _("missed: the most normal anomalies"),
    }


def ordered(group: str, scores: np.ndarray, odd: np.ndarray) -> np.ndarray:
    """Places of the normals or of the anomalies, by falling scores for “odd” and “alarms”, by rising ones for the others."""
    own = np.flatnonzero(odd == (group in ("odd", "missed")))
    return own[np.argsort((-1 if group in ("odd", "alarms") else 1) * scores[own], kind="stable")]


def labelled(world: Any, settings: Any) -> list[str]:
    """What each test example truly is, in words."""
    kinds, names = kinds_of(world, settings), kind_names()
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


def about_group(group: str, found: data.Scores, kinds: np.ndarray) -> str:
    """What this end of the order teaches. kinds: of each test example what it is, for what is missed most (N,)."""
    threshold = decide.conformal_threshold(found.held, PROMISE)
    normal, strange = found.normal, found.strange
    if group == "normal":
        low = int((strange < np.median(normal)).sum())
        said = _(
            "**{}** of {} anomalies score lower than half of the normals: nothing about them is odd to this detector."
        )
        return said.format(low, len(strange))
    if group == "odd":
        clear = 100 * float((strange > normal.max()).mean())
        if not clear:
            return _(
                "No anomaly scores higher than every normal: whatever threshold finds one raises false alarms as well."
            )
        return _(
            "**{:.0f} %** of the anomalies score higher than every normal: they can be found without one false alarm."
        ).format(clear)
    if group == "alarms":
        return _("At the threshold for 10 % false alarms (p ≤ 0.1) **{}** of {} normals raise the alarm.").format(
            int((normal >= threshold).sum()), len(normal)
        )
    said = _(
        "At the threshold for 10 % false alarms (p ≤ 0.1) **{}** of {} anomalies pass unnoticed; with random scores {:.0f}."
    ).format(int((strange < threshold).sum()), len(strange), 0.9 * len(strange))
    return f"{said} {about_missed(found, threshold, kinds)}".strip()


def about_missed(found: data.Scores, threshold: float, kinds: np.ndarray) -> str:
    """Which sort of anomaly passes most often and which least; nothing where there is only one. kinds: (N,)."""
    own = kinds[found.odd]
    shares = {str(kind): 100 * float((found.strange[own == kind] < threshold).mean()) for kind in np.unique(own)}
    if len(shares) < 2:
        return ""
    worst, best = max(shares, key=shares.get), min(shares, key=shares.get)
    return _("Most often “{}”: {:.0f} %; least often “{}”: {:.0f} %.").format(worst, shares[worst], best, shares[best])


def sorts(world: Any, settings: Any) -> np.ndarray:
    """By what anomalies are told apart in words: the kind of damage, or the class."""
    if world.masks is not None:
        return np.array([kind_names().get(kind, "") for kind in kinds_of(world, settings)])
    return np.array([_(world.names[int(c)]) for c in world.test_y])


def no_idea(current: Shown) -> str:
    name = data.method_name(current.run.about) if current.run else _("This detector")
    said = _("“{}” has no idea of its own of what this example should have been: it gives a score and nothing else.")
    return f"{said.format(name)} {_('The tab Explain can ask it what made the score high.')}"
