"""What lies around a picture: the answers in the plane of the gradient and a second direction, and the way that an attack takes."""

from typing import Any

import streamlit as st

from pages.parts import chart, choose, figures, lecture, rasters, verdict
from pages.parts.ask import ask
from pages.parts.figures import Line
from pages.parts.grammar import dots
from pages.parts.panels import short
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.attack import asked


@view(N_("Loss surface"))
def draw(current: Shown) -> None:
    """Knobs, the map with the attack's path, and the loss on the way along the gradient and along a random direction."""
    from core.attack.analysis import surface  # torch, which the stage does not wait for

    if (picture := asked.picture_of(current)) is None:
        return
    photo = picture.victims.photo
    level, second, seed = _knobs(photo)
    if photo:
        st.caption(_("{} photos go through the network for this map: some seconds.").format(surface.POINTS[photo] ** 2))
    given = picture.subject, picture.goal, level, second, seed
    found = ask(surface.around, current, *given, wait=_("Measuring …"))
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        help = _("How far the attack's goal is ahead, as a surface that can be turned.")
        if st.toggle(_("3-D"), key="attack/surface/solid", help=help):
            alt = _("How far the goal of the attack is ahead around the picture")
            chart.show(_solid(found), key="attack/surface/hills", alt=alt)
        else:
            alt = _("The network's answers around the picture")
            chart.show(_map(found, picture.victims), key="attack/surface/map", alt=alt)
    with right:
        alt = _("The loss along the gradient and along a random direction")
        chart.show(_ways(found, level), key="attack/surface/loss", alt=alt)
        for reached in surface.reached(found):
            verdict.draw("attack", reached)
        if share := surface.plane_share(found):
            st.caption(verdict.words("attack", share), help=lecture.note("attack", "path off the plane"))


def _knobs(photo: bool) -> tuple[int, str, int]:
    """ε in levels, the second direction, and the seed of the random one."""
    left, middle, right = st.columns([2, 2, 1], gap="large")
    step = 1 if photo else 4
    level = asked.size(f"attack/surface/{photo}", *((32, 8) if photo else (128, 52)), step, step, at=left)
    directions = {"end": _("where the attack ends"), "random": _("random")}
    second = choose.one("attack/surface/second", _("Second direction"), directions, at=middle)
    seed = right.number_input(_("Seed of the random direction"), 0, 99, 0, key="attack/surface/seed")
    return level, second, seed


def _map(found: Any, victims: Any) -> figures.Figure:
    """Every answer a dot; the border of what the attack wants, the edge of the ball, and the path."""
    at, path, edge = found.at, found.path, found.edge
    titles = _("along the gradient's sign (levels of 255)"), _("across (levels of 255)")
    figure = figures.points(_dots(found, victims), *titles, 520, small=len(at) > 20)
    border = rasters.contours(_("border of the answer"), "whole", at, at, found.lead, [0.0])
    lines = (
        figures.curve(Line(_("edge of the ball, ε"), "control", edge[:, 0], edge[:, 1]), silent=True),
        figures.curve(Line(_("path of I-FGSM"), "danger", path[:, 0], path[:, 1]), silent=True),
    )
    ended = _("end of the attack: {}").format(short(victims.names[found.ended]))
    ends = (
        dots(_("the picture"), "whole", [0.0], [0.0], [_("the picture as it is")]),
        dots(_("end of the attack"), "danger", [path[-1, 0]], [path[-1, 1]], [ended]),
    )
    span = 1.03 * at[0], 1.03 * at[-1]
    return figures.within(figures.add(figure, border, *lines, *ends), span, span)


def _dots(found: Any, victims: Any) -> dict[str, tuple]:
    """The points of the map by answer: a digit has its own colour, of a photo's answers the commonest have one."""
    from core.attack.analysis.surface import groups

    drawn = {}
    for place, (number, points) in enumerate(groups(found, victims.photo).items()):
        if number is None:
            drawn[_("other answers")] = ("control", *points, [])
        else:
            role = f"task{place + 1 if victims.photo else number + 1}"
            drawn[short(victims.names[number])] = (role, *points, [])
    return drawn


def _solid(found: Any) -> figures.Figure:
    """How far the goal is ahead as a surface, and the path on it: above 0 the attack has reached its goal."""
    titles = _("along the gradient's sign"), _("across"), _("goal ahead (logits)")
    path = Line(_("path of I-FGSM"), "danger", found.path[:, 0], found.path[:, 1])
    return rasters.surface(found.at, found.at, found.lead, titles, 520, path)


def _ways(found: Any, level: int) -> figures.Figure:
    """What the attack raises, against the length of the way: the loss, or, towards an answer, its negative."""
    lines = [
        Line(_("along the gradient's sign"), "danger", found.gradient.at, found.gradient.loss),
        Line(_("as many levels, signs at random"), "control", found.random.at, found.random.loss),
    ]
    raised = _("− loss of the answer wanted") if found.targeted else _("loss of the right answer")
    return figures.curves(lines, _("length of the way (levels of 255)"), raised, 300, marks={"ε": float(level)})
