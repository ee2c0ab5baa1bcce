"""Filters as the page shows them: the layer to begin with, maps as large as the picture, tiles on one scale."""

import numpy as np
import pytest
import torch

from core.attribution import filters as attribution
from core.attribution import inputs
from core.data import digits
from core.explain.analysis import asked, filters
from tests.core.explain.records import of


@pytest.fixture(scope="module")
def digit():
    return asked.asked(of(subject="digit"))


@pytest.mark.parametrize(
    "flat, layer, channel",
    [
        ({"method": "saliency"}, 1, 0),
        ({"method": "excite", "unit": "filter", "layer": 3, "channel": 5}, 2, 5),
        ({"method": "excite", "unit": "filter", "layer": 18, "channel": 9}, 2, 9),
        ({"method": "excite", "unit": "class", "channel": 4}, 1, 4),
    ],
)
def test_it_begins_with_what_the_run_excites_or_the_middle(flat, layer, channel):
    layers = ["convolution 1", "convolution 2", "convolution 3"]
    assert filters.start(of(subject="digit", **flat), layers) == (layers[layer], channel)


def test_maps_are_the_activations(digit):
    layers = filters.layers(digit)
    assert layers == list(inputs.layers(digit.subject.net))
    for layer in layers:
        found = filters.maps(digit, layer)
        module = inputs.layers(digit.subject.net)[layer]
        assert np.array_equal(
            found, attribution.activations(digit.subject.net, digit.subject.x[None], module)[0].numpy()
        )
        assert filters.maps(digit, layer) is found


def test_a_map_is_stretched_to_its_places(digit):
    large = filters.over(digit, np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert (
        large.shape == (28, 28)
        and large[0, 0] == 1
        and large[13, 14] == 2
        and large[14, 13] == 3
        and large[27, 27] == 4
    )


def test_tiles_share_one_scale():
    maps = np.zeros((70, 2, 2))
    maps[0], maps[1], maps[2] = 10, 5, -3
    tiles = filters.tiles(maps, 0)
    assert tiles.shape == (64, 2, 2) and tiles.dtype == np.uint8
    assert (tiles[0] == 255).all() and abs(tiles[1].astype(int) - 127).max() <= 1 and not tiles[2].any()
    assert filters.tiles(maps, 64).shape == (6, 2, 2) and not filters.tiles(maps, 64).any()


def test_the_strongest_patches_are_the_strongest(digit):
    layer = filters.layers(digit)[0]
    found = filters.strongest(digit, layer, 2)
    net, module = digit.subject.net, inputs.layers(digit.subject.net)[layer]
    highest = attribution.activations(net, digits.load().test_x, module)[:, 2].amax((1, 2)).topk(9).values
    assert np.allclose(found.values, highest, atol=1e-5) and len(found.patches) == 9
    assert found.patches.dtype == np.uint8 and found.patches.shape[1] == found.patches.shape[2] < 28


def test_weights_are_grey_at_zero(digit):
    found, weights = filters.first_weights(digit), attribution.first_filters(digit.subject.net)
    assert found.shape == (*(len(weights), *weights.shape[2:]), 3)
    for tile, weight in zip(found, weights[:, 0]):
        low, high = tile[weight < 0], tile[weight > 0]
        assert (low <= 128).all() and (high >= 127).all()
        assert tile[divmod(int(weight.abs().argmax()), weight.shape[1])][0] in (0, 255), "its own largest weight"


def test_a_filter_that_is_all_zero_is_grey():
    zero = torch.zeros(2, 1, 3, 3)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(attribution, "first_filters", lambda net: zero)
        found = filters.first_weights.__wrapped__(asked.Asked("empty", 1, asked.Subject(None, zero[0], ())))
    assert (found == 128).all()
