"""The run that a lab page shows: the live job, or a stored run, or the scene's shipped run, in that order."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from core import catalogue, jobs, labs, runs
from core.jobs import View
from core.record import Record
from core.runs import About, Run, RunError
from core.settings import UNDECLARED, BadSettings, Metric, Settings, build, flatten
from pages.parts import lecture, visitor
from pages.parts.words import _, plain

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown(Record):
    """The record of a run with the job that makes it."""

    view: View | None = None  # None when no job of this server made it

    @property
    def live(self) -> bool:
        return self.view is not None and self.view.live


def find(run_id: str | None, lab: str | None = None) -> Shown | None:
    """A job of this server, or a stored run, by its id. Raises RunError with a sentence when neither exists, or, with `lab`, when
    it cannot be shown on that lab's page."""
    if not run_id:
        return None
    if view := jobs.watch(run_id, visitor.viewer()):
        if view.lab != (lab or view.lab):
            jobs.leave(run_id, visitor.viewer())
            raise runs.elsewhere(run_id, view.lab)
        return Shown(run_id, view.settings, view.events, view.run, view)
    run = runs.load(run_id)
    return of(runs.of_lab(run, lab) if lab else run)


def kept(run_id: str, lab: str) -> Shown | None:
    """What is kept of a run that its server cut short, the longest of it; None when nothing is."""
    found = [about for about in runs.listing(lab, visitor.maker())[0] if about.id.startswith(f"{run_id}-")]
    try:
        return find(max(found, key=lambda about: about.created).id, lab) if found else None
    except RunError:
        return None


@contextmanager
def foreign(current: Shown) -> Iterator[None]:
    """Around what draws a run: where a file that this server did not write has another shape than the lab's own, one sentence
    takes the drawing's place and the rest of the page stays."""
    if current.view or current.run is None or current.run.about.shipped:
        yield  # of our own making: what goes wrong is a fault to be seen
        return
    place = st.empty()
    try:
        with place.container():
            yield
    except Exception as error:
        log.warning("run %s cannot be drawn", current.id, exc_info=error)
        place.error(
            plain(
                _("This cannot be drawn: the record of run “{}” has another shape than this lab writes ({}).").format(
                    current.id, type(error.__cause__ or error).__name__
                )
            ),
            icon=":material/report:",
        )


@lru_cache(maxsize=32)
def of(run: Run) -> Shown:
    """A stored run, shown. All visitors share it, and what was once computed of it: never write into it."""
    return Shown(run.about.id, settings_of(run.about), list(run.events), run, None)


def settings_of(about: About) -> Settings | None:
    """The settings of a stored run; None when a newer Lectern no longer accepts them."""
    try:
        return build(labs.of(about.lab).settings, about.settings)
    except BadSettings:
        return None


def scene_id(lab: str, slug: str) -> str:
    """The shipped run of a scene is called after both."""
    return f"{lab}-{slug}"


def rival(metric: Metric, settings: Settings | None) -> tuple[str, float] | None:
    """Who is the trivial rival of a score, and what it reaches with these settings; None when the number is no score."""
    if metric.chance in (None, UNDECLARED) or settings is None:
        return None
    value = metric.chance.of(settings)
    return None if value is None else (_(metric.chance.who), value)


def did(names: Sequence[str]) -> str:
    """What a run does, in words. names: as `core.catalogue.did` gives them."""
    return ", ".join(_(name) for name in names) or "–"


def method(about: About) -> str:
    """What a stored run does: its method, or where a lab has no such choice its first choices."""
    return did(catalogue.did(about.lab, about.settings))


def name(about: About) -> str:
    """How a run is called in a list: what was chosen, the seed, and how good it became."""
    good = catalogue.result(about)
    end = _(about.state) if good is None else f"{good.percent:.1f} %"
    seed = _("seed {}").format(about.settings.get("seed", 0))
    called = [about.title] if about.title else []
    return " · ".join([*called, method(about), seed, end, about.id.removeprefix(f"{about.lab}-")])


def choices(lab: str, kind: str | None = None) -> dict[str, str]:
    """Stored runs of a lab that hold a model, id → name; only those of one method when `kind` is given.

    Of the kind “digit classifier” are the networks of every lab, those after a run's first as “id/model”.
    """
    if kind == "digit classifier":
        found, __ = runs.listing(maker=visitor.maker())
        return {
            a.id + (f"/{model}" if i else ""): f"{lecture.read(a.lab).title} · {name(a)}" + (f" · {model}" if i else "")
            for a in found
            if a.lab in labs.LABS
            for i, model in enumerate(a.models)
        }
    found, __ = runs.listing(lab, visitor.maker())
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
        "dense": _("Before pruning"),
        **{f"w{width}": _("{} % wide").format(width) for width in (25, 50, 75)},
    }
    own = current.run.models if current.run and stored(current.id) else {}
    return found | {names.get(name, name): (current.id, name) for name, model in own.items() if model.reads_digits}


def stored(run_id: str) -> bool:
    """True when the run is in the store: a full disk may have kept it out."""
    try:
        return runs.path_of(run_id).is_file()
    except RunError:
        return False
