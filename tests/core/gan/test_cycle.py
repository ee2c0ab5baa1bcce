"""Two translators, small: the loss of the way there and back, runs with every loss, steering, and what is measured."""

import math
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from core.events import Finished, Metrics, Picture, Started
from core.gan import cycle, cycle_monitor, losses, models, pictures, quality, sets
from core.gan import settings as s
from core.gan.cycle_monitor import CycleMonitor
from core.gan.settings import METRICS, GanSettings
from core.gan.train import Duel, train
from core.settings import flatten
from core.steering import Steering, repeatable
from tests.core.test_events import same

SMALL = s.TwoSets(steps=20, batch=16, channels=8)
METHODS = (s.LeastSquares(), s.NonSaturating(), s.GradientPenalty(critic_steps=2), s.Wasserstein(critic_steps=1))


@pytest.fixture(scope="module", autouse=True)
def few_evaluations():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cycle_monitor, "LOOKS", 2)
        patch.setattr(cycle_monitor, "EARLY", ())
        patch.setattr(cycle_monitor, "READ", 20)
        yield


@cache
def run(**knobs):
    return tuple(train(settings_of(**knobs)))


def settings_of(method=METHODS[0], **knobs):
    of_data = {name: knobs.pop(name) for name in list(knobs) if name in s.TwoSets.model_fields}
    return GanSettings(data=SMALL.model_copy(update=of_data), method=method, **knobs)


def measured(events):
    return [e for e in events if isinstance(e, Metrics)]


# ---- the loss ----


def test_the_cycle_loss_by_hand():
    x, y = torch.zeros(2, 1, 2, 2), torch.ones(2, 1, 2, 2)
    assert losses.cycle_loss(x, x, y, y) == 0
    assert losses.cycle_loss(x, x + 0.5, y, y - 0.25) == pytest.approx(0.75)


class Told(nn.Module):
    """A network that answers what it is told to, and learns one number."""

    def __init__(self, answer):
        super().__init__()
        self.answer, self.number = answer, nn.Parameter(torch.zeros(()))

    def forward(self, x, y=None):
        return self.answer(x) + self.number


@pytest.mark.parametrize("lam", [0.0, 3.0])
def test_both_translators_pay_for_what_does_not_come_back(lam):
    """G adds 1, F takes away ½: of each picture ½ is too much. Least squares: D says 1 of everything, which costs nothing."""
    G, F = Told(lambda x: x + 1), Told(lambda x: x - 0.5)
    one_each = [Told(lambda x: 1 + 0 * x.flatten(1).sum(1)) for _ in range(2)]
    rates = [torch.optim.SGD(net.parameters(), lr=0.1) for net in (G, F, *one_each)]
    pair = cycle.Pair(
        Duel(None, G, one_each[0], rates[0], rates[2], None), Duel(None, F, one_each[1], rates[1], rates[3], None)
    )
    now, x, y = settings_of(cycle=lam), torch.zeros(4, 1, 2, 2), torch.ones(4, 1, 2, 2)
    assert cycle.translators_learn(pair, now, x, y, F(y), G(x)) == pytest.approx(lam * (0.5 + 0.5))
    assert (G.number < 0) == (F.number < 0) == (lam > 0), "each lowers what comes back"
    assert all(net.number == 0 and net.number.requires_grad for net in one_each), "D does not learn in this step"


# ---- whole runs ----


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_it_runs_to_its_end_with_every_kind_of_loss(method):
    events = run(method=method)
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    assert [e.step for e in measured(events)] == [0, 10, 20]
    for event in measured(events):
        assert set(event.values) <= set(METRICS) and all(math.isfinite(v) for v in event.values.values())
    shots = [e.array for e in events if isinstance(e, Picture)]
    assert all(shot.shape == (2, 3, 10, 28, 28) and pictures.CYCLE.fits(shot.shape) for shot in shots)
    assert np.array_equal(shots[0][:, 0], shots[-1][:, 0]) and not np.array_equal(shots[0][:, 1], shots[-1][:, 1])
    nets = {name: models.player(model) for name, model in events[-1].models.items()}
    assert list(nets) == ["G", "F", "D of G", "D of F"]
    begun = cycle.begin(settings_of(method=method))
    for net, fresh in ((nets["G"], begun.there.G), (nets["F"], begun.back.G), (nets["D of G"], begun.there.D)):
        assert any(not torch.equal(a, b) for a, b in zip(net.parameters(), fresh.parameters(), strict=True))


def test_the_last_picture_is_what_the_stored_translators_make():
    events = run()
    G, F = (models.player(events[-1].models[name]) for name in "GF")
    upright, __ = sets.both("both")
    x = upright.test_x[cycle_monitor.one_of_each(upright.test_y)]
    with torch.no_grad():
        wanted = torch.stack([x, G(x), F(G(x))])
    found = [e.array for e in events if isinstance(e, Picture)][-1][0]
    assert np.abs(found.astype(int) - cycle_monitor.as_bytes(wanted)).max() <= 1


def test_the_same_again_and_steered_and_repeated():
    again = list(train(settings_of()))
    assert all(same(a, b) for a, b in zip(again, run(), strict=True))
    steering, events = Steering(settings_of()), []
    for event in train(settings_of(), steering):
        events.append(event)
        if isinstance(event, Metrics) and event.step == 10:
            steering.turn({"cycle": 0.5, "players": "g"})
    repeated = repeatable(settings_of(), events)
    assert repeated.turns == "10:cycle=0.5,10:players=g"
    assert all(same(a, b) for a, b in zip(train(repeated), events, strict=True))
    assert flatten(repeated)["cycle"] == 10


@pytest.mark.parametrize("players, moved", [("d", {"D of G", "D of F"}), ("g", {"G", "F"})])
def test_only_those_learn_who_shall(players, moved):
    events, begun = run(players=players), cycle.begin(settings_of(players=players))
    fresh = {"G": begun.there.G, "F": begun.back.G, "D of G": begun.there.D, "D of F": begun.back.D}
    for name, model in events[-1].models.items():
        pairs = zip(models.player(model).parameters(), fresh[name].parameters(), strict=True)
        assert any(not torch.equal(a, b) for a, b in pairs) == (name in moved)


def test_what_comes_back_learns_from_the_cycle_loss_alone():
    """Only G and F learn, with λ: fewer steps away from what was given than without it."""
    lost = [measured(run(cycle=lam, players="g"))[-1].values["lost"] for lam in (10.0, 0.0)]
    assert lost[0] < 0.85 * lost[1]


# ---- what is measured ----


class Does(nn.Module):
    def __init__(self, change):
        super().__init__()
        self.change, self.arch = change, {"kind": "none"}

    def forward(self, x):
        return self.change(x)


def watching(G, F, change="inverted"):
    upright, changed = sets.both(change)
    duels = (Duel(world, Does(net), None, None, None, None) for world, net in ((changed, G), (upright, F)))
    return CycleMonitor(settings_of(change=change), *duels)


def test_perfect_translators_and_such_that_do_nothing():
    done = watching(sets.inverted, sets.inverted)
    found = done.measured(None) | done.distances()
    assert found["kept"] > 97 < found["kept_back"] and found["lost"] == 0
    assert found["distance"] == pytest.approx(found["floor"], rel=1e-3)
    left = watching(lambda x: x, lambda x: x)
    found = left.measured(None) | left.distances()
    assert found["kept"] == found["left_kept"] < 50 and found["lost"] == 0, "what does nothing comes back"
    assert found["distance"] == found["left_distance"] > 10 * found["floor"]


def test_a_translator_that_makes_one_digit_of_all_keeps_a_tenth():
    upright, __ = sets.both("inverted")
    one = upright.test_x[:1]
    found = watching(lambda x: -one.expand_as(x), sets.inverted).measured(None)
    assert found["kept"] == pytest.approx(100 * (upright.test_y == upright.test_y[0]).float().mean().item(), abs=0.1)
    assert found["lost"] > 0.05


def test_which_digits_are_read():
    upright, __ = sets.both("inverted")
    x, y = cycle_monitor.spread(upright, 50)
    assert len(x) == len(y) == 50 and torch.bincount(y, minlength=10).min() > 0
    assert upright.test_y[cycle_monitor.one_of_each(upright.test_y)].tolist() == list(range(10))
    assert len(cycle_monitor.spread(upright, None)[0]) == 500
    assert quality.as_asked(quality.answers(x), y) > 90
