"""Networks side by side, and runs in step: each gives, and learns, what it would alone."""

from functools import cache

import pytest
import torch
from torch import nn

from core import labs
from core.events import Finished, Metrics, Warned
from core.loop import diverged, fresh, seeded
from core.settings import build
from core.side_by_side import Stacked, in_step, listed, over_seeds, stacked, unstacked
from tests.core.test_events import same

S, N = 3, 16


class Own(nn.Module):
    """A network with a name and a forward of its own."""

    def __init__(self):
        super().__init__()
        self.arch = {"kind": "own", "hidden": [8]}
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.LeakyReLU(0.2), nn.Linear(8, 8, bias=False), nn.Tanh())
        self.last = nn.Linear(8, 2)

    def forward(self, x):
        return self.last(self.layers(x))


def plain():
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Sequential(nn.Linear(8, 8), nn.Sigmoid()), nn.Linear(8, 2))


def several(make):
    return [fresh(make, seed) for seed in range(S)]


def examples():
    return torch.randn(S, N, 4, generator=seeded(9)), torch.randn(S, N, 2, generator=seeded(10))


makes = pytest.mark.parametrize("make", [plain, Own, lambda: nn.Linear(4, 2)], ids=["Sequential", "own", "Linear"])


@makes
def test_each_gives_what_it_would_give_alone(make):
    nets, (x, __) = several(make), examples()
    assert torch.allclose(stacked(nets)(x), torch.stack([net(one) for net, one in zip(nets, x)]), atol=1e-6)


@makes
@pytest.mark.parametrize("optimizer", [torch.optim.Adam, torch.optim.SGD])
def test_each_learns_what_it_would_learn_alone(make, optimizer):
    nets, (x, y) = several(make), examples()
    together = stacked(nets)
    learned = optimizer(together.parameters(), lr=0.02)
    alone = [optimizer(net.parameters(), lr=0.02) for net in nets]
    for __ in range(20):
        learned.zero_grad()
        (together(x) - y).square().mean((1, 2)).sum().backward()
        learned.step()
        for net, one, one_x, one_y in zip(nets, alone, x, y):
            one.zero_grad()
            (net(one_x) - one_y).square().mean().backward()
            one.step()
    start = several(make)
    for i, net in enumerate(nets):
        again = unstacked(together, i)
        assert list(again.state_dict()) == list(net.state_dict())
        for mine, wanted, begin in zip(again.parameters(), net.parameters(), start[i].parameters()):
            way = (wanted - begin).norm()
            assert way > 0.003 and (mine - wanted).norm() < 1e-3 * way


@makes
def test_the_ith_again_is_the_one_that_was_put_in(make):
    nets, (x, __) = several(make), examples()
    together = stacked(nets)
    for i, net in enumerate(nets):
        again = unstacked(together, i)
        assert type(again) is type(net) and not any(isinstance(module, Stacked) for module in again.modules())
        assert all(torch.equal(a, b) for a, b in zip(again.parameters(), net.parameters(), strict=True))
        assert torch.equal(again(x[i]), net(x[i])) and getattr(again, "arch", None) == getattr(net, "arch", None)


def test_nothing_is_shared_and_no_random_number_is_drawn():
    nets, state = several(Own), torch.get_rng_state()
    together = stacked(nets)
    again = unstacked(together, 1)
    assert torch.equal(state, torch.get_rng_state())
    before = [net.last.weight.clone() for net in nets]
    with torch.no_grad():
        together.last.weight.zero_()
        again.layers[0].weight.zero_()
    again.arch["hidden"] = [9]
    assert all(torch.equal(net.last.weight, weight) for net, weight in zip(nets, before))
    assert together.layers[0].weight.abs().min(2).values.max() > 0 and again.last.weight.abs().max() > 0
    assert nets[0].arch["hidden"] == together.arch["hidden"] == [8]
    assert len(list(together.parameters())) == len(list(nets[0].parameters())) == 5
    assert [tuple(p.shape) for p in together.parameters()] == [(S, *p.shape) for p in nets[0].parameters()]


def test_what_cannot_be_stacked_is_refused():
    with pytest.raises(ValueError, match="BatchNorm1d"):
        stacked([nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8)) for __ in range(S)])


def test_means_and_deviations_over_the_seeds():
    each = [{"a": 1.0, "b": 2, "c": 5.0}, {"a": 3.0, "b": 2}, {"a": 8.0, "b": 2}]
    assert over_seeds(each) == {"a": 4.0, "a_sd": pytest.approx(13**0.5), "b": 2.0, "b_sd": 0.0}
    assert listed(each) == {"a": [1.0, 3.0, 8.0], "b": [2.0, 2.0, 2.0]}


# ---- whole runs, in step ----

IN_STEP = [
    ("anomaly", {"method": "autoencoder", "steps": 60}),
    ("anomaly", {"method": "vae", "net": "dense", "steps": 20}),
    ("lifelong", {"method": "ewc", "tasks": 2, "epochs": 1}),
    ("lifelong", {"method": "progressive", "tasks": 2, "epochs": 1}),
    ("transfer", {"target": "moons", "method": "dann", "steps": 50}),
]
runs_in_step = pytest.mark.parametrize("lab, chosen", IN_STEP, ids=[f"{lab}-{each['method']}" for lab, each in IN_STEP])


@pytest.fixture(scope="module")
def trained():
    """lab, settings → the events of that run; each is trained once."""

    @cache
    def events(lab, chosen):
        return list(labs.of(lab).train(build(labs.of(lab).settings, dict(chosen))))

    return lambda lab, **chosen: events(lab, tuple(chosen.items()))


@runs_in_step
def test_a_run_of_five_seeds_says_what_five_runs_say(lab, chosen, trained):
    five, each = (
        trained(lab, **chosen, seeds=5),
        [trained(lab, **chosen, seed=seed) for seed in range(5)],
    )
    said, first = ([event for event in run if not isinstance(event, Warned)] for run in (five, each[0]))
    assert [type(event) for event in said] == [type(event) for event in first]
    of_all = zip(*([event for event in run if isinstance(event, Metrics)] for run in each), strict=True)
    for event, alone in zip(said, first, strict=True):
        match event:
            case Metrics():
                assert event.values == over_seeds([one.values for one in next(of_all)])
            case Finished():
                assert event.summary["each"] == {
                    name: [run[-1].summary[name] for run in each]
                    for name, value in alone.summary.items()
                    if type(value) in (int, float)
                }
                assert same(event.models, alone.models)
            case _:
                assert same(event, alone)
    kinds = {event.kind for run in each for event in run if isinstance(event, Warned)}
    assert {event.kind for event in five if isinstance(event, Warned)} == kinds


@runs_in_step
def test_one_core_gives_the_same_events_as_two(lab, chosen, trained, monkeypatch):
    two = trained(lab, **chosen, seeds=5)
    monkeypatch.setattr("core.together._helper", lambda: None)
    one = list(labs.of(lab).train(build(labs.of(lab).settings, chosen | {"seeds": 5})))
    assert len(one) == len(two) and all(map(same, one, two))


def run(*events):
    yield from events


def test_what_any_of_the_runs_warns_of_is_said_once():
    numbers = (Metrics(1, {"a": 1.0}), Finished(1, {}))
    one, other = Warned(1, "low", "Seed 0 is low."), Warned(1, "low", "Seed 1 is low.")
    third = Warned(1, "high", "Seed 2 is high.")
    said = list(in_step([run(one, *numbers), run(other, *numbers), run(third, *numbers)]))
    assert said == [one, third, Metrics(1, {"a": 1.0, "a_sd": 0.0}), Finished(1, {"each": {}})]


def test_where_one_run_diverges_all_end():
    closed = []

    def endless(seed):
        try:
            for step in range(100):
                yield Metrics(step, {"a": float(seed)})
        finally:
            closed.append(seed)

    broken = run(Metrics(0, {"a": 4.0}), *diverged(1))
    said = list(in_step([endless(0), broken, endless(2)]))
    assert [type(event) for event in said] == [Metrics, Warned, Finished] and said[-1].summary == {"diverged": True}
    assert closed == [0, 2]
