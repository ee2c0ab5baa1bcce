"""Early exits: who leaves where by brute force, what it costs by hand, and that the exits read what the network computes."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from core import runs
from core.compression import branch, exits, models
from core.compression.analysis import exits as analysis
from core.compression.analysis import gates as staged
from core.compression.settings import CompressionSettings, Exits
from core.compression.train import train
from core.data import digits
from core.events import Started
from core.loop import seeded
from core.nets import DigitNet, count, from_model, predict
from core.record import Record
from core.settings import flatten

SMALL = CompressionSettings(method=Exits(epochs=1, channels=4, confidence=80))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 4), st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0]))
def test_a_digit_leaves_where_a_loop_would_let_it_go(seed, many, confidence):
    p = (3 * torch.randn(many, 8, 10, generator=seeded(seed))).softmax(2)
    found = exits.leave(p, confidence)
    answers = exits.said(p, found)
    for n in range(8):
        expected = next((e for e in range(many) if max(p[e, n].tolist()) >= confidence), many - 1)
        assert found[n] == expected and answers[n] == p[expected, n].tolist().index(max(p[expected, n].tolist()))


def test_more_confidence_never_costs_less():
    p, costs = torch.randn(3, 200, 10, generator=seeded(0)).softmax(2), [10, 40, 90]
    work = [exits.mean_macs(exits.leave(p, confidence), costs) for confidence in (0, 0.2, 0.3, 0.5, 1)]
    assert work == sorted(work) and work[0] == 10 and work[-1] == 90


def test_the_exits_read_the_network_and_leave_its_answers_alone():
    net, branches = DigitNet((4, 6, 8), (9,)), exits.Branches((4, 6, 8))
    x = torch.rand(7, 1, 28, 28, generator=seeded(1))
    p = exits.probabilities(net, branches, x)
    assert net.training and p.shape == (3, 7, 10)
    assert torch.allclose(p[-1], predict(net, x).softmax(1), atol=1e-6)
    net.eval()
    first = F.max_pool2d(net.layers[0](net.normalise(x)), 2)
    mean = first.view(7, 4, 7, 2, 7, 2).mean((3, 5)).flatten(1)  # 14 × 14 averaged to 7 × 7
    assert torch.allclose(p[0], branches.heads[0](mean).softmax(1), atol=1e-5)
    assert exits.make(branches.arch).arch == branches.arch


def test_costs_by_hand():
    net, branches = DigitNet((4, 6, 8), (9,)), exits.Branches((4, 6, 8))
    first = 4 * 9 * 784 + 10 * 4 * 49
    second = first + 4 * 6 * 9 * 196 + 10 * 6 * 49
    assert exits.macs(net, branches) == [first, second, second + 6 * 8 * 9 * 49 + 8 * 9 * 9 + 90]
    assert exits.macs(net, branches)[-1] - models.macs(net) == 490 * 10


def test_the_joint_loss_trains_every_exit_and_the_layers_below():
    net, branches = DigitNet((4, 6, 8), (9,)), exits.Branches((4, 6, 8))
    x, y = torch.rand(6, 1, 28, 28, generator=seeded(2)), torch.arange(6)
    answers = exits.logits(net, branches, x)
    loss = exits.joint_loss(answers, y, 0.5)
    by_hand = [-each.log_softmax(1)[range(6), y].mean() for each in answers]
    assert loss.item() == pytest.approx((0.5 * (by_hand[0] + by_hand[1]) + by_hand[2]).item(), rel=1e-5)
    loss.backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in branches.parameters())


@pytest.fixture(scope="module")
def log():
    return list(train(SMALL))


def test_a_run_says_what_its_network_does(log):
    """What the summary and the pictures say, against the network that the run ends with."""
    run = runs.make("compression-exits-x", "compression", flatten(SMALL), log, 1.0, "finished")
    record, summary = Record(run.about.id, SMALL, log, run), log[-1].summary
    assert run.about.models == ["model", "control"], "the branches are no digit classifier"
    found = analysis.answers(record)
    here = analysis.passed(found, 80)
    assert here.accuracy == pytest.approx(summary["accuracy"]) and here.work == pytest.approx(summary["work"])
    assert summary["macs"] == pytest.approx(here.macs) and sum(here.leaves) == 1000
    assert summary["parameters"] == count(run.net()) + count(from_model(run.models["branches"], exits.make))
    assert (
        isinstance(log[0], Started) and log[0].facts["exit_macs"] == found.costs and found.full == summary["full_macs"]
    )
    gates = staged.gates(record)
    assert [round(10 * gate.share) for gate in gates] == here.leaves and sum(
        len(g.digits) for g in gates
    ) == branch.WATCHED
    p, y = torch.from_numpy(found.p), digits.load().test_y
    at, places = exits.leave(p, 0.8), branch.watched()
    wrong = sum(int(exits.said(p, at)[i] != y[i]) for i in places)
    assert sum(len(gate.wrong) for gate in gates) == wrong and staged.work(record)[1] == pytest.approx(here.macs)
    assert [a for _, a in analysis.alone(found)] == pytest.approx([summary[f"exit{e}_accuracy"] for e in (1, 2, 3)])
    for e in range(3):
        shown_ = analysis.examples(found, 80, e, many=1000)
        assert len(shown_) == here.leaves[e] and sum(each.said == each.label for each in shown_) == here.right[e]


def test_without_a_control_there_is_none():
    events = list(train(SMALL.model_copy(update={"method": SMALL.method.model_copy(update={"control": False})})))
    assert list(events[-1].models) == ["model", "branches"] and "control_accuracy" not in events[-1].summary
