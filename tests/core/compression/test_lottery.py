"""Lottery tickets: masks by brute force, shares that multiply, signs, and what the networks of a run begin and end with."""

import copy
import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compression import lottery, models, prune, ticket
from core.compression.analysis import ticket as analysis
from core.compression.settings import CompressionSettings, Ticket
from core.compression.train import train
from core.events import Metrics, Picture
from core.loop import seeded
from core.nets import MLP, from_model
from core.record import Record

SMALL = CompressionSettings(method=Ticket(sparsity=80, rounds=2, epochs=1))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-4, 4), min_size=6, max_size=6), st.sets(st.integers(0, 5)), st.sampled_from([0, 30, 50, 99])
)
def test_a_round_takes_the_smallest_of_what_is_left(values, gone, share):
    """Against every way to take so many away: none leaves more magnitude; what was gone stays gone, the last layer loses half."""
    weight = torch.tensor(values, dtype=torch.float32).view(2, 3)
    mask = torch.ones(6, dtype=torch.bool)
    mask[list(gone)] = False
    mask = mask.view(2, 3)
    for i, found in enumerate(lottery.next_masks([weight, weight], [mask, mask], share)):
        part = share if i == 0 else share / 2
        left = [j for j in range(6) if j not in gone]
        many = math.floor(len(left) * part / 100)
        assert int(found.sum()) == len(left) - many and not (found & ~mask).any()
        sums = [sum(abs(values[j]) for j in keep) for keep in itertools.combinations(left, len(left) - many)]
        assert weight[found].abs().sum().item() == max(sums)


@pytest.mark.parametrize("rounds", [1, 2, 7])
@pytest.mark.parametrize("sparsity", [0.0, 50.0, 95.0])
def test_the_shares_of_all_rounds_multiply_to_the_whole(sparsity, rounds):
    share = lottery.round_share(sparsity, rounds)
    assert (1 - share / 100) ** rounds == pytest.approx(1 - sparsity / 100)
    masks = [torch.ones(40, 50, dtype=torch.bool)] * 2
    weights = list(torch.randn(2, 40, 50, generator=seeded(0)))
    for _ in range(rounds):
        masks = lottery.next_masks(weights, masks, share)
    assert 100 * (~masks[0]).float().mean().item() == pytest.approx(sparsity, abs=0.05 * rounds)


def test_signs_alone_have_one_size_and_new_weights_the_right_spread():
    net = lottery.glorot(MLP((300, 100)), seeded(3))
    for layer in net.layers:
        outputs, inputs = layer.weight.shape
        assert layer.weight.std().item() == pytest.approx(math.sqrt(2 / (inputs + outputs)), rel=0.05)
        assert not layer.bias.any()
        signs = lottery.signs_only(layer.weight.detach())
        assert torch.equal(signs.sign(), layer.weight.sign())
        assert signs.abs().unique().numel() == 1
        assert signs.abs().max().item() == pytest.approx(np.std(layer.weight.detach().numpy()), rel=1e-5)
    weights = [layer.weight for layer in net.layers]
    masks = [torch.ones_like(w, dtype=torch.bool) for w in weights]
    assert lottery.same_signs(weights, weights, masks) == 100
    assert lottery.same_signs([-w for w in weights], weights, masks) == 0


@pytest.fixture(scope="module")
def events(small_run):
    return list(train(SMALL))


def test_a_ticket_begins_with_its_initial_weights_and_keeps_its_mask(events):
    """What the three starts show before the first step of the race: the dense network's very first weights, others, and signs."""
    first, *_, last = shown = [
        np.array(e.array, np.float32) for e in events if isinstance(e, Picture) and e.name == "tickets"
    ]
    assert [len(each) for each in shown] == [1] * 4 + [3] * 2 and first.shape == (1, ticket.SHOWN, 28, 28)
    model, control, signs = shown[-2]
    assert np.array_equal(model != 0, control != 0) and np.array_equal(model != 0, signs != 0)
    assert np.array_equal(np.sign(model), np.sign(signs)) and len(np.unique(np.abs(signs[signs != 0]))) == 1
    assert (np.sign(model) != np.sign(control)).any()
    assert np.array_equal(last[0] != 0, model != 0), "what is pruned stays zero while the rest is trained"
    summary, models_ = events[-1].summary, events[-1].models
    net = from_model(models_["model"])
    assert list(models_) == ["model", "dense"] and prune.zero_share(net) == summary["sparsity"]
    assert 79 < summary["sparsity"] < 80 and summary["bytes"] < 4 * summary["parameters"] / 2
    assert summary["same_signs"] > 90


def test_initial_weights_are_those_of_the_very_first_step(events):
    """The same seed without pruning draws the same weights; of these the ticket's are what the mask leaves."""
    initial = (
        lottery.glorot(MLP(ticket.HIDDEN), seeded(SMALL.seed)).layers[0].weight.detach().view(-1, 28, 28).half().numpy()
    )
    model = next(e for e in events if isinstance(e, Picture) and e.name == "tickets" and len(e.array) == 3).array[0]
    for neuron in model:
        there = neuron != 0
        assert any(np.array_equal(neuron[there], each[there]) for each in initial)


@pytest.mark.parametrize("rewind", ["early", "trained"])
def test_another_rewind_begins_elsewhere(rewind, events):
    other = list(train(SMALL.model_copy(update={"method": SMALL.method.model_copy(update={"rewind": rewind})})))
    at = [
        next(i for i, e in enumerate(log) if isinstance(e, Picture) and e.name == "tickets" and len(e.array) == 3)
        for log in (events, other)
    ]
    assert not np.array_equal(events[at[0]].array[0], other[at[1]].array[0])
    firsts = [
        next(e.values["accuracy"] for e in log[i:] if isinstance(e, Metrics)) for log, i in zip((events, other), at)
    ]
    assert firsts[1] > firsts[0], "weights that have learned begin higher"


def test_the_analysis_cuts_the_run_where_its_parts_begin(events):
    record = Record("compression-x", SMALL, events, None)
    curves = analysis.curves(record)
    assert [curve.name for curve in curves] == ["dense", "model", "control", "signs"]
    assert all(curve.steps[-1] == analysis.length(record) == 63 for curve in curves)
    assert curves[1].accuracy[-1] == events[-1].summary["accuracy"] and curves[0].left == 100
    rounds = analysis.rounds(record)
    assert len(rounds) == 3 and [each.left for each in rounds] == sorted((each.left for each in rounds), reverse=True)
    assert rounds[-1].left == pytest.approx(100 - events[-1].summary["sparsity"])
    assert rounds[0].fewest == rounds[0].most == 300 > rounds[-1].most == rounds[-1].read.max()
    early = Record("compression-x", SMALL, events[: len(events) // 2], None)
    assert [curve.name for curve in analysis.curves(early)][0] == "dense"
    neurons = analysis.neurons(record)
    assert list(neurons.weights) == ["model", "control", "signs"] and neurons.top > 0


def test_a_network_without_batchnorm_is_counted_by_hand_and_has_no_gamma():
    net = MLP((5, 4))
    assert [row.parameters for row in models.costs(net)] == [5 * 784 + 5, 20 + 4, 40 + 10]
    assert models.macs(net) == 5 * 784 + 20 + 40 and models.weight_names(net) == ["dense 1", "dense 2", "head"]
    assert prune.other_bytes(net) == 4 * 19 and prune.zero_share(prune.pruned(copy.deepcopy(net), 50)) == 50
    from core.compression.analysis.curves import curves_of, measured

    with pytest.raises(ValueError, match="no BatchNorm"):
        measured(net, "ratio/relative")
    assert set(curves_of(net)) == {"sparsity/global", "sparsity/layer", "bits"}
