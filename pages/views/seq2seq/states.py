"""What the encoder makes of the input, on a plane: one letter in many words, and the one vector of many words."""

import streamlit as st

from core.seq2seq import analysis
from pages.parts import chart, figures, verdict, views
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import View
from pages.parts.words import _

SHAPES = ("circle", "square", "triangle-up", "x", "star", "diamond")
COLOURS = ("task1", "task2", "task3", "task4", "task5", "control")
AT_LETTER = {
    "said": _("what was said there"),
    "next": _("what comes after it"),
    "place": _("its place"),
}
MEANING = {
    "said": _(
        "The encoder's state at “{}”, coloured by what the decoder said while it looked there (“–”: it never did)."
    ),
    "next": _("The encoder's state at “{}”, coloured by the sign that comes after it; “–” at the end."),
    "place": _("The encoder's state at “{}”, coloured by its place, counted from the beginning."),
}
OF_VECTOR = {
    "ending": _("ending"),
    "first": _("first letter"),
    "last": _("last letter"),
    "script": _("script"),
}


@st.fragment
def draw(current: Shown) -> None:
    """Either a letter's state in many words, or the one vector of many words."""
    things = _(current.settings.task.THINGS)
    at = f"states/{current.settings.task.name}"
    ways = {"letter": _("one letter in many {}"), "vector": _("the one vector of many {}")}
    way = _one(_("What is drawn"), {name: title.format(things) for name, title in ways.items()}, f"{at}/way")
    cloud = _letter(current, at) if way == "letter" else _vector(current, at)
    if cloud is None:
        st.info(_("There are too few {} to draw.").format(things))
        return
    _show(cloud, things)
    verdict.draw(current.lab, analysis.states.mixed(cloud))


def _one(label: str, options: dict[str, str], key: str) -> str:
    """A choice that takes as many lines as it needs."""
    views.kept(key, list(options), next(iter(options)))
    return st.segmented_control(label, list(options), format_func=options.get, required=True, key=key, wrap=True)


def _letter(current: Shown, at: str) -> "analysis.states.Cloud | None":
    """The chosen letter's state wherever it stands."""
    letters = ask(analysis.states.letters, current)
    if not letters:
        return None
    letter = _one(_("Letter"), {each: each for each in letters}, f"{at}/letter")
    ways = analysis.states.ways_at_letter(current)
    by = _one(_("Coloured by"), {way: AT_LETTER[way] for way in ways}, f"{at}/by")
    st.caption(MEANING[by].format(letter))
    return ask(analysis.states.at_letter, current, letter, by)


def _vector(current: Shown, at: str) -> "analysis.states.Cloud | None":
    """The vector that goes from the encoder to the decoder."""
    task = current.settings.task
    titles = OF_VECTOR | {"length": _("number of {}").format(_(task.SIGNS))}
    ways = analysis.states.ways_of_vector(task)
    by = _one(_("Coloured by"), {way: titles[way] for way in ways}, f"{at}/vector/by")
    if current.settings.network.RECURRENT:
        said = _("The one vector with which the decoder begins, of {} held-out inputs.")
        st.caption(said.format(analysis.states.INPUTS))
    else:
        st.caption(_("A transformer has no one vector: this is the mean of its states, which its decoder never sees."))
    return ask(analysis.states.at_vector, current, by)


def _show(cloud: "analysis.states.Cloud", things: str) -> None:
    """The points by group, the commonest groups with a colour each."""
    kept, groups = analysis.states.commonest(cloud.groups), {}
    for name, colour in zip((*kept, analysis.states.OTHER), (*COLOURS[: len(kept)], COLOURS[-1])):
        at = [i for i, group in enumerate(cloud.groups) if (group if group in kept else analysis.states.OTHER) == name]
        if at:
            xs, ys = cloud.points[at].T
            groups[_(name)] = (colour, xs, ys, [cloud.texts[i] for i in at])
    figure = figures.points(groups, _("first component"), _("second component"), 440)
    for trace, shape in zip(figure["data"], SHAPES):
        trace["marker"]["symbol"] = shape  # one for each group, so that nothing hangs on colour alone
    alt = _("States of the encoder in many {} on a plane, by group").format(things)
    chart.show(figure, key="states/cloud", alt=alt)


VIEW = View("states", _("States"), draw)
