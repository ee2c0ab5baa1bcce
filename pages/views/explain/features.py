"""The global view: many pictures as one layer sees them, a point each, in the plane."""

from typing import Any

import numpy as np
import streamlit as st

from pages.shared import chart, figures
from pages.shared.shown import Shown
from pages.shared.words import _
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
    from core.explain import models

    layers, where = list(models.layers(subject.net)), f"features/{current.id}"
    with st.container(horizontal=True, gap="large"):
        layer = st.selectbox(_("Layer"), layers, len(layers) - 1, format_func=_, key=f"{where}/layer", width=260)
        way = "PCA"
        if not subject.photo:
            way = st.segmented_control(_("Into the plane by"), WAYS, default=way, key=f"{where}/way", required=True)
    places, shares = _places(data.key_of(current), layer, way, subject)
    figure = _photos(places) if subject.photo else _digits(data.key_of(current), places, subject)
    figure["x"]["title"], figure["y"]["title"] = _titles(way, shares)
    chart.show(figure, key=f"{where}/{way}", alt=_("Pictures in the plane, as this layer sees them"))
    _caption(subject.photo, way)


def _titles(way: str, shares: tuple[float, float]) -> tuple[str, str]:
    if way == "t-SNE":
        return _("t-SNE, across"), _("t-SNE, up")
    first, second = (_("{:.0f} % of the variance").format(100 * share) for share in shares)
    return f"{_('first direction')}: {first}", f"{_('second direction')}: {second}"


def _caption(photo: bool, way: str) -> None:
    said = {
        "PCA": _(
            "PCA shows the two directions in which the features differ most: distances are true, as far as two go."
        ),
        "t-SNE": _("t-SNE keeps neighbours together; how far groups lie apart, and how large they are, means nothing."),
    }
    if photo:
        st.caption(
            f"{said['PCA']} {_('We have only twelve photos, and the one looked at, so this cloud is a small one.')}"
        )
        return
    st.caption(f"{_('500 test digits and the picture looked at (the star). Point at one to see it.')} {said[way]}")


def _digits(key: str, places: np.ndarray, subject: Any) -> figures.Figure:
    """One colour for each class, and the picture looked at as a star."""
    pictures, labels, said = _sample(key, subject)
    groups, shots = {}, {}
    for digit in range(10):
        seen = labels == digit
        texts = [_("{} · the network says {}").format(digit, answer) for answer in said[:-1][seen]]
        groups[str(digit)] = (f"task{digit + 1}", *places[:-1][seen].T, texts)
        shots[str(digit)] = figures.sprites(list(pictures[:-1][seen]), 84)
    own = _("this picture")
    groups[own] = ("whole", *places[-1:].T, [f"{own} · {_('the network says {}').format(said[-1])}"])
    shots[own] = figures.sprites([pictures[-1]], 84)
    figure = figures.points(groups, "", "", 520, small=True, pictures=shots)
    figure["layers"][-1] |= {"shape": "star", "small": False}
    return figure


def _photos(places: np.ndarray) -> figures.Figure:
    """The shipped photos with their names, and the picture looked at."""
    thumbnails = _thumbnails()
    names = [_(name) for name in thumbnails]
    own = _("this picture")
    groups = {_("our photos"): ("before", *places[:-1].T, names), own: ("after", *places[-1:].T, [own])}
    shots = {_("our photos"): figures.sprites(list(thumbnails.values()), 112)}
    figure = figures.points(groups, "", "", 460, pictures=shots)
    figure["layers"] = figure["layers"][::-1]  # a shipped photo that is looked at lies on top of itself
    return figure


@st.cache_data(max_entries=60, show_spinner="Placing the pictures once …")
def _places(key: str, layer: str, way: str, _subject: Any) -> tuple[np.ndarray, tuple[float, float]]:
    """Where each picture lies, the subject's own last, (N + 1, 2), and PCA's shares of the variance."""
    import torch

    from core.data import digits, photos
    from core.explain import features as core
    from core.explain import models

    known = photos.every() if _subject.photo else digits.load().test_x[_chosen()]
    vectors = core.features(
        _subject.net, models.layers(_subject.net)[layer], torch.cat([known, _subject.x.unsqueeze(0)])
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
