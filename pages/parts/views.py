"""The views of Look inside: one idea each, one of them open."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import streamlit as st

from core.pictures import Kind
from pages.parts.shown import Shown
from pages.parts.state import LabState
from pages.parts.words import _

Draw = Callable[[Shown], None]


@dataclass(frozen=True)
class View:
    """One idea to look into, made by `view` of the function that draws it; name: its file's."""

    name: str
    title: str
    draw: Draw
    needs: Sequence[Kind]
    offered: Callable[[Shown], bool]
    opens: Callable[[Shown], bool]

    def fits(self, current: Shown) -> bool:
        """Whether it can be drawn of this run."""
        return self.offered(current) and all(current.pictures(kind) for kind in self.needs)

    def __call__(self, current: Shown) -> None:
        """Draws it, on another view of the same run."""
        self.draw(current)


def view(
    title: str,
    needs: Sequence[Kind] = (),
    offered: Callable[[Shown], bool] = lambda current: True,
    opens: Callable[[Shown], bool] = lambda current: False,
    scene: str = "",
) -> Callable[[Draw], View]:
    """Makes a view of the function that arranges it for the run shown. It is a fragment: its widgets redraw it alone.

    title: in the choice of views, marked by N_. needs: kinds of pictures without which there is nothing to draw. offered: whether
    the run shown has anything of the kind at all. opens: the runs that open with it; scene: the shipped run that does, because it
    is what that scene's question is about.
    """

    def made(draw: Draw) -> View:
        name = draw.__module__.rpartition(".")[2]
        first = (lambda current: current.id == scene) if scene else opens
        return View(name, title, st.fragment(draw), needs, offered, first)

    return made


def of(lab: str) -> tuple[View, ...]:
    """A lab's views in the order of its VIEWS, each from the file of its name. They are loaded when they are first asked for: with
    PyTorch that takes seconds, and the page's first picture comes before."""
    names = import_module(f"pages.views.{lab}").VIEWS
    return tuple(import_module(f"pages.views.{lab}.{name}").draw for name in names)


def draw(current: Shown, views: Sequence[View] | None = None) -> None:
    """A choice of those views that fit the run shown, and the chosen one. views: all of its lab's, when left out.

    The choice belongs to the scene and not to a run: a new run keeps the view open.
    """
    every = of(current.lab) if views is None else views
    fitting = {view.name: view for view in every if view.fits(current)}
    if not fitting:
        st.info(_("There is nothing to look into yet: let a run end."))
        return
    where = key(current.lab)
    first = next((view.name for view in fitting.values() if view.opens(current)), next(iter(fitting)))
    if st.session_state.get(where) not in (None, *fitting):
        del st.session_state[where]  # another kind of run has other views
    st.session_state[f"{where}/first"] = first
    chosen = st.segmented_control(
        _("View"),
        list(fitting),
        format_func=lambda name: _(fitting[name].title),
        default=first if where not in st.session_state else None,
        key=where,
        required=True,
        label_visibility="collapsed",
    )
    fitting[chosen].draw(current)


def chosen(lab: str) -> str | None:
    """The name of the open view where the visitor has chosen it, None where it is the run's own."""
    view = st.session_state.get(key(lab))
    return None if view == st.session_state.get(f"{key(lab)}/first") else view


def key(lab: str) -> str:
    """Where the choice of views stands in the session."""
    return f"inside/{lab}/{LabState(lab).scene}"


def kept(where: str, options: Sequence[Any], default: Any) -> str:
    """The key of a widget that keeps its value over a new run: what the visitor chose, moved to the nearest that this run offers;
    where nothing was chosen yet, the run's default. Call it right before the widget, which gets no default of its own."""
    state, value = st.session_state, st.session_state.get(where)
    if value is None or value == state.get(f"{where}/first"):
        value = default
    elif isinstance(value, list):
        value = [each for each in value if each in options]
    elif value not in options:
        numeric = all(isinstance(option, int | float) for option in (value, *options))
        value = min(options, key=lambda option: abs(option - value)) if numeric else default
    state[where], state[f"{where}/first"] = value, default
    return where


def keep_choice(where: str, run_id: str, options: Collection[str], first: Sequence[str]) -> None:
    """Before a choice of several runs is drawn: it keeps what was chosen, as far as it is still offered, and a new run joins it."""
    state = st.session_state
    chosen = [name for name in state.get(where, first) if name in options]
    new = state.get(f"{where}/of", run_id) != run_id and run_id in options and run_id not in chosen
    state[where] = [*chosen, run_id] if new else chosen
    state[f"{where}/of"] = run_id
