"""Numbers to figures: what is measured is drawn, nothing else, and odd inputs make no odd pictures."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.shared import figures
from pages.shared.figures import COLOURS, Line

EMPTY, ONE = Line("none", "after", [], []), Line("one", "before", [3], [0.5])
GAPS = Line("gaps", "after", [0, 1, 2, 3], [1.0, None, 3.0, None])
numbers = st.floats(-1e6, 1e6)
CHART_JS = (Path(figures.__file__).parent / "chart.js").read_text()


def valid(figure):
    """Strict JSON (no NaN, no infinity, no numpy), with axes of some length and layers that fit together."""
    figure = json.loads(json.dumps(figure, allow_nan=False))
    for axis in (figure["x"], figure["y"]):
        low, high = axis["domain"]
        assert low < high and (low > 0 or not axis.get("log"))
    for layer in figure["layers"]:
        assert layer["kind"] == "rule" or len(layer["x"]) == len(layer["y"])
        assert layer["colour"] in {*COLOURS.values(), *figures.TASKS}
        assert layer["kind"] != "point" or f" {layer['shape']}:" in CHART_JS
    return figure


@pytest.mark.parametrize("lines", [[], [EMPTY], [ONE], [EMPTY, ONE], [GAPS], [ONE, GAPS]])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("end", [None, 0, 100])
def test_live_curves_of_any_length_are_valid(lines, log, end):
    valid(figures.live(lines, "step", "y", end=end, log=log))


def test_live_curves_draw_exactly_what_was_measured():
    figure = figures.live([GAPS, ONE], "step", "y")
    assert [(layer["name"], layer["colour"], layer["x"], layer["y"]) for layer in figure["layers"]] == [
        ("gaps", COLOURS["after"], [0, 2], [1.0, 3.0]), ("one", COLOURS["before"], [3], [0.5])]


def test_a_gap_in_a_curve_to_explore_stays_a_gap():
    assert figures.curves([GAPS], "x", "y")["layers"][0]["y"] == [1.0, None, 3.0, None]


def test_a_logarithmic_axis_leaves_out_what_has_no_logarithm():
    figure = valid(figures.live([Line("a", "after", [0, 1, 2], [0.0, -1.0, 10.0])], "step", "y", log=True))
    assert figure["layers"][0]["y"] == [10.0]


@given(st.lists(numbers, max_size=30), st.booleans())
def test_no_input_makes_an_axis_of_no_length(values, log):
    valid(figures.live([Line("a", "after", list(range(len(values))), values)], "step", "y", log=log, end=30))


def test_the_last_value_is_always_inside_the_picture():
    values = [0.1, 50.0, 90.0, 97.0, 98.0]
    low, high = figures.live([Line("a", "after", [0, 10, 20, 60, 100], values)], "s", "y", end=100)["y"]["domain"]
    assert low <= values[-1] <= high


def test_what_is_too_large_runs_out_of_the_picture_but_never_the_last_value():
    def top(values, limit):
        line = Line("a", "after", list(range(0, 10 * len(values), 10)), values)
        return figures.live([line, ONE], "s", "y", end=100, switches=[5], top=limit)["y"]["domain"]

    low, high = top([600.0, 300.0, 90.0, 20.0], 105)
    assert low <= 0.5 and 105 < high < 120 and top([600.0, 300.0, 90.0, 20.0], None)[1] > 300
    assert top([600.0, 300.0], 105)[1] >= 300 and top([50.0, 20.0], 105)[1] < 60
    assert 105 < top([600.0, 90.0, float("nan")], 105)[1] < 120, "a run that broke has no last value"


@pytest.mark.parametrize("log", [False, True])
def test_the_level_of_a_trivial_rival_is_a_line_across_the_picture_where_it_lies_in_it(log):
    line = Line("a", "after", [0, 10, 20], [5.0, 40.0, 90.0])
    rivals = [("guessing", 10.0), ("guessing", 50.0), ("noise", 1e6), ("none", -3.0)]
    figure = valid(figures.live([line], "s", "y", end=40, whole=True, log=log, levels=rivals))
    drawn = [(layer["name"], layer["x"], layer["y"]) for layer in figure["layers"][1:]]
    assert drawn == [("guessing", [0, 40], [10.0, 10.0]), ("guessing", [0, 40], [50.0, 50.0])]
    without = figures.live([line], "s", "y", end=40, whole=True, log=log)
    assert without["y"] == figure["y"] and len(without["layers"]) == 1, "it changes no axis"


def test_every_role_has_a_colour_a_dash_and_a_marker_of_its_own():
    assert set(COLOURS) == set(figures.DASHES) == set(figures.MARKERS)
    assert len(set(COLOURS.values())) == len(set(figures.MARKERS.values())) == len(COLOURS)


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("role", [*COLOURS, *(f"task{i + 1}" for i in range(10))])
@pytest.mark.parametrize("paper", ["#FCFBF8", "#13161D"])
def test_every_colour_stands_out_from_both_papers(role, paper):
    """WCAG 1.4.11: graphics need a contrast of 3 to 1."""
    light, dark = sorted((luminance(figures.colour(role)), luminance(paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


@pytest.mark.parametrize("lines", [[], [EMPTY], [ONE], [GAPS, ONE]])
@pytest.mark.parametrize("log", [False, True])
def test_curves_to_explore_take_anything(lines, log):
    figure = valid(figures.curves(lines, "x", "y", log_y=log, marks={"now": 2.0}))
    assert [layer["name"] for layer in figure["layers"]] == [line.label for line in lines] + ["now"]


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0], [1.0, 0.01, 0.5], [float("nan"), 1.0]])
def test_bars_take_anything(values):
    figure = valid(figures.bars({"a": ("after", values), "b": ("before", values)}, range(len(values)), "x", "y", text=".2f"))
    assert len(figure["layers"]) == 2 and len(figure["x"]["categories"]) == len(values)


def test_bars_of_one_category_stand_side_by_side():
    figure = figures.bars({"a": ("after", [1, 2]), "b": ("before", [3, 4])}, "pq", "x", "y")
    (a, b), width = [layer["x"] for layer in figure["layers"]], figure["layers"][0]["width"][0]
    assert all(right - left >= width for left, right in zip(a, b)) and [round(x) for x in a + b] == [0, 1, 0, 1]


@pytest.mark.parametrize("values", [np.array([]), np.array([1.0]), np.zeros(5), np.arange(100.0)])
def test_histograms_count_every_value_once(values):
    figure = valid(figures.histogram({"a": ("after", values)}, "x", "y", bins=10, values=values))
    assert sum(figure["layers"][0]["y"]) == values.size


def test_histograms_of_several_groups_share_their_bins():
    figure = figures.histogram({"a": ("after", np.arange(5.0)), "b": ("before", np.arange(50.0))}, "x", "y", bins=7)
    assert figure["layers"][0]["x"] == figure["layers"][1]["x"]


@pytest.mark.parametrize("array", [np.zeros((1, 1)), np.zeros((3, 4)), np.arange(6.0).reshape(2, 3) - 3])
@pytest.mark.parametrize("signed", [False, True])
def test_a_matrix_keeps_its_shape(array, signed):
    cells = json.loads(json.dumps(figures.matrix(array, signed=signed, text=".1f"), allow_nan=False))["cells"]
    assert cells["values"] == array.tolist()
    assert np.shape(cells["colours"]) == np.shape(cells["text"]) == np.shape(cells["ink"]) == array.shape


def test_a_signed_matrix_has_zero_in_the_middle():
    cells = figures.matrix(np.array([[-1.0, 0.0, 2.0, np.nan]]), signed=True)["cells"]
    low, zero, high, nothing = cells["colours"][0]
    assert (zero, high, nothing) == ("#F4F2EC", "#D07A00", "") and low not in (figures.DIVERGING[0], zero)


def test_points_say_what_they_are():
    figure = valid(figures.points({"a": ("after", [1, 2], [3, 4], ["p", "q"])}, "x", "y", log_x=True))
    assert figure["layers"][0]["text"] == ["p", "q"] and figure["x"]["log"]
    valid(figures.points({}, "x", "y"))
    valid(figures.points({"a": ("after", [], [], [])}, "x", "y"))


def test_groups_of_one_role_have_markers_of_their_own():
    groups = {name: ("after", [1], [1], [name]) for name in "abc"}
    assert len({layer["shape"] for layer in valid(figures.points(groups, "x", "y"))["layers"]}) == 3


def test_enlarge_repeats_every_pixel():
    big = figures.enlarge(np.array([[0, 255], [255, 0]], np.uint8), 3)
    assert big.shape == (6, 6) and big.dtype == np.uint8
    assert (big[:3, :3] == 0).all() and (big[:3, 3:] == 255).all() and (big[3:, :3] == 255).all() and (big[3:, 3:] == 0).all()


def test_the_words_on_every_cell_can_be_read():
    signed = figures.matrix(np.array([[-1.0, 0.0, 1.0, np.nan]]), signed=True, text=".1f")["cells"]
    assert signed["ink"] == [["#FFFFFF", "#15181F", "#15181F", "#15181F"]], "white on full orange has 3.2 : 1"
    assert figures.matrix(np.array([[0.0, 1.0]]), text=".1f")["cells"]["ink"] == [["#FFFFFF", "#15181F"]]
