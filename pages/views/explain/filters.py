"""What the filters of a layer see: their maps, the pictures that excite one most, and the weights on the pixels."""

from typing import Any

import streamlit as st

from core.explain import analysis
from core.explain.analysis.stage import opens_with
from core.explain.settings import Excite
from pages.parts import chart, choose, lecture, panels, rasters
from pages.parts.overlay import top_of
from pages.parts.shown import Shown
from pages.parts.views import view
from pages.parts.words import N_, _, translate
from pages.views.explain.asked import given

HIGH = 330  # pixels of a figure
LARGEST = 112  # pixels of a patch that is sent


@view(N_("Filters"), opens=opens_with(Excite))
def draw(current: Shown) -> None:
    """A choice of the layer, and everything about one of its filters."""
    if (asked := given(current)) is None:
        return
    layers = analysis.filters.layers(asked)
    first, start = analysis.filters.start(current, layers)
    names = {layer: translate(layer) for layer in layers}
    layer = choose.one("filters/layer", _("Layer"), names, first, side_by_side=False, width=260)
    maps = analysis.filters.maps(asked, layer)
    count = len(maps)
    _take_click("filters/channel", count)
    channel = choose.number("filters/channel", _("Filter, of {}").format(count), 0, count - 1, start % count)
    left, middle, right = st.columns(3, gap="medium")
    with left:
        _over(asked, maps[channel])
    with middle:
        _patches(asked, layer, channel)
    with right:
        _grid(maps, channel)
    if layer == analysis.filters.layers(asked)[0]:
        _weights(analysis.filters.first_weights(asked), channel)


def _take_click(where: str, count: int) -> None:
    """A filter that was clicked on in the grid is the one to look at, once for each click."""
    click = chart.clicked("filters/grid")
    if click and click["custom"] is not None:
        begin = st.session_state.get("filters/begin", 0)
        st.session_state[where] = min(begin + int(click["custom"]), count - 1)


def _over(asked: Any, values: Any) -> None:
    """The filter's map over the picture; a neuron of a dense layer has one number only."""
    st.markdown(f"**{_('Where it fires in this picture')}**")
    if values.size == 1:
        st.metric(_("Activation"), f"{values.item():.2f}", help=lecture.note("explain", "no map"))
        return
    figure = panels.board(HIGH, top=4)
    panels.mapped(figure, (0, 1, 0, 1), asked.picture, analysis.filters.over(asked, values), "", top_of(values))
    chart.show(figure, key="filters/over", alt=_("The filter's map over the picture"))
    tall, wide = values.shape
    lecture.caption("explain", "where it fires", tall=tall, wide=wide, top=values.max())


def _patches(asked: Any, layer: str, channel: int) -> None:
    """The nine patches of other pictures that excite the filter most."""
    lecture.write("explain", "patches")
    with st.spinner(_("Looking for what excites it most …")):
        found = analysis.filters.strongest(asked, layer, channel)
    side = found.patches.shape[1]
    step = -(-side // LARGEST)
    texts = [_("activation {:.2f}").format(value) for value in found.values]
    figure = rasters.gallery(list(found.patches[:, ::step, ::step]), 3, texts, HIGH)
    chart.show(figure, key="filters/patches", alt=_("The patches that excite this filter most"))
    said = _("Parts of the 1,000 test digits, {} × {} pixels. Activation: {:.2f} to {:.2f}.")
    if asked.subject.photo:
        said = _("Parts of our twelve photos, {} × {} pixels. Activation: {:.2f} to {:.2f}.")
    st.caption(said.format(side, side, found.values[0], found.values[-1]))


def _grid(maps: Any, channel: int) -> None:
    """The maps of up to 64 filters around the chosen one, which has a frame; a click chooses another."""
    st.markdown(f"**{_('All filters of this layer')}**")
    begin = st.session_state["filters/begin"] = channel // analysis.filters.SHOWN * analysis.filters.SHOWN
    found = analysis.filters.tiles(maps, begin)
    tiles = [rasters.enlarge(tile, max(1, 12 // found.shape[-1])) for tile in found]  # a frame needs room
    texts = [_("filter {}").format(begin + i) for i in range(len(tiles))]
    figure = rasters.gallery(tiles, 8, texts, HIGH, chosen=channel - begin)
    chart.show(figure, key="filters/grid", alt=_("The maps of all filters"), pick=True)
    lecture.caption("explain", "all filters", first=begin, last=begin + len(tiles) - 1)


def _weights(weights: Any, channel: int) -> None:
    """The weights of the first layer, which alone can be drawn as pictures of what they look for."""
    tiles = [rasters.enlarge(each, 2) for each in weights[: analysis.filters.SHOWN]]
    lecture.write("explain", "first weights")
    texts, columns = [_("filter {}").format(i) for i in range(len(tiles))], min(16, len(tiles))
    high, chosen = 90 * -(-len(tiles) // columns), channel if channel < len(tiles) else None
    figure = rasters.gallery(tiles, columns, texts, high, chosen=chosen)
    chart.show(figure, key="filters/weights", alt=_("The weights of the first layer"))
