"""What the filters of a layer see: their maps, the pictures that excite one most, and the weights on the pixels."""

from typing import Any

import numpy as np
import streamlit as st

from pages.parts import chart, panels, rasters, views
from pages.parts.overlay import pixels, top_of
from pages.parts.shown import Shown
from pages.parts.words import _
from pages.views.explain import data

GRID = 64  # maps at once, eight in a row
HIGH = 330  # pixels of a figure
LARGEST = 112  # pixels of a patch that is sent


@st.fragment
def filters(current: Shown) -> None:
    """A choice of the layer, and everything about one of its filters."""
    subject = data.subject_of(current)
    if subject is None:
        st.info(_("There is no picture, or no network, to look into yet."))
        return
    from core.attribution import inputs

    layers = list(inputs.layers(subject.net))
    excited = current.settings.method if current.settings.method.name == "excite" else None
    first = min(excited.layer, len(layers)) - 1 if excited and excited.unit == "filter" else len(layers) // 2
    layer = st.selectbox(
        _("Layer"), layers, format_func=_, key=views.kept("filters/layer", layers, layers[first]), width=260
    )
    _filter(data.key_of(current), subject, layer, excited.channel if excited else 0)


@st.fragment
def _filter(key: str, subject: Any, layer: str, start: int) -> None:
    """One filter of the layer: a fragment, so that the slider redraws nothing else."""
    maps = _maps(key, layer, subject)
    count, channel = len(maps), 0
    if count > 1:
        where = views.kept("filters/channel", range(count), start % count)
        _take_click(where, count)
        channel = st.slider(_("Filter, of {}").format(count), 0, count - 1, key=where)
    left, middle, right = st.columns(3, gap="medium")
    with left:
        _over(subject, maps[channel])
    with middle:
        _patches(key, layer, channel, subject)
    with right:
        _grid(maps, channel)
    _weights(key, layer, channel, subject)


def _take_click(where: str, count: int) -> None:
    """A filter that was clicked on in the grid is the one to look at, once for each click."""
    click = chart.picked(st.session_state.get("filters/grid/plot"))
    if click and click != st.session_state.get("filters/clicked") and click["custom"] is not None:
        st.session_state["filters/clicked"] = click
        begin = st.session_state.get("filters/begin", 0)
        st.session_state[where] = min(begin + int(click["custom"]), count - 1)


def _over(subject: Any, values: np.ndarray) -> None:
    """The filter's map over the picture; a neuron of a dense layer has one number only."""
    st.markdown(f"**{_('Where it fires in this picture')}**")
    if values.size == 1:
        st.metric(
            _("Activation"),
            f"{values.item():.2f}",
            help=_("A neuron of a dense layer sees the whole picture: it has no map."),
        )
        return
    side, h = subject.x.shape[-1], values.shape[-1]
    stretched = values[np.arange(side) * h // side][:, np.arange(side) * h // side]
    figure = panels.board(HIGH, top=4)
    panels.mapped(figure, (0, 1, 0, 1), pixels(subject.x.numpy()), stretched, "", top_of(values))
    chart.show(figure, key="filters/over", alt=_("The filter's map over the picture"))
    st.caption(
        _("{} × {} places. Orange: active, blue: below zero. Largest value: {:.2f}.").format(h, h, float(values.max()))
    )


def _patches(key: str, layer: str, channel: int, subject: Any) -> None:
    """The nine patches of other pictures that excite the filter most."""
    among = _("of our twelve photos") if subject.photo else _("of the 1,000 test digits")
    help_ = _(
        "At most one part of each picture, as large as one place of this layer sees. What lies beyond its edge is black."
    )
    st.markdown(f"**{_('What excites it most')}**", help=help_)
    shown, values, side = _strongest(key, layer, channel, subject)
    texts = [_("activation {:.2f}").format(value) for value in values]
    figure = rasters.gallery(list(_light(shown)), 3, texts, HIGH)
    chart.show(figure, key="filters/patches", alt=_("The patches that excite this filter most"))
    st.caption(
        _("Parts {}, {} × {} pixels. Activation: {:.2f} to {:.2f}.").format(among, side, side, values[0], values[-1])
    )


def _grid(maps: np.ndarray, channel: int) -> None:
    """The maps of up to 64 filters around the chosen one, which has a frame; a click chooses another."""
    st.markdown(f"**{_('All filters of this layer')}**")
    begin = st.session_state["filters/begin"] = channel // GRID * GRID
    shown = maps[begin : begin + GRID]
    top = float(np.quantile(shown, 0.995)) or 1.0
    grey = (255 * np.clip(shown / max(top, 1e-9), 0, 1)).astype(np.uint8)
    factor = max(1, 12 // grey.shape[-1])  # a frame needs room
    tiles = [rasters.enlarge(tile, factor) for tile in grey]
    texts = [_("filter {}").format(begin + i) for i in range(len(tiles))]
    figure = rasters.gallery(tiles, 8, texts, HIGH, chosen=channel - begin)
    chart.show(figure, key="filters/grid", alt=_("The maps of all filters"), pick=True)
    last = begin + len(shown) - 1
    st.caption(_("Filters {} to {} on one scale, bright: strong. Click one to choose it.").format(begin, last))


def _weights(key: str, layer: str, channel: int, subject: Any) -> None:
    """The weights of the first layer, which alone can be drawn as pictures of what they look for."""
    from core.attribution import inputs

    if layer != next(iter(inputs.layers(subject.net))):
        return
    tiles = [rasters.enlarge(each, 2) for each in _first(key, subject)[:GRID]]
    st.markdown(
        f"**{_('The weights of this layer')}**",
        help=_(
            "Only this layer looks at the pixels themselves, so its weights are pictures: grey is zero, bright is positive."
        ),
    )
    texts = [_("filter {}").format(i) for i in range(len(tiles))]
    columns = min(16, len(tiles))
    figure = rasters.gallery(
        tiles, columns, texts, 90 * -(-len(tiles) // columns), chosen=channel if channel < len(tiles) else None
    )
    chart.show(figure, key="filters/weights", alt=_("The weights of the first layer"))


def _light(patches: np.ndarray) -> np.ndarray:
    """Patches (N, h, w, 3) no larger than they are shown."""
    step = -(-patches.shape[1] // LARGEST)
    return patches[:, ::step, ::step]


@st.cache_data(max_entries=60, show_spinner=False)
def _maps(key: str, layer: str, _subject: Any) -> np.ndarray:
    """The activations of all filters of a layer on the subject's picture, (K, h, w)."""
    from core.attribution import inputs
    from core.attribution.filters import activations

    return activations(_subject.net, _subject.x.unsqueeze(0), inputs.layers(_subject.net)[layer])[0].numpy()


@st.cache_data(max_entries=60, show_spinner=False)
def _maxima(key: str, layer: str, _subject: Any) -> Any:
    """Where every filter of a layer is excited most in every picture that we have."""
    from core.attribution import inputs
    from core.attribution.filters import maxima

    return maxima(_subject.net, inputs.layers(_subject.net)[layer], _pictures(_subject))


@st.cache_data(max_entries=200, show_spinner=False)
def _strongest(key: str, layer: str, channel: int, _subject: Any) -> tuple[np.ndarray, list[float], int]:
    """The nine strongest patches (9, h, w, 3), the filter's values on them, and their side in pixels."""
    from core.attribution import inputs
    from core.attribution.filters import strongest

    net, found = _subject.net, _maxima(key, layer, _subject)
    patches = strongest(net, inputs.layers(net)[layer], _pictures(_subject), channel, 9, found)
    shown = np.stack([pixels(patch.pixels.numpy()) for patch in patches])
    return shown, [patch.value for patch in patches], shown.shape[1]


@st.cache_data(max_entries=20, show_spinner=False)
def _first(key: str, _subject: Any) -> np.ndarray:
    """The first layer's weights as pictures, 8-bit (K, k, k, 3): each filter on a scale of its own, zero is grey."""
    from core.attribution.filters import first_filters

    weights = first_filters(_subject.net).numpy()
    top = np.abs(weights).max((1, 2, 3), keepdims=True)
    share = (weights / np.maximum(top, 1e-9) + 1) / 2
    return np.stack([pixels(each) for each in share])


def _pictures(subject: Any) -> Any:
    """The pictures among which the strongest patches are looked for, (N, C, H, W)."""
    from core.data import digits, photos

    return photos.every() if subject.photo else digits.load().test_x
