"""What the encoder makes of the input, on a plane: one letter in many words, and the one vector of many words."""

import streamlit as st

from core.seq2seq import analysis
from pages.parts import chart, choose, figures, lecture, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translated

# one for each group, so that nothing hangs on colour alone
SHAPES = ("circle", "square", "triangle-up", "x", "star", "diamond")
COLOURS = ("task1", "task2", "task3", "task4", "task5", "control")
NAMES = {
    "said": N_("what was said there"),
    "next": N_("what comes after it"),
    "place": N_("its place"),
    "ending": N_("ending"),
    "first": N_("first letter"),
    "last": N_("last letter"),
    "script": N_("script"),
}


@view(N_("States"))
def draw(current: Shown) -> None:
    """Either a letter's state in many words, or the one vector of many words."""
    things = _(current.settings.task.THINGS)
    at = f"states/{current.settings.task.name}"
    ways = {"letter": _("one letter in many {}"), "vector": _("the one vector of many {}")}
    titles = {name: title.format(things) for name, title in ways.items()}
    way = choose.one(f"{at}/way", _("What is drawn"), titles, wrap=True)
    cloud = _letter(current, at) if way == "letter" else _vector(current, at)
    if cloud is None:
        st.info(_("There are too few {} to draw.").format(things))
        return
    _show(cloud, things)
    verdict.draw(current.lab, analysis.states.mixed(cloud))


def _letter(current: Shown, at: str) -> "analysis.states.Cloud | None":
    """The chosen letter's state wherever it stands."""
    letters = ask(analysis.states.letters, current)
    if not letters:
        return None
    letter = choose.one(f"{at}/letter", _("Letter"), letters, wrap=True)
    ways = {way: _(NAMES[way]) for way in analysis.states.ways_at_letter(current)}
    by = choose.one(f"{at}/by", _("Coloured by"), ways, wrap=True)
    lecture.caption(current.lab, f"coloured by {by}", letter=letter)
    return ask(analysis.states.at_letter, current, letter, by)


def _vector(current: Shown, at: str) -> "analysis.states.Cloud | None":
    """The vector that goes from the encoder to the decoder."""
    task = current.settings.task
    names = translated(NAMES) | {"length": _("number of {}").format(_(task.SIGNS))}
    ways = {way: names[way] for way in analysis.states.ways_of_vector(task)}
    by = choose.one(f"{at}/vector/by", _("Coloured by"), ways, wrap=True)
    if current.settings.network.RECURRENT:
        lecture.caption(current.lab, "one vector", inputs=analysis.states.INPUTS)
    else:
        lecture.caption(current.lab, "no one vector")
    return ask(analysis.states.at_vector, current, by)


def _show(cloud: "analysis.states.Cloud", things: str) -> None:
    """The points by group, the commonest groups with a colour each."""
    grouped, groups = analysis.states.grouped(cloud), {}
    for (name, at), colour in zip(grouped.items(), COLOURS):
        role = COLOURS[-1] if name == analysis.states.OTHER else colour
        groups[_(name)] = (role, *cloud.points[at].T, [cloud.texts[i] for i in at])
    figure = figures.points(groups, _("first component"), _("second component"), 440, shapes=SHAPES)
    alt = _("States of the encoder in many {} on a plane, by group").format(things)
    chart.show(figure, key="states/cloud", alt=alt)
