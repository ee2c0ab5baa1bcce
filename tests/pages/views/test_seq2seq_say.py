"""One's own words on the sequence-to-sequence page: said, drawn, stepped through; the live picture and the film."""

from base64 import b64decode
from importlib import import_module

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.data import dates, words
from core.seq2seq import decode
from core.seq2seq.models import EOS
from core.seq2seq.settings import Dates
from pages.shared import shown
from pages.views.seq2seq import data
from tests.pages.conftest import charts, text_of
from tests.pages.views.seq2seq_page import SAY, TOY, calm, figure, html, saved, view, widget

chips, film, flow, hear, live, steps = (
    import_module(f"pages.views.seq2seq.{name}") for name in ("chips", "film", "flow", "hear", "live", "steps"))
VECTOR, DATES = "seq2seq-one-vector-is-too-small", "seq2seq-dates-of-the-world"
NONSENSE = ["", "   ", "4", "word2vec", "🙂🙂", "日本語", "a" * 200, "\0", "<b>x</b> & $x$", "...", "*_`["]
VIEWS = ("say", "steps", "film")


def say(visitor, text, key="/text"):
    return calm(widget(visitor, "text_input", key).set_value(text).run())


def pictures_of(visitor):
    """The SVG drawings on the page, as text."""
    found = []
    for body in (element.proto.body for element in visitor.get("html")):
        found += [b64decode(part.split('"')[0]).decode() for part in body.split("data:image/svg+xml;base64,")[1:]]
    return found


# ---- every view of every run ----

@pytest.mark.parametrize("run_id", [SAY, VECTOR, TOY, DATES])
@pytest.mark.parametrize("name", VIEWS)
def test_views_of_shipped_runs(name, run_id):
    visitor = view(name, run_id)
    assert html(visitor) and (name != "say" or pictures_of(visitor)) and (name != "steps" or charts(visitor))


@pytest.mark.parametrize("run", ["transformer", "vector", "own"])
@pytest.mark.parametrize("name", VIEWS)
def test_views_of_small_runs(name, run):
    assert html(view(name, saved(run).id))


# ---- typed words ----

@pytest.mark.parametrize("text", NONSENSE)
@pytest.mark.parametrize("name", ["say", "steps", "beam", "sample"])
def test_nonsense_gets_a_sentence_and_nothing_is_lost(name, text):
    visitor = say(view(name, SAY), text)
    if not any(sign.isalpha() and sign.isascii() for sign in text) or text == "a" * 200 or "2" in text:
        assert visitor.info and all(each.value.rstrip().endswith((".", "\\.")) for each in visitor.info)
    assert "<b>x</b> &" not in html(visitor)
    again = say(visitor, "hello")
    assert "hello" in html(again) or name != "say"
    assert "HH" in html(again) + str(pictures_of(again))


def test_a_sentence_is_said_word_by_word():
    visitor = say(view("say", SAY), "Crème brûlée, Well-known 2 you")
    body, net_world = html(visitor), data.opened(SAY)
    for word in ("creme", "brulee", "well", "known", "you"):
        found = hear.heard(SAY, word)
        assert f"<b>{word}</b>" in body and f"{100 * found.p:.0f} %" in body
        memory = net_world[0].read(net_world[1].example(word))
        assert found.ids == tuple(decode.greedy(net_world[0], memory, net_world[1].longest).tokens[0].tolist())
    assert [each.value for each in visitor.info] and "“2”" in visitor.info[0].value
    assert "crÃ" not in body and [w for w in visitor.get("pills") if "/which/" in w.key]


def test_words_are_known_or_were_held_out():
    task = shown.find(SAY).settings.task
    assert hear.origin(task, "elephant") == "held out, never learned" and hear.origin(task, "tomato") == "was there to learn from"
    assert hear.origin(task, "zzyzxq") == "not in the dictionary"
    phrases = dates.load()
    texts = [phrases.phrases[part[0]] for part in (phrases.train, phrases.dev, phrases.test)]
    assert [hear.origin(Dates(), text) for text in (*texts, "5 mai 2026!")] == [
        "was there to learn from", "held out, never learned", "held out, never learned", "not among the phrases to learn from"]
    assert hear.heard(SAY, "Tomato").known == (("T", "AH", "M", "EY", "T", "OW"), ("T", "AH", "M", "AA", "T", "OW"))
    toy = shown.find(TOY).settings.task
    assert hear.origin(toy, "a" * 9) == "longer than any learned" and hear.heard(TOY, "abc").known == (("c", "b", "a"),)
    assert hear.heard(DATES, "5 de noviembre de 2026").said == list("2026-11-05")


def test_dates_of_ones_own_are_right_or_wrong_or_nobody_knows():
    visitor = view("say", DATES)
    for typed, iso in (("Sep. 05 2026", "2026-09-05"), ("٥ سبتمبر ٢٠٢٦", "2026-09-05")):
        one = hear.heard(DATES, typed)
        body = html(say(visitor, typed))
        assert one.known == (tuple(iso),) and ("✓" in body) == (one.said == list(iso)) and (iso in body or one.said == list(iso))
        assert "No verdict" not in text_of(visitor)
    assert "none of the 26 languages writes" in text_of(say(visitor, "the 5th of september 2026"))
    assert "nobody has written down how it sounds" in text_of(say(view("say", SAY), "zzyzxq"))


def test_what_was_typed_stays_when_another_run_comes():
    """A page whose run changes: the field of the next one begins with the same words."""
    def two(first, second):
        import streamlit as st

        from pages.shared import shown
        from pages.views.seq2seq.say import say

        say(shown.find(second if st.checkbox("next") else first))

    visitor = say(AppTest.from_function(two, default_timeout=120, args=(SAY, VECTOR)).run(), "hello")
    visitor = calm(visitor.checkbox[0].check().run())
    assert widget(visitor, "text_input", f"{VECTOR}/text").value == "hello" and "<b>hello</b>" in html(visitor)


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


def svg(scene, moment):
    return b64decode(flow.svg(scene, moment).split("base64,")[1].split('"')[0]).decode()


def test_the_drawing_has_a_box_for_each_letter_and_token(scene):
    drawn_svg = svg(scene, scene.moments)
    assert scene.moments == 5 and drawn_svg.count("<circle") == 5 and drawn_svg.count('width="38"') == 5
    assert "&lt;" in drawn_svg and "<EOS>" not in drawn_svg and "128 numbers" in drawn_svg and "50 %" in drawn_svg and "25 %" in drawn_svg
    lines = [part for part in drawn_svg.split("<line")[1:] if "marker-end" not in part]
    assert len(lines) == 5, "a line for each weight above 3 %"
    assert 'stroke-width="6.3"' in lines[0] and 'stroke-width="0.3"' in lines[1]
    assert "numbers" not in svg(flow.Scene("ab", ("K",), (1.0,), scene.looked[:1, :2], False, 0), 3)


def test_it_shows_what_has_happened_by_then(scene):
    faint = f'"{flow.FAINT}"'
    begun, read, spoken = (svg(scene, moment).count(faint) for moment in (0, 3, 5))
    assert begun > read > spoken == 0
    assert not [part for part in svg(scene, 3).split("<line")[1:] if "marker-end" not in part], "nothing was said, so nowhere looked"
    assert svg(scene, 3).replace(faint, "") != svg(scene, 4).replace(faint, "")


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
    assert "moves on in **100 %** of all steps, moves back in **0 %**" in said and "**1.4** letters" in said and "0.5 bits" in said
    back = hear.Heard("abc", (3, 4), ("K", "<EOS>"), (1.0, 1.0), np.array([[0, 0, 1], [1.0, 0, 0]]), ())
    assert "moves on in **0 %** of all steps, moves back in **100 %**" in say_view.about_attention(back)


# ---- step by step ----

def test_forcing_a_token_changes_what_follows_and_undo_takes_it_back():
    visitor = say(view("steps", SAY), "cat")
    assert "would have said by itself" in text_of(visitor)
    before = html(visitor)
    own = hear.heard(SAY, "cat")
    visitor = calm(widget(visitor, "button", "/say").click().run())
    assert hear.heard(SAY, "cat").tokens[0] in html(visitor) and "would have said by itself" in text_of(visitor)
    s = data.opened(SAY)[1].target.numbers["S"]
    visitor = calm(widget(visitor, "button", "/undo").click().run())
    visitor = calm(widget(visitor, "selectbox", "/other/0").set_value(s).run())
    visitor = calm(widget(visitor, "button", "/force").click().run())
    assert "Another token at step 1" in text_of(visitor) and html(visitor) != before
    forced = steps.after(SAY, "cat", (s,))
    assert forced["follows"][0] == s and forced["follows"] != own.ids and forced["logp"] < np.log(own.sure).sum()
    assert "less likely" in text_of(visitor)
    assert html(calm(widget(visitor, "button", "/undo").click().run())) == before


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
    assert widget(visitor, "button", "/say").disabled and "has ended" in text_of(visitor) and not charts(visitor)
    visitor = calm(widget(visitor, "button", "/again").click().run())
    assert not widget(visitor, "button", "/say").disabled and charts(visitor)


# ---- the live picture and the film ----

def live_pictures(run_id):
    from pages.shared import shown
    from pages.views.seq2seq import live

    live.pictures(shown.find(run_id))


def test_the_live_picture_says_what_is_right(monkeypatch):
    visitor = calm(AppTest.from_function(live_pictures, default_timeout=120, args=(SAY,)).run())
    current = shown.find(SAY)
    right = [live.named(current.facts, said, said)[0] in ways for said, ways in zip(current.last("said"), current.facts["answers"])]
    assert f"{sum(right)} of {len(right)} are right" in text_of(visitor) and html(visitor).count("✓") == sum(right)
    assert all(f"<b>{text}</b>" in html(visitor) for text in current.facts["inputs"])
    heat = figure(visitor, "live/attention")["layout"]["xaxis"]
    assert heat["ticktext"] == list(current.facts["inputs"][0])
    without = calm(AppTest.from_function(live_pictures, default_timeout=120, args=(VECTOR,)).run())
    assert not charts(without) and "one vector" in without.info[0].value
    nothing = calm(AppTest.from_function(live_pictures, default_timeout=120, args=(saved("own", keep=1, state="stopped").id,)).run())
    assert not html(nothing)


def test_the_film_goes_back_and_says_since_when_it_is_right():
    visitor = view("film", TOY)
    current = shown.find(TOY)
    first = next(e for e in current.events if type(e).__name__ == "Picture").step
    assert "of 6 are right" in text_of(visitor)
    visitor = calm(widget(visitor, "select_slider", "/step").set_value(first).run())
    assert "0 of 6 are right" in text_of(visitor)
    shots = {e.step: e.array for e in current.pictures("said")}
    text, ways = current.facts["inputs"][0], current.facts["answers"][0]
    good = [step for step, said in shots.items() if live.named(current.facts, said[0], said[0])[0] in ways]
    bad = [step for step in shots if step not in good]
    assert f"*{text}* since step {min(step for step in good if step > max(bad)):,}" in film.settled(current, shots)
    assert "begins with the second look" in view("film", saved("own", keep=4, state="stopped").id).info[0].value


# ---- boxes ----

def test_mistakes_are_underlined():
    assert chips.mistakes(["K", "AE", "T"], ["K", "AA", "T"]) == [False, True, False] and chips.mistakes(["K"], None) == [False]
    assert chips.nearest(["K", "AE"], [["B"], ["K", "AE", "T"]]) == ["K", "AE", "T"] and chips.nearest(["K"], []) is None
    assert chips.missing(["K", "T"], ["K", "AE", "T"]) == {1: ["AE"]} and chips.missing(["K"], ["K", "S", "T"]) == {1: ["S", "T"]}
    assert chips.missing(["B"], ["K", "S"]) == {1: ["S"]} and chips.missing(["K", "T"], ["K"]) == chips.missing(["K"], None) == {}
    gaps = chips.chips(["K", "T"], missing={1: ["AE"], 2: ["S", "<"]})
    assert gaps.count(chips.GAP) == 2 and "left out: AE" in gaps and "left out: S &lt;" in gaps and gaps.index("AE") < gaps.index(">T<")
    body = chips.chips(["<b>", "T"], (0.5,), (True,))
    assert "&lt;b&gt;" in body and body.count(chips.MARK) == 1 and 'title="50 %"' in body
    assert "✓" in chips.verdict(["K"], [["K"]]) and "✓" not in chips.verdict(["K"], [["T"]]) and chips.verdict(["K"], []) == ""


def inside_of(run_id):
    from pages.shared import shown
    from pages.views import seq2seq

    seq2seq.inside(shown.find(run_id))


def test_a_run_without_a_network_says_so():
    stopped = calm(AppTest.from_function(inside_of, default_timeout=120, args=(saved("own", keep=9, state="stopped").id,)).run())
    assert "no trained network" in stopped.info[0].value and TOY in stopped.info[0].value, "a shipped one answers meanwhile"
    assert widget(stopped, "text_input", f"{TOY}/text") and widget(stopped, "select_slider", "/step"), "and its own film is there"
    strange = calm(AppTest.from_function(inside_of, default_timeout=120, args=(saved("strange", keep=6, state="stopped").id,)).run())
    assert "no trained network" in strange.info[0].value and not strange.get("text_input"), "nobody has learned that before"
    whole = calm(AppTest.from_function(inside_of, default_timeout=120, args=(saved("own").id,)).run())
    assert not whole.info and whole.get("text_input")
