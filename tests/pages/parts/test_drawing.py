"""Boxes, strokes and lying bars stand where they are put, and Plotly takes them."""

import json

import plotly.graph_objects as go
import pytest

from pages.parts import drawing, figures
from pages.parts.figures import COLOURS


def shown(figure):
    """The figure as the browser gets it: strict JSON, and nothing that is no attribute of Plotly's."""
    figure = json.loads(json.dumps(figure, allow_nan=False))
    go.Figure(figure)
    return figure


def test_a_look_is_added_and_taken_back():
    figure = figures.plane(1, 100)
    figures.restyled(figure, {"side": "top"}, {"scaleanchor": None, "range": [0, 1]}, barmode="relative")
    assert shown(figure)["layout"]["xaxis"]["side"] == "top" and figure["layout"]["barmode"] == "relative"
    assert "scaleanchor" not in figure["layout"]["yaxis"] and figures.span_of(figure, "y") == [0, 1]
    assert drawing.pale("#FF8000", 0.5) == "rgba(255,128,0,0.50)"


def test_strokes_and_boxes_stand_where_they_are_put():
    hue = COLOURS["before"]
    lines = drawing.strokes("way", [[(0, 0), (1, 2)], [(3, 3), (4, 4)]], hue, 2, opacity=0.5)
    assert lines["x"] == [0, 1, None, 3, 4, None] and lines["y"] == [0, 2, None, 3, 4, None] and lines["opacity"] == 0.5
    boxes = drawing.boxes("box", [(2, 5)], (0.5, 0.25), ["a"], hue, {"color": hue}, customdata=[7])
    assert boxes["base"] == [1.75] and boxes["x"] == [0.5] and boxes["y"] == [5] and boxes["offset"] == -0.125
    figure = shown(figures.add(figures.plane(9, 100), lines, boxes))
    assert drawing.spots(figures.add(figure, figures.dots("", "after", [1], [2], ["p"]) | {"customdata": [0]})) == [
        (0.5, 5)
    ]


def test_a_bend_leaves_and_arrives_level():
    line = drawing.bend((0, 1), (2, 5), 101)
    assert line[0] == (0, 1) and line[-1] == (2, 5) and line[50] == pytest.approx((1, 3))
    assert line[1][1] - line[0][1] < 0.01 and line[-1][1] - line[-2][1] < 0.01 < line[51][1] - line[50][1]


def test_bars_lie_in_the_colours_of_their_roles():
    across = figures.axis("n", [-3, 3])
    figure = drawing.lying(["a<", "b"], [3, -1], ["after", "before"], across, 90, text=["x", "y"])
    (trace,) = shown(figure)["data"]
    assert trace["x"] == [3, -1] and trace["text"] == ["x", "y"] and figure["layout"]["yaxis"]["range"] == [1.5, -0.5]
    assert figure["layout"]["yaxis"]["ticktext"] == ["a&lt;", "b"]
    assert trace["marker"]["color"] == [COLOURS["after"], COLOURS["before"]]
