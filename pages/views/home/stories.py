"""The films of the living picture on Home: what shipped runs looked like while they were trained."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st

from core import runs
from core.gan.analysis import duel as played
from core.lifelong.analysis.tape import Tape
from core.lifelong.analysis.tape import tape as measured
from core.runs import RunError
from pages.parts import chart, figures, language, rasters, shown
from pages.parts.figures import Figure
from pages.parts.grammar import dots, lettering
from pages.parts.shown import Shown
from pages.parts.words import _

CHOICE = "home/story"
HEIGHT = 440  # pixels, where the page gives a film no other height
REACH = 1.5  # where the measured plane ends
COARSE, FEW = 2, 200  # of the field's places each way every second one is drawn, and so many of the points
OPINION = {  # how D's field is coloured, in both themes; D is rarely surer than a half more or less
    "colorscale": [[0, "rgba(208,122,0,0.55)"], [0.5, "rgba(128,128,128,0.02)"], [1, "rgba(43,126,191,0.55)"]],
    "zmin": 0.25,
    "zmax": 0.75,
    "opacity": 1,
    "zsmooth": "fast",
}
Film = tuple[list[Figure], list[str]]  # the frames, and the name of each


@dataclass(frozen=True)
class Story:
    """One film, and the scene that it comes from."""

    title: str
    caption: str  # one line: what is what
    lab: str
    scene: str
    frames: Callable[[Shown], Film]

    @property
    def run(self) -> str:
        return shown.scene_id(self.lab, self.scene)


def every() -> dict[str, Story]:
    """The films whose run is there, by name; the first one is played first."""
    points = _("G moves its fakes to where D says “real”: the blue ground.")
    tape = _("One row for each task. Yellow: the network knows it. Dark: it does not.")
    found = {
        "duel": Story(_("A GAN learns"), points, "gan", "the-duel", duel),
        "collapse": Story(_("A GAN collapses"), points, "gan", "mode-collapse-and-its-cure", duel),
        "forgetting": Story(_("A network forgets"), tape, "lifelong", "forget-everything", forgetting),
    }
    return {name: story for name, story in found.items() if shown.stored(story.run)}


def chosen() -> Story | None:
    """The film to show; None when no run of a film is there."""
    told = every()
    return told.get(st.session_state.get(CHOICE), next(iter(told.values()), None))


def draw(story: Story | None) -> None:
    """The film, the choice of another one, and what is what in it."""
    if story is None or (film := _film(story.run, language.spoken())) is None:
        st.info(_("The run of this film is not here. The labs work without it."))
        return
    told = every()
    st.pills(
        _("Film"),
        list(told),
        format_func=lambda name: told[name].title,
        default=next(iter(told)),
        required=True,
        key=CHOICE,
        label_visibility="collapsed",
    )
    chart.film(*film, key="home/film", alt=f"{story.title}. {story.caption}", share=1)
    st.caption(story.caption)


@lru_cache(maxsize=8)
def _film(run_id: str, spoken: str) -> Film | None:
    """The frames of a film, its words in this language; None when its run cannot be read. Shared: never write into them."""
    story = next(each for each in every().values() if each.run == run_id)
    try:
        return story.frames(shown.of(runs.load(run_id)))
    except (RunError, LookupError):
        return None


def duel(run: Shown) -> Film:
    """Both players of a GAN on the plane, at the looks that are evenly apart."""
    real, looks = played.real(run), played.even(run)
    frames = [_plane(real, look) for look in looks]
    return frames, [_("step {:,}").format(look.step) for look in looks]


def _plane(real: np.ndarray, look: played.Look) -> Figure:
    """real: points (N, 2)."""
    places = np.linspace(-REACH, REACH, len(look.field))[::COARSE]
    ground = rasters.field(places, places, look.field[::COARSE, ::COARSE] / 255) | OPINION
    groups = _points(_("real"), "before", real), _points(_("fake"), "after", look.fake)
    drawn = figures.add(figures.plane(REACH, HEIGHT), ground, *groups)
    return figures.restyled(drawn, margin={"l": 4, "b": 4})


def _points(name: str, role: str, places: np.ndarray) -> figures.Trace:
    """The first few of some points (N, 2), as round dots whatever their role."""
    x, y = np.round(places[:FEW].astype(np.float64), 2).T
    marker = {"color": figures.colour(role), "symbol": "circle", "size": 6, "opacity": 0.8, "line": {"width": 0}}
    return dots(name, role, x, y, (), small=True, silent=True) | {"marker": marker}


def forgetting(run: Shown) -> Film:
    """How well a network does each task while it learns them in turn: a row of squares for each task, filled from left to right."""
    tape, marks = measured(run), run.facts["marks"]
    frames = [_tape(tape, look, marks) for look in range(len(tape.steps))]
    return frames, [_("step {:,}").format(step) for step in tape.steps]


def _tape(tape: Tape, look: int, marks: list[int]) -> Figure:
    """look: the one that was just made; later ones are not filled yet."""
    seen = tape.until(look)
    names = [_("task {}").format(number + 1) for number in range(len(seen))]
    figure, end = rasters.matrix(seen, HEIGHT, limit=100, rows=names, places=tape.steps), tape.steps[-1]
    known = [f"{value:.0f} %" if np.isfinite(value) else "" for value in seen[:, look]]
    figures.add(figure, lettering(known, [(1.08 * end, i) for i in range(len(names))], textfont={"size": 15}))
    for mark in marks:
        figures.upright(figure, mark, width=1)
    across = figures.axis(_("training step"), (-0.01 * end, 1.16 * end))
    across |= {"showgrid": False, "zeroline": False, "tickvals": [0, *marks, end]}
    free = {"scaleanchor": None, "constrain": None}
    return figures.restyled(figure, across, free)
