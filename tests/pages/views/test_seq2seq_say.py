"""One's own words on the sequence-to-sequence page: said, drawn, stepped through; the live picture and the film."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.data import words
from core.seq2seq import pictures
from core.seq2seq.analysis import network, own_words
from core.seq2seq.analysis.answers import MORE, Tile, plain
from core.seq2seq.analysis.film import named
from core.seq2seq.analysis.own_words import Heard
from pages.parts import shown, views
from pages.views.seq2seq import flow, stage, tiles
from tests.pages.conftest import charts, text_of
from tests.pages.views.seq2seq_page import (
    DATES,
    SAY,
    TOY,
    VECTOR,
    calm,
    figure,
    rows,
    saved,
    typed,
    view,
    widget,
    written,
)

NONSENSE = ["", "   ", "4", "word2vec", "🙂🙂", "日本語", "a" * 200, "\0", "<b>x</b> & $x$", "...", "*_`["]
FIGURES = {
    "own_words": {"say/answers", "say/flow"},
    "steps": {"steps/answers", "steps/next"},
    "film": {"film/said"},
}


def heard(run_id, text):
    return own_words.heard(shown.find(run_id), text)


# ---- every view of every run ----


@pytest.mark.parametrize("run_id", [SAY, VECTOR, TOY, DATES])
@pytest.mark.parametrize("name", FIGURES)
def test_views_of_shipped_runs(name, run_id):
    assert FIGURES[name] <= {chart.key for chart in charts(view(name, run_id))}


@pytest.mark.parametrize("run", ["transformer", "vector", "own"])
@pytest.mark.parametrize("name", FIGURES)
def test_views_of_small_runs(name, run):
    assert FIGURES[name] <= {chart.key for chart in charts(view(name, saved(run).id))}


def test_each_scene_opens_with_what_its_question_is_about():
    first = {
        run_id: [each.name for each in views.of("seq2seq") if each.opens(shown.find(run_id))]
        for run_id in (SAY, VECTOR, TOY)
    }
    assert first == {SAY: [], VECTOR: ["lengths"], TOY: []}
    assert [each.name for each in views.of("seq2seq") if each.opens(shown.find("seq2seq-greedy-or-beam"))] == ["beam"]


# ---- typed words ----


@pytest.mark.parametrize("text", NONSENSE)
@pytest.mark.parametrize("name", ["own_words", "steps", "beam", "samples"])
def test_nonsense_gets_a_sentence_and_nothing_is_lost(name, text):
    visitor = typed(view(name, SAY), text)
    if not any(sign.isalpha() and sign.isascii() for sign in text) or text == "a" * 200 or "2" in text:
        assert visitor.info and all(each.value.rstrip().endswith((".", "\\.")) for each in visitor.info)
    again = typed(visitor, "hello")
    found = [text for chart in charts(again) for text in written(chart.figure)]
    assert any("HH" in text for text in found) and (name != "own_words" or any(t.startswith("hello") for t in found))


def test_a_sentence_is_said_word_by_word():
    visitor = typed(view("own_words", SAY), "Crème brûlée, Well-known 2 you")
    drawn = figure(visitor, "say/answers")
    notes = [text for trace in drawn["data"] if trace.get("mode") == "text" for text in trace["text"]]
    for word in ("creme", "brulee", "well", "known", "you"):
        found = heard(SAY, word)
        [(name, row)] = [(name, row) for name, row in rows(drawn).items() if name.startswith(f"{word}<br>")]
        assert [token for token in row if token] == found.said
        assert own_words.origin(shown.find(SAY).settings.task, word) in name
        assert any(note.endswith(f"{100 * found.p:.0f} %") for note in notes)
    assert [each.value for each in visitor.info] and "“2”" in visitor.info[0].value
    assert [w for w in visitor.get("pills") if "/which/" in w.key]


def test_dates_of_ones_own_are_right_or_wrong_or_nobody_knows():
    visitor = view("own_words", DATES)
    for text in ("Sep. 05 2026", "٥ سبتمبر ٢٠٢٦"):
        drawn = figure(typed(visitor, text), "say/answers")
        assert ("✓" in str(drawn["data"])) == (heard(DATES, text).said == list("2026-09-05"))
        assert "No verdict" not in text_of(visitor)
    assert "none of the 26 languages writes" in text_of(typed(visitor, "the 5th of september 2026"))
    assert "its sounds are not recorded there" in text_of(typed(view("own_words", SAY), "zzyzxq"))


def test_what_was_typed_stays_when_another_run_comes():
    """A page whose run changes: the field of the next one begins with the same words."""

    def two(first, second):
        import streamlit as st

        from pages.parts import shown
        from pages.views.seq2seq import own_words

        own_words.draw(shown.find(second if st.checkbox("next") else first))

    visitor = typed(AppTest.from_function(two, default_timeout=300, args=(SAY, VECTOR)).run(), "hello")
    visitor = calm(visitor.checkbox[0].check().run())
    assert widget(visitor, "text_input", "/text").value == "hello"
    assert list(rows(figure(visitor, "say/answers")))[0].startswith("hello")


def test_a_key_names_every_sound():
    visitor = view("inside", SAY)
    said = " ".join(each.value for each in visitor.markdown)
    assert all(f"**{sound}** {word}" in said for sound, word in words.EXAMPLES.items()) and len(words.EXAMPLES) == 39
    assert "**AA** odd" not in " ".join(each.value for each in view("inside", TOY).markdown)


def test_too_many_words_are_named():
    many = "one two three four five six seven eight nine ten eleven twelve thirteen"
    assert "Only the first 12 words" in typed(view("own_words", SAY), many).info[0].value


# ---- the drawing ----


@pytest.fixture
def one():
    looked = np.array([[0.9, 0.05, 0.05], [0.01, 0.5, 0.49]], np.float32)
    return Heard("a<b", (3, 2), ("K", "<EOS>"), (0.5, 0.25), looked, (), True, 128)


def marks(drawn, name):
    """Of a row of boxes or circles: its texts, and which are faint."""
    [trace] = [trace for trace in drawn["data"] if trace["name"] == name]
    return trace["text"], [opacity == flow.FAINT for opacity in trace["marker"]["opacity"]]


def test_the_drawing_has_a_box_for_each_letter_and_token(one):
    drawn = flow.figure(one, one.moments)
    assert one.moments == 5
    assert marks(drawn, "reads")[0] == ["a", "&lt;", "b"] and marks(drawn, "says")[0] == ["K", "end"]
    assert [len(marks(drawn, name)[0]) for name in ("encoder", "decoder")] == [3, 2]
    assert "128 numbers" in written(drawn) and "50 %" in written(drawn) and "25 %" in written(drawn)
    looks = drawn["layout"]["shapes"]
    assert len(looks) == 5, "a line for each weight above 3 %"
    assert looks[0]["line"]["width"] == pytest.approx(6.3) and looks[1]["line"]["width"] == pytest.approx(0.35)
    transformer = Heard("ab", (3,), ("K",), (1.0,), one.looked[:1, :2], (), False, 0)
    names = [[trace["name"] for trace in flow.figure(each, 3)["data"]] for each in (one, transformer)]
    assert "the one vector" in names[0] and "the one vector" not in names[1]


def test_it_shows_what_has_happened_by_then(one):
    def faint(moment):
        return [sum(marks(flow.figure(one, moment), name)[1]) for name in ("reads", "encoder", "decoder", "says")]

    assert [faint(now) for now in (0, 2, 4, 5)] == [[3, 3, 2, 2], [1, 1, 2, 2], [0, 0, 1, 1], [0, 0, 0, 0]]
    assert not flow.figure(one, 3)["layout"]["shapes"], "nothing was said, so nowhere looked"
    assert flow.about(one, 4) == "Encoder and decoder: 3 letters read, 1 of 2 tokens said"


def test_the_slider_goes_through_the_moments():
    visitor = typed(view("own_words", SAY), "cat")
    slider = widget(visitor, "slider", "/moment/cat")
    assert slider.max == 3 + len(heard(SAY, "cat").tokens) == slider.value
    assert "ends the answer: 3 letters became 3 sounds" in text_of(visitor)
    assert "Nothing has been read" in text_of(calm(slider.set_value(0).run()))
    assert "2 of 3 from the left" in text_of(calm(widget(visitor, "slider", "/moment/cat").set_value(2).run()))
    assert "reads `<BOS>` and says **K**" in text_of(calm(widget(visitor, "slider", "/moment/cat").set_value(4).run()))
    assert "1 letter became " in text_of(typed(visitor, "a"))


def test_attention_in_words():
    moves = own_words.attention(heard(SAY, "cat")).numbers
    assert f"Attention moves on in **{moves['on']:.0f} %** of steps" in text_of(typed(view("own_words", SAY), "cat"))
    assert "went through **32 numbers**" in text_of(view("own_words", VECTOR))


# ---- step by step ----


def test_forcing_a_token_changes_what_follows_and_undo_takes_it_back():
    visitor = typed(view("steps", SAY), "cat")
    assert "would have said by itself" in text_of(visitor)
    before = rows(figure(visitor, "steps/answers"))
    visitor = calm(widget(visitor, "button", "/say").click().run())
    [chosen] = [trace["text"] for trace in figure(visitor, "steps/answers")["data"] if trace["name"] == "chosen"]
    assert chosen == [heard(SAY, "cat").tokens[0]] and "would have said by itself" in text_of(visitor)
    s = network.tokens_of(shown.find(SAY)).index("S")
    visitor = calm(widget(visitor, "button", "/undo").click().run())
    visitor = calm(widget(visitor, "selectbox", "/other/0").set_value(s).run())
    visitor = calm(widget(visitor, "button", "/force").click().run())
    assert "Another token at step 1" in text_of(visitor) and rows(figure(visitor, "steps/answers")) != before
    assert "less likely" in text_of(visitor)
    assert rows(figure(calm(widget(visitor, "button", "/undo").click().run()), "steps/answers")) == before


def test_the_likeliest_tokens_are_drawn():
    from core.seq2seq.analysis import steps

    bars = figure(typed(view("steps", SAY), "cat"), "steps/next")["data"][0]
    top = steps.after(shown.find(SAY), "cat", ()).p
    assert bars["y"] == pytest.approx([100 * float(p) for p in sorted(top, reverse=True)[:10]], rel=1e-5)


def test_an_answer_ends_and_begins_again():
    visitor = typed(view("steps", SAY), "cat")
    for _ in heard(SAY, "cat").ids:
        visitor = calm(widget(visitor, "button", "/say").click().run())
    assert widget(visitor, "button", "/say").disabled and "has ended" in text_of(visitor)
    assert [chart.key for chart in charts(visitor)] == ["steps/answers"], "there is no next token"
    visitor = calm(widget(visitor, "button", "/again").click().run())
    assert not widget(visitor, "button", "/say").disabled and figure(visitor, "steps/next")


# ---- the live picture and the film ----


def staged(run_id):
    from pages.parts import shown
    from pages.views.seq2seq import stage

    current = shown.find(run_id)
    stage.picture(current)
    stage.beside(current)


def stage_of(run_id):
    return calm(AppTest.from_function(staged, default_timeout=300, args=(run_id,)).run())


def test_the_stage_says_what_is_right():
    visitor, current = stage_of(SAY), shown.find(SAY)
    said = [named(current.facts, tokens) for tokens in current.last(pictures.SAID)]
    right = [names in ways for names, ways in zip(said, current.facts["answers"])]
    drawn = figure(visitor, "live/said")
    assert drawn["layout"]["xaxis"]["title"]["text"].startswith(f"{sum(right)} of {len(right)} right")
    ticks = [text for trace in drawn["data"] for text in trace.get("text", []) if text in ("✓", "✗")]
    assert ticks == ["✓" if good else "✗" for good in right]
    assert [[token for token in row if token] for row in rows(drawn).values()] == said
    assert list(rows(drawn)) == current.facts["inputs"]
    assert figure(visitor, "live/attention")["layout"]["xaxis"]["ticktext"] == list(current.facts["inputs"][0])
    assert [chart.key for chart in charts(stage_of(VECTOR))] == ["live/said"], "one vector: there is nowhere to look"
    assert not charts(stage_of(saved("own", keep=1, state="stopped").id))


def test_the_stage_keeps_its_place_from_the_first_noise_to_the_end():
    """Neither axes nor rows of attention depend on how long the answers are at an evaluation."""
    current, places = shown.find(SAY), set()
    for said, sure in zip(current.pictures(pictures.SAID), current.pictures(pictures.SURE)):
        drawn = stage.answers(current, said.array, sure.array, row=0)[0]
        names = [trace["name"] for trace in drawn["data"] if trace.get("showlegend", True)]
        places.add((*drawn["layout"]["xaxis"]["range"], *drawn["layout"]["yaxis"]["range"], *names))
    assert len(places) == 1
    long = tiles.figure([tiles.Row("noise", plain("A" * 40))], columns=10)
    assert rows(long) == {"noise": ["A"] * 9 + [MORE]}, "what is too long ends in dots"


def title_of(visitor):
    return figure(visitor, "film/said")["layout"]["xaxis"]["title"]["text"]


def test_the_film_goes_back_and_says_since_when_it_is_right():
    from core.seq2seq.analysis import film

    visitor, current = view("film", TOY), shown.find(TOY)
    assert title_of(visitor).startswith("6 of 6 right")
    text, step = film.settled(current).since[0]
    assert f"Right, and right at every later evaluation: *{text}* since step {step:,}" in text_of(visitor)
    first = current.pictures(pictures.SAID)[0].step
    visitor = calm(widget(visitor, "select_slider", "/step").set_value(first).run())
    assert title_of(visitor).startswith("0 of 6 right")
    assert "Wrong at the last evaluation: *" in text_of(view("film", SAY))
    short = view("film", saved("own", keep=4, state="stopped").id)
    assert "begins with the second evaluation" in short.info[0].value


# ---- tiles ----


def test_tiles_are_drawn_as_they_are():
    drawn = tiles.figure([tiles.Row("<b>", [Tile("<i>", sure=0.5), Tile("T", "wrong", 1.0, "AE")], "✗")], "title", 3)
    assert list(rows(drawn)) == ["&lt;b&gt;"] and rows(drawn)["&lt;b&gt;"] == ["&lt;i&gt;", "T"]
    said, wrong = drawn["data"][:2]
    assert said["hovertext"] == ["&lt;i&gt;<br>p = 50 %"]
    assert wrong["hovertext"] == ["T as in “tea”<br>p = 100 %<br>right: AE as in “at”"]
    alphas = [float(trace["marker"]["color"][0].split(",")[-1][:-1]) for trace in (said, wrong)]
    assert alphas == pytest.approx([(tiles.PALEST + tiles.FULLEST) / 2, tiles.FULLEST])
    assert said["customdata"] == wrong["customdata"] == [0]
    assert "AE" in written(drawn) and "✗" in written(drawn)


def test_there_is_room_for_the_longest_answer_and_for_a_usual_one():
    few, many = (tiles.Row("", plain("A" * n)) for n in (3, 20))
    ends = [tiles.figure(rows)["layout"]["xaxis"]["range"][1] for rows in ([few], [few, many])]
    assert ends == [tiles.USUAL + 0.6, 20.6]


def test_no_sign_of_any_vocabulary_is_formatting():
    """Tokens and letters stand in sentences as they are."""
    from pages.parts.words import plain as written_plainly

    for run_id in (SAY, TOY, DATES):
        dataset = network.opened(shown.find(run_id))[1]
        signs = {sign for sign in (*dataset.source.tokens, *dataset.target.tokens) if not sign.startswith("<")}
        assert [sign for sign in signs if written_plainly(sign) != sign] == []


def test_a_run_without_a_network_lets_a_shipped_one_answer():
    stopped = view("inside", saved("own", keep=9, state="stopped").id)
    assert "no trained network" in stopped.info[0].value and TOY in stopped.info[0].value
    assert widget(stopped, "text_input", "/text/toy") and widget(stopped, "select_slider", "/step"), (
        "and its own film is there"
    )
    views = [w for w in stopped.get("button_group") if w.key and w.key.startswith("inside/")]
    assert views and "The film" not in views[0].options, "it is not of the run that answers"
    strange = view("inside", saved("strange", keep=6, state="stopped").id)
    assert "no trained network" in strange.info[0].value and not strange.get("text_input"), (
        "nobody has learned that before"
    )
    whole = view("inside", saved("own").id)
    assert not whole.info and whole.get("text_input")
