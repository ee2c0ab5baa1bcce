"""Weights of a linear model: bars that are what they say, and words coloured by them."""

import pytest

from pages.views.explain import weights


def test_bars_are_the_weights_with_their_spread():
    figure = weights.bars([("mean radius > 1.5", 2.0, 0.5), ("area", -4.0, 0.0)], "weight (points)")
    (trace,) = figure["data"]
    assert (
        trace["x"] == [2.0, -4.0]
        and trace["error_x"]["array"] == [0.5, 0.0]
        and trace["text"] == ["+2.0 ± 0.5", "-4.0"]
    )
    assert len(set(trace["marker"]["color"])) == 2, "for and against"
    low, high = figure["layout"]["xaxis"]["range"]
    assert -low == high > 4 and figure["layout"]["yaxis"]["range"] == [1.5, -0.5], "the first row on top"
    assert figure["layout"]["yaxis"]["ticktext"] == ["mean radius &gt; 1.5", "area"]
    assert weights.bars([], "weight")["data"][0]["x"] == []


@pytest.mark.parametrize(
    "words, expected",
    [
        ([("edge", 1.0), (" ", None), ("of", 0.01)], ":orange-background[**edge**] of"),
        ([("a", -0.1), (" * ", None), ("b", 0.5)], ":blue-background[a] \\* :orange-background[**b**]"),
        ([("x", None), ("\n", None)], "x "),
    ],
)
def test_words_are_coloured_by_their_weights_and_never_markdown(words, expected):
    assert weights.highlighted(words) == expected
