"""The stage of lottery tickets: the weights that are left, and the curves of the networks that start with them."""

import numpy as np

from core.compression.analysis import ticket as analysis
from core.settings import TEN_DIGITS
from pages.parts import chart, figures, rasters
from pages.parts.drawing import pale
from pages.parts.figures import Figure, Line
from pages.parts.grammar import COLOURS, INK, Trace, lettering
from pages.parts.shown import Shown
from pages.parts.words import N_, _

SIDE, GAP, ABOVE = 28, 3, 9  # cells: of a neuron's weights, between two, and for the words above a row
NAMES = {  # of a curve or a network: name, role
    "dense": (N_("all weights"), "before"),
    "round": (N_("this round"), "after"),
    "model": (N_("winning ticket"), "after"),
    "control": (N_("new weights"), "control"),
    "signs": (N_("signs only"), "neutral"),
}


def neurons(current: Shown) -> tuple[Figure, str]:
    """On the left how many neurons read each pixel, on the right a row of neurons for each network."""
    found = analysis.neurons(current)
    names, tall = current.facts["networks"], len(current.facts["networks"]) * (SIDE + ABOVE)
    fewest, most = int(found.read.min()), int(found.read.max())
    many = len(next(iter(found.weights.values())))
    left, wide = tall + 4 * GAP, many * (SIDE + GAP) - GAP
    traces, words, at = (
        [_read(found.read, tall - ABOVE)],
        [_("read by {} to {} of 300 neurons").format(fewest, most)],
        [((tall - ABOVE) / 2, -5)],
    )
    for i, name in enumerate(names):
        top = i * (SIDE + ABOVE)
        words.append(f"<b>{_(NAMES[name][0])}</b>")
        at.append((left + wide / 2, top - 5))
        if name in found.weights:
            traces += _row(_(NAMES[name][0]), left, top, found.weights[name], found.top)
        else:
            words.append(_("comes at the end"))
            at.append((left + wide / 2, top + SIDE / 2))
    said = _("weights of three neurons: blue below zero, orange above, empty where pruned")
    across = figures.axis(said, [-GAP, left + wide + GAP]) | {"constrain": "domain"}
    down = figures.axis("", [tall - ABOVE + 1, -ABOVE]) | {"scaleanchor": "x", "constrain": "domain"}
    traces.append(lettering(words, at, textfont={"size": 13, "color": INK}))
    figure = figures.figure_of(traces, across, down, 320, hovermode="closest", showlegend=False)
    alt = _("Each pixel is read by {} to {} neurons; weights of {} networks").format(fewest, most, len(found.weights))
    return figures.plain(figure), alt


def _read(read: np.ndarray, side: float) -> Trace:
    step = side / SIDE
    hues = [pale(COLOURS["before"], 0.06), COLOURS["before"]]
    place = {"x0": step / 2, "dx": step, "y0": step / 2, "dy": step}
    return rasters.heat("", read, (0, int(read.max()) or 1), hues, _("read by %{z} neurons"), **place)


def _row(name: str, left: int, top: int, weights: np.ndarray, most: float) -> list[Trace]:
    """The incoming weights of each neuron, one beside the other."""
    look = {"dx": 1, "dy": 1, "y0": top}
    return [
        rasters.heat(
            name,
            np.round(each.astype(float), 3),
            (-most, most),
            figures.DIVERGING,
            f"{name}: %{{z}}",
            x0=left + j * (SIDE + GAP),
            **look,
        )
        for j, each in enumerate(weights)
    ]


def race(current: Shown) -> bool:
    """Accuracy over the steps since the weights were set: all weights, and the newest mask."""
    figure = curves(current, 300)
    chart.show(figure, key="live/race", alt=_("Test accuracy of the same mask from each start"), share=0.5)
    return True


def curves(current: Shown, height: int) -> Figure:
    """The same on the stage and in the view."""
    found = analysis.curves(current)
    lines = [Line(_(NAMES[each.name][0]), NAMES[each.name][1], each.steps, each.accuracy) for each in found]
    figure = figures.curves(lines, _("steps since the weights were set"), _("test accuracy (%)"), height)
    lowest = min((value for each in found for value in each.accuracy), default=0)
    figures.within(figure, x=(0, analysis.length(current)), y=(max(0, lowest - 5), 100))
    return figures.add_levels(figure, [(_("guessing"), TEN_DIGITS.value)])
