"""Beam search and sampling on the sequence-to-sequence page: what is drawn and said of what the analyses find."""

import re

import numpy as np
import pytest

from core.seq2seq.analysis import beam, own_words, samples, worth
from pages.parts import shown
from pages.views.seq2seq import samples as samples_view
from pages.views.seq2seq import tree
from tests.pages.conftest import charts, text_of
from tests.pages.views.seq2seq_page import (
    GREEDY_OR_BEAM,
    RUNS,
    SAY,
    SHOWN,
    calm,
    figure,
    rows,
    saved,
    tables,
    typed,
    view,
    widget,
)

VIEWS = ("beam", "samples")
NONSENSE = ["", "   ", "42", "🐈", "x" * 200, "日本", ", .", "<", "$\\frac{1}{2}$", "`7`"]


def bold(text):
    """The numbers in bold, as a sentence says them."""
    return [float(n) for n in re.findall(r"\*\*([\d.]+)(?: %)?\*\*", text)]


def boxes_of(drawn):
    """The boxes of a tree by kind, with token and score."""
    return {trace["name"]: trace["text"] for trace in drawn["data"] if trace["type"] == "bar"}


def many(visitor):
    """How many boxes the tree on the page has."""
    return sum(map(len, boxes_of(figure(visitor, "beam/tree")).values()))


def searched(text, width, alpha, run_id=SAY):
    return beam.search(shown.find(run_id), text, width, alpha)


def candidates(found):
    return sum(len(each.kept) + len(each.cut) for each in found.steps)


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("run_id", SHOWN)
def test_both_views_open_on_every_shipped_run(name, run_id):
    assert text_of(view(name, run_id)).strip()


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("run", RUNS)
def test_both_views_open_on_every_kind_of_network(name, run):
    assert text_of(view(name, saved(run).id)).strip()


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_gets_one_sentence(name, text):
    visitor = typed(view(name, SAY), text)
    assert len(visitor.info) == 1 or re.search("[a-z]", text.lower()), "or there is a word in it"
    assert all(len(info.value.strip()) > 20 for info in visitor.info)


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("text", ["Café", "O’Clock", "QUICHE", "two words"])
def test_what_can_be_read_is_read(name, text):
    visitor = typed(view(name, SAY), text)
    assert not visitor.info and charts(visitor)


# ---- the tree ----


def test_the_tree_draws_every_candidate():
    for width, alpha in ((1, 1.0), (5, 0.0), (10, 1.0)):
        found = searched("quiche", width, alpha)
        steps = beam.nodes(found)
        drawn = tree.figure(steps)
        boxes = boxes_of(drawn)
        assert sum(map(len, boxes.values())) == candidates(found)
        assert len(boxes["cut"]) == sum(len(each.cut) for each in found.steps)
        assert len(boxes["winner"]) == len(steps), "one box of each step is the winner's"
        assert drawn["data"][1]["x"].count(None) == len(steps), "and so many links are thick"


def test_sliders_move_the_tree():
    visitor = view("beam", SAY)
    boxes = [many(visitor)]
    for width in (2, 10):
        calm(widget(visitor, "slider", "/width").set_value(width).run())
        boxes.append(many(visitor))
        assert boxes[-1] == candidates(searched("quiche", width, 1.0))
    before = boxes_of(figure(visitor, "beam/tree"))
    calm(widget(visitor, "slider", "/1.0/alpha").set_value(0.0).run())
    assert boxes_of(figure(visitor, "beam/tree")) != before and len(set(boxes)) == 3


def test_what_was_cut_is_said_with_numbers_that_can_be_told_apart():
    visitor, found = view("beam", SAY), searched("quiche", 5, 1.0)
    near = min(found.cuts, key=lambda cut: cut.last - cut.score)
    score, last = (f"{value:.{near.places}f}".replace("-", "−") for value in (near.score, near.last))
    assert score != last
    line = f"at step {near.step} `{found.written(near.ids)}` came as number {near.rank} with {score}; the last"
    assert line in text_of(visitor) and f"one kept had {last}." in text_of(visitor)
    assert "number 6, score −" in tables(visitor) and "number 5, score −" in tables(visitor)


def test_the_finalists_stand_in_a_table():
    visitor, found = view("beam", SAY), searched("quiche", 5, 1.0)
    table = next(table.value for table in visitor.table if "place" in table.value.columns)
    assert list(table["answer"]) == [" ".join(found.named(each.tokens)) for each in found.best] + [
        table["answer"].iloc[-1]
    ]
    assert [f"{each.logp:.2f}".replace("-", "−") for each in found.best] == list(table["log p, nats"])[:-1]
    assert list(table["length with <EOS>"])[:-1] == [str(len(each.tokens)) for each in found.best]
    assert set(table["right"]) <= {"✓", "✗"}


def test_width_one_is_greedy():
    visitor = view("beam", SAY)
    calm(widget(visitor, "slider", "/width").set_value(1).run())
    assert "The beam ends where greedy ends. Both are wrong." in text_of(visitor)


# ---- what it is worth ----


@pytest.mark.parametrize("run_id", [GREEDY_OR_BEAM, "seq2seq-reversal-in-ten-seconds"])
def test_what_a_beam_is_worth_is_said(run_id):
    found = worth.measured(shown.find(run_id), 5, 1.0)
    changed = [found.mended, found.spoilt] if found.wrong else [found.spoilt]  # where none is wrong none is mended
    said = next(m.value for m in view("beam", run_id).markdown if "test examples. Greedy" in m.value)
    assert bold(said) == [round(n, 1) for n in (*found.greedy, *found.beam, *changed)]


def test_the_whole_test_part_is_told_of_a_shipped_run():
    summary = shown.find(SAY).summary
    told = f"α = 1.0 PER {summary['beam_per']:.1f} %, WER {summary['beam_wer']:.1f} %"
    assert told in text_of(view("beam", SAY)) and "Whole test part" not in text_of(view("beam", saved("told").id))


def test_an_example_where_they_part_is_opened_above():
    visitor = view("beam", GREEDY_OR_BEAM)
    calm(widget(visitor, "select_slider", "many/width").set_value(3).run())
    text, *__ = worth.measured(shown.find(GREEDY_OR_BEAM), 3, 1.0).parted[0]
    calm(widget(visitor, "button_group", "/parted/3/1.0").set_value(text).run())
    assert widget(visitor, "text_input", "/text").value == text
    assert widget(visitor, "slider", "/3/1.0/width").value == 3
    assert "It is right, and greedy is wrong." in text_of(visitor)
    assert many(visitor) == candidates(searched(text, 3, 1.0, GREEDY_OR_BEAM))


# ---- sampling ----


def test_rows_of_the_table_add_to_all():
    visitor = view("samples", GREEDY_OR_BEAM)
    calm(widget(visitor, "slider", "/T").set_value(2.0).run())
    drawn = figure(visitor, "sample/answers")
    rest = re.search(r"other answers: ([\d.]+) %", drawn["layout"]["xaxis"]["title"]["text"])[1]
    shares = [float(name.split(" ")[0]) for name in drawn["layout"]["yaxis"]["ticktext"]]
    assert len(shares) == samples_view.ROWS and sum(shares) + float(rest) == pytest.approx(100)
    found = samples.draws(shown.find(GREEDY_OR_BEAM), "quiche", 2.0, 0, 0)
    assert f"**{len(found)}** different answers in 200 draws at T = 2.0; their entropy" in text_of(visitor)
    calm(widget(visitor, "slider", "/k").set_value(4).run())
    assert "at T = 2.0 among the 4 likeliest tokens; their entropy" in text_of(visitor)
    assert "of the draws are right;" in text_of(visitor) and "are to be expected." in text_of(visitor)


def test_the_greedy_answer_is_named_among_the_draws():
    drawn = figure(view("samples", SAY), "sample/answers")
    [greedy] = [row for name, row in rows(drawn).items() if name.endswith("% greedy")]
    assert [token for token in greedy if token] == own_words.heard(shown.find(SAY), "quiche").said


def test_another_draw_is_another_and_the_same_seed_the_same():
    visitor = view("samples", SAY)
    calm(widget(visitor, "slider", "/T").set_value(3.0).run())
    first = rows(figure(visitor, "sample/answers"))
    calm(widget(visitor, "button", "/again").click().run())
    assert rows(figure(visitor, "sample/answers")) != first
    again = calm(widget(view("samples", SAY), "slider", "/T").set_value(3.0).run())
    assert rows(figure(again, "sample/answers")) == first


def test_the_next_token_at_a_chosen_step():
    visitor, one = view("samples", SAY), own_words.heard(shown.find(SAY), "quiche")
    calm(widget(visitor, "slider", "/T").set_value(2.0).run())
    calm(widget(visitor, "slider", "/k").set_value(4).run())
    for step in range(1, len(one.ids) + 1):
        calm(widget(visitor, "slider", "/step/quiche").set_value(step).run())
        own, drawn_from = (layer["y"] for layer in figure(visitor, "sample/next")["data"])
        p, tempered = samples.next_token(shown.find(SAY), "quiche", one.ids[: step - 1], 2.0, 4)
        order = np.argsort(-p)[: samples_view.SHOWN]
        assert own == pytest.approx((100 * p[order]).tolist()) and drawn_from == pytest.approx(
            (100 * tempered[order]).tolist()
        )
        assert f"{drawn_from[0]:.1f} % as it is drawn from" in visitor.caption[-1].value
    assert {chart.key for chart in charts(visitor)} == {"sample/next", "sample/answers"}
