"""What a network has learned, on the sequence-to-sequence page: lengths, states, confusions, exposure, and why a token was said."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from core import runs
from core.seq2seq.analysis import at_once, confusions, exposure, lengths, letters, references, states
from core.seq2seq.settings import SHIPPED, Attention, OneVector, SmallTransformer
from pages.parts import shown
from pages.parts.ask import _remembering
from pages.views.seq2seq import at_once as at_once_view
from pages.views.seq2seq import exposure as exposure_view
from pages.views.seq2seq import lengths as lengths_view
from pages.views.seq2seq import letters as letters_view
from pages.views.seq2seq import references as references_view
from tests.pages.conftest import marks, text_of
from tests.pages.views.seq2seq_page import RUNS, SAY, SHOWN, TOY, VECTOR, calm, figure, saved, typed, view, widget

VIEWS = ("lengths", "states", "confusions", "exposure", "explain")


@pytest.fixture(scope="module", autouse=True)
def some_of_many_words():
    """At most a thousand test inputs for errors by length: a network takes seconds to answer all words."""

    def opened(record, opened=lengths.opened):
        net, dataset = opened(record)
        some = torch.arange(len(dataset.test)) % max(1, len(dataset.test) // 1000) == 0
        return net, replace(dataset, test=dataset.test._at(some))

    remembered = _remembering(lengths.rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lengths, "opened", opened)
        remembered.clear()
        yield
    remembered.clear()


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("run_id", SHOWN)
def test_every_view_opens_on_every_shipped_run(name, run_id):
    assert text_of(view(name, run_id)).strip()


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("run", RUNS)
def test_every_view_opens_on_every_kind_of_network(name, run):
    assert text_of(view(name, saved(run).id)).strip()


def test_words_with_several_pronunciations_are_scored_against_the_first_and_against_all():
    visitor, found = view("references", SAY), references.measured(shown.find(SAY))
    scores = visitor.table[0].value
    assert scores.iloc[0, 1:].tolist() == [f"{each.exact:.1f} %" for each in (found.first, found.all_of, found.rule)]
    assert scores.iloc[2, 1:].tolist() == [f"{each.bleu.score:.1f}" for each in (found.first, found.all_of, found.rule)]
    bars = figure(visitor, "references/bleu")["data"]
    assert list(bars[1]["y"]) == pytest.approx(found.all_of.bleu.precisions)
    assert f"{found.first.exact:.1f} %" in text_of(visitor) and len(visitor.table[1].value) == len(found.parted)
    assert references_view.draw.fits(shown.find(SAY)) and not references_view.draw.fits(shown.find(TOY))


def test_what_all_at_once_saves_and_costs():
    current = saved("parallel")
    visitor, found = view("at_once", current.id), at_once.mistakes(current)
    shares = figure(visitor, "at_once/mistakes")["data"][0]["y"]
    assert list(shares) == pytest.approx([found.wrong, found.length, found.repeats])
    assert len(figure(visitor, "at_once/time")["data"][0]["y"]) == 2 and f"{found.repeats:.0f} %" in text_of(visitor)
    assert at_once_view.draw.fits(current) and not at_once_view.draw.fits(shown.find(SAY))


@pytest.mark.parametrize("name", ["inside", "explain"])
def test_a_run_without_a_network_and_one_that_was_deleted_say_so(name):
    stopped = view(name, saved("strange", keep=4, state="stopped").id)
    assert len(stopped.info) == 1 and "no trained network" in stopped.info[0].value
    current = saved("told")
    runs.delete(current.id)
    visitor = view(name, current)
    assert len(visitor.info) == 1 and current.id in visitor.info[0].value.replace("\\", "")
    assert not visitor.get("text_input") and not visitor.get("button_group")


# ---- lengths ----


def test_a_toy_stands_at_the_border_of_what_it_learned():
    visitor = view("lengths", TOY)
    longest = SHIPPED[TOY].task.longest
    found = marks(figure(visitor, "lengths/wrong"))
    assert list(found.values()) == [longest] and widget(visitor, "select_slider", "least").value == longest + 1
    __, beyond = lengths.pooled(lengths.rows(shown.find(TOY)), longest + 1)
    assert f"beyond it **{beyond.wer:.0f} %**" in text_of(visitor) and "test sequences have 9 letters" in text_of(
        visitor
    )
    seen = text_of(visitor)
    assert text_of(calm(widget(visitor, "select_slider", "least").set_value(longest - 1).run())) != seen


def test_networks_stand_side_by_side():
    visitor, known = view("lengths", VECTOR), lengths_view.others(shown.find(VECTOR))
    assert widget(visitor, "multiselect", "beside").value == ["seq2seq-look-back"]
    names = [trace["name"] for trace in figure(visitor, "lengths/wrong")["data"] if trace["name"]]
    assert names == ["one vector of 32 (this run)", known["seq2seq-look-back"]]
    assert "- one vector of 32 (this run): wrong answers from **" in text_of(visitor)
    assert "Without attention there are **" in text_of(visitor) and "points** more wrong tokens" in text_of(visitor)
    rows, shares = lengths.rows(shown.find(VECTOR)), figure(visitor, "lengths/right")["data"][0]
    drawn = [row for row in rows if row.many >= lengths.ENOUGH]
    assert shares["x"] == [row.length for row in drawn]
    assert shares["y"] == pytest.approx([100 - row.per for row in drawn])
    alone = calm(widget(visitor, "multiselect", "beside").set_value([]).run())
    assert "Without attention" not in text_of(alone)


def test_each_kind_of_network_has_its_role():
    kinds = [Attention(), OneVector(), SmallTransformer(), Attention(score="multiplicative")]
    assert lengths.roles(kinds) == ["after", "before", "neutral", "control"]
    own = saved("vector")
    known = lengths_view.others(saved("told"))
    assert known[TOY] == "attention, state of 96"
    assert known[own.id] == f"one vector of 16 · {own.id.removeprefix('seq2seq-')}", "one's own runs say which they are"


# ---- states ----


def test_the_one_vector_in_a_new_light():
    visitor = view("states", SAY)
    visitor = calm(widget(visitor, "button_group", "way").set_value("vector").run())
    first = figure(visitor, "states/cloud")
    assert sum(len(layer["x"]) for layer in first["data"]) == states.INPUTS
    visitor = calm(widget(visitor, "button_group", "vector/by").set_value("ending").run())
    second = figure(visitor, "states/cloud")
    assert {layer["name"] for layer in first["data"]} != {layer["name"] for layer in second["data"]}
    cloud = states.at_vector(shown.find(SAY), "ending")
    assert f"hold {cloud.variance:.0f} % of the variance" in text_of(visitor)
    assert f"**{cloud.alike:.0f} %** of the {states.INPUTS} points" in text_of(visitor)


def test_without_attention_nobody_knows_where_it_looks():
    visitor = view("states", saved("vector").id)
    assert "said" not in widget(visitor, "button_group", "/by").options
    assert "what was said there" in str(widget(view("states", TOY), "button_group", "/by").options)


# ---- confusions ----


def test_the_matrix_and_the_list_show_what_happened():
    found, visitor = confusions.mistakes(shown.find(SAY)), view("confusions", SAY)
    drawn = figure(visitor, "confused/matrix")
    cells, worst = drawn["data"][0]["z"], confusions.most_confused(found)
    assert drawn["layout"]["yaxis"]["ticktext"] == [found.names[i] for i in worst]
    assert all(cells[i][i] is None for i in range(len(worst)))
    assert cells[0][1] == pytest.approx(100 * found.table[worst[0], worst[1]] / found.table[worst[0]].sum())
    text, (right, said, many) = text_of(visitor), confusions.commonest(found)[0]
    assert f"**{found.judged.edits.sum():,} mistakes** in 1,000 held-out words" in text
    assert f"Commonest is **{found.names[right]}** said as **{found.names[said]}** ({many} times)" in text
    assert "Of the vowels **" in text and "A fixed rule (each letter's most frequent sound)" in text
    [listed] = [table.value for table in visitor.table]
    assert listed.iloc[0, :3].tolist() == [found.names[right], found.names[said], f"{many}"]
    (token, times), *__ = confusions.left_out_and_added(found)[0]
    assert f"Most often left out: **{token}** ({times})" in text and "Most often added: **" in text


# ---- left to itself ----


def test_scheduled_sampling_is_held_against_teacher_forcing():
    told, own = saved("told"), saved("own")
    visitor = view("exposure", own.id)
    assert widget(visitor, "selectbox", "beside").value == told.id and "Left to itself it has **" in text_of(visitor)
    change = exposure.measured(own).after_free - exposure.measured(told).after_free
    assert f"**{abs(change):.1f} points** {'fewer' if change < 0 else 'more'} wrong" in text_of(visitor)
    alone = calm(widget(visitor, "selectbox", "beside").set_value(exposure_view.NOTHING).run())
    assert "full teacher forcing" in text_of(alone)
    assert widget(view("exposure", told.id), "selectbox", "beside").value == exposure_view.NOTHING


def test_what_follows_a_first_mistake_is_said():
    found, visitor = exposure.measured(shown.find(SAY)), view("exposure", SAY)
    assert f"**{found.after_free:.1f} %** wrong left to itself, **{found.after_forced:.1f} %** with" in text_of(visitor)
    assert [metric.value for metric in visitor.metric] == [f"{n:.1f} %" for n in (found.after_free, found.after_forced)]
    astray, forced = (trace["y"] for trace in figure(visitor, "exposure/curves")["data"])
    assert astray == pytest.approx(found.astray) and forced == pytest.approx(found.forced)


# ---- why ----


def test_every_method_answers_and_is_held_against_attention():
    visitor, current = view("explain", SAY), shown.find(SAY)
    for name, method in letters.METHODS.items():
        visitor = calm(widget(visitor, "selectbox", "/method").set_value(name).run())
        said = letters.answer(current, "thought")
        found = letters.explained(current, "thought", 0, name).weights
        sizes = np.clip(found, 0, None) if method.signed else np.abs(found)
        top = int(sizes.argmax())
        assert f"letter {top + 1}, **{'thought'[top]}**" in text_of(visitor)
        rho = spearmanr(np.abs(found), said.looked[0]).statistic
        assert f"Rank correlation of the two: **{rho:.2f}**".replace("-", "−") in text_of(visitor)
        drawn = figure(visitor, "why/bars")
        bars, (low, high) = drawn["data"], drawn["layout"]["yaxis"]["range"]
        assert bars[0]["y"] == pytest.approx(sizes.tolist(), abs=1e-6)
        assert not method.signed or bars[1]["y"] == pytest.approx(np.clip(found, None, 0).tolist(), abs=1e-6), (
            "against it: downward"
        )
        assert drawn["layout"]["barmode"] == "relative"
        assert all(low <= min(layer["y"]) <= max(layer["y"]) <= high for layer in bars) and low <= 0 < high


def test_another_token_and_another_word():
    visitor, said = view("explain", SAY), letters.answer(shown.find(SAY), "thought")
    before = figure(visitor, "why/letters")["data"]
    assert f"Why **{said.names[0]}** at the very beginning?" in text_of(visitor)
    visitor = calm(widget(visitor, "button_group", "/place").set_value(1).run())
    assert figure(visitor, "why/letters")["data"] != before
    assert f"Why **{said.names[1]}** after “{said.names[0]}”?" in text_of(visitor)
    assert f"p = {100 * said.p[1]:.1f} %" in text_of(visitor)
    visitor = typed(visitor, "Café, 'naïve'")
    assert figure(visitor, "why/letters")["layout"]["xaxis"]["ticktext"] == list("cafe")
    visitor = calm(widget(visitor, "selectbox", "/word/").set_value(1).run())
    assert figure(visitor, "why/letters")["layout"]["xaxis"]["ticktext"] == list("naive")


def test_a_method_beside_another_one():
    visitor = view("explain", VECTOR)  # there is no attention to hold it against
    assert widget(visitor, "selectbox", "/beside/").value == "ablation"
    assert figure(visitor, "why/letters")["layout"]["yaxis"]["ticktext"] == [
        "Integrated gradients",
        "Leave one letter out",
    ]
    visitor = calm(widget(visitor, "selectbox", "/beside/").set_value(letters_view.NOTHING).run())
    assert "Rank correlation" not in text_of(visitor)


@pytest.mark.parametrize("text", ["", "   ", "42", "🐈", "x" * 200, "<b>hi</b>", "$x^2$ `a`", "日本", ", .", "\\frac"])
def test_nonsense_gets_one_sentence(text):
    visitor = typed(view("explain", SAY), text)
    assert len(visitor.info) == 1 or text in ("<b>hi</b>", "$x^2$ `a`", "\\frac"), "or there is a word in it"


def test_one_letter_cannot_be_compared():
    assert "too short" in text_of(typed(view("explain", SAY), "a"))


def test_a_weight_is_written_with_a_true_minus_and_a_zero_without_a_sign():
    lime, saliency = letters.METHODS["lime"], letters.METHODS["saliency"]
    assert [letters_view.number(weight, lime) for weight in (-0.001, -0.5, 0.25)] == ["0.00", "−0.50", "+0.25"]
    assert letters_view.number(0.25, saliency) == "0.25" and letters_view.number(0.25, letters.ATTENTION) == "25 %"
