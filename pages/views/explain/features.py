"""The global view: many pictures as one layer sees them, a point each, in the plane."""

from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, figures, rasters, views
from pages.parts.overlay import pixels
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.explain import data

EACH = 50  # test digits of each class
WAYS = ("PCA", "t-SNE")


@st.fragment
def features(current: Shown) -> None:
    """A choice of the layer and of the way into the plane; each point shows its picture."""
    subject = data.subject_of(current)
    if subject is None:
        st.info(_("There is no picture, or no network, to look into yet."))
        return
    _plane(current, subject)


@st.fragment
def _plane(current: Shown, subject: Any) -> None:
    from core.attribution import inputs

    layers = list(inputs.layers(subject.net))
    with st.container(horizontal=True, gap="large"):
        layer = st.selectbox(
            _("Layer"), layers, format_func=_, key=views.kept("features/layer", layers, layers[-1]), width=260
        )
        way = "PCA"
        if not subject.photo:
            way = st.segmented_control(_("Into the plane by"), WAYS, default=way, key="features/way", required=True)
    places, shares = _places(data.key_of(current), layer, way, subject)
    figure = _photos(places, subject) if subject.photo else _digits(data.key_of(current), places, subject)
    figures.titled(figure, *_titles(way, shares))
    chart.show(figure, key=f"features/{way}", alt=_("Pictures in the plane, as this layer sees them"))
    _caption(subject.photo, way)


def _titles(way: str, shares: tuple[float, float]) -> tuple[str, str]:
    if way == "t-SNE":
        return _("t-SNE, across"), _("t-SNE, up")
    first, second = (_("{:.0f} % of the variance").format(100 * share) for share in shares)
    return f"{_('first direction')}: {first}", f"{_('second direction')}: {second}"


def _caption(photo: bool, way: str) -> None:
    said = {
        "PCA": _(
            "PCA shows the two directions in which the features differ most. Two points that are far apart here are far apart "
            "for the layer; two that are close may still differ in other directions."
        ),
        "t-SNE": _("t-SNE keeps neighbours together; how far groups lie apart, and how large they are, means nothing."),
    }
    many = _("Our twelve photos") if photo else _("500 test digits")
    st.caption(_("{}, and the picture looked at (the star). Point at one to see it.").format(many), help=said[way])


def _digits(key: str, places: np.ndarray, subject: Any) -> figures.Figure:
    """One colour for each class, and the picture looked at as a star."""
    pictures, labels, said = _sample(key, subject)
    groups, shots = {}, {}
    for digit in range(10):
        seen = labels == digit
        texts = [_("{} · the network says {}").format(digit, answer) for answer in said[:-1][seen]]
        groups[str(digit)] = (f"task{digit + 1}", *places[:-1][seen].T, texts)
        shots[str(digit)] = rasters.sprites(list(pictures[:-1][seen]), 84)
    own = _("this picture")
    figure = figures.points(groups, "", "", 520, small=True, pictures=shots)
    figures.within(figure, *(figures.span_of_values(values) for values in places.T))
    text = f"{own} · {_('the network says {}').format(said[-1])}"
    return figures.add(
        figure, figures.dots(own, "whole", *places[-1:].T, [text], "star", pictures=rasters.sprites([pictures[-1]], 84))
    )


def _photos(places: np.ndarray, subject: Any) -> figures.Figure:
    """The shipped photos, each with its name in the legend and on hover, and last, on top, the picture looked at."""
    groups, shots, own = {}, {}, _("this picture")
    for (name, thumbnail), place in zip(_thumbnails().items(), places):
        if not _looked_at(name, subject):  # it would lie under its own star
            groups[_(name)] = ("control", *place[:, None], [_(name)])
            shots[_(name)] = rasters.sprites([thumbnail], 112)
        else:
            own = f"{own}: {_(name)}"
    groups[own] = ("after", *places[-1:].T, [own])
    shots[own] = rasters.sprites([pixels(subject.x.numpy())[::2, ::2]], 112)
    figure = figures.points(groups, "", "", 460, pictures=shots)
    for trace, colour in zip(figure["data"], figures.TASKS * 2):
        trace["marker"] |= {"color": colour, "symbol": "circle"}
    figure["data"][-1]["marker"] |= {"color": figures.colour("after"), "symbol": "star", "size": 13}
    return figure


def _looked_at(name: str, subject: Any) -> bool:
    """Whether the picture looked at is the shipped photo of this name."""
    from core.data import photos
    from core.subject.settings import PHOTOS

    key = next(key for key, title in PHOTOS.items() if title == name)
    return np.array_equal(photos.load(key).numpy(), subject.x.numpy())


@st.cache_data(max_entries=60, show_spinner="Placing the pictures once …")
def _places(key: str, layer: str, way: str, _subject: Any) -> tuple[np.ndarray, tuple[float, float]]:
    """Where each picture lies, the subject's own last, (N + 1, 2), and PCA's shares of the variance."""
    import torch

    from core.attribution import features as core
    from core.attribution import inputs
    from core.data import digits, photos

    known = photos.every() if _subject.photo else digits.load().test_x[_chosen()]
    vectors = core.features(
        _subject.net, inputs.layers(_subject.net)[layer], torch.cat([known, _subject.x.unsqueeze(0)])
    )
    return (core.tsne(vectors), (0.0, 0.0)) if way == "t-SNE" else core.pca(vectors)


@st.cache_data(max_entries=20, show_spinner=False)
def _sample(key: str, _subject: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The digits of the cloud, 8-bit (501, 28, 28), their labels (500,) and the network's answers (501,)."""
    import torch

    from core import nets
    from core.data import digits

    found, chosen = digits.load(), _chosen()
    x = torch.cat([found.test_x[chosen], _subject.x.unsqueeze(0)])
    said = nets.predict(_subject.net, x).argmax(1).numpy()
    return (255 * x[:, 0]).round().byte().numpy(), found.test_y[chosen].numpy(), said.copy()


def _chosen() -> Any:
    """The places of the first 50 test digits of each class."""
    import torch

    from core.data import digits

    labels = digits.load().test_y
    return torch.cat([torch.nonzero(labels == digit)[:EACH, 0] for digit in range(10)])


@st.cache_data(max_entries=1, show_spinner=False)
def _thumbnails() -> dict[str, np.ndarray]:
    """The shipped photos by their names for people, 8-bit (112, 112, 3)."""
    from core.data import photos
    from core.subject.settings import PHOTOS

    return {
        PHOTOS[name]: (255 * photos.load(name)[:, ::2, ::2]).round().byte().permute(1, 2, 0).numpy()
        for name in photos.FILES
    }
