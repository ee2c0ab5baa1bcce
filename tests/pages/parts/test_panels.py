"""Several pictures and bars in one figure: every panel in its place, light to send, and what hovering says is the map."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from pages.parts import panels

RNG = np.random.default_rng(0)


def seen(trace):
    """The picture that an image trace holds."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(trace["source"].partition(",")[2]))))


def test_every_panel_has_axes_of_its_own_where_it_was_put():
    figure = panels.board()
    digit, photo = RNG.integers(0, 256, (28, 28), np.uint8), np.full((224, 224, 3), 90, np.uint8)
    panels.picture(figure, (0, 0.4, 0, 0.5), digit, "<b>digit</b>")
    panels.picture(figure, (0.5, 1, 0, 0.5), photo)
    panels.bars(figure, (0, 1, 0.6, 1), [("a", 70, "before"), ("b", 30, "danger")], "answers")
    layout, images = figure["layout"], [trace for trace in figure["data"] if trace["type"] == "image"]
    assert np.array_equal(seen(images[0]), digit) and images[0]["zsmooth"] is False, (
        "a digit's pixels stay what they are"
    )
    assert "jpeg" in images[1]["source"] and len(images[1]["source"]) < 10_000 and images[1]["zsmooth"] == "fast"
    assert [layout[f"xaxis{n}"]["domain"] for n in (2, 3, 4)] == [[0, 0.4], [0.5, 1], [0, 1]]
    assert [layout[f"yaxis{n}"]["domain"] for n in (2, 3, 4)] == [[0.5, 1], [0.5, 1], [0, 0.4]]
    assert {trace["xaxis"] for trace in figure["data"]} == {"x2", "x3", "x4"} and json.dumps(figure["data"])


def test_what_is_not_there_yet_keeps_its_place():
    missing, there = panels.board(), panels.board()
    panels.picture(missing, (0.1, 0.3, 0, 1), None, "after")
    panels.picture(there, (0.1, 0.3, 0, 1), np.zeros((28, 28), np.uint8), "after")
    assert missing["layout"]["xaxis2"]["domain"] == there["layout"]["xaxis2"]["domain"]
    assert missing["layout"]["annotations"] == there["layout"]["annotations"] and missing["data"]


@pytest.mark.parametrize("size", [28, 56, 224])
def test_hovering_over_a_map_says_its_values(size):
    values, picture = (
        RNG.normal(size=(size, size)).astype(np.float32),
        np.zeros((224 if size > 28 else 28,) * 2, np.uint8),
    )
    figure = panels.board()
    panels.mapped(figure, (0, 1, 0, 1), picture, values, "why")
    (heat,) = [trace for trace in figure["data"] if trace["type"] == "heatmap"]
    z = np.array(heat["z"])
    assert z.shape == (28, 28) and np.isclose(z.mean(), values.mean(), atol=1e-5)
    assert z[0, 0] == pytest.approx(values[: size // 28, : size // 28].mean(), abs=1e-5)
    edges = heat["x0"] - heat["dx"] / 2, heat["x0"] + 27.5 * heat["dx"]
    assert edges == pytest.approx(figure["layout"]["xaxis2"]["range"]), "the numbers lie over the picture"


def test_bars_name_each_row_and_keep_the_room_of_those_that_may_come():
    figure = panels.board()
    panels.bars(figure, (0, 1, 0, 1), [("cat", 99.96, "after"), ("dog", 0.04, "control")], "it says", 4)
    bars, names, shares = figure["data"]
    assert bars["x"] == [99.96, 0.04] and names["text"] == ["cat", "dog"] and shares["text"] == ["100 %", "0 %"]
    assert figure["layout"]["yaxis2"]["range"] == [3.5, -0.5]
    assert [panels.percent(value) for value in (0, 3.44, 9.96, 38.4)] == ["0 %", "3.4 %", "10 %", "38 %"]


def test_a_grid_fills_the_figure_without_overlaps():
    places = panels.grid(3, 2, 0.02, 0.1)
    assert (
        len(places) == 6
        and places[0][:1] == (0,)
        and places[-1][1] == pytest.approx(1)
        and places[-1][3] == pytest.approx(1)
    )
    for i, (left, right, top, bottom) in enumerate(places):
        for other in places[i + 1 :]:
            assert (
                right <= other[0] + 1e-9
                or other[1] <= left + 1e-9
                or bottom <= other[2] + 1e-9
                or other[3] <= top + 1e-9
            )


def test_a_long_name_is_cut_where_it_would_not_fit():
    assert panels.short("a" * 16) == "a" * 16 and panels.short("a" * 17) == "a" * 15 + "…"
