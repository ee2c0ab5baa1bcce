"""Numbers behind the views of the life-long learning page, computed once and shared by all visitors."""

from typing import Any

import numpy as np
import streamlit as st

from core import runs
from core.lifelong.settings import METRICS, LifelongSettings
from core.runs import About, Run, RunError, table
from pages.parts.words import _

SHIPPED = {
    "finetune": "lifelong-forget-everything",
    "ewc": "lifelong-ewc-against-forgetting",
    "mas": "lifelong-mas",
    "replay": "lifelong-rehearsal",
    "joint": "lifelong-joint",
}  # the default stream, one run for each method
WORLD = ("stream", "incremental", "tasks", "network", "epochs", "batch", "learning_rate", "seed")


def world(about: About) -> tuple[Any, ...]:
    """What two runs must share to be held against one another: the tasks, the network, the steps, the seed."""
    return tuple(about.settings.get(name) for name in WORLD)


def same_world(about: About, other: str) -> bool:
    """True when the stored run `other` is there and learned the same tasks with the same network."""
    try:
        return world(runs.load(other).about) == world(about)
    except RunError:
        return False


def rivals(about: About) -> list[About]:
    """Every stored run on the same tasks that ended, this one included."""
    return [each for each in runs.listing("lifelong")[0] if "average" in each.summary and world(each) == world(about)]


def method_name(about: About) -> str:
    """How a run's method is called on the page, with what tells two runs of one method apart."""
    names = LifelongSettings.model_fields["method"].json_schema_extra["names"]
    method, lam = about.settings["method"], about.settings.get("lam")
    estimate = about.settings.get("estimate", "exact")
    more = f", λ = {lam:g}" if lam is not None else ""
    return _(names[method]) + more + (f", {_(estimate)}" if estimate != "exact" else "")


def guessing(settings: LifelongSettings) -> str:
    """What random answers get right of each task at the end of a run: what stands beside every accuracy."""
    each = [METRICS[f"task_{number + 1}"].chance.of(settings) for number in range(settings.tasks)]
    low, high = f"{min(each):.3g}", f"{max(each):.3g}"
    share = low if low == high else _("{} to {}").format(low, high)
    return _("Guessing gets {} % of a task right.").format(share)


@st.cache_data(max_entries=64, show_spinner=False)
def averages(run_id: str) -> tuple[list[int], list[float]]:
    """The average accuracy on the tasks seen, against training steps."""
    steps, columns = table(runs.load(run_id).events)
    pairs = [(step, value) for step, value in zip(steps, columns["average"]) if value is not None]
    return [step for step, _ in pairs], [value for _, value in pairs]


def landscape(run: Run) -> dict[str, Any] | None:
    """`core.lifelong.formulas.landscape`: what a shipped run carries, or measured now and kept."""
    carried = run.about.summary.get("landscape")
    if carried:
        return {name: np.array(value) if isinstance(value, list) else value for name, value in carried.items()}
    return _measured(run.about.id, run)


@st.cache_data(max_entries=16, show_spinner="Measuring the slice through weight space once …")
def _measured(run_id: str, _run: Run) -> dict[str, Any] | None:
    from core.lifelong.formulas import landscape as measure

    return measure(_run)
