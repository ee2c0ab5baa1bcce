"""The run that a lab page shows: the live job, or a stored run, or the scene's shipped run, in that order."""

import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import streamlit as st

from core import jobs, runs
from core.events import Event, Picture, Started, Turned
from core.jobs import View
from core.runs import About, Run, RunError
from core.settings import BadSettings, Settings, build, flatten
from pages.shared.words import _


@dataclass(frozen=True)
class Shown:
    """Events to draw, the settings that made them, and the stored run when there is one."""

    id: str
    settings: Settings | None  # None when a newer Lectern no longer accepts them
    events: list[Event]
    run: Run | None
    view: View | None  # None when no job of this server made it

    @property
    def live(self) -> bool:
        return self.view is not None and self.view.live

    @cached_property
    def table(self) -> tuple[list[int], dict[str, list[float | None]]]:
        """The metrics as columns, as `core.runs.table` gives them: a redraw asks for them several times."""
        return runs.table(self.events)

    @cached_property
    def standing(self) -> Settings | None:
        """The settings as the knobs stand now: those of the start, and what was turned since."""
        turned = {name: value for e in self.events if isinstance(e, Turned) for name, value in e.values.items()}
        return build(type(self.settings), flatten(self.settings) | turned) if turned else self.settings

    def pictures(self, name: str) -> list[Picture]:
        """What was measured under this name, oldest first."""
        return runs.pictures(self.events, name)

    def last(self, name: str) -> np.ndarray | None:
        """The newest picture of that name, None when there is none yet."""
        found = self.pictures(name)
        return np.array(found[-1].array) if found else None

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What was known when the run began."""
        return next((dict(e.facts) for e in self.events if isinstance(e, Started)), {})

    @property
    def summary(self) -> dict[str, Any]:
        return self.run.about.summary if self.run else {}


def viewer() -> str:
    """Who looks: one name for each browser session."""
    return st.session_state.setdefault("viewer", uuid.uuid4().hex[:12])


def find(run_id: str | None) -> Shown | None:
    """A job of this server, or a stored run, by its id. Raises RunError with a sentence when neither exists."""
    if not run_id:
        return None
    if view := jobs.watch(run_id, viewer()):
        return Shown(run_id, view.settings, view.events, view.run, view)
    return of(runs.load(run_id))


def of(run: Run) -> Shown:
    """A stored run, shown."""
    try:
        settings = run.settings
    except BadSettings:
        settings = None
    return Shown(run.about.id, settings, list(run.events), run, None)


def scene_id(lab: str, slug: str) -> str:
    """The shipped run of a scene is called after both."""
    return f"{lab}-{slug}"


def result(about: About) -> float | None:
    """How good the run became, in percent: its accuracy, the average over its tasks, or its AUROC."""
    found = next((about.summary[name] for name in ("accuracy", "average", "auroc") if name in about.summary), None)
    return found if isinstance(found, (int, float)) else None


def name(about: About) -> str:
    """How a run is called in a list: what was chosen, the seed, and how good it became."""
    method = about.settings.get("method", about.lab)
    good = result(about)
    end = f" · {about.state}" if good is None else f" · {good:.1f} %"
    return f"{method} · seed {about.settings.get('seed', 0)}{end} · {about.id.removeprefix(about.lab + '-')}"


def choices(lab: str, kind: str | None = None) -> dict[str, str]:
    """Stored runs of a lab that hold a model, id → name; only those of one method when `kind` is given.

    Of the kind “digit classifier” are the networks of every lab, those after a run's first as “id/model”.
    """
    if kind == "digit classifier":
        found, __ = runs.listing()
        return {
            a.id + (f"/{model}" if i else ""): f"{_(a.lab)} · {name(a)}" + (f" · {model}" if i else "")
            for a in found
            for i, model in enumerate(a.models)
        }
    found, __ = runs.listing(lab)
    return {a.id: name(a) for a in found if a.models and a.settings.get("method") == (kind or a.settings.get("method"))}


def networks(current: Shown) -> dict[str, tuple[str, str]]:
    """The networks there are to look into, name → (run id, model): the one that the run started from, then its own."""
    found = {}
    teacher = flatten(current.settings).get("teacher") if current.settings else None
    if teacher and teacher != current.id:
        try:
            found[_("Teacher")] = (teacher, next(iter(runs.load(teacher).models)))
        except RunError:
            pass  # deleted since: the run's own networks are still there
    names = {
        "model": _("This run's network"),
        "control": _("Control"),
        "sparse": _("Before pruning"),
        "pruned": _("After pruning"),
    }
    own = current.run.models if current.run and stored(current.id) else {}
    return found | {names.get(model, model): (current.id, model) for model in own}


def stored(run_id: str) -> bool:
    """True when the run is in the store: a full disk may have kept it out."""
    try:
        return runs.path_of(run_id).is_file()
    except RunError:
        return False
