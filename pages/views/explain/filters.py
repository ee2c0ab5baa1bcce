"""What the filters of a layer see: their maps, the pictures that excite one most, and the weights on the pixels."""

from typing import Any

import numpy as np
import streamlit as st

from pages.shared.overlay import overlay, pixels, top_of
from pages.shared.shown import Shown
from pages.shared.words import _
from pages.views.explain import data

GRID = 64  # maps at once, eight in a row
FRAME = (208, 122, 0)  # the orange of the grammar
WIDE = 420  # pixels on the screen


@st.fragment
def filters(current: Shown) -> None:
    """A choice of the layer, and everything about one of its filters."""
    subject = data.subject_of(current)
    if subject is None:
        st.info(_("There is no picture, or no network, to look into yet."))
        return
    from core.explain import models

    layers = list(models.layers(subject.net))
    excited = current.settings.method if current.settings.method.name == "excite" else None
    first = min(excited.layer, len(layers)) - 1 if excited and excited.unit == "filter" else len(layers) // 2
    where = f"filters/{current.id}"
    layer = st.selectbox(_("Layer"), layers, first, format_func=_, key=f"{where}/layer", width=260)
    _filter(where, data.key_of(current), subject, layer, excited.channel if excited else 0)


@st.fragment
def _filter(where: str, key: str, subject: Any, layer: str, start: int) -> None:
    """One filter of the layer: a fragment, so that the slider redraws nothing else."""
    maps = _maps(key, layer, subject)
    count, channel = len(maps), 0
    if count > 1:
        channel = st.slider(
            _("Filter, of {}").format(count), 0, count - 1, start % count, key=f"{where}/{layer}/channel"
        )
    left, middle, right = st.columns(3, gap="large")
    with left:
        _over(subject, maps[channel])
    with middle:
        _patches(key, layer, channel, subject)
    with right:
        _grid(maps, channel)
    _weights(key, layer, channel, subject)


def _over(subject: Any, values: np.ndarray) -> None:
    """The filter's map over the picture; a neuron of a dense layer has one number only."""
    st.markdown(f"**{_('Where it fires in this picture')}**")
    if values.size == 1:
        st.metric(_("This neuron says"), f"{values.item():.2f}")
        st.caption(
            _("A dense layer looks at the whole picture at once: it has no map, but one number for each neuron.")
        )
        return
    side, h = subject.x.shape[-1], values.shape[-1]
    stretched = values[np.arange(side) * h // side][:, np.arange(side) * h // side]
    drawn = overlay(pixels(subject.x.numpy()), stretched, top_of(values))
    st.image(drawn, width=WIDE, output_format=_format(subject), alt=_("The filter's map over the picture"))
    st.caption(
        _(
            "The activation map, {} × {} places, over the picture. Orange: it fires; blue: below zero. Its largest value here is {:.2f}."
        ).format(h, h, float(values.max()))
    )


def _patches(key: str, layer: str, channel: int, subject: Any) -> None:
    """The nine patches of other pictures that excite the filter most."""
    st.markdown(f"**{_('What excites it most')}**")
    shown, values, side = _strongest(key, layer, channel, subject)
    st.image(
        _large(shown), width=WIDE, output_format=_format(subject), alt=_("The patches that excite this filter most")
    )
    among = _("of our twelve photos") if subject.photo else _("of the 1,000 test digits")
    st.caption(
        _(
            "The parts {} that excite this filter most, from {:.2f} down to {:.2f}; at most one of each picture, as large as "
            "what one place of this layer sees: {} × {} pixels. What lies beyond a picture's edge is black."
        ).format(among, values[0], values[-1], side, side)
    )


def _grid(maps: np.ndarray, channel: int) -> None:
    """The maps of up to 64 filters around the chosen one, which has an orange frame."""
    st.markdown(f"**{_('All filters of this layer')}**")
    begin = channel // GRID * GRID
    shown = maps[begin : begin + GRID]
    top = float(np.quantile(shown, 0.995)) or 1.0
    grey = (255 * np.clip(shown / max(top, 1e-9), 0, 1)).astype(np.uint8)
    drawn = mosaic(np.repeat(grey[..., None], 3, 3), 8, channel - begin)
    st.image(_large(drawn), width=WIDE, output_format="PNG", alt=_("The maps of all filters"))
    st.caption(
        _("Filters {} to {}, row by row, on one scale: the brighter, the stronger. The frame is filter {}.").format(
            begin, begin + len(shown) - 1, channel
        )
    )


def _weights(key: str, layer: str, channel: int, subject: Any) -> None:
    """The weights of the first layer, which alone can be drawn as pictures of what they look for."""
    from core.explain import models

    if layer != next(iter(models.layers(subject.net))):
        return
    weights = _first(key, subject)[:GRID]
    st.markdown(f"**{_('The weights of this layer')}**")
    drawn = mosaic(weights, 16 if len(weights) > 8 else len(weights), channel if channel < GRID else -1)
    st.image(_large(drawn), width="stretch", output_format="PNG", alt=_("The weights of the first layer"))
    st.caption(
        _(
            "Only this layer looks at the pixels themselves, so its weights are pictures: grey is zero, bright is positive."
        )
    )


@st.cache_data(max_entries=60, show_spinner=False)
def _maps(key: str, layer: str, _subject: Any) -> np.ndarray:
    """The activations of all filters of a layer on the subject's picture, (K, h, w)."""
    from core.explain import models
    from core.explain.filters import activations

    return activations(_subject.net, _subject.x.unsqueeze(0), models.layers(_subject.net)[layer])[0].numpy()


@st.cache_data(max_entries=60, show_spinner=False)
def _maxima(key: str, layer: str, _subject: Any) -> Any:
    """Where every filter of a layer is excited most in every picture that we have."""
    from core.explain import models
    from core.explain.filters import maxima

    return maxima(_subject.net, models.layers(_subject.net)[layer], _pictures(_subject))


@st.cache_data(max_entries=200, show_spinner=False)
def _strongest(key: str, layer: str, channel: int, _subject: Any) -> tuple[np.ndarray, list[float], int]:
    """The nine strongest patches as one mosaic, the filter's values on them, and their side in pixels."""
    from core.explain import models
    from core.explain.filters import strongest

    net, found = _subject.net, _maxima(key, layer, _subject)
    patches = strongest(net, models.layers(net)[layer], _pictures(_subject), channel, 9, found)
    shown = np.stack([pixels(patch.pixels.numpy()) for patch in patches])
    return mosaic(shown, 3), [patch.value for patch in patches], shown.shape[1]


@st.cache_data(max_entries=20, show_spinner=False)
def _first(key: str, _subject: Any) -> np.ndarray:
    """The first layer's weights as pictures, 8-bit (K, k, k, 3): each filter on a scale of its own, zero is grey."""
    from core.explain.filters import first_filters

    weights = first_filters(_subject.net).numpy()
    top = np.abs(weights).max((1, 2, 3), keepdims=True)
    share = (weights / np.maximum(top, 1e-9) + 1) / 2
    return np.stack([pixels(each) for each in share])


def _pictures(subject: Any) -> Any:
    """The pictures among which the strongest patches are looked for, (N, C, H, W)."""
    from core.data import digits, photos

    return photos.every() if subject.photo else digits.load().test_x


def mosaic(pictures: np.ndarray, columns: int, framed: int = -1) -> np.ndarray:
    """Pictures (N, h, w, 3) side by side in rows, 8-bit, with gaps between them; one may have a frame."""
    n, h, w, __ = pictures.shape
    pictures = pictures.repeat(max(1, 6 // h), 1).repeat(max(1, 6 // w), 2)  # a frame needs pixels of its own
    n, h, w, __ = pictures.shape
    gap = max(1, h // 12)
    rows = -(-n // columns)
    sheet = np.full((rows * (h + 2 * gap), columns * (w + 2 * gap), 3), 128, np.uint8)
    for i, picture in enumerate(pictures):
        top, left = i // columns * (h + 2 * gap), i % columns * (w + 2 * gap)
        if i == framed:
            sheet[top : top + h + 2 * gap, left : left + w + 2 * gap] = FRAME
        sheet[top + gap : top + gap + h, left + gap : left + gap + w] = picture
    return sheet


def _format(subject: Any) -> str:
    """A photo as PNG takes half a second to pack; a digit's sharp squares would suffer from anything else."""
    return "JPEG" if subject.photo else "PNG"


def _large(sheet: np.ndarray) -> np.ndarray:
    """Enlarged to about 800 pixels, each pixel a square, so that a browser does not blur it."""
    factor = max(1, 800 // max(sheet.shape[:2]))
    return sheet.repeat(factor, 0).repeat(factor, 1)
