"""What lies around a picture: the answers in the plane of the gradient and a second direction, and the way that an attack takes."""

from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures, rasters
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.attack import data

STEPS = 10  # of I-FGSM
BEYOND = 1.5  # how far the map reaches, in ε
POINTS = {False: 41, True: 13}  # of a side of the map: of a digit, of a photo
WHOLE = 0.99  # share of the change from which the plane holds all of it
NAMED = 6  # answers to a photo that have a colour of their own


@st.fragment
def surface(current: Shown) -> None:
    """Knobs, the map with the attack's path, and the loss on the way along the gradient and along a random direction."""
    subject = data.one_of(current)
    victims = data.victims_of(subject)
    if victims is None:
        return
    level, second, seed = _knobs(victims.photo)
    if victims.photo:
        st.caption(_("{} photos go through the network for this map: some seconds.").format(POINTS[True] ** 2))
    goal = data.goal_of(current)
    key = subject.model_dump_json() + goal.model_dump_json()
    found = _measured(key, level, second, seed, victims, goal)
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        if st.toggle(
            _("3-D"),
            key="attack/surface/solid",
            help=_("How far the attack's goal is ahead, as a surface that can be turned."),
        ):
            chart.show(
                _solid(found),
                key="attack/surface/hills",
                alt=_("How far the goal of the attack is ahead around the picture"),
            )
        else:
            chart.show(
                _map(found, victims), key="attack/surface/map", alt=_("The network's answers around the picture")
            )
    with right:
        chart.show(
            _ways(found, level),
            key="attack/surface/loss",
            alt=_("The loss along the gradient and along a random direction"),
        )
        _words(found)


def _knobs(photo: bool) -> tuple[int, str, int]:
    """ε in levels, the second direction, and the seed of the random one."""
    left, middle, right = st.columns([2, 2, 1], gap="large")
    top, start = (32, 8) if photo else (128, 52)
    level = left.slider(
        _("Size of change ε (of 255)"),
        1 if photo else 4,
        top,
        start,
        1 if photo else 4,
        key=f"attack/surface/{photo}",
    )
    second = middle.segmented_control(
        _("Second direction"),
        ["end", "random"],
        default="end",
        required=True,
        format_func={"random": _("random"), "end": _("where the attack ends")}.get,
        key="attack/surface/second",
    )
    seed = right.number_input(_("Seed of the random direction"), 0, 99, 0, key="attack/surface/seed")
    return level, second, seed


@st.cache_data(max_entries=100, show_spinner=True)
def _measured(key: str, level: int, second: str, seed: int, _victims: Any, _goal: Any) -> dict[str, Any]:
    """The map, the path and the ball's edge in it, and the loss along both directions. key: names picture, network and goal."""
    import torch

    from core.attack import models, surface
    from core.attack.ball import LEVELS, Ball
    from core.attack.gradient import ifgsm
    from core.loop import seeded

    net, x, photo = _victims.net, _victims.x, _victims.photo
    aim, ball = models.aim_for(_victims, _goal), Ball("inf", level / LEVELS)
    steps = torch.cat([x, *ifgsm(net, x, aim, ball, STEPS, 0.2)])
    control = surface.random_signs(x[0], seeded(seed))
    first, across = surface.plane(net, x, aim, second, seeded(seed), steps[-1:])
    at, classes, lead = surface.decision_map(net, x, aim, first, across, BEYOND * level, POINTS[photo])
    ways = {
        name: surface.along(net, x, aim, direction, BEYOND * level, POINTS[photo])
        for name, direction in (("gradient", first), ("random", control))
    }
    return {
        "at": at.numpy(),
        "classes": classes.numpy(),
        "lead": lead.numpy(),
        "path": surface.path(steps, x, first, across).numpy(),
        "edge": surface.outline(ball, first, across).numpy(),
        "share": surface.share(steps[-1] - x[0], first, across),
        "targeted": aim.targeted,
        "ended": int(models.answers(net, steps[-1:])[0]),
        "ways": {name: [numbers.numpy() for numbers in way] for name, way in ways.items()},
    }


def _map(found: dict[str, Any], victims: Any) -> figures.Figure:
    """Every answer a dot; the border of what the attack wants, the edge of the ball, and the path."""
    at, path, edge = found["at"], found["path"], found["edge"]
    small = len(at) > 20
    figure = figures.points(
        _dots(found, victims),
        _("along the gradient's sign (levels of 255)"),
        _("across (levels of 255)"),
        520,
        small=small,
    )
    border = rasters.contours(_("border of the answer"), "whole", at, at, found["lead"], [0.0])
    lines = (
        figures.curve(Line(_("edge of the ball, ε"), "control", edge[:, 0], edge[:, 1]), silent=True),
        figures.curve(Line(_("path of I-FGSM"), "danger", path[:, 0], path[:, 1]), silent=True),
    )
    ended = _("end of the attack: {}").format(data.short(victims.names[found["ended"]]))
    ends = figures.points(
        {
            _("the picture"): ("whole", [0.0], [0.0], [_("the picture as it is")]),
            _("end of the attack"): ("danger", [path[-1, 0]], [path[-1, 1]], [ended]),
        },
        "",
        "",
    )["data"]
    figures.add(figure, border, *lines, *ends)
    span = 1.03 * at[0], 1.03 * at[-1]
    return figures.within(figure, span, span)


def _solid(found: dict[str, Any]) -> figures.Figure:
    """How far the goal is ahead as a surface, and the path on it: above 0 the attack has reached its goal."""
    titles = _("along the gradient's sign"), _("across"), _("goal ahead (logits)")
    path = Line(_("path of I-FGSM"), "danger", found["path"][:, 0], found["path"][:, 1])
    return rasters.surface(found["at"], found["at"], found["lead"], titles, 520, path)


def _dots(found: dict[str, Any], victims: Any) -> dict[str, tuple[str, list[float], list[float], list[str]]]:
    """The points of the map by answer: a digit has its own colour, of a photo's answers the commonest have one."""
    at, classes = found["at"].round(1), found["classes"]
    numbers, counts = np.unique(classes, return_counts=True)
    order = [int(number) for number in numbers[np.argsort(-counts)]]
    named = order[:NAMED] if victims.photo else sorted(order)
    groups = {}
    for place, number in enumerate(named):
        rows, columns = np.nonzero(classes == number)
        role = f"task{place + 1 if victims.photo else number + 1}"
        name = data.short(victims.names[number])
        groups[name] = (role, at[columns].tolist(), at[rows].tolist(), [])
    rows, columns = np.nonzero(~np.isin(classes, named))
    if len(rows):
        groups[_("other answers")] = ("control", at[columns].tolist(), at[rows].tolist(), [])
    return groups


def _ways(found: dict[str, Any], level: int) -> figures.Figure:
    """What the attack raises, against the length of the way: the loss, or, towards an answer, its negative."""
    lines = [
        Line(_("along the gradient's sign"), "danger", *found["ways"]["gradient"][:2]),
        Line(_("as many levels, signs at random"), "control", *found["ways"]["random"][:2]),
    ]
    raised = _("− loss of the answer wanted") if found["targeted"] else _("loss of the right answer")
    return figures.curves(lines, _("length of the way (levels of 255)"), raised, 300, marks={"ε": float(level)})


def _words(found: dict[str, Any]) -> None:
    """Where the answer is lost on both ways, and how much of the attack the plane shows."""
    ways = {"gradient": _("Along the gradient's sign"), "random": _("With signs at random")}
    for name, title in ways.items():
        at, __, lead = found["ways"][name]
        beyond = np.flatnonzero(lead > 0)
        if not len(beyond):
            said = _("the attack does not reach its goal up to {:.0f} levels.").format(at[-1])
        elif beyond[0] == 0:
            said = _("the goal is reached from the start.")
        else:
            i = int(beyond[0])
            said = _("the attack reaches its goal at {:.1f} levels.").format(
                np.interp(0.0, lead[i - 1 : i + 1], at[i - 1 : i + 1])
            )
        st.markdown(f"**{title}** {said}")
    if found["share"] <= WHOLE:
        st.caption(
            _("The plane holds {:.0f} % of the length of the whole change.").format(100 * found["share"]),
            help=_(
                "So the path may end where the map has another answer. Choose “where the attack ends”: the plane goes through it."
            ),
        )
