"""What the tests of the views share: a view opened on its page or drawn alone, its charts, and small real runs to draw."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from itertools import count
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core import labs, runs
from core.events import Event, Picture
from core.settings import Settings, build, flatten
from pages.parts import shown
from pages.parts.shown import Shown
from tests.pages.conftest import charts

NUMBERS = count()


def calm(visitor: AppTest, warns: bool = False) -> AppTest:
    """Nothing went wrong: no exception and no error; no warning either, unless the run has something to warn of."""
    assert not visitor.exception, [e.stack_trace or e.message for e in visitor.exception]
    assert not visitor.error, [e.value for e in visitor.error]
    assert warns or not visitor.warning, [w.value for w in visitor.warning]
    return visitor


# ---- a view ----


def choice(visitor: AppTest) -> Any:
    """The choice of views of Look inside."""
    return next(group for group in visitor.get("segmented_control") if (group.key or "").startswith("inside/"))


def view(visitor: AppTest, name: str, warns: bool = True) -> AppTest:
    """Chooses a view of Look inside on the page that the visitor sees."""
    return calm(choice(visitor).set_value(name).run(), warns)


def _draw(lab: str, names: str, run_id: str) -> None:
    from pages.parts import shown, views

    every = {view.name: view for view in views.of(lab)}
    for name in names.split():
        every[name](shown.find(run_id))


def alone(current: Shown | str, names: str, lab: str = "", warns: bool = False, patience: float = 120) -> AppTest:
    """Draws views of a stored run, alone on a page, one below the other. names: as in the lab's VIEWS, parted by spaces.

    lab: whose views; the lab of the run by default.
    """
    run_id = current if isinstance(current, str) else current.id
    arguments = (lab or run_id.partition("-")[0], names, run_id)
    return calm(AppTest.from_function(_draw, default_timeout=patience, args=arguments).run(), warns)


# ---- what it draws ----


def keys(visitor: AppTest) -> set[str]:
    """The keys of all charts."""
    return {chart.key for chart in charts(visitor)}


def figure(visitor: AppTest, key: str) -> dict[str, Any]:
    """The figure of one chart."""
    return next(chart.figure for chart in charts(visitor) if chart.key == key)


def widget(visitor: AppTest, kind: str, end: str) -> Any:
    """The first widget of a kind, as AppTest calls it, whose key ends so."""
    return next(each for each in visitor.get(kind) if (each.key or "").endswith(end))


# ---- runs ----


@cache
def _events(lab: str, looks: int | None, flat: tuple[tuple[str, Any], ...]) -> tuple[Settings, tuple[Event, ...]]:
    settings = build(labs.of(lab).settings, dict(flat))
    with pytest.MonkeyPatch.context() as patch:
        if looks:
            monitor = import_module(f"core.{lab}.monitor")
            now = monitor.LOOKS
            patch.setattr(monitor, "LOOKS", dict.fromkeys(now, looks) if isinstance(now, dict) else looks)
        return settings, tuple(labs.of(lab).train(settings))


def events(lab: str, looks: int | None = None, **flat: Any) -> tuple[Settings, tuple[Event, ...]]:
    """Settings and all events of a real training; equal settings are trained once. looks: how often the lab's monitor looks,
    where it has a number LOOKS."""
    return _events(lab, looks, tuple(sorted(({"seed": 4711} | flat).items())))


def saved(
    lab: str,
    flat: Mapping[str, Any],
    name: str = "tiny",
    looks: int | None = None,
    keep: int | None = None,
    state: str = "finished",
    pictures: Mapping[str, Any] | None = None,
    **other: Any,
) -> Shown:
    """A small real run in this test's store, under a name of its own: pages remember what they measured by the name.

    flat: the settings that are trained. keep: how many of the events it has. pictures: name → array that it shall have instead of
    what was measured. other: settings it shall have instead of those that were trained.
    """
    settings, log = events(lab, looks, **flat)
    instead = pictures or {}
    kept = [
        Picture(e.step, e.name, instead[e.name]) if isinstance(e, Picture) and e.name in instead else e
        for e in log[:keep]
    ]
    run = runs.make(f"{lab}-{name}-{next(NUMBERS)}", lab, flatten(settings) | other, kept, 1.0, state)
    runs.save(run)
    return shown.of(run)
