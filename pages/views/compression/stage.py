"""The stage: what the method does to the network while it trains, and how large the network is before and after.

Runs of an older version have only the confusion matrix; they are drawn with that.
"""

from collections.abc import Sequence

import numpy as np

from core.compression import pictures
from core.compression.analysis import stage as analysis
from pages.parts import chart, drawing, figures, rasters
from pages.parts.figures import Figure
from pages.parts.grammar import COLOURS, INK, Trace, lettering
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.compression import gates, lottery, slimmable, spectrum

TALL, LOW = 0.8, 0.2  # of the stage's height: the picture, and the sizes below it
GAP = 1.2  # between two matrices, in cells
WRITTEN = 0.045  # probability from which on it is written into its square
ROW = 32  # channels in a row
FAINT = 0.06
TITLE = {"y": -0.9, "showarrow": False, "font": {"size": 14}}  # over a square
SQUARES = {"xgap": 1, "ygap": 1}  # pixels between two cells


def picture(current: Shown) -> None:
    """What the run's method changes: the answers, the γ of every channel, or the weights."""
    if (kind := analysis.changed(current)) is not None:
        figure, alt = DRAWN[kind](current)
        below = _below(current)
        chart.show(figure, key=f"live/{kind.name}", alt=alt, share=1.0 if below is None else TALL)
        if below is not None:
            chart.show(below, key="live/size", alt=_("Size before and after"), share=LOW)
    elif (found := current.last(pictures.CONFUSION)) is not None:
        figure = rasters.matrix(found, text=".0f", rows=range(10), columns=range(10), x=_("said"), y=_("right"))
        chart.show(figure, key="live/confusion", alt=_("How often each digit was taken for which"), share=1.0)


def beside(current: Shown) -> bool:
    """How the numbers of the network are spread, before and now, or the race of tickets; False where the answers alone are shown."""
    if analysis.changed(current) is pictures.TICKETS:
        return lottery.race(current)
    spread = analysis.spread(current)
    if spread is None:
        return False
    kind = analysis.changed(current)
    x = _("|γ|") if kind is pictures.GAMMA else _("weight")
    groups = {_("before"): ("before", spread[0]), _("now"): ("after", spread[1])}
    figure = figures.histogram(groups, x, _("how many"), bins=40)
    chart.show(figure, key=f"live/spread/{kind.name}", alt=_("Histogram of {} before and now").format(x), share=0.5)
    return True


# ---- what networks say to ten digits ----


def answers(current: Shown) -> tuple[Figure, str]:
    """A square for each digit and class, for the network and for the one beside it."""
    found, T = analysis.answers(current), current.facts.get("temperature", 1.0)
    names = {
        "model": _("Student") if any(each.name == "teacher" for each in found) else _("This network"),
        "teacher": _("Teacher"),
        "control": _("Standard"),
    }
    traces, titles = [rasters.along(list(current.last(pictures.ASKED)), -1, 0, down=True, size=1)], []
    for i, each in enumerate(found):
        left = i * (10 + GAP)
        traces += _square(names[each.name], "after" if each.name == "model" else "before", left, each.p)
        titles.append(TITLE | {"text": f"<b>{names[each.name]}</b>", "x": left + 4.5})
    width = len(found) * (10 + GAP) - GAP
    said = _("answers to ten test digits (%)") if T == 1 else _("answers to ten test digits (%), at temperature {:g}")
    across = figures.axis(said.format(T), [-1.7, width - 0.4]) | {"constrain": "domain"}
    across |= {"tickvals": [i * (10 + GAP) + c for i in range(len(found)) for c in range(10)]}
    across |= {"ticktext": [str(c) for c in range(10)] * len(found)}
    down = figures.axis("", [9.6, -1.6]) | {"showticklabels": False, "scaleanchor": "x", "constrain": "domain"}
    right = ", ".join(_("{} {} right").format(names[each.name], each.right) for each in found)
    drawn = _bare(figures.figure_of(traces, across, down, 320), annotations=titles)
    return drawn, _("Answers to ten digits: {}").format(right)


def _square(name: str, role: str, left: float, p: np.ndarray) -> list[Trace]:
    """One network's answers, p (10, 10): a heatmap in the colour of its role, numbers where they are not small."""
    heat = rasters.heat(
        name,
        np.round(100 * p.astype(float), 1),
        (0, 100),
        [drawing.pale(COLOURS[role], FAINT), COLOURS[role]],
        _("{}: digit %{{y}}, class %{{customdata}}: %{{z}} %").format(name),
        x=[left + c for c in range(10)],
        y=list(range(10)),
        customdata=[list(range(10))] * 10,
        **SQUARES,
    )
    at = [(r, c) for r in range(10) for c in range(10) if p[r, c] >= WRITTEN]
    look = {"textfont": {"size": 12, "color": INK}}
    return [heat, lettering([f"{100 * p[each]:.0f}" for each in at], [(left + c, r) for r, c in at], **look)]


# ---- the γ of every channel ----


def channels(current: Shown) -> tuple[Figure, str]:
    """A square for each channel and neuron, layer by layer: full where γ is large, empty where it was cut."""
    found = analysis.channels(current)
    rows, ticks, names = [], [], []
    for i, layer in enumerate(found.layers):
        width = len(layer.gammas)
        filled = np.pad(layer.gammas, (0, -width % ROW), constant_values=np.nan).reshape(-1, ROW)
        ticks.append(len(rows) + (len(filled) - 1) / 2)
        name = layer.name or _("layer {}").format(i + 1)
        names.append(f"{name}<br>{width}" if layer.left is None else f"{name}<br>{width} → {layer.left}")
        rows += [*filled, np.full(ROW, np.nan)]
    z = np.round(rows[:-1], 3)
    hues = [drawing.pale(COLOURS["after"], 0.1), COLOURS["after"]]
    heat = rasters.heat("", z, (0, found.top), hues, "|γ| %{z}", **SQUARES)
    said = _("one square for each channel and neuron: full where |γ| is large, empty where it was cut")
    across = figures.axis(said, [-0.5, ROW - 0.5]) | {"showticklabels": False}
    down = figures.axis("", [len(z) - 0.5, -0.5]) | {"tickvals": ticks, "ticktext": names}
    widths = [len(layer.gammas) for layer in found.layers]
    alt = _("|γ| of all {} channels and neurons, layer by layer").format(sum(widths))
    return _bare(figures.figure_of([_places(widths), heat], across, down, 320)), alt


def _places(widths: Sequence[int]) -> Trace:
    """A faint square wherever there is a channel, or was one before the cut."""
    rows = []
    for width in widths:
        rows += [[1 if i < width else None for i in range(start, start + ROW)] for start in range(0, width, ROW)]
        rows.append([None] * ROW)
    colour = {"colorscale": [[0, INK], [1, INK]], "opacity": FAINT, "showscale": False}
    return {"type": "heatmap", "name": "", "z": rows[:-1], "hoverinfo": "skip", "hoverongaps": False} | colour | SQUARES


# ---- the weights ----


def weights(current: Shown) -> tuple[Figure, str]:
    """A piece of the largest weight matrix, before and now; what was set to zero is empty."""
    found = analysis.weights(current)
    tall, wide = found.before.shape
    shift = wide + 2
    traces = [_piece(_("before"), 0, found.before, found.top), _piece(_("now"), shift, found.now, found.top)]
    said = _(
        "{:,} of the largest layer's weights: blue below zero, orange above. Now {:,} values, {:.0f} % zero"
    ).format(found.now.size, found.values, found.zeros)
    across = figures.axis(said, [-0.5, shift + wide - 0.5]) | {"constrain": "domain"}
    down = figures.axis("", [tall - 0.5, -3.2]) | {"scaleanchor": "x", "constrain": "domain"}
    titles = [
        TITLE | {"text": _("<b>Before</b>"), "x": (wide - 1) / 2},
        TITLE | {"text": _("<b>Now</b>"), "x": shift + (wide - 1) / 2},
    ]
    figure = figures.figure_of(traces, across, down, 320, hovermode="closest", showlegend=False, annotations=titles)
    alt = _("A piece of the weights, before and now: {} different values now").format(found.values)
    return figures.plain(figure), alt


def _piece(name: str, left: int, array: np.ndarray, top: float) -> Trace:
    z = np.round(np.where(array == 0, np.nan, array.astype(float)), 4)
    return rasters.heat(name, z, (-top, top), figures.DIVERGING, f"{name}: %{{z}}", x0=left, dx=1)


DRAWN = {
    pictures.SAYS: answers,
    pictures.GAMMA: channels,
    pictures.WEIGHTS: weights,
    pictures.TICKETS: lottery.neurons,
    pictures.EXITS: gates.exits,
    pictures.SPECTRUM: spectrum.values,
    pictures.WIDTHS: slimmable.bars,
}


# ---- the sizes ----


def _below(current: Shown) -> Figure | None:
    """Two bars: bytes, or multiply–adds where the run saves these; None for a run that measured neither."""
    if current.pictures(pictures.EXITS):
        return gates.work(current)
    sized = current.last(pictures.SIZE)
    return None if sized is None else sizes(*sized, _names(current))


def _names(current: Shown) -> tuple[str, str]:
    """What the two networks are called whose sizes are compared."""
    if "teacher" in current.facts.get("says", ()):
        return _("Teacher"), _("Student")
    return (_("Standard"), _("This network")) if "standard_parameters" in current.facts else (_("Before"), _("Now"))


def sizes(before: float, now: float, names: tuple[str, str]) -> Figure:
    """Two bars: the bytes that the run began with, or is held against, and its own."""
    times, kilobytes = analysis.smaller(before, now), [before / 1000, now / 1000]
    said = [f"{size:,.0f} KB" if size >= 10 else f"{size:,.1f} KB" for size in kilobytes]
    said[1] += f" · 1/{times}" if times else ""
    look = {"name": _("size"), "text": said, "textposition": "outside", "hovertemplate": "%{x:.1f} KB<extra></extra>"}
    across = figures.axis("", [0, 1.3 * max(kilobytes)]) | {"showticklabels": False, "showgrid": False}
    return _bare(drawing.lying(names, kilobytes, ("before", "after"), across, 90, **look))


# ---- parts ----


def _bare(figure: Figure, **layout: object) -> Figure:
    """The figure without a grid, ticks and legend."""
    plain = {"showgrid": False, "zeroline": False, "ticks": ""}
    return figures.restyled(figure, plain, plain, hovermode="closest", showlegend=False, **layout)
