"""Every order at once: each row learns as a network alone would, the orders are all of them, and F is SciPy's."""

from itertools import permutations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import f_oneway

from core.events import Finished, Metrics, Picture, Started, Warned, pack
from core.lifelong import models, orders
from core.lifelong.orders import HIDDEN, Race, effect, f_value, logits, sequences
from core.lifelong.settings import METRICS, LifelongSettings, Orders, orders_of
from core.lifelong.tasks import active
from core.lifelong.train import train
from core.loop import fresh
from core.nets import MEAN, MLP, STD, from_model

SMALL = {"stream": "split", "tasks": 3, "epochs": 1, "batch": 256, "method": Orders(repeats=2)}


def settings(**flat):
    return LifelongSettings(**SMALL | flat)


def test_all_orders_of_few_tasks_and_some_of_many():
    for tasks in (2, 3, 4):
        assert list(map(tuple, sequences(tasks, 0).tolist())) == list(permutations(range(tasks)))
    many = sequences(6, 0).tolist()
    assert len(set(map(tuple, many))) == orders_of(6) == 10 and many[:2] == [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0]]
    assert all(sorted(order) == list(range(6)) for order in many) and many != sequences(6, 1).tolist()


def test_a_row_answers_like_its_network():
    nets = [fresh(MLP, seed, (HIDDEN,), 10) for seed in range(3)]
    theta, x = torch.stack([models.flat(net) for net in nets]), torch.rand(7, 1, 28, 28)
    flat = (x.flatten(1) - MEAN) / STD
    expected = torch.stack([net(x) for net in nets])
    assert torch.allclose(logits(theta, (784, HIDDEN, 10), flat), expected, atol=1e-5)
    assert torch.allclose(logits(theta, (784, HIDDEN, 10), flat.expand(3, -1, -1)), expected, atol=1e-5)


@pytest.mark.parametrize("incremental", ["task", "domain", "class"])
def test_a_row_learns_as_if_it_were_alone(incremental):
    """The same network, digits and order in PyTorch's plainest loop."""
    chosen = settings(incremental=incremental)
    race = Race(chosen)
    row = 5  # the second seed of the third order
    order, net = race.sequences[race.order[row]].tolist(), fresh(MLP, int(race.seed[row]), (HIDDEN,), race.widths[-1])
    assert order == [1, 0, 2] and race.seed[row] == 1
    met = []
    for at, number in enumerate(order):
        task, masks = race.tasks[number], race.masks(at)
        met.append(number)
        optimizer = torch.optim.Adam(net.parameters(), chosen.learning_rate)
        leaf = race.theta.clone().requires_grad_()
        rows = torch.optim.Adam([leaf], chosen.learning_rate)
        outputs = sorted(
            {"domain": list(range(race.widths[-1])), "task": [*range(10)[task.own]]}.get(
                incremental, [i for n in met for i in range(10)[race.tasks[n].own]]
            )
        )
        for index in race.batches():
            (leaf.grad,) = torch.autograd.grad(race.loss(leaf, at, index, masks).sum(), leaf)
            rows.step()
            optimizer.zero_grad()
            z = net(task.train_x[: race.size][index[row]])[:, outputs]
            y = torch.tensor([outputs.index(label) for label in task.train_y[: race.size][index[row]].tolist()])
            F.cross_entropy(z, y).backward()
            optimizer.step()
        race.theta = leaf.detach()
        assert torch.allclose(race.theta[row], models.flat(net), atol=1e-4)
    found = race.accuracies(race.theta, 2)[2, 1]
    for task in race.tasks:
        slots = active(chosen, race.tasks, task, 2)
        right = (net(task.test_x)[:, slots].argmax(1) + slots.start == task.test_y).float().mean().item()
        assert found[task.number] == pytest.approx(100 * right, abs=0.4)


@given(st.integers(0, 999), st.integers(2, 6), st.integers(2, 5))
def test_f_is_that_of_scipy(seed, orders_, seeds):
    scored = np.random.default_rng(seed).normal(60, 3, (orders_, seeds))
    found, theirs = effect(scored), f_oneway(*scored)
    assert f_value(scored) == pytest.approx(theirs.statistic) and found.p == pytest.approx(theirs.pvalue)
    assert scored.mean(1)[found.best] - scored.mean(1)[found.worst] == pytest.approx(found.spread)


def test_where_the_order_does_nothing_f_is_about_one():
    drawn = np.random.default_rng(0).normal(60, 3, (2000, 6, 5))
    found = [effect(scored) for scored in drawn]
    assert np.mean([each.f for each in found]) == pytest.approx(24 / 22, abs=0.06), "the mean of F(5, 24)"
    assert np.mean([each.p < 0.05 for each in found]) == pytest.approx(0.05, abs=0.015)
    assert f_value(np.array([[1.0, 1.0], [2.0, 2.0]])) == np.inf


def test_a_run_tells_every_order_and_can_be_done_again():
    events = list(train(settings()))
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    assert [repr(pack(e)) for e in events] == [repr(pack(e)) for e in train(settings())]
    steps = [e.step for e in events[1:]]
    assert steps == sorted(steps) and steps[-1] == events[0].total_steps == 3 * -(-Race(settings()).size // 256)
    assert all(set(e.values) <= set(METRICS) for e in events if isinstance(e, Metrics))
    found = [e.array for e in events if isinstance(e, Picture) and e.name == "ordered"]
    assert found[0].shape == (6, 2, 3)
    end, means = events[-1].summary, found[-1].mean((1, 2))
    assert end["average"] == pytest.approx(means.mean(), abs=1e-3) and end["best_order"] == pytest.approx(means.max())
    assert end["worst_order"] == pytest.approx(means.min()) and end["last_1"] == pytest.approx(means[[3, 5]].mean())
    assert np.abs(found[0] - found[0][:1]).max() == 0, "before the first step all orders of a seed are one network"
    assert from_model(events[-1].models["model"]).arch["outputs"] == 4
    other = list(train(settings(seed=1)))[-1].summary
    assert other["average"] != end["average"]


def test_steps_that_are_too_long_end_the_run_with_a_sentence(monkeypatch):
    monkeypatch.setattr(Race, "loss", lambda self, theta, *_: theta.sum(1) * torch.inf)
    warning, end = list(train(settings()))[-2:]
    assert isinstance(warning, Warned) and end.summary == {"diverged": True} and orders.LOOKS > 1
