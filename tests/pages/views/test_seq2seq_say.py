"""One's own words on the sequence-to-sequence page: said, drawn, stepped through; the live picture and the film."""

from importlib import import_module

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.data import dates, words
from core.seq2seq import decode
from core.seq2seq.models import EOS
from core.seq2seq.settings import Dates
from pages.parts import shown
from pages.views.seq2seq import data
from tests.pages.conftest import charts, text_of
from tests.pages.views.seq2seq_page import SAY, TOY, calm, figure, rows, saved, view, widget, written

film, flow, hear, stage, steps, tiles = (
    import_module(f"pages.views.seq2seq.{name}") for name in ("film", "flow", "hear", "stage", "steps", "tiles")
)
VECTOR, DATES = "seq2seq-one-vector-is-too-small", "seq2seq-dates-of-the-world"
NONSENSE = ["", "   ", "4", "word2vec", "🙂🙂", "日本語", "a" * 200, "\0", "<b>x</b> & $x$", "...", "*_`["]
VIEWS = ("say", "steps", "film")
FIGURES = {"say": {"say/answers", "say/flow"}, "steps": {"steps/answers", "steps/next"}, "film": {"film/said"}}


def say(visitor, text, key="/text"):
    return calm(widget(visitor, "text_input", key).set_value(text).run())


# ---- every view of every run ----


@pytest.mark.parametrize("run_id", [SAY, VECTOR, TOY, DATES])
@pytest.mark.parametrize("name", VIEWS)
def test_views_of_shipped_runs(name, run_id):
    assert FIGURES[name] <= {chart.key for chart in charts(view(name, run_id))}


@pytest.mark.parametrize("run", ["transformer", "vector", "own"])
@pytest.mark.parametrize("name", VIEWS)
def test_views_of_small_runs(name, run):
    assert FIGURES[name] <= {chart.key for chart in charts(view(name, saved(run).id))}


# ---- typed words ----


@pytest.mark.parametrize("text", NONSENSE)
@pytest.mark.parametrize("name", ["say", "steps", "beam", "sample"])
def test_nonsense_gets_a_sentence_and_nothing_is_lost(name, text):
    visitor = say(view(name, SAY), text)
    if not any(sign.isalpha() and sign.isascii() for sign in text) or text == "a" * 200 or "2" in text:
        assert visitor.info and all(each.value.rstrip().endswith((".", "\\.")) for each in visitor.info)
    again = say(visitor, "hello")
    words = [text for chart in charts(again) for text in written(chart.figure)]
    assert any("HH" in text for text in words) and (name != "say" or any(text.startswith("hello") for text in words))


def test_a_sentence_is_said_word_by_word():
    visitor = say(view("say", SAY), "Crème brûlée, Well-known 2 you")
    drawn, net_world = figure(visitor, "say/answers"), data.opened(SAY)
    notes = [text for trace in drawn["data"] if trace.get("mode") == "text" for text in trace["text"]]
    for word in ("creme", "brulee", "well", "known", "you"):
        found = hear.heard(SAY, word)
        [(name, row)] = [(name, row) for name, row in rows(drawn).items() if name.startswith(f"{word}<br>")]
        assert [token for token in row if token] == found.said and hear.origin(
            shown.find(SAY).settings.task, word
        ) in name
        assert any(note.endswith(f"{100 * found.p:.0f} %") for note in notes)
        memory = net_world[0].read(net_world[1].example(word))
        assert found.ids == tuple(decode.greedy(net_world[0], memory, net_world[1].longest).tokens[0].tolist())
    assert [each.value for each in visitor.info] and "“2”" in visitor.info[0].value
    assert [w for w in visitor.get("pills") if "/which/" in w.key]


def test_words_are_known_or_were_held_out():
    task = shown.find(SAY).settings.task
    assert (
        hear.origin(task, "elephant") == "held out, never learned"
        and hear.origin(task, "tomato") == "was there to learn from"
    )
    assert hear.origin(task, "zzyzxq") == "not in the dictionary"
    phrases = dates.load()
    texts = [phrases.phrases[part[0]] for part in (phrases.train, phrases.dev, phrases.test)]
    assert [hear.origin(Dates(), text) for text in (*texts, "5 mai 2026!")] == [
        "was there to learn from",
        "held out, never learned",
        "held out, never learned",
        "not among the phrases to learn from",
    ]
    assert hear.heard(SAY, "Tomato").known == (("T", "AH", "M", "EY", "T", "OW"), ("T", "AH", "M", "AA", "T", "OW"))
    toy = shown.find(TOY).settings.task
    assert hear.origin(toy, "a" * 9) == "longer than any learned" and hear.heard(TOY, "abc").known == (("c", "b", "a"),)
    assert hear.heard(DATES, "5 de noviembre de 2026").said == list("2026-11-05")


def test_dates_of_ones_own_are_right_or_wrong_or_nobody_knows():
    visitor = view("say", DATES)
    for typed, iso in (("Sep. 05 2026", "2026-09-05"), ("٥ سبتمبر ٢٠٢٦", "2026-09-05")):
        one = hear.heard(DATES, typed)
        drawn = figure(say(visitor, typed), "say/answers")
        assert one.known == (tuple(iso),) and ("✓" in str(drawn["data"])) == (one.said == list(iso))
        assert "No verdict" not in text_of(visitor)
    assert "none of the 26 languages writes" in text_of(say(visitor, "the 5th of september 2026"))
    assert "nobody has written down how it sounds" in text_of(say(view("say", SAY), "zzyzxq"))


def test_what_was_typed_stays_when_another_run_comes():
    """A page whose run changes: the field of the next one begins with the same words."""

    def two(first, second):
        import streamlit as st

        from pages.parts import shown
        from pages.views.seq2seq.say import say

        say(shown.find(second if st.checkbox("next") else first))

    visitor = say(AppTest.from_function(two, default_timeout=120, args=(SAY, VECTOR)).run(), "hello")
    visitor = calm(visitor.checkbox[0].check().run())
    assert widget(visitor, "text_input", "/text").value == "hello" and list(rows(figure(visitor, "say/answers")))[
        0
    ].startswith("hello")


def test_a_key_names_every_sound():
    visitor = calm(AppTest.from_function(inside_of, default_timeout=120, args=(SAY,)).run())
    said = " ".join(each.value for each in visitor.markdown)
    assert all(f"**{sound}** {word}" in said for sound, word in words.EXAMPLES.items()) and len(words.EXAMPLES) == 39
    toy = calm(AppTest.from_function(inside_of, default_timeout=120, args=(TOY,)).run())
    assert "**AA** odd" not in " ".join(each.value for each in toy.markdown)


def test_too_many_words_are_named():
    good, complaints = hear.words(SAY, "one two three four five six seven eight nine ten eleven twelve thirteen")
    assert len(good) == hear.MOST and "12 words" in complaints[0]
    assert hear.words(SAY, "the the") == (["the"], [])


# ---- the drawing ----


@pytest.fixture
def scene():
    looked = np.array([[0.9, 0.05, 0.05], [0.01, 0.5, 0.49]], np.float32)
    return flow.Scene("a<b", ("K", "<EOS>"), (0.5, 0.25), looked, True, 128)


def marks(drawn, name):
    """Of a row of boxes or circles: its texts, and which are faint."""
    [trace] = [trace for trace in drawn["data"] if trace["name"] == name]
    return trace["text"], [opacity == flow.FAINT for opacity in trace["marker"]["opacity"]]


def test_the_drawing_has_a_box_for_each_letter_and_token(scene):
    drawn = flow.figure(scene, scene.moments)
    assert (
        scene.moments == 5
        and marks(drawn, "reads")[0] == ["a", "&lt;", "b"]
        and marks(drawn, "says")[0] == ["K", "end"]
    )
    assert [len(marks(drawn, name)[0]) for name in ("encoder", "decoder")] == [3, 2]
    assert "128 numbers" in written(drawn) and "50 %" in written(drawn) and "25 %" in written(drawn)
    looks = drawn["layout"]["shapes"]
    assert len(looks) == 5, "a line for each weight above 3 %"
    assert looks[0]["line"]["width"] == pytest.approx(6.3) and looks[1]["line"]["width"] == pytest.approx(0.35)
    assert "vector" not in [
        trace["name"]
        for trace in flow.figure(flow.Scene("ab", ("K",), (1.0,), scene.looked[:1, :2], False, 0), 3)["data"]
    ]


def test_it_shows_what_has_happened_by_then(scene):
    def faint(moment):
        return [sum(marks(flow.figure(scene, moment), name)[1]) for name in ("reads", "encoder", "decoder", "says")]

    assert (
        faint(0) == [3, 3, 2, 2] and faint(2) == [1, 1, 2, 2] and faint(4) == [0, 0, 1, 1] and faint(5) == [0, 0, 0, 0]
    )
    assert not flow.figure(scene, 3)["layout"]["shapes"], "nothing was said, so nowhere looked"
    assert flow.about(scene, 4) == "Encoder and decoder: 3 letters read, 1 of 2 tokens said"


def test_the_slider_goes_through_the_moments():
    visitor = say(view("say", SAY), "cat")
    slider = widget(visitor, "slider", "/moment/cat")
    assert slider.max == 3 + len(hear.heard(SAY, "cat").tokens) == slider.value
    assert "ends the answer: 3 letters became 3 sounds" in text_of(visitor)
    assert "Nothing has been read" in text_of(calm(slider.set_value(0).run()))
    assert "2 of 3 from the left" in text_of(calm(widget(visitor, "slider", "/moment/cat").set_value(2).run()))
    assert "reads `<BOS>` and says **K**" in text_of(calm(widget(visitor, "slider", "/moment/cat").set_value(4).run()))


def test_attention_in_words():
    one = hear.Heard("abc", (3, 4), ("K", "<EOS>"), (1.0, 1.0), np.array([[1, 0, 0], [0, 0.5, 0.5]]), ())
    say_view = import_module("pages.views.seq2seq.say")
    said = say_view.about_attention(one)
    assert (
        "moves on in **100 %** of steps, back in **0 %**" in said and "**1.4** letters" in said and "0.5 bits" in said
    )
    back = hear.Heard("abc", (3, 4), ("K", "<EOS>"), (1.0, 1.0), np.array([[0, 0, 1], [1.0, 0, 0]]), ())
    assert "moves on in **0 %** of steps, back in **100 %**" in say_view.about_attention(back)


# ---- step by step ----


def test_forcing_a_token_changes_what_follows_and_undo_takes_it_back():
    visitor = say(view("steps", SAY), "cat")
    assert "would have said by itself" in text_of(visitor)
    before = rows(figure(visitor, "steps/answers"))
    own = hear.heard(SAY, "cat")
    visitor = calm(widget(visitor, "button", "/say").click().run())
    [chosen] = [trace["text"] for trace in figure(visitor, "steps/answers")["data"] if trace["name"] == "chosen"]
    assert chosen == [hear.heard(SAY, "cat").tokens[0]] and "would have said by itself" in text_of(visitor)
    s = data.opened(SAY)[1].target.numbers["S"]
    visitor = calm(widget(visitor, "button", "/undo").click().run())
    visitor = calm(widget(visitor, "selectbox", "/other/0").set_value(s).run())
    visitor = calm(widget(visitor, "button", "/force").click().run())
    assert "Another token at step 1" in text_of(visitor) and rows(figure(visitor, "steps/answers")) != before
    forced = steps.after(SAY, "cat", (s,))
    assert forced["follows"][0] == s and forced["follows"] != own.ids and forced["logp"] < np.log(own.sure).sum()
    assert "less likely" in text_of(visitor)
    assert rows(figure(calm(widget(visitor, "button", "/undo").click().run()), "steps/answers")) == before


def test_the_distribution_is_the_networks():
    net, world = data.opened(SAY)
    ids = hear.heard(SAY, "cat").ids
    found = steps.after(SAY, "cat", ids[:1])
    expected = decode.possible(net.teach(net.read(world.example("cat")), torch.tensor([[1, ids[0]]]))[0, -1]).softmax(0)
    assert found["p"] == pytest.approx(expected.numpy(), abs=1e-6) and found["follows"] == ids and not found["ended"]
    assert steps.after(SAY, "cat", ids)["ended"] and ids[-1] == EOS
    bars = figure(say(view("steps", SAY), "cat"), "steps/next")["data"][0]
    top = steps.after(SAY, "cat", ())["p"]
    assert bars["y"] == pytest.approx([100 * float(p) for p in sorted(top, reverse=True)[:10]], rel=1e-5)


def test_an_answer_ends_and_begins_again():
    visitor = say(view("steps", SAY), "cat")
    for _ in hear.heard(SAY, "cat").ids:
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
    return calm(AppTest.from_function(staged, default_timeout=120, args=(run_id,)).run())


def test_the_stage_says_what_is_right():
    visitor, current = stage_of(SAY), shown.find(SAY)
    said = [stage.named(current.facts, tokens, tokens)[0] for tokens in current.last("said")]
    right = [names in ways for names, ways in zip(said, current.facts["answers"])]
    drawn = figure(visitor, "live/said")
    assert drawn["layout"]["xaxis"]["title"]["text"].startswith(f"{sum(right)} of {len(right)} right")
    ticks = [text for trace in drawn["data"] for text in trace.get("text", []) if text in ("✓", "✗")]
    assert ticks == ["✓" if good else "✗" for good in right]
    assert [[token for token in row if token] for row in rows(drawn).values()] == said and list(
        rows(drawn)
    ) == current.facts["inputs"]
    assert figure(visitor, "live/attention")["layout"]["xaxis"]["ticktext"] == list(current.facts["inputs"][0])
    assert [chart.key for chart in charts(stage_of(VECTOR))] == ["live/said"], "one vector: there is nowhere to look"
    assert not charts(stage_of(saved("own", keep=1, state="stopped").id))


def test_the_stage_keeps_its_place_from_the_first_noise_to_the_end():
    """Neither axes nor rows of attention depend on how long the answers are at a look."""
    current, places = shown.find(SAY), set()
    for said, sure, __ in zip(*(current.pictures(name) for name in ("said", "sure", "looked"))):
        drawn = stage.answers(current, said.array, sure.array, 0)[0]
        names = [trace["name"] for trace in drawn["data"] if trace.get("showlegend", True)]
        places.add((*drawn["layout"]["xaxis"]["range"], *drawn["layout"]["yaxis"]["range"], *names))
    assert len(places) == 1
    long = tiles.figure([tiles.Row("noise", tiles.plain("A" * 40))], 10)
    assert rows(long) == {"noise": ["A"] * 9 + [tiles.MORE]}, "what is too long ends in dots"


def title_of(visitor):
    return figure(visitor, "film/said")["layout"]["xaxis"]["title"]["text"]


def test_the_film_goes_back_and_says_since_when_it_is_right():
    visitor = view("film", TOY)
    current = shown.find(TOY)
    first = next(e for e in current.events if type(e).__name__ == "Picture").step
    assert title_of(visitor).startswith("6 of 6 right")
    visitor = calm(widget(visitor, "select_slider", "/step").set_value(first).run())
    assert title_of(visitor).startswith("0 of 6 right")
    shots = {e.step: e.array for e in current.pictures("said")}
    text, ways = current.facts["inputs"][0], current.facts["answers"][0]
    good = [step for step, said in shots.items() if stage.named(current.facts, said[0], said[0])[0] in ways]
    bad = [step for step in shots if step not in good]
    assert f"*{text}* since step {min(step for step in good if step > max(bad)):,}" in film.settled(current, shots)
    assert "begins with the second look" in view("film", saved("own", keep=4, state="stopped").id).info[0].value


# ---- tiles ----


def kinds(row):
    return [(tile.token, tile.kind, tile.below) for tile in row]


def test_what_is_wrong_has_the_right_token_below():
    assert kinds(tiles.judged(["K", "AE", "T"], [1, 0.5, 1], [["K", "AA", "T"]])) == [
        ("K", "said", ""),
        ("AE", "wrong", "AA"),
        ("T", "said", ""),
    ]
    assert kinds(tiles.judged(["K", "T"], [], [["B"], ["K", "AE", "T"]])) == [
        ("K", "said", ""),
        ("", "left out", "AE"),
        ("T", "said", ""),
    ]
    assert kinds(tiles.judged(["K", "T"], [], [["K"]])) == [("K", "said", ""), ("T", "wrong", "–")]
    assert kinds(tiles.judged(["K"], [], [])) == [("K", "said", "")] and tiles.tick(["K"], []) == ""
    assert [tiles.tick(["K"], [[right]]) for right in "KT"] == ["✓", "✗"]
    assert tiles.joined(("K", "AE")) == "K AE" and tiles.joined("19") == "19"


def test_tiles_are_drawn_as_they_are():
    drawn = tiles.figure(
        [tiles.Row("<b>", [tiles.Tile("<i>", sure=0.5), tiles.Tile("T", "wrong", 1.0, "AE")], "✗")], 3, "title"
    )
    assert list(rows(drawn)) == ["&lt;b&gt;"] and rows(drawn)["&lt;b&gt;"] == ["&lt;i&gt;", "T"]
    said, wrong = drawn["data"][:2]
    assert said["hovertext"] == ["&lt;i&gt;<br>p = 50 %"]
    assert wrong["hovertext"] == ["T as in “tea”<br>p = 100 %<br>right: AE as in “at”"]
    alphas = [float(trace["marker"]["color"][0].split(",")[-1][:-1]) for trace in (said, wrong)]
    assert alphas == pytest.approx([(tiles.PALEST + tiles.FULLEST) / 2, tiles.FULLEST]) and said["customdata"] == wrong[
        "customdata"
    ] == [0]
    assert "AE" in written(drawn) and "✗" in written(drawn)


def inside_of(run_id):
    from pages.parts import shown
    from pages.views import seq2seq

    seq2seq.inside(shown.find(run_id))


def test_a_run_without_a_network_says_so():
    stopped = calm(
        AppTest.from_function(inside_of, default_timeout=120, args=(saved("own", keep=9, state="stopped").id,)).run()
    )
    assert "no trained network" in stopped.info[0].value and TOY in stopped.info[0].value, (
        "a shipped one answers meanwhile"
    )
    assert widget(stopped, "text_input", "/text/toy") and widget(stopped, "select_slider", "/step"), (
        "and its own film is there"
    )
    strange = calm(
        AppTest.from_function(
            inside_of, default_timeout=120, args=(saved("strange", keep=6, state="stopped").id,)
        ).run()
    )
    assert "no trained network" in strange.info[0].value and not strange.get("text_input"), (
        "nobody has learned that before"
    )
    whole = calm(AppTest.from_function(inside_of, default_timeout=120, args=(saved("own").id,)).run())
    assert not whole.info and whole.get("text_input")
