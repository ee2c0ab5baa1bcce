"""The global view: many pictures as one layer sees them, a point each, in the plane."""

from typing import Any

import streamlit as st

from core.explain import analysis
from pages.parts import chart, choose, figures, lecture, rasters
from pages.parts.figures import Figure
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.explain.asked import given


@view(N_("Feature space"))
def draw(current: Shown) -> None:
    """A choice of the layer and of the way into the plane; each point shows its picture."""
    if (asked := given(current)) is None:
        return
    photo, layers, ways = asked.subject.photo, analysis.filters.layers(asked), analysis.features.WAYS
    with st.container(horizontal=True, gap="large"):
        names = {layer: translate(layer) for layer in layers}
        layer = choose.one("features/layer", _("Layer"), names, layers[-1], side_by_side=False, width=260)
        way = ways[0]
        if not photo:
            way = choose.one("features/way", _("Into the plane by"), ways)
    with st.spinner(_("Placing the pictures once …")):
        plane = analysis.features.plane(asked, layer, way)
    figure = (_photos if photo else _digits)(asked, plane.places)
    figures.within(figure, *(figures.span_of_values(values) for values in plane.places.T))
    alt = _("Pictures in the plane, as this layer sees them")
    chart.show(figures.titled(figure, *_titles(plane.shares)), key=f"features/{way}", alt=alt)
    said = _("500 test digits, and the picture looked at (the star). Point at one to see it.")
    if photo:
        said = _("Our twelve photos, and the picture looked at (the star). Point at one to see it.")
    st.caption(said, help=lecture.note("explain", way))


def _titles(shares: tuple[float, ...]) -> tuple[str, str]:
    if not shares:
        return _("t-SNE, across"), _("t-SNE, up")
    across, up = _("first direction: {:.0f} % of the variance"), _("second direction: {:.0f} % of the variance")
    return across.format(shares[0]), up.format(shares[1])


def _digits(asked: Any, places: Any) -> Figure:
    """One colour for each class, and the picture looked at as a star."""
    sample = analysis.features.sample(asked)
    groups, shots = {}, {}
    for digit in range(10):
        seen = [i for i, label in enumerate(sample.labels) if label == digit]
        texts = [_("{} · the network says {}").format(digit, sample.said[i]) for i in seen]
        groups[str(digit)] = (f"task{digit + 1}", *places[seen].T, texts)
        shots[str(digit)] = rasters.sprites(list(sample.pictures[seen]), 84)
    figure = figures.points(groups, "", "", 520, small=True, pictures=shots)
    text = _("this picture · the network says {}").format(sample.said[-1])
    return figures.add(figure, _star(_("this picture"), "whole", places, text, sample.pictures[-1], 84))


def _photos(asked: Any, places: Any) -> Figure:
    """The shipped photos, each with its name in the legend and on hover, and last, on top, the picture looked at."""
    own, traces = analysis.features.name_of(asked), []
    for i, (name, thumbnail) in enumerate(analysis.features.thumbnails().items()):
        if name != own:  # it would lie under its own star
            shot = rasters.sprites([thumbnail], 112)
            traces.append(
                figures.dots(_(name), f"task{i % 10 + 1}", *places[i][:, None], [_(name)], "circle", pictures=shot)
            )
    title = _("this picture: {}").format(_(own)) if own else _("this picture")
    star = _star(title, "after", places, title, asked.picture[::2, ::2], 112)
    return figures.add(figures.points({}, "", "", 460), *traces, star)


def _star(name: str, role: str, places: Any, text: str, picture: Any, side: int) -> Any:
    """The picture looked at, which is the last."""
    return figures.dots(name, role, *places[-1:].T, [text], "star", pictures=rasters.sprites([picture], side))
