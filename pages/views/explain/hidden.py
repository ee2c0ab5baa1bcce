"""The insertion and deletion test as curves: the map, and two maps that know no network."""

from typing import Any

from core.explain.pictures import ORDERS
from pages.parts import figures
from pages.parts.figures import Line
from pages.parts.words import _

ROLES = ("after", "control", "before")  # of the orders


def control_names(photo: bool) -> dict[str, str]:
    """The two maps that know no network, by what they are called wherever a map stands beside them."""
    return {
        "random": _("moved map") if photo else _("random order"),
        "input only": _("edges only") if photo else _("ink only"),
    }


def deletion_insertion(curves: dict[tuple[str, str], Any], photo: bool, height: int = 250) -> dict[str, figures.Figure]:
    """Probability of the answer while pixels are hidden, and while they are shown, in the order of the map and of its two
    controls: way → figure. curves: see core/explain/analysis/trust.py. The legend says the area under each curve."""
    titles = {
        "deletion": _("pixels hidden, most important first (%)"),
        "insertion": _("pixels shown, most important first (%)"),
    }
    names = {"map": _("this map")} | control_names(photo)
    return {way: _figure(way, curves, names, title, height) for way, title in titles.items()}


def _figure(way: str, curves: dict[tuple[str, str], Any], names: dict[str, str], title: str, height: int) -> Any:
    lines = []
    for order, role in zip(ORDERS, ROLES):
        curve = curves.get((way, order))
        if curve is None:
            lines.append(Line(names[order], role, [], []))
        else:
            lines.append(Line(f"{names[order]} · {curve.area:.0f} %", role, curve.shares, curve.values))
    figure = figures.curves(lines, title, _("probability (%)"), height)
    return figures.within(figure, x=(0, 100), y=(0, 102))
