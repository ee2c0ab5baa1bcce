"""The insertion and deletion test as curves: the map, and two maps that know no network."""

import numpy as np

from pages.parts import figures
from pages.parts.figures import Line
from pages.parts.shown import Shown
from pages.parts.words import _

CURVES = {"map": "after", "random": "control", "input only": "before"}  # whose order → role
WAYS = ("deletion", "insertion")
Tests = dict[
    tuple[str, str], np.ndarray
]  # (way, whose order) → probability of the answer at equal shares of the pixels


def tests_of(current: Shown) -> Tests:
    """What the run itself has measured so far."""
    found = {(way, name): current.last(f"{way} {name}") for way in WAYS for name in CURVES}
    return {key: curve for key, curve in found.items() if curve is not None}


def control_names(photo: bool) -> dict[str, str]:
    """The two maps that know no network, by what they are called wherever a map stands beside them."""
    return {
        "random": _("moved map") if photo else _("random order"),
        "input only": _("edges only") if photo else _("ink only"),
    }


def deletion_insertion(tests: Tests, photo: bool, height: int = 250) -> tuple[figures.Figure, figures.Figure]:
    """Probability of the answer while pixels are hidden, and while they are shown, in the order of the map and of its two
    controls. The legend says the area under each curve."""
    titles = {
        "deletion": _("pixels hidden, most important first (%)"),
        "insertion": _("pixels shown, most important first (%)"),
    }
    return tuple(_figure({name: tests.get((way, name)) for name in CURVES}, photo, titles[way], height) for way in WAYS)


def _figure(curves: dict[str, np.ndarray | None], photo: bool, title: str, height: int) -> figures.Figure:
    names = {"map": _("this map")} | control_names(photo)
    lines = []
    for name, curve in curves.items():
        known = [] if curve is None else list(100 * curve)
        area = f" · {100 * np.trapezoid(curve, dx=1 / (len(curve) - 1)):.0f} %" if len(known) else ""
        lines.append(Line(names[name] + area, CURVES[name], np.linspace(0, 100, len(known)) if known else [], known))
    figure = figures.curves(lines, title, _("probability (%)"), height)
    return figures.within(figure, x=(0, 100), y=(0, 102))
