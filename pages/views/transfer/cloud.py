"""The cloud: what the network's last layer reads of both domains, as points that move while it learns."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.transfer import analysis
from core.transfer.analysis.cloud import Cloud, Spans
from core.verdict import Verdict
from pages.parts import chart, choose, figures, lecture, rasters, verdict
from pages.parts.ask import ask
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _
from pages.views.transfer.digits import names

ALT = N_("The features of source and target as two clouds of points")
LARGE = 500  # pixels
SHAPES = ("square", "circle")  # of source and target, whatever the colour means
SIDE = 56  # pixels of a point's picture on the screen
TURN = 20  # points of one domain that are drawn before the other's turn, so that neither hides the other


@view(N_("The cloud"))
def draw(current: Shown) -> None:
    """Every evaluation of the run from the axes of its end, by domain or by class, and t-SNE of the last one."""
    found = analysis.cloud.cloud(current)
    if found is None:
        st.info(_("This run was stopped before its first look, so there is no cloud."))
        return
    by, step = _choices(found)
    place = found.steps.index(step)
    left, right = st.columns([1.7, 1], gap="large")
    with left:
        if by == "tsne":
            flat = ask(analysis.cloud.tsne, current, wait=_("Computing t-SNE …"))
            shown, titles = (flat, found.who, analysis.cloud.spans(flat)), ("t-SNE 1", "t-SNE 2")
        else:
            shown, titles = (found.seen[place], found.who, analysis.cloud.spans(found.seen)), axes(found.ended)
        pictures = analysis.digits.in_cloud(current)
        figure = points(*shown, titles, by != "domain", pictures, names(current.settings))
        chart.show(figure, key="cloud/points", alt=_(ALT))
    with right:
        if by == "tsne":
            _words_of_tsne(found)
        else:
            _words(current, found, step)


def _choices(found: Cloud) -> tuple[str, int]:
    """What colours mean (or t-SNE), and which evaluation is shown: its step."""
    names = {"domain": _("by domain"), "class": _("by class")}
    if found.features is not None:
        names["tsne"] = _("t-SNE at the end")
    left, right = st.columns([1, 1.4], gap="large", vertical_alignment="bottom")
    by = choose.one("cloud/by", _("Colours"), names, at=left)
    return by, choose.scrubber("cloud/look", found.steps, _("After step"), at=right, disabled=by == "tsne")


def points(
    xy: np.ndarray,
    who: np.ndarray,
    within: Spans,
    titles: tuple[str, str],
    by_class: bool = False,
    digits: np.ndarray | None = None,
    called: Sequence[str] | None = None,
) -> figures.Figure:
    """Points xy (N, 2) of both domains. who: (2, N), domain (0 source, 1 target) and class. within: where the axes begin and
    end. digits: the picture of each point, 8-bit (N, H, W) or (N, H, W, 3), shown on hover. called: the names of the classes.

    The domain is the shape; the colour is the domain's, or the class's. Both domains are drawn in turns: neither hides the other.
    """
    domain, y = who
    called = called or names(None)
    sides, seen, turn = (_("source"), _("target")), np.isfinite(xy).all(1), np.arange(len(y)) // TURN % 2
    layers, known = [], set()
    for part in (0, 1):
        for which in np.unique(y) if by_class else [None]:
            for place, name in enumerate(sides):
                own = seen & (domain == place) & (turn == part) & ((y == which) if by_class else True)
                role = f"task{int(which) + 1}" if by_class else ("before", "after")[place]
                label = called[which] if by_class else name
                texts = [f"{name}, {called[c]}" for c in y[own]]
                shots = rasters.sprites(list(digits[own]), SIDE) if digits is not None and own.any() else None
                layer = figures.dots(label, role, *xy[own].T, texts, SHAPES[place], pictures=shots)
                layers.append(layer | {"legendgroup": label, "showlegend": label not in known})  # once in the legend
                known.add(label)
    if by_class:
        layers = [figures.dots(name, "whole", [], [], [], shape) for name, shape in zip(sides, SHAPES)] + layers
    figure = figures.points({}, *titles, LARGE)
    return figures.within(figures.add(figure, *layers), *within)


def axes(ended: bool) -> tuple[str, str]:
    """Titles of the axes. ended: they were chosen at the end, otherwise at the start."""
    if ended:
        return _("1st direction of the features (axes chosen at the end)"), _("2nd direction")
    return _("1st direction of the features (axes chosen at the start)"), _("2nd direction")


def _words(current: Shown, found: Cloud, step: int) -> None:
    """What the numbers of this evaluation say."""
    accuracy = analysis.cloud.measured_at(current, step).get("target")
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Training step"), f"{step:,}", width="content")
        if accuracy is not None:
            st.metric(_("Target accuracy"), f"{accuracy:.1f} %", width="content")
    place = found.steps.index(step)
    verdict.draw("transfer", analysis.cloud.about_distance(found, place))
    _at_home(analysis.cloud.about_classes(found, place))
    tip = verdict.words("transfer", analysis.cloud.about_axes(found))
    st.caption(_("The axes are the same for every step."), help=tip)


def _words_of_tsne(found: Cloud) -> None:
    lecture.write("transfer", "t-SNE")
    _at_home(analysis.cloud.about_tsne(found))


def _at_home(reached: list[Verdict]) -> None:
    if reached:
        verdict.draw("transfer", reached)
        st.caption(_("This share needs the target's labels, so in practice it is not known."))
