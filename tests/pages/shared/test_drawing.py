"""Small pictures drawn as SVG are well-formed and true to their numbers, whatever the names and lengths."""

from xml.etree import ElementTree

import pytest

from pages.shared import drawing
from pages.shared.figures import COLOURS
from pages.views import anomaly, compression, gan, lifelong, seq2seq, transfer


def parsed(svg):
    return ElementTree.fromstring(svg)


def test_there_is_a_bar_for_every_row_in_the_colour_of_its_role():
    root = parsed(drawing.bars([("a", "before", 1.0, "10 KB"), ("b", "after", 0.5, "5 KB")], "size"))
    bars = [each for each in root if each.tag.endswith("rect")][1:]
    assert [bar.get("fill") for bar in bars] == [COLOURS["before"], COLOURS["after"]]
    assert float(bars[0].get("width")) == 2 * float(bars[1].get("width"))


@pytest.mark.parametrize("rows", [[], [("a", "after", 0.0, "")], [("<&\"'>", "danger", 1.0, "<script>"), ("γ", "after", 1e-9, "ü")]])
def test_odd_rows_make_no_odd_picture(rows):
    root = parsed(drawing.bars(rows, "<title> & more"))
    assert all(float(each.get("width")) > 0 for each in root if each.tag.endswith("rect"))
    assert not [each for each in root.iter() if each.tag.endswith("script")]


def test_the_card_of_compression_shows_shipped_runs():
    words = [each.text for each in parsed(compression.card()).iter() if each.tag.endswith("text")]
    assert any("KB" in word and "%" in word for word in words)
    assert len(words) >= 1 + 2 * 5


def test_every_word_of_every_card_is_as_large_as_the_pages_and_stays_inside():
    """A card's picture is about as wide on the screen as here; a letter takes some 0.55 of the size of its font."""
    for card in (anomaly.card, compression.card, gan.card, lifelong.card, seq2seq.card, transfer.card):
        root = parsed(card())
        wide, size = float(root.get("viewBox").split()[2]), float(root.get("font-size"))
        assert wide == drawing.CARD <= 330 and size >= 12
        for word in (each for each in root if each.tag.endswith("text")):
            long = 0.55 * float(word.get("font-size") or size) * len(word.text)
            left = float(word.get("x")) - (long if word.get("text-anchor") == "end" else 0)
            assert left >= 0 and left + long <= wide, (card.__module__, word.text)


def test_a_layer_is_as_high_as_the_root_of_its_width():
    root = parsed(drawing.networks(["conv", "dense", "out"], [64, 16, 10], [16, 16, 1]))
    layers = [each for each in root if each.tag.endswith("rect")]
    heights = [float(layer.get("height")) for layer in layers]
    assert [layer.get("fill") for layer in layers] == 3 * [COLOURS["before"]] + 3 * [COLOURS["after"]]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2) and heights[3] == pytest.approx(heights[1], abs=0.2)
    words = [each.text for each in root if each.tag.endswith("text")]
    assert words == ["conv", "64 → 16", "dense", "16 → 16", "out", "10 → 1"]


def test_one_layer_is_drawn_too():
    parsed(drawing.networks(["<only>"], [1], [1]))
