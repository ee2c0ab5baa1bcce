"""The map over the picture: every colour by hand, in every size that the pages draw."""

import numpy as np
import pytest

from pages.parts.figures import DIVERGING
from pages.parts.overlay import WIDE, enlarged, overlay, top_of

BLUE, ORANGE = ([int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in (DIVERGING[0], DIVERGING[2]))


def by_hand(grey, value, limit):
    """One pixel: the grey picture faded to 60 … 218, and over it orange or blue, as opaque as |share| to the power 0.7."""
    share = max(-1, min(1, value / limit))
    alpha = abs(share) ** 0.7
    return [int((60 + 0.62 * grey) * (1 - alpha) + hue * alpha) for hue in (ORANGE if share > 0 else BLUE)]


def close(found, expected):
    """The drawing counts in 32-bit floats: a value that lies on a whole number may fall to either side."""
    return np.abs(np.int64(found) - expected).max() <= 1


def test_orange_and_blue_are_told_apart():
    assert ORANGE[0] > ORANGE[2] + 60 and BLUE[2] > BLUE[0] + 60


@pytest.mark.parametrize("grey", [0, 100, 255])
@pytest.mark.parametrize("value", [0.0, 0.5, -0.5, 2.0, -2.0, 1.0, 7.0, -7.0])
def test_a_pixel_by_hand(grey, value):
    picture, values = np.full((28, 28), 17, np.uint8), np.zeros((28, 28))
    picture[3, 5], values[3, 5] = grey, value
    drawn = overlay(picture, values, limit=2.0)
    square = drawn[48:64, 80:96]
    assert (square == square[0, 0]).all(), "a pixel of the picture is a square of sixteen"
    assert close(square[0, 0], by_hand(grey, value, 2.0))
    assert close(drawn[0, 0], by_hand(17, 0, 2.0)) and close(drawn[47, 80], by_hand(17, 0, 2.0))


def test_zero_is_the_grey_picture_and_the_limit_is_full_colour():
    picture = np.full((28, 28), 200, np.uint8)
    assert (overlay(picture, np.zeros((28, 28)), 1.0) == 184).all(), "60 + 0.62 · 200"
    assert overlay(picture, np.full((28, 28), 3.0), 3.0)[0, 0].tolist() == ORANGE
    assert overlay(picture, np.full((28, 28), -3.0), 3.0)[0, 0].tolist() == BLUE
    assert overlay(picture, np.full((28, 28), 9.0), 3.0)[0, 0].tolist() == ORANGE, "beyond the limit is no other colour"


def test_a_map_of_nothing_needs_no_limit():
    drawn = overlay(np.full((28, 28), 200, np.uint8), np.zeros((28, 28)))
    assert (drawn == 184).all()


def test_the_limit_is_the_99th_percentile_of_what_is_not_zero():
    values = np.zeros(1000)
    values[:200] = np.linspace(-1, 1, 201)[np.arange(201) != 100]
    values[200] = 100.0  # one hot pixel
    assert top_of(values) == pytest.approx(np.quantile(np.abs(values[:201]), 0.99)) and top_of(values) <= 1
    assert top_of(np.zeros(9)) == 1.0 and top_of(np.full(3, -2.0)) == 2.0
    assert top_of(np.full(100, 1.0), np.full((10, 10), -3.0)) == 3.0, "of all maps together"
    map = values[:784].reshape(28, 28)
    assert np.array_equal(
        overlay(np.zeros((28, 28), np.uint8), map), overlay(np.zeros((28, 28), np.uint8), map, top_of(map))
    )


@pytest.mark.parametrize("side", [28, 56, 224])
@pytest.mark.parametrize("map_side", [28, 56, 224])
@pytest.mark.parametrize("colours", [0, 3])
def test_every_size_of_picture_and_map(side, map_side, colours):
    rng = np.random.default_rng(side + map_side)
    picture = rng.integers(0, 256, (side, side, 3) if colours else (side, side), dtype=np.uint8)
    values = rng.standard_normal((map_side, map_side))
    drawn = overlay(picture, values, 2.0)
    assert drawn.shape == (WIDE, WIDE, 3) and drawn.dtype == np.uint8
    for y, x in [(0, 0), (447, 447), (100, 333), (250, 7), (15, 16)]:
        pixel = picture[y * side // WIDE, x * side // WIDE]
        grey = pixel.mean() if colours else float(pixel)
        assert close(drawn[y, x], by_hand(grey, values[y * map_side // WIDE, x * map_side // WIDE], 2.0)), (y, x)


def test_a_map_is_not_mirrored_or_turned():
    values = np.zeros((56, 56))
    values[2, 40] = 1
    drawn = overlay(np.zeros((224, 224, 3), np.uint8), values, 1.0)
    rows, columns = np.nonzero((drawn == ORANGE).all(2))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (16, 23, 320, 327)


@pytest.mark.parametrize("strength", [0.25, 0.5])
def test_strength_goes_from_the_picture_to_the_map(strength):
    picture, values = np.full((28, 28), 100, np.uint8), np.full((28, 28), 0.5)
    mapped = np.array(by_hand(100, 0.5, 1.0))
    assert close(overlay(picture, values, 1.0, strength)[9, 9], (strength * mapped + (1 - strength) * 100).astype(int))


def test_strength_zero_is_the_picture_itself_in_its_colours():
    picture = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
    drawn = overlay(picture, np.ones((56, 56)), strength=0)
    assert np.array_equal(drawn, enlarged(picture)) and np.array_equal(drawn[::2, ::2], picture)
    digit = picture[:28, :28, 0]
    assert np.array_equal(enlarged(digit)[::16, ::16, 2], digit) and enlarged(digit).shape == (WIDE, WIDE, 3)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_maps_of_every_precision_look_alike(dtype):
    """Runs keep the map of a photo in 16 bits: its sizes must be found without overflow."""
    values = np.linspace(-60_000, 60_000, 56 * 56).reshape(56, 56).astype(dtype)
    picture = np.full((224, 224, 3), 90, np.uint8)
    drawn = overlay(picture, values)
    assert (
        np.abs(drawn.astype(int) - overlay(picture, values.astype(np.float64))).max() <= 1
        and len(np.unique(drawn)) > 50
    )


def test_nothing_that_is_drawn_changes_what_it_is_drawn_from():
    picture, values = np.full((28, 28), 100, np.uint8), np.full((28, 28), 0.5, np.float32)
    overlay(picture, values)[:] = 0
    enlarged(picture)[:] = 0
    assert (picture == 100).all() and (values == 0.5).all()


@pytest.mark.parametrize("side, map_side", [(28, 7), (224, 7), (224, 14), (224, 112)])
def test_coarse_maps_that_divide_are_squares(side, map_side):
    values = np.arange(map_side**2, dtype=float).reshape(map_side, map_side)
    drawn = overlay(np.zeros((side, side), np.uint8), values, 100.0)
    for y, x in [(0, 0), (447, 0), (224, 223), (447, 447)]:
        assert close(drawn[y, x], by_hand(0, values[y * map_side // WIDE, x * map_side // WIDE], 100.0))


@pytest.mark.parametrize("side, map_side", [(28, 5), (224, 100), (28, 30), (224, 13)])
def test_a_map_whose_sides_do_not_divide_is_refused_and_not_drawn_beside_the_picture(side, map_side):
    """The docstring asks for sides that divide; what does not must not end in a picture with the map in a wrong place."""
    with pytest.raises(ValueError):
        overlay(np.zeros((side, side), np.uint8), np.ones((map_side, map_side)))
