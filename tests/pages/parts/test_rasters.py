"""Arrays to pictures: each number and each pixel where it belongs, in colours and inks that can be read."""

import json
from base64 import b64decode
from io import BytesIO

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from pages.parts import figures, rasters


def valid(figure):
    """Strict JSON that Plotly takes."""
    figure = json.loads(json.dumps(figure, allow_nan=False))
    go.Figure(figure)
    return figure


def pixels(address):
    return np.asarray(Image.open(BytesIO(b64decode(address.removeprefix("data:image/png;base64,")))))


@pytest.mark.parametrize("array", [np.zeros((1, 1)), np.zeros((3, 4)), np.arange(6.0).reshape(2, 3) - 3])
@pytest.mark.parametrize("signed", [False, True])
def test_a_matrix_keeps_its_shape(array, signed):
    heat, words = valid(rasters.matrix(array, signed=signed, text=".1f"))["data"]
    assert heat["z"] == array.tolist() and len(words["text"]) == len(words["textfont"]["color"]) == array.size
    for word, x, y in zip(words["text"], words["x"], words["y"]):
        assert word == f"{array[int(y), int(x)]:.1f}"


def test_the_first_row_is_on_top_and_cells_are_squares():
    layout = rasters.matrix(np.zeros((3, 4)), rows="abc", columns="pqrs")["layout"]
    assert layout["yaxis"]["range"] == [2.5, -0.5] and layout["xaxis"]["range"] == [-0.5, 3.5]
    assert (
        layout["yaxis"]["scaleanchor"] == "x"
        and layout["yaxis"]["ticktext"] == list("abc")
        and layout["xaxis"]["side"] == "top"
    )


def test_a_signed_matrix_has_zero_in_the_middle_and_what_is_no_number_is_empty():
    (heat,) = valid(rasters.matrix(np.array([[-1.0, 0.0, 2.0, np.nan]]), signed=True))["data"]
    assert heat["z"] == [[-1, 0, 2, None]] and (heat["zmin"], heat["zmax"]) == (-2, 2) and not heat["hoverongaps"]
    assert heat["colorscale"] == [[0, "#2B7EBF"], [0.5, "#F4F2EC"], [1, "#D07A00"]]


def test_the_words_on_every_cell_can_be_read():
    signed = rasters.matrix(np.array([[-1.0, 0.0, 1.0, np.nan]]), signed=True, text=".1f")["data"][1]["textfont"][
        "color"
    ]
    assert signed == ["#FFFFFF", "#15181F", "#15181F", figures.INK], "white on full orange has 3.2 : 1"
    assert rasters.matrix(np.array([[0.0, 1.0]]), text=".1f")["data"][1]["textfont"]["color"] == ["#FFFFFF", "#15181F"]


def test_own_words_stand_in_the_cells():
    figure = rasters.matrix(np.array([[1.0, 2.0]]), words=[["T", "<"]])
    assert figure["data"][1]["text"] == ["T", "&lt;"]


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 3)])
def test_a_picture_is_drawn_as_it_is(shape):
    array = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    figure = valid(rasters.image(array))
    assert np.array_equal(pixels(figure["data"][0]["source"]), array) and figure["layout"]["yaxis"]["range"] == [
        2.5,
        -0.5,
    ]


def test_every_picture_of_a_gallery_lies_under_its_own_words():
    images = [np.full((4, 6), 10 * i, np.uint8) for i in range(7)]
    figure = valid(rasters.gallery(images, 3, [f"number {i}" for i in range(7)], titles="abcdefg", chosen=4))
    sheet, spots, words = figure["data"]
    picture = pixels(sheet["source"])
    for i, (x, y) in enumerate(zip(spots["x"], spots["y"])):
        assert (picture[int(y) - 1 : int(y) + 3, int(x) - 2 : int(x) + 4] == [10 * i, 10 * i, 10 * i, 255]).all()
        assert (
            spots["customdata"][i] == i
            and spots["text"][i] == f"number {i}"
            and words["x"][i] == x
            and words["y"][i] > y
        )
    (frame,) = figure["layout"]["shapes"]
    assert frame["x0"] < spots["x"][4] < frame["x1"] and frame["y0"] < spots["y"][4] < frame["y1"]


def test_the_lines_of_a_surface_lie_where_it_has_these_heights():
    axis = np.linspace(-2, 2, 41)
    trace = rasters.contours("ring", "whole", axis, axis, axis[None] ** 2 + axis[:, None] ** 2, [1.0])
    places = [(x, y) for x, y in zip(trace["x"], trace["y"]) if y is not None]
    assert len(places) > 20 and np.allclose([np.hypot(*place) for place in places], 1, atol=0.01)


def test_a_path_lies_on_its_surface():
    x, y = np.linspace(-1, 1, 5), np.linspace(-2, 2, 9)
    z = y[:, None] + 3 * x[None]
    ground, way = valid(
        rasters.surface(x, y, z, ("x", "y", "loss"), path=figures.Line("way", "danger", [0, 0.5], [1, -1.0]))
    )["data"]
    assert np.shape(ground["z"]) == (9, 5) and way["z"] == pytest.approx([1.0, 0.5])


def test_enlarge_repeats_every_pixel():
    big = rasters.enlarge(np.array([[0, 255], [255, 0]], np.uint8), 3)
    assert big.shape == (6, 6) and big.dtype == np.uint8
    assert (
        (big[:3, :3] == 0).all()
        and (big[:3, 3:] == 255).all()
        and (big[3:, :3] == 255).all()
        and (big[3:, 3:] == 0).all()
    )


@pytest.mark.parametrize("tops", [(), [np.zeros((28, 28), np.uint8), np.full((28, 28), 9, np.uint8)]])
def test_cells_that_are_raised_are_seen_and_each_has_its_word(tops):
    raised = np.array([[True, False], [False, False], [False, True]])
    figure = valid(rasters.cells(raised, [["a", "b"], ["c", "d"], ["e", "<"]], "xyz", ["one", "two"], tops))
    squares, words = figure["data"]
    assert squares["z"] == raised.astype(float).tolist() and squares["colorscale"][1][1] == figures.COLOURS["danger"]
    assert words["text"] == ["a", "b", "c", "d", "e", "&lt;"] and words["textfont"]["color"].count("#FFFFFF") == 2
    assert len(figure["layout"]["images"]) == len(tops) and "scaleanchor" not in figure["layout"]["yaxis"]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low == 2.5 and (high < -1 if tops else high == -0.5), "room for the pictures"


def test_a_gallery_numbers_its_pictures_and_has_room_for_the_frame():
    images = [np.zeros((4, 4), np.uint8)] * 3
    figure = valid(rasters.gallery(images, 2, list("abc"), first=17, chosen=0))
    assert figure["data"][1]["customdata"] == [17, 18, 19]
    (frame,) = figure["layout"]["shapes"]
    assert figure["layout"]["xaxis"]["range"][0] < frame["x0"] and figure["layout"]["yaxis"]["range"][1] < frame["y0"]


def test_the_colours_of_a_matrix_are_explained_when_asked_for():
    assert valid(rasters.matrix(np.eye(2), scale=True))["data"][0]["showscale"] is True
    assert rasters.matrix(np.eye(2))["data"][0]["showscale"] is False
