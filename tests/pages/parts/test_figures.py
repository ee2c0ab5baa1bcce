"""Numbers to figures: what is measured is drawn, nothing else, and odd inputs make no odd pictures."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts import figures
from pages.parts.figures import COLOURS, Line

EMPTY, ONE = Line("none", "after", [], []), Line("one", "before", [3], [0.5])
GAPS = Line("gaps", "after", [0, 1, 2, 3], [1.0, None, 3.0, None])
numbers = st.floats(-1e6, 1e6)
TYPES = {"scatter", "bar", "heatmap", "image", "surface", "scatter3d"}


def valid(figure):
    """Strict JSON (no NaN, no infinity, no numpy) that Plotly takes, with axes of some length and traces that fit together."""
    figure = json.loads(json.dumps(figure, allow_nan=False))
    go.Figure(figure)  # it refuses what is no attribute of Plotly's
    for axis in (figure["layout"]["xaxis"], figure["layout"]["yaxis"]):
        low, high = axis["range"]
        assert low < high, "logarithms, where the axis is logarithmic"
    for trace in figure["data"]:
        assert trace["type"] in TYPES and len(trace["x"]) == len(trace["y"])
        hue = trace["line"]["color"] if "lines" in trace.get("mode", "") else trace["marker"]["color"]
        assert hue in {*COLOURS.values(), *figures.TASKS}
    return figure


def ends(figure, axis="y"):
    return figures.span_of(figure, axis)


@pytest.mark.parametrize("lines", [[], [EMPTY], [ONE], [EMPTY, ONE], [GAPS], [ONE, GAPS]])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("end", [None, 0, 100])
def test_live_curves_of_any_length_are_valid(lines, log, end):
    valid(figures.live(lines, "step", "y", end=end, log=log))


def test_live_curves_draw_exactly_what_was_measured():
    figure = figures.live([GAPS, ONE], "step", "y")
    assert [(trace["name"], trace["line"]["color"], trace["x"], trace["y"]) for trace in figure["data"]] == [
        ("gaps", COLOURS["after"], [0, 2], [1.0, 3.0]),
        ("one", COLOURS["before"], [3], [0.5]),
    ]


def test_a_mean_over_seeds_has_a_band_of_one_standard_deviation_inside_the_picture():
    figure = figures.live([Line("mean", "after", [0, 1, 2], [1.0, None, 3.0], sd=[0.5, None, 1.0])], "step", "y")
    band, curve = figure["data"]
    assert (band["x"], band["y"], band["fill"]) == ([0, 2, 2, 0], [1.5, 4.0, 2.0, 0.5], "toself")
    assert (curve["x"], curve["y"]) == ([0, 2], [1.0, 3.0])
    low, high = ends(figure)
    assert low < 0.5 and high > 4.0


def test_a_gap_in_a_curve_to_explore_stays_a_gap():
    assert figures.curves([GAPS], "x", "y")["data"][0]["y"] == [1.0, None, 3.0, None]


def test_a_logarithmic_axis_leaves_out_what_has_no_logarithm():
    figure = valid(figures.live([Line("a", "after", [0, 1, 2], [0.0, -1.0, 10.0])], "step", "y", log=True))
    assert figure["data"][0]["y"] == [10.0]


@given(st.lists(numbers, max_size=30), st.booleans())
def test_no_input_makes_an_axis_of_no_length(values, log):
    valid(figures.live([Line("a", "after", list(range(len(values))), values)], "step", "y", log=log, end=30))


def test_the_last_value_is_always_inside_the_picture():
    values = [0.1, 50.0, 90.0, 97.0, 98.0]
    low, high = ends(figures.live([Line("a", "after", [0, 10, 20, 60, 100], values)], "s", "y", end=100))
    assert low <= values[-1] <= high


def test_what_is_too_large_runs_out_of_the_picture_but_never_the_last_value():
    def top(values, limit):
        line = Line("a", "after", list(range(0, 10 * len(values), 10)), values)
        return ends(figures.live([line, ONE], "s", "y", end=100, switches=[5], top=limit))

    low, high = top([600.0, 300.0, 90.0, 20.0], 105)
    assert low <= 0.5 and 105 < high < 120 and top([600.0, 300.0, 90.0, 20.0], None)[1] > 300
    assert top([600.0, 300.0], 105)[1] >= 300 and top([50.0, 20.0], 105)[1] < 60
    assert 105 < top([600.0, 90.0, float("nan")], 105)[1] < 120, "a run that broke has no last value"


@pytest.mark.parametrize("log", [False, True])
def test_the_level_of_a_trivial_rival_is_a_line_across_the_picture_where_it_lies_in_it(log):
    line = Line("a", "after", [0, 10, 20], [5.0, 40.0, 90.0])
    rivals = [("guessing", 10.0), ("guessing", 50.0), ("noise", 1e6), ("none", -3.0)]
    figure = valid(figures.live([line], "s", "y", end=40, whole=True, log=log, levels=rivals))
    drawn = [
        (shape["label"]["text"], shape["x0"], shape["x1"], shape["y0"], shape["y1"])
        for shape in figure["layout"]["shapes"]
    ]
    assert drawn == [("guessing", 0, 1, 10, 10), ("guessing", 0, 1, 50, 50)]
    assert {shape["xref"] for shape in figure["layout"]["shapes"]} == {"paper"}
    without = figures.live([line], "s", "y", end=40, whole=True, log=log)
    assert without["layout"]["yaxis"] == figure["layout"]["yaxis"] and without["layout"]["shapes"] == [], (
        "it changes no axis"
    )


def test_the_names_of_close_levels_stand_at_different_ends():
    line = Line("a", "after", [0, 10, 20], [0.0, 40.0, 100.0])
    figure = figures.live([line], "s", "y", whole=True, levels=[("noise", 12.0), ("guessing", 10.0), ("linear", 92.0)])
    places = {shape["name"]: shape["label"]["textposition"] for shape in figure["layout"]["shapes"]}
    assert places == {"guessing": "end", "noise": "start", "linear": "end"}


def test_every_role_has_a_colour_a_dash_and_a_marker_of_its_own():
    assert set(COLOURS) == set(figures.DASHES) == set(figures.MARKERS)
    assert len(set(COLOURS.values())) == len(set(figures.MARKERS.values())) == len(COLOURS)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
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
    assert [trace["name"] for trace in figure["data"]] == [line.label for line in lines]
    (mark,) = figure["layout"]["shapes"]
    assert mark["label"]["text"] == "now" and mark["x0"] == mark["x1"] == 2


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0], [1.0, 0.01, 0.5], [float("nan"), 1.0]])
def test_bars_take_anything(values):
    figure = valid(
        figures.bars({"a": ("after", values), "b": ("before", values)}, range(len(values)), "x", "y", text=".2f")
    )
    assert len(figure["data"]) == 2 and len(figure["layout"]["xaxis"]["ticktext"]) == len(values)


def test_bars_of_one_category_stand_side_by_side_and_names_may_repeat():
    figure = figures.bars({"a": ("after", [1, 2]), "b": ("before", [3, 4])}, "pp", "x", "y")
    assert [trace["x"] for trace in figure["data"]] == [[0, 1], [0, 1]] and figure["layout"]["barmode"] == "group"
    assert figure["layout"]["xaxis"]["ticktext"] == ["p", "p"], "as the letters of a word do"


@pytest.mark.parametrize("values", [np.array([]), np.array([1.0]), np.zeros(5), np.arange(100.0)])
def test_histograms_count_every_value_once(values):
    figure = valid(figures.histogram({"a": ("after", values)}, "x", "y", bins=10, values=values))
    assert sum(figure["data"][0]["y"]) == values.size


def test_histograms_of_several_groups_share_their_bins():
    figure = figures.histogram({"a": ("after", np.arange(5.0)), "b": ("before", np.arange(50.0))}, "x", "y", bins=7)
    assert figure["data"][0]["x"] == figure["data"][1]["x"]


def test_points_say_what_they_are():
    figure = valid(figures.points({"a": ("after", [1, 2], [3, 4], ["p", "q"])}, "x", "y", log_x=True))
    assert figure["data"][0]["text"] == ["p", "q"] and figure["layout"]["xaxis"]["type"] == "log"
    valid(figures.points({}, "x", "y"))
    valid(figures.points({"a": ("after", [], [], [])}, "x", "y"))


def test_groups_of_one_role_have_markers_of_their_own():
    groups = {name: ("after", [1], [1], [name]) for name in "abc"}
    assert len({trace["marker"]["symbol"] for trace in valid(figures.points(groups, "x", "y"))["data"]}) == 3


def test_words_of_a_visitor_are_no_markup():
    figure = figures.points({"a": ("after", [1], [1], ["<b>x</b> & y\nz"])}, "x < 1", "y")
    assert (
        figure["data"][0]["text"] == ["&lt;b&gt;x&lt;/b&gt; &amp; y<br>z"]
        and figures.title_of(figure, "x") == "x &lt; 1"
    )


@pytest.mark.parametrize("log", [False, True])
def test_an_axis_is_set_and_read_in_the_numbers_own_unit(log):
    figure = figures.curves([Line("a", "after", [1, 10, 100], [1, 2, 3])], "x", "y", log_x=log)
    figures.within(figure, x=(0.5, 200), y=(-1, 7))
    assert ends(figure, "x") == pytest.approx([0.5, 200]) and ends(figure) == [-1, 7]
    assert figure["layout"]["xaxis"]["range"] == pytest.approx([np.log10(0.5), np.log10(200)] if log else [0.5, 200])


def test_traces_are_added_over_and_below_and_change_no_axis():
    figure = figures.curves([GAPS], "x", "y")
    before = json.dumps(figure["layout"])
    figures.add(figure, figures.dots("over", "danger", [99], [99], ["far"]))
    figures.add(figure, figures.curve(ONE, silent=True), below=True)
    assert [trace["name"] for trace in valid(figure)["data"]] == ["one", "gaps", "over"] and json.dumps(
        figure["layout"]
    ) == before
    assert figure["data"][0]["hoverinfo"] == "skip"


def test_bars_and_points_may_have_words_and_shapes_of_their_own():
    (trace,) = figures.bars({"g": ("after", [1, 2])}, "ab", "x", "y", words=["one", "two"])["data"]
    assert trace["text"] == ["one", "two"] and trace["textposition"] == "outside"
    groups = {name: ("after", [1], [1], ["p"]) for name in "ab"}
    shapes = [trace["marker"]["symbol"] for trace in figures.points(groups, "x", "y", shapes=["x"])["data"]]
    assert shapes == ["x", "star"], "where there is none, that of the role, or a spare one"


def test_an_axis_has_names_at_its_own_places():
    figure = valid(figures.ticked(figures.curves([GAPS], "x", "y"), "x", [0.5, 2], ["a", "<b>"], top=True))
    of = figure["layout"]["xaxis"]
    assert of["tickvals"] == [0.5, 2] and of["ticktext"] == ["a", "&lt;b&gt;"] and of["side"] == "top"
    assert "side" not in figures.ticked(figures.curves([GAPS], "x", "y"), "x", [1], ["a"])["layout"]["xaxis"]


def test_a_line_without_a_name_is_added_to_those_that_are_there():
    figure = valid(figures.upright(figures.curves([GAPS], "x", "y", marks={"named": 1}), 2))
    named, plain = figure["layout"]["shapes"]
    assert named["name"] == "named" and plain["x0"] == plain["x1"] == 2 and "label" not in plain


def test_room_and_legends_are_set():
    figure = valid(figures.legend_beside(figures.restyled(figures.plane(1, 300), margin={"l": 64, "t": 26})))
    assert figure["layout"]["margin"] == {"l": 64, "t": 26} and figure["layout"]["legend"]["x"] == 1
    assert figure["layout"]["xaxis"]["constraintoward"] == "left"


@pytest.mark.parametrize("log", [False, True])
def test_axes_grow_as_far_as_points_over_curves_need(log):
    figure = figures.curves([Line("a", "after", [1, 10], [1, 2])], "x", "y", log_x=log)
    before = ends(figure, "x"), ends(figure)
    figures.with_points(figure, [figures.dots("inside", "danger", [5], [1.5], ["p"])])
    assert ends(figure, "x")[1] == pytest.approx(before[0][1]) and len(figure["data"]) == 2
    figures.with_points(figure, [figures.dots("outside", "danger", [40, 60], [5, 7], ["p", "q"])])
    low, high = ends(figure, "x")
    assert low == pytest.approx(before[0][0]) and high > 60 and ends(figure)[0] == before[1][0] and ends(figure)[1] > 7
    valid(figures.with_points(figure, []))


def test_a_line_may_have_steps_and_a_dash_of_its_own():
    plain, own = figures.curve(ONE), figures.curve(Line("own", "before", [1, 2], [3, 4], dash="1px", steps=True))
    assert "shape" not in plain["line"] and (own["line"]["shape"], own["line"]["dash"]) == ("vh", "1px")
