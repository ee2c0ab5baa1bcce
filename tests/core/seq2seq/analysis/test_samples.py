"""Answers that were drawn, against the exact probabilities of the network."""

import numpy as np
import pytest
import torch

from core.seq2seq import decode
from core.seq2seq.analysis import network, own_words, samples
from core.seq2seq.tokens import BOS, EOS
from tests.core.seq2seq.records import GREEDY_OR_BEAM, SAY, TOY, record, tiny


def test_shares_add_up_and_right_ones_are_counted():
    for current, text in ((record(SAY), "data"), (record(TOY), "abc"), (tiny("vector"), "abcde")):
        for temperature, top_k in ((1.0, 0), (2.0, 3), (3.0, 0)):
            drawn = samples.draws(current, text, temperature, top_k, 0)
            assert sum(each.many for each in drawn) == samples.DRAWS
            assert len({each.names for each in drawn}) == len(drawn)
            assert sum(each.percent for each in drawn) == pytest.approx(100)
            one = own_words.heard(current, text)
            right = sum(each.many for each in drawn if each.names in one.known)
            expected = samples.chance(current, text, temperature, top_k)
            different, hits = samples.variety(one, drawn, temperature, top_k, expected)
            assert hits.numbers["hits"] == pytest.approx(100 * right / samples.DRAWS)
            assert different.numbers["different"] == len(drawn) and different.numbers["bits"] == samples.entropy(drawn)
            assert different.case == ("different-answers-top-k" if top_k else "different-answers")
            assert hits.case == ("right-draws-rare" if 0 < expected < samples.RARE else "right-draws")
    assert len(samples.variety(one, drawn, 1.0, 0, None)) == 1, "nobody knows what is right"


def test_cold_draws_are_greedy_and_hot_ones_differ():
    current = record(SAY)
    cold, warm, hot = (samples.draws(current, "elephant", t, 0, 0) for t in (0.1, 1.0, 3.0))
    assert cold[0].names == tuple(own_words.heard(current, "elephant").said) and cold[0].percent > 90
    assert samples.entropy(cold) < samples.entropy(warm) < samples.entropy(hot) <= np.log2(samples.DRAWS)
    only = samples.draws(current, "elephant", 3.0, 1, 0)
    assert [(each.names, each.many) for each in only] == [(cold[0].names, samples.DRAWS)]
    assert samples.entropy(only) == 0 and str(samples.entropy(only)) == "0.0", "and no −0"
    even = [samples.Drawn((str(i),), 50, -1.0) for i in range(4)]
    assert samples.entropy(even) == pytest.approx(2)


def test_log_p_is_the_networks_own_at_any_temperature():
    net, dataset = network.opened(record(SAY))
    for each in samples.draws(record(SAY), "quiche", 1.7, 5, 3)[:10]:
        given = torch.tensor([(BOS, *dataset.target.encode(each.names), EOS)])
        rows = decode.possible(net.teach(net.read(dataset.example("quiche")), given[:, :-1])[0]).log_softmax(1)
        assert each.logp == pytest.approx(float(rows.gather(1, given[0, 1:, None]).sum()), abs=1e-3)


def test_as_many_are_right_as_are_to_be_expected():
    """Draws of several seeds against the exact probability, within four standard errors."""
    current = record(GREEDY_OR_BEAM)
    for temperature, top_k in ((1.0, 0), (1.5, 4)):
        p = samples.chance(current, "giant", temperature, top_k)
        known = own_words.heard(current, "giant").known
        drawn = [each for seed in range(10) for each in samples.draws(current, "giant", temperature, top_k, seed)]
        hits, many = sum(each.many for each in drawn if each.names in known), 10 * samples.DRAWS
        assert 0 < p < 1 and abs(hits / many - p) < 4 * np.sqrt(p * (1 - p) / many)
    assert samples.chance(current, "zzyzxq", 1.0, 0) is None


def test_the_next_token_at_every_step():
    """Both distributions against the network, teacher-forced along what greedy says."""
    current = record(SAY)
    net, dataset = network.opened(current)
    one = own_words.heard(current, "quiche")
    with torch.inference_mode():
        logits = decode.possible(
            net.teach(net.read(dataset.example("quiche")), torch.tensor([(BOS, *one.ids[:-1])]))[0]
        )
    for step in range(1, len(one.ids) + 1):
        own, drawn_from = samples.next_token(current, "quiche", one.ids[: step - 1], 2.0, 4)
        assert own == pytest.approx(logits[step - 1].softmax(0).numpy(), abs=1e-5)
        best = logits[step - 1].argsort(descending=True)[:4]
        assert drawn_from[best] == pytest.approx((logits[step - 1][best] / 2).softmax(0).numpy(), abs=1e-5)
        assert np.count_nonzero(drawn_from) == 4
        told = samples.next_likeliest(one, step, own, drawn_from, dataset.target.tokens)
        assert told.case == ("likeliest-first" if step == 1 else "likeliest-next")
        assert told.numbers["p"] == 100 * own.max() and told.numbers["token"] == one.tokens[step - 1]
        assert told.numbers["before"].split() == list(one.tokens[: step - 1])
