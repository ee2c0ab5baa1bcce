"""Beam search and sampling on the sequence-to-sequence page: what is drawn, said and counted, against decoding by hand."""

import re
from importlib import import_module

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core import runs
from core.seq2seq import decode, score
from core.seq2seq.models import BOS, EOS, PAD
from pages.parts import shown
from pages.views.seq2seq import data, hear, tree
from tests.pages.conftest import charts, text_of
from tests.pages.views.seq2seq_page import RUNS, SAY, SHOWN, TOY, calm, figure, rows, saved, tables, view, widget

beam, sample, worth = (  # the package calls views by the name of their file
    import_module(f"pages.views.seq2seq.{name}") for name in ("beam", "sample", "worth")
)
VIEWS = ("beam", "sample")
NONSENSE = ["", "   ", "42", "🐈", "x" * 200, "日本", ", .", "<", "$\\frac{1}{2}$", "`7`"]
GREEDY_OR_BEAM = "seq2seq-greedy-or-beam"


def words_of(run_id, many):
    """Held-out inputs, as a visitor would type them."""
    world = data.opened(run_id)[1]
    return ["".join(world.source.decode(x.tolist())) for x in world.test.x[:many]]


def rounds_of(run_id, text, width, alpha):
    net, world = data.opened(run_id)
    watched = []
    best = decode.beam(net, net.read(world.example(text)), width, alpha, world.longest, watched, beam.CUT)[0]
    return watched, best


def bold(text):
    """The numbers in bold, as a sentence says them."""
    return [float(n) for n in re.findall(r"\*\*([\d.]+)(?: %)?\*\*", text)]


def boxes_of(drawn):
    """The boxes of a tree by kind, with token and score."""
    return {trace["name"]: trace["text"] for trace in drawn["data"] if trace["type"] == "bar"}


def many(visitor):
    """How many boxes the tree on the page has."""
    return sum(map(len, boxes_of(figure(visitor, "beam/tree")).values()))


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("run_id", SHOWN)
def test_both_views_open_on_every_shipped_run(name, run_id):
    assert text_of(view(name, run_id)).strip()


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("run", RUNS)
def test_both_views_open_on_every_kind_of_network(name, run):
    assert text_of(view(name, saved(run).id)).strip()


@pytest.mark.parametrize("name", VIEWS)
def test_a_run_without_a_network_and_one_that_was_deleted_say_so(name):
    stopped = view(name, saved("told", keep=4, state="stopped").id)
    assert len(stopped.info) == 1 and "no trained network" in stopped.info[0].value
    current = saved("told")
    runs.delete(current.id)

    def alone(name, current):
        from importlib import import_module

        getattr(import_module(f"pages.views.seq2seq.{name}"), name)(current)

    visitor = calm(AppTest.from_function(alone, default_timeout=60, args=(name, current)).run())
    assert len(visitor.info) == 1 and len(visitor.info[0].value) > 20


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("typed", NONSENSE)
def test_nonsense_gets_one_sentence(name, typed):
    visitor = calm(widget(view(name, SAY), "text_input", "/text").set_value(typed).run())
    assert len(visitor.info) == 1 or re.search("[a-z]", typed.lower()), "or there is a word in it"
    assert all(len(info.value.strip()) > 20 for info in visitor.info)


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("typed", ["Café", "O’Clock", "QUICHE", "two words"])
def test_what_can_be_read_is_read(name, typed):
    visitor = calm(widget(view(name, SAY), "text_input", "/text").set_value(typed).run())
    assert not visitor.info and charts(visitor)


# ---- the tree ----


@pytest.mark.parametrize("width", [1, 2, 5, 10])
@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_the_tree_has_what_the_search_kept_and_cut(width, alpha):
    for run_id, text in (
        (SAY, "quiche"),
        (GREEDY_OR_BEAM, "photographer's"),
        (TOY, "abcdefg"),
        (saved("vector").id, "abc"),
    ):
        rounds, best = rounds_of(run_id, text, width, alpha)
        found, tokens = beam.search(run_id, text, width, alpha), data.opened(run_id)[1].target.tokens
        steps = beam.nodes(found, tokens)
        assert [(sum(n.kept for n in step), sum(not n.kept for n in step)) for step in steps] == [
            (len(r.kept), len(r.cut)) for r in rounds
        ]
        assert [[n.token for n in step] for step in steps] == [
            [tokens[t] for _p, t, _l, _s in (*r.kept, *r.cut)] for r in rounds
        ]
        assert [ids for ids, _logp, _score in found.best] == [h.tokens for h in best]
        winners = [next((n for n in step if n.wins), None) for step in steps]
        path = [n.token for n in winners if n and not n.waits]
        assert all(winners) and path == [tokens[i] for i in best[0].tokens], "the thick path ends in the winner"
        assert all(sum(n.wins for n in step) == 1 for step in steps)
        drawn = tree.figure(steps)
        boxes = boxes_of(drawn)
        assert sum(map(len, boxes.values())) == sum(map(len, steps)) and len(boxes["cut"]) == sum(
            len(r.cut) for r in rounds
        )
        assert len(boxes["winner"]) == len(steps), "one box of each step is the winner's"
        assert drawn["data"][1]["x"].count(None) == len(steps), "and so many links are thick"


def test_greedy_is_followed_until_it_is_cut():
    """Blue where the rounds, followed by hand, still hold greedy's beginning."""
    parted = 0
    for text in words_of(GREEDY_OR_BEAM, 60):
        found, tokens = beam.search(GREEDY_OR_BEAM, text, 2, 1.0), data.opened(GREEDY_OR_BEAM)[1].target.tokens
        lines, gone = {0: ()}, None
        for t, (kept, _cut) in enumerate(found.rounds, 1):
            lines = {i: lines[p] + ((token,) if token != PAD else ()) for i, (p, token, _l, _s) in enumerate(kept)}
            if gone is None and not any(
                line == found.greedy[: len(line)] and len(line) == min(t, len(found.greedy)) for line in lines.values()
            ):
                gone = t
        steps, said = beam.nodes(found, tokens), beam.about_cut(found, tokens)
        for t, step in enumerate(steps, 1):
            assert any(n.greedy and n.kept for n in step) == (gone is None or t < gone)
        assert (f"Greedy's way ends at step {gone}:" in said) == (gone is not None)
        parted += gone is not None
    assert parted, "some of them part, or nothing is tested here"


def test_every_cross_has_its_reason():
    for width, alpha in ((1, 1.0), (5, 1.0), (3, 0.0)):
        rounds, _best = rounds_of(SAY, "quiche", width, alpha)
        found, tokens = beam.search(SAY, "quiche", width, alpha), data.opened(SAY)[1].target.tokens
        cuts = beam.cuts(found)
        assert [(c.step, c.rank, c.score) for c in cuts] == [
            (t, len(r.kept) + i, row[3]) for t, r in enumerate(rounds, 1) for i, row in enumerate(r.cut, 1)
        ]
        assert all(c.score <= c.last for c in cuts), "what is kept has a better score than what is cut"
        net, world = data.opened(SAY)
        for c in cuts[:6]:  # the beginning that a cross stands for has this very score
            given = torch.tensor([(BOS, *c.ids)])
            logp = decode.possible(net.teach(net.read(world.example("quiche")), given[:, :-1])[0]).log_softmax(1)
            assert float(logp.gather(1, given[0, 1:, None]).sum()) / len(c.ids) ** alpha == pytest.approx(
                c.score, abs=1e-4
            )
        nearest = min(cuts, key=lambda c: c.last - c.score)
        assert (
            f"at step {nearest.step} `{' '.join(tokens[i] for i in nearest.ids)}` came as number {nearest.rank} with"
            in (beam.about_cut(found, tokens))
        )
    assert beam._apart(-2.7471, -2.7468) == ("−2.7471", "−2.7468") and beam._apart(-1.0, -2.0) == ("−1.00", "−2.00")
    visitor = view("beam", SAY)
    assert "number 6, score −" in tables(visitor) and "number 5, score −" in tables(visitor)


def test_width_one_is_greedy():
    for run_id in (SAY, TOY, saved("transformer").id):
        for text in words_of(run_id, 8):
            found = beam.search(run_id, text, 1, 1.0)
            assert found.best[0][0] == found.greedy == hear.heard(run_id, text).ids
    visitor = view("beam", SAY)
    calm(widget(visitor, "slider", "/width").set_value(1).run())
    assert "The beam ends where greedy ends." in text_of(visitor)


def test_sliders_move_the_tree():
    visitor = view("beam", SAY)
    boxes = [many(visitor)]
    for width in (2, 10):
        calm(widget(visitor, "slider", "/width").set_value(width).run())
        rounds, __ = rounds_of(SAY, "quiche", width, 1.0)
        boxes.append(many(visitor))
        assert boxes[-1] == sum(len(r.kept) + len(r.cut) for r in rounds)
    before = boxes_of(figure(visitor, "beam/tree"))
    calm(widget(visitor, "slider", "/1.0/alpha").set_value(0.0).run())
    assert boxes_of(figure(visitor, "beam/tree")) != before and len(set(boxes)) == 3


def test_what_is_said_of_the_winner_holds():
    """Log p by teacher forcing, and right or wrong by the dictionary, for words where beam and greedy part."""
    net, world = data.opened(GREEDY_OR_BEAM)
    tokens, seen = world.target.tokens, set()

    def logp(text, ids):
        given = torch.tensor([(BOS, *ids)])
        rows = decode.possible(net.teach(net.read(world.example(text)), given[:, :-1])[0]).log_softmax(1)
        return float(rows.gather(1, given[0, 1:, None]).sum())

    for text in words_of(GREEDY_OR_BEAM, 120):
        for alpha in (0.0, 1.5):
            found, one = beam.search(GREEDY_OR_BEAM, text, 5, alpha), hear.heard(GREEDY_OR_BEAM, text)
            said = beam.about(one, found, tokens)
            ids = found.best[0][0]
            gap = logp(text, ids) - logp(text, one.ids)
            assert found.best[0][1] == pytest.approx(logp(text, ids), abs=1e-3)
            ways = world.known(text)
            right = tuple(tuple(tokens[i] for i in each if i > EOS) in ways for each in (ids, one.ids))
            told = {
                (True, False): "It is right, and greedy is wrong.",
                (False, True): "The beam is wrong, and greedy is right.",
                (True, True): "Both are right.",
                (False, False): "Both are wrong.",
            }[right]
            assert said.endswith(told), (text, said)
            if ids != one.ids and abs(gap) > 0.1:
                who = "The beam found" if gap > 0 else "Greedy's answer is"
                times = float(re.search(r"([\d.,]+) times", said)[1].replace(",", ""))
                assert said.startswith(who) and times == pytest.approx(np.exp(abs(gap)), abs=0.06, rel=1e-2)
                seen.add(who)
    assert seen == {"The beam found", "Greedy's answer is"}


# ---- what it is worth ----


def test_what_a_beam_is_worth_is_counted_example_by_example():
    for run_id, width, alpha in ((GREEDY_OR_BEAM, 5, 1.0), (TOY, 3, 0.5)):
        net, world = data.opened(run_id)
        found, part = worth.measured(run_id, width, alpha), world.test.first(worth.JUDGED)
        greedy, wide = score.answers_of(net, world, part), score.beamed(net, world, part, width, alpha)
        ok = np.array([(g in a, w in a) for g, w, a in zip(greedy, wide, part.answers)])
        assert found["many"] == len(ok) and found["wrong"] == (~ok[:, 0]).sum()
        assert found["mended"] == (~ok[:, 0] & ok[:, 1]).sum() and found["spoilt"] == (ok[:, 0] & ~ok[:, 1]).sum()
        assert found["greedy"][1] == pytest.approx(100 * (~ok[:, 0]).mean())
        assert found["beam"][1] == pytest.approx(100 * (~ok[:, 1]).mean())
        assert found["wrong"] - found["mended"] + found["spoilt"] == (~ok[:, 1]).sum()
        changed = (
            [found["mended"], found["spoilt"]] if found["wrong"] else [found["spoilt"]]
        )  # where none is wrong none is mended
        numbers = [*found["greedy"], *found["beam"], *changed]
        assert bold(worth.about_worth(found, width)) == [round(n, 1) for n in numbers]
        for text, said, other, right in found["parted"]:
            assert right in (said, other) and said != other and right in [tuple(way) for way in world.known(text)]
    assert (
        worth.measured(SAY, 1, 1.0)["parted"] == []
        and worth.measured(SAY, 1, 1.0)["greedy"] == worth.measured(SAY, 1, 1.0)["beam"]
    )


def test_an_example_where_they_part_is_opened_above():
    visitor = view("beam", GREEDY_OR_BEAM)
    calm(widget(visitor, "select_slider", "many/width").set_value(3).run())
    text, greedy, wide, right = worth.measured(GREEDY_OR_BEAM, 3, 1.0)["parted"][0]
    calm(widget(visitor, "button_group", "/parted/3/1.0").set_value(text).run())
    assert widget(visitor, "text_input", "/text").value == text
    assert widget(visitor, "slider", "/3/1.0/width").value == 3
    assert "It is right, and greedy is wrong." in text_of(visitor)
    assert many(visitor) == sum(len(r.kept) + len(r.cut) for r in rounds_of(GREEDY_OR_BEAM, text, 3, 1.0)[0])


def test_the_whole_test_part_is_told_where_it_can_be_compared():
    summary = runs.load(SAY).about.summary
    assert f"α = 1.0 PER {summary['beam_per']:.1f} %, WER {summary['beam_wer']:.1f} %" in worth.about_all(
        shown.find(SAY)
    )
    assert worth.about_all(shown.find(TOY)) == "" and worth.about_all(saved("told")) == ""


# ---- sampling ----


def test_shares_add_up_and_right_ones_are_counted():
    for run_id, text in ((SAY, "data"), (TOY, "abc"), (saved("vector").id, "abcde")):
        for temperature, top_k in ((1.0, 0), (2.0, 3), (3.0, 0)):
            drawn = sample.draws(run_id, text, temperature, top_k, 0)
            assert sum(each.many for each in drawn) == sample.DRAWS and len({each.names for each in drawn}) == len(
                drawn
            )
            one = hear.heard(run_id, text)
            right = sum(each.many for each in drawn if each.names in one.known)
            said = sample.about(one, drawn, temperature, top_k, sample.chance(run_id, text, temperature, top_k))
            assert (
                f"**{100 * right / sample.DRAWS:.1f} %** of the draws are right" in said
                and f"**{len(drawn)}** different" in said
            )


def test_rows_of_the_table_add_to_all():
    visitor = view("sample", GREEDY_OR_BEAM)
    calm(widget(visitor, "slider", "/T").set_value(2.0).run())
    drawn = figure(visitor, "sample/answers")
    rest = re.search(r"other answers: ([\d.]+) %", drawn["layout"]["xaxis"]["title"]["text"])[1]
    shares = [float(name.split(" ")[0]) for name in drawn["layout"]["yaxis"]["ticktext"]]
    assert len(shares) == sample.ROWS and sum(shares) + float(rest) == pytest.approx(100)


def test_cold_draws_are_greedy_and_hot_ones_differ():
    cold, warm, hot = (sample.draws(SAY, "elephant", t, 0, 0) for t in (0.1, 1.0, 3.0))
    assert cold[0].names == tuple(hear.heard(SAY, "elephant").said) and cold[0].many > 0.9 * sample.DRAWS
    assert sample.entropy(cold) < sample.entropy(warm) < sample.entropy(hot) <= np.log2(sample.DRAWS)
    only = sample.draws(SAY, "elephant", 3.0, 1, 0)
    assert [(each.names, each.many) for each in only] == [(cold[0].names, sample.DRAWS)] and sample.entropy(only) == 0
    even = [sample.Drawn((str(i),), 50, -1.0) for i in range(4)]
    assert sample.entropy(even) == pytest.approx(2)


def test_log_p_is_the_networks_own_at_any_temperature():
    net, world = data.opened(SAY)
    for each in sample.draws(SAY, "quiche", 1.7, 5, 3)[:10]:
        given = torch.tensor([(BOS, *world.target.encode(each.names), EOS)])
        rows = decode.possible(net.teach(net.read(world.example("quiche")), given[:, :-1])[0]).log_softmax(1)
        assert each.logp == pytest.approx(float(rows.gather(1, given[0, 1:, None]).sum()), abs=1e-3)


def test_as_many_are_right_as_are_to_be_expected():
    """Draws of several seeds against the exact probability, within four standard errors."""
    for temperature, top_k in ((1.0, 0), (1.5, 4)):
        p = sample.chance(GREEDY_OR_BEAM, "giant", temperature, top_k)
        known = hear.heard(GREEDY_OR_BEAM, "giant").known
        drawn = [each for seed in range(10) for each in sample.draws(GREEDY_OR_BEAM, "giant", temperature, top_k, seed)]
        hits, many = sum(each.many for each in drawn if each.names in known), 10 * sample.DRAWS
        assert 0 < p < 1 and abs(hits / many - p) < 4 * np.sqrt(p * (1 - p) / many)
    assert sample.chance(GREEDY_OR_BEAM, "zzyzxq", 1.0, 0) is None


def test_another_draw_is_another_and_the_same_seed_the_same():
    visitor = view("sample", SAY)
    calm(widget(visitor, "slider", "/T").set_value(3.0).run())
    first = rows(figure(visitor, "sample/answers"))
    calm(widget(visitor, "button", "/again").click().run())
    assert rows(figure(visitor, "sample/answers")) != first
    again = calm(widget(view("sample", SAY), "slider", "/T").set_value(3.0).run())
    assert rows(figure(again, "sample/answers")) == first


def test_the_next_token_at_a_chosen_step():
    """Both rows of bars against the network, teacher-forced along what greedy says."""
    net, world = data.opened(SAY)
    visitor = view("sample", SAY)
    calm(widget(visitor, "slider", "/T").set_value(2.0).run())
    calm(widget(visitor, "slider", "/k").set_value(4).run())
    one = hear.heard(SAY, "quiche")
    with torch.inference_mode():
        logits = decode.possible(net.teach(net.read(world.example("quiche")), torch.tensor([(BOS, *one.ids[:-1])]))[0])
    for step in range(1, len(one.ids) + 1):
        calm(widget(visitor, "slider", "/step/quiche").set_value(step).run())
        own, drawn_from = (layer["y"] for layer in figure(visitor, "sample/next")["data"])
        p, order = logits[step - 1].softmax(0), logits[step - 1].argsort(descending=True)[: sample.SHOWN]
        assert own == pytest.approx((100 * p[order]).tolist(), abs=1e-3)
        tempered = torch.exp(logits[step - 1][order[:4]] / 2)
        assert drawn_from == pytest.approx(
            (100 * tempered / tempered.sum()).tolist() + [0] * (sample.SHOWN - 4), abs=1e-3
        )
        assert f"{drawn_from[0]:.1f} % as it is drawn from" in visitor.caption[-1].value
    assert {chart.key for chart in charts(visitor)} == {"sample/next", "sample/answers"}
