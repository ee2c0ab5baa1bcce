"""A beam search as it is told: what was kept and cut, greedy's way, and the winner, against decoding by hand."""

import numpy as np
import pytest
import torch

from core.seq2seq import decode
from core.seq2seq.analysis import beam, network, own_words
from core.seq2seq.tokens import BOS, EOS, PAD
from tests.core.seq2seq.records import GREEDY_OR_BEAM, SAY, TOY, held_out, record, tiny


def watched_of(current, text, width, alpha):
    net, dataset = network.opened(current)
    watched = []
    best = decode.beam(net, net.read(dataset.example(text)), width, alpha, dataset.longest, watched, beam.CUT)[0]
    return watched, best


def logp(current, text, ids):
    """Of an answer, by teacher forcing."""
    net, dataset = network.opened(current)
    given = torch.tensor([(BOS, *ids)])
    rows = decode.possible(net.teach(net.read(dataset.example(text)), given[:, :-1])[0]).log_softmax(1)
    return float(rows.gather(1, given[0, 1:, None]).sum())


@pytest.mark.parametrize("width", [1, 2, 5, 10])
@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_the_tree_has_what_the_search_kept_and_cut(width, alpha):
    for current, text in (
        (record(SAY), "quiche"),
        (record(GREEDY_OR_BEAM), "photographer's"),
        (record(TOY), "abcdefg"),
        (tiny("vector"), "abc"),
    ):
        watched, best = watched_of(current, text, width, alpha)
        found, tokens = beam.search(current, text, width, alpha), network.tokens_of(current)
        steps = beam.nodes(found)
        assert [(sum(n.kept for n in step), sum(not n.kept for n in step)) for step in steps] == [
            (len(r.kept), len(r.cut)) for r in watched
        ]
        assert [[n.token for n in step] for step in steps] == [
            [tokens[t] for _p, t, _l, _s in (*r.kept, *r.cut)] for r in watched
        ]
        assert [each.tokens for each in found.best] == [h.tokens for h in best]
        winners = [next((n for n in step if n.wins), None) for step in steps]
        path = [n.token for n in winners if n and not n.waits]
        assert all(winners) and path == [tokens[i] for i in best[0].tokens], "the thick path ends in the winner"
        assert all(sum(n.kind == "winner" for n in step) == 1 for step in steps)


def test_greedy_is_followed_until_it_is_cut():
    """Marked where the steps, followed by hand, still hold greedy's beginning."""
    parted, current = 0, record(GREEDY_OR_BEAM)
    for text in held_out(current, 60):
        found = beam.search(current, text, 2, 1.0)
        lines, gone = {0: ()}, None
        for t, each in enumerate(found.steps, 1):
            lines = {i: lines[p] + ((token,) if token != PAD else ()) for i, (p, token, _l, _s) in enumerate(each.kept)}
            if gone is None and not any(
                line == found.greedy[: len(line)] and len(line) == min(t, len(found.greedy)) for line in lines.values()
            ):
                gone = t
        for t, step in enumerate(beam.nodes(found), 1):
            assert any(n.greedy and n.kept for n in step) == (gone is None or t < gone)
        cut = [said.numbers for said in beam.why_cut(found) if said.case == "greedy-cut"]
        assert [numbers["step"] for numbers in cut] == ([] if gone is None else [gone])
        assert not cut or cut[0]["line"] == found.written(found.greedy[:gone])
        parted += gone is not None
    assert parted, "some of them part, or nothing is tested here"


def test_every_cross_has_its_reason():
    current = record(SAY)
    for width, alpha in ((1, 1.0), (5, 1.0), (3, 0.0)):
        watched, _best = watched_of(current, "quiche", width, alpha)
        found = beam.search(current, "quiche", width, alpha)
        cuts = found.cuts
        assert [(c.step, c.rank, c.score) for c in cuts] == [
            (t, len(r.kept) + i, row[3]) for t, r in enumerate(watched, 1) for i, row in enumerate(r.cut, 1)
        ]
        assert all(c.score <= c.last for c in cuts), "what is kept has a better score than what is cut"
        assert [(c.last, c.last_rank) for c in cuts] == [(r.kept[-1][3], len(r.kept)) for r in watched for __ in r.cut]
        for c in cuts[:6]:  # the beginning that a cross stands for has this very score
            assert logp(current, "quiche", c.ids) / len(c.ids) ** alpha == pytest.approx(c.score, abs=1e-4)
        nearest = min(cuts, key=lambda c: c.last - c.score)
        told = beam.why_cut(found)[0]
        assert told.case == "nearest-miss" and told.numbers["line"] == found.written(nearest.ids)
        numbers = (nearest.step, nearest.rank, nearest.score, nearest.last)
        assert tuple(told.numbers[name] for name in ("step", "rank", "score", "last")) == numbers
    close = beam.Cut(1, (3,), 2, -2.7471, 1, -2.7468)
    assert close.places == 4 and beam.Cut(1, (3,), 2, -1.0, 1, -2.0).places == 2


def test_width_one_is_greedy():
    for current in (record(SAY), record(TOY), tiny("transformer")):
        for text in held_out(current, 8):
            found, one = beam.search(current, text, 1, 1.0), own_words.heard(current, text)
            assert found.best[0].tokens == found.greedy == one.ids
            assert beam.compared(one, found)[0].case == "beam-is-greedy"


def test_what_is_said_of_the_winner_holds():
    """Log p by teacher forcing, and right or wrong by the dictionary, for words where beam and greedy part."""
    current, seen = record(GREEDY_OR_BEAM), set()
    dataset = network.opened(current)[1]
    for text in held_out(current, 120):
        for alpha in (0.0, 1.5):
            found, one = beam.search(current, text, 5, alpha), own_words.heard(current, text)
            likelier, right = beam.compared(one, found)
            best = found.best[0]
            gap = logp(current, text, best.tokens) - logp(current, text, one.ids)
            assert best.logp == pytest.approx(logp(current, text, best.tokens), abs=1e-3)
            assert beam.probability(best.logp) == pytest.approx(np.exp(best.logp))
            ways = dataset.known(text)
            held = tuple(tuple(found.tokens[i] for i in each if i > EOS) in ways for each in (best.tokens, one.ids))
            assert (
                right.case
                == {
                    (True, False): "beam-right",
                    (False, True): "greedy-right",
                    (True, True): "both-right",
                    (False, False): "both-wrong",
                }[held]
            )
            assert (likelier.case == "beam-is-greedy") == (best.tokens == one.ids)
            if best.tokens != one.ids and abs(gap) > 0.1:
                assert likelier.case.startswith("beam-likelier" if gap > 0 else "greedy-likelier")
                assert likelier.numbers["times"] == pytest.approx(np.exp(abs(gap)), rel=1e-2)
                seen.add(likelier.case)
    assert {"beam-likelier"} < seen, "and greedy's answer is likelier at times"


def test_nothing_is_judged_where_nobody_knows():
    current = record(SAY)
    told = beam.compared(own_words.heard(current, "zzyzxq"), beam.search(current, "zzyzxq", 5, 1.0))
    assert len(told) == 1
