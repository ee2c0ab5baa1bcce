"""Whole runs, small: the same again, steered and repeated, each player alone, slow motion, and every loss in every world."""

import math
from functools import cache

import numpy as np
import pytest
import torch

from core.events import Finished, Metrics, Picture, Started, Turned, Warned, pack, unpack
from core.gan import models, monitor, quality, train, worlds
from core.gan import settings as s
from core.gan.monitor import Monitor
from core.gan.settings import METRICS, GanSettings
from core.loop import fresh, seeded
from core.nets import DigitNet, to_model
from core.settings import build, flatten, union_members
from core.steering import Steering, repeatable
from tests.core.test_events import same

STEPS, LOOKS = 20, 4
SMALL = {"steps": STEPS, "batch": 16}
RING, DIGITS = s.Plane(**SMALL, hidden=16), s.Digits(**SMALL, channels=8)
QUICK = {"g_rate": 0.003, "d_rate": 0.002}  # so that twenty steps lead somewhere
WORLDS = {
    "ring": RING.model_copy(update=QUICK),
    "grid": s.Plane(**SMALL, hidden=16, shape="grid"),
    "spiral": s.Plane(**SMALL, hidden=16, shape="spiral"),
    "moons": s.Plane(**SMALL, hidden=16, shape="moons"),
    "drawn": s.Drawn(**SMALL, hidden=16),
    "clouds": s.Clouds(**SMALL, hidden=16, distance=0.3),
    "digits": DIGITS.model_copy(update=QUICK),
    "some digits": s.Digits(**SMALL, channels=8, digits="17", conditional=False),
}
METHODS = {
    method.name: method
    for method in (
        s.NonSaturating(),
        s.Saturating(),
        s.LeastSquares(),
        s.Wasserstein(critic_steps=2),
        s.GradientPenalty(penalty=3),
        s.Hinge(),
    )
}
PLAIN, PICTURES = GanSettings(data=RING), GanSettings(data=DIGITS)
OTHERS = {
    "R1": {"r1": 0.5},
    "packs": {"pack": 4},
    "spectral": {"spectral": True, "method": s.Hinge()},
    "packs and R1": {"pack": 2, "r1": 1},
    "packs and penalty": {"pack": 2, "method": s.GradientPenalty()},
}
both_worlds = pytest.mark.parametrize("settings", [PLAIN, PICTURES], ids=["plane", "digits"])


@pytest.fixture(scope="module", autouse=True)
def few_evaluations():
    """Looks, and what is judged at each of them, take most of the time of a short run; so does a judge who knows digits."""
    quick = fresh(DigitNet, 0, (4,), (16,)).eval()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (
            ("LOOKS", dict.fromkeys(monitor.LOOKS, LOOKS)),
            ("EARLY", (1,)),
            ("ASKED", dict.fromkeys(monitor.ASKED, 40)),
            ("JUDGED", 200),
        ):
            patch.setattr(monitor, name, value)
        patch.setattr(quality, "judge", lambda: quick)
        yield


@cache
def run(settings):
    return tuple(train.train(settings))


def steered(settings, turns):
    """The events of a run whose knobs are turned by hand: turns[step] is asked for when that step has been measured."""
    steering, events, turns = Steering(settings), [], dict(turns)
    for event in train.train(settings, steering):
        events.append(event)
        if isinstance(event, Metrics) and event.step in turns:
            steering.turn(turns.pop(event.step))
    return events


def assert_same_run(one, other):
    assert [type(event) for event in one] == [type(event) for event in other]
    for a, b in zip(one, other, strict=True):
        assert same(a, b), f"differ: {a} {b}"


def players(events):
    return {name: model.weights for name, model in events[-1].models.items()}


def learned(events, settings):
    """Of G and D: whether a learnable number is another one than at the beginning."""
    begins = dict(zip("GD", models.players(settings), strict=True))
    return {
        name: any(
            not np.array_equal(players(events)[name][key], value.detach().numpy())
            for key, value in net.named_parameters()
        )
        for name, net in begins.items()
    }


def pictures(events, name):
    return [(e.step, e.array) for e in events if isinstance(e, Picture) and e.name == name]


def evaluations(events):
    return [e for e in events if isinstance(e, Metrics)]


# ---- every loss in every world ----


def test_every_loss_and_every_world_is_tried_here():
    assert set(METHODS) == set(union_members(GanSettings.model_fields["method"]))
    elsewhere = {"sets"}  # tests/core/gan/test_cycle.py
    assert {world.name for world in WORLDS.values()} | elsewhere == set(union_members(GanSettings.model_fields["data"]))
    assert {getattr(world, "shape", "") for world in WORLDS.values()} == {"", "ring", "grid", "spiral", "moons"}


EVERY = [(world, {"method": method}) for world in WORLDS for method in METHODS.values()] + [
    (world, knobs) for world in ("ring", "digits") for knobs in OTHERS.values()
]


@pytest.mark.parametrize(
    "world, knobs", EVERY, ids=lambda value: value if isinstance(value, str) else str(list(value.values())[0])[:24]
)
def test_it_runs_to_its_end_and_says_numbers(world, knobs):
    settings = GanSettings(data=WORLDS[world], **knobs)
    events = run(settings)
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    assert (
        events[0].total_steps == events[-1].step == STEPS
        and sum(isinstance(e, Started | Finished) for e in events) == 2
    )
    steps = [e.step for e in events[1:]]
    assert steps == sorted(steps) and [e.step for e in evaluations(events)] == [0, 1, 5, 10, 15, 20]
    thinks = {"c_real", "c_fake"} if settings.critic else {"d_real", "d_fake"}
    spots, other = {"good", "strict", "lenient"}, {"precision", "coverage"}
    told = {"asked"} if world == "digits" else set()
    sorts = {"kinds", "confidence"} | told if "digits" in world else spots if world in ("ring", "grid") else other
    if world == "clouds":
        sorts = {"good", "apart", "push"} | ({"js", "js_seen"} if settings.method.score == "logit" else set())
    for event in evaluations(events):
        assert set(event.values) <= set(METRICS) and all(
            type(v) is float and math.isfinite(v) for v in event.values.values()
        )
        assert thinks | sorts <= set(event.values)
    assert all({"d_loss", "g_loss"} <= set(event.values) for event in evaluations(events)[1:-1])
    assert {"precision", "recall", "coverage", "frechet"} <= set(evaluations(events)[-1].values)
    assert all(math.isfinite(value) for value in events[-1].summary.values())
    assert all(np.isfinite(event.array).all() for event in events if isinstance(event, Picture))
    assert learned(events, settings) == {"G": True, "D": True}
    for net in (models.player(model) for model in events[-1].models.values()):
        assert not net.training and all(torch.isfinite(value).all() for value in net.state_dict().values())


@both_worlds
def test_events_are_plain(settings):
    assert all(same(unpack(pack(event)), event) for event in run(settings))


@both_worlds
def test_pictures_have_their_shapes(settings):
    events = run(settings)
    seen = {e.name: e.array for e in events if isinstance(e, Picture)}
    if settings.data.name == "digits":
        assert {name: (a.shape, a.dtype) for name, a in seen.items()} == {
            "real": ((40, 28, 28), np.uint8),
            "film": ((40, 28, 28), np.uint8),
            "scores": ((2, 40), np.float16),
        }
    else:
        assert {name: (a.shape, a.dtype) for name, a in seen.items()} == {
            "real": ((200, 2), np.float16),
            "fake": ((200, 2), np.float16),
            "field": ((41, 41), np.uint8),
            "arrows": ((60, 2), np.float16),
            "lattice": ((13, 13, 2), np.float16),
            "scores": ((2, 40), np.float16),
        }
    moving = [name for name in seen if name != "real"]
    assert all([step for step, __ in pictures(events, name)] == [0, 1, 5, 10, 15, 20] for name in moving)
    assert [step for step, __ in pictures(events, "real")] == [0]
    assert events[0].facts["modes"] == (10 if settings.data.name == "digits" else 8)


@both_worlds
def test_the_last_picture_is_what_the_stored_g_makes(settings):
    """Of the very codes that the run has shown all the time."""
    events, places = run(settings), s.PLACES[settings.data.name]
    z, y = worlds.world_of(settings).codes(200, seeded(settings.seed + 10_000), places)
    z[:, settings.data.latent :] = 0
    with torch.no_grad():
        made = models.player(events[-1].models["G"])(z, y)
    if settings.data.name == "digits":
        assert np.abs(monitor.as_bytes(made[:40]).astype(int) - pictures(events, "film")[-1][1]).max() <= 1
    else:
        assert np.array_equal(made.half().numpy(), pictures(events, "fake")[-1][1])


def test_a_g_that_learns_longer_comes_nearer():
    short, long = (
        list(train.train(GanSettings(data=s.Plane(steps=steps, hidden=32, batch=32), r1=0.1))) for steps in (20, 400)
    )
    assert long[-1].summary["frechet"] < 0.75 * short[-1].summary["frechet"]


# ---- the same again ----


@pytest.mark.parametrize(
    "settings",
    [
        PLAIN,
        PICTURES,
        GanSettings(data=RING, method=s.GradientPenalty(), pack=2),
        GanSettings(data=s.Drawn(**SMALL, hidden=16), r1=1, spectral=True),
    ],
    ids=lambda s: s.data.name,
)
def test_the_same_settings_give_the_same_events_whatever_happens_around(settings):
    first, again = run(settings), []
    torch.manual_seed(11)
    for i, event in enumerate(train.train(settings)):
        again.append(event)
        torch.manual_seed(i)
        torch.rand(3)
    assert_same_run(again, first)


@both_worlds
def test_another_seed_is_another_run(settings):
    other = run(settings.model_copy(update={"seed": 1}))
    for name in "GD":
        assert not any(
            np.array_equal(value, players(other)[name][key])
            for key, value in players(run(settings))[name].items()
            if "weight" in key and "norm" not in key
        )
    assert evaluations(run(settings))[0].values != evaluations(other)[0].values


@both_worlds
def test_a_run_leaves_the_random_numbers_of_others_alone(settings):
    before = torch.get_rng_state()
    list(train.train(settings))
    assert torch.equal(torch.get_rng_state(), before) and torch.is_grad_enabled()


# ---- knobs that are turned ----

TURNS = {
    0: {"batch": 32},
    1: {"critic_steps": 3, "g_rate": 0.00123},
    5: {"latent": 1, "players": "d"},
    10: {"players": "both", "d_rate": 0.004, "r1": 1.0},
    15: {"latent": 5, "batch": 16},
}
STEERED = {
    "plane": PLAIN,
    "slow": GanSettings(data=RING, motion="phases"),
    "penalty": GanSettings(data=RING, method=s.GradientPenalty()),
    "digits": PICTURES,
    "spectral": GanSettings(data=DIGITS, spectral=True, pack=2),
}


@pytest.mark.parametrize("settings", STEERED.values(), ids=STEERED)
def test_a_run_that_was_steered_can_be_repeated(settings):
    """Its stored settings give the same events, its weights bit by bit."""
    events = steered(settings, TURNS)
    assert [(e.step, e.values) for e in events if isinstance(e, Turned)] == [
        (0, {"batch": 32}),
        (1, {"critic_steps": 3, "g_rate": 0.0012}),
        (5, {"latent": 1, "players": "d"}),
        (10, {"players": "both", "d_rate": 0.004, "r1": 1.0}),
        (15, {"latent": 5, "batch": 16}),
    ]
    again = repeatable(settings, events)
    assert again.turns.startswith("0:batch=32,1:critic_steps=3,1:g_rate=0.0012,5:latent=1,")
    assert_same_run(list(train.train(build(GanSettings, flatten(again)))), events)
    left_alone = run(settings)
    assert not any(
        np.array_equal(players(events)[name][key], value)
        for name in "GD"
        for key, value in players(left_alone)[name].items()
        if key.endswith("weight")
    )


def test_a_run_that_was_planned_can_be_turned_further():
    settings = build(GanSettings, flatten(PLAIN) | {"turns": "3:critic_steps=2,12:latent=1"})
    events = steered(settings, {5: {"batch": 128}, 10: {"motion": "phases"}})
    again = repeatable(settings, events)
    assert again.turns == "3:critic_steps=2,5:batch=128,10:motion=phases,12:latent=1"
    assert_same_run(list(train.train(again)), events)


def test_a_turn_to_where_the_knob_stands_changes_nothing_but_the_log():
    events = [e for e in steered(PLAIN, {5: {"batch": 16}}) if not isinstance(e, Turned)]
    assert_same_run(events, run(PLAIN))


@pytest.fixture
def spied(monkeypatch):
    """What each step of D and of G got: (who, size of the batch, drawn numbers of a code, whether the way back is kept, rates)."""
    told, drawn = [], []

    def codes(n, places, latent, generator, original=worlds.codes):
        z = original(n, places, latent, generator)
        drawn.append(int((z != 0).any(0).sum()))
        return z

    def D_learns(duel, now, real, fake, y, original=train.D_learns):
        told.append(("D", len(real), drawn[-1], fake.requires_grad, duel.adam_D.param_groups[0]["lr"]))
        return original(duel, now, real, fake, y)

    def G_learns(duel, now, fake, y, original=train.G_learns):
        told.append(("G", len(fake), drawn[-1], fake.requires_grad, duel.adam_G.param_groups[0]["lr"]))
        return original(duel, now, fake, y)

    monkeypatch.setattr(worlds, "codes", codes)
    for function in (D_learns, G_learns):
        monkeypatch.setattr(train, function.__name__, function)
    return told


def test_knobs_count_from_the_next_step_on(spied):
    """critic_steps, batch, latent size, rates and who learns, each from the step after the one it was turned at."""
    turns = "1:critic_steps=2,2:batch=64,3:latent=5,4:g_rate=0.02,4:d_rate=0.03,5:players=d,6:players=g,7:players=both"
    list(train.train(build(GanSettings, flatten(PLAIN) | {"turns": turns, "decay": False})))
    D, G = [("D", 16, 2, False, 0.001)], [("G", 16, 2, True, 0.001)]
    wide = [("D", 64, 2, False, 0.001)] * 2 + [("G", 64, 2, True, 0.001)]
    five = [("D", 64, 5, False, 0.001)] * 2 + [("G", 64, 5, True, 0.001)]
    fast = [("D", 64, 5, False, 0.03)] * 2 + [("G", 64, 5, True, 0.02)]
    assert spied == [*D, *G, *(D * 2), *G, *wide, *five, *fast, *fast[:2], fast[2]] + fast * 13


@pytest.mark.parametrize("decay", [True, False])
def test_rates_fall_over_the_second_half(decay, spied):
    list(train.train(GanSettings(data=s.Plane(**SMALL, hidden=8, g_rate=0.002, d_rate=0.001), decay=decay)))
    for who, rate in (("G", 0.002), ("D", 0.001)):
        found = [each[-1] for each in spied if each[0] == who]
        assert found == pytest.approx(
            [rate] * STEPS if not decay else [rate] * 11 + [rate * (20 - i) / 10 for i in range(11, 20)]
        )


def test_fall():
    assert [train.fall(step, 100) for step in (1, 50, 51, 76, 100)] == pytest.approx([1, 1, 1, 0.5, 0.02])


def test_the_last_picture_knows_what_was_turned_after_the_last_look():
    """Turned after step 17, looked at after 15 and 20: the codes at the end are those that G learned with."""
    events = list(train.train(build(GanSettings, flatten(PLAIN) | {"turns": "17:latent=1"})))
    z = worlds.codes(200, 16, 16, seeded(10_000))
    z[:, 1:] = 0
    with torch.no_grad():
        made = models.player(events[-1].models["G"])(z)
    assert np.array_equal(made.half().numpy(), pictures(events, "fake")[-1][1])
    assert pictures(events, "lattice")[-1][1].shape == (13, 1, 2)


# ---- who learns ----


@both_worlds
@pytest.mark.parametrize("who", ["D", "G"])
def test_only_one_learns(settings, who):
    settings = settings.model_copy(update={"players": who.lower()})
    events = run(settings)
    assert learned(events, settings) == {"G": who == "G", "D": who == "D"}
    other = {"D": "g_loss", "G": "d_loss"}[who]
    assert all(event.values[other] == 0 for event in evaluations(events)[1:-1])


@pytest.mark.parametrize("players, phases", [("both", [0, 1]), ("d", [0]), ("g", [1])])
def test_slow_motion_names_the_phases_in_which_somebody_learns(players, phases):
    events = run(PLAIN.model_copy(update={"motion": "phases", "players": players}))
    assert [(step, *array) for step, array in pictures(events, "phase")] == [
        (step, who) for step in range(1, 21) for who in phases
    ]
    at = [i for i, e in enumerate(events) if isinstance(e, Picture) and e.name == "phase"]
    for i in at:  # the pictures and numbers of a phase come before its name
        assert {e.name for e in events[i - 6 : i - 1]} == {"fake", "field", "arrows", "lattice", "scores"}
        assert (
            isinstance(events[i - 1], Metrics)
            and events[i - 1].step == events[i].step
            and "g_loss" in events[i - 1].values
        )
    assert len(at) == len(evaluations(events)) - 2, "no other looks but the first and the last"
    fake = {step: [a for at, a in pictures(events, "fake") if at == step] for step in (3, 4)}
    if players == "both":
        assert np.array_equal(fake[3][-1], fake[4][0]) and not np.array_equal(fake[4][0], fake[4][1]), (
            "D has learned, then G"
        )


@both_worlds
def test_a_phase_rests_until_it_was_looked_at_and_a_report_is_whole(settings):
    steering, rests = Steering(settings.model_copy(update={"motion": "phases"})), []
    for event in train.train(steering.settings, steering):
        assert not isinstance(event, Finished) or not steering.open
        if steering.rest:
            assert isinstance(event, Picture) and event.name == "phase" and not steering.open
            rests.append(steering.rest)
        elif isinstance(event, Picture):
            assert steering.open or event.name == "phase"
    assert rests == [train.PAUSE] * 40


# ---- looking changes nothing ----

UNSEEN = {
    "plane": PLAIN,
    "digits": PICTURES,
    "spectral": GanSettings(data=DIGITS, spectral=True),
    "R1": GanSettings(data=DIGITS, r1=1),
    "packs": GanSettings(data=RING, pack=4, spectral=True),
}


@pytest.mark.parametrize("settings", UNSEEN.values(), ids=UNSEEN)
def test_a_run_that_nobody_looks_at_is_the_same(settings, monkeypatch):
    """Its weights, BatchNorm's statistics and the vectors of the power iterations, bit by bit; in slow motion, too."""
    wanted = players(run(settings))
    slow = players(run(settings.model_copy(update={"motion": "phases"})))
    monkeypatch.setattr(Monitor, "wants", lambda watch, step: False)
    unseen = players(list(train.train(settings)))
    for name in "GD":
        assert all(
            same(unseen[name][key], value) and same(slow[name][key], value) for key, value in wanted[name].items()
        )
        assert (
            ("norm1.running_mean" if name == "G" else "norm.running_mean") in wanted[name]
            or not settings.normed
            or "hidden" in flatten(settings)
        )


# ---- what the losses ask of the weights ----


@pytest.mark.parametrize("world", [RING, DIGITS], ids=["plane", "digits"])
def test_the_clipped_critic_stays_within_its_limit(world):
    settings = GanSettings(data=world, method=s.Wasserstein(clip=0.03))
    weights = players(run(settings))["D"]
    assert max(np.abs(value).max() for value in weights.values()) == pytest.approx(0.03)
    free = players(run(GanSettings(data=world, method=s.GradientPenalty())))["D"]
    assert max(np.abs(value).max() for value in free.values()) > 0.06
    assert np.abs(players(run(settings))["G"]["layers.0.weight" if world is RING else "dense.weight"]).max() > 0.06, (
        "G is not clipped"
    )


@pytest.mark.parametrize("method, normed", [("gp", False), ("wgan", False), ("nonsaturating", True), ("hinge", True)])
def test_no_batchnorm_in_a_critic_with_a_gradient_of_its_own(method, normed):
    D = run(GanSettings(data=WORLDS["digits"], method=METHODS[method]))[-1].models["D"]
    assert D.arch["normed"] == normed == any("running_mean" in name for name in D.weights)


# ---- the same by hand ----


def cost_of(name, real, fake):
    """What D pays, written with probabilities."""
    if name in ("saturating", "nonsaturating"):
        return -(torch.sigmoid(real).log().mean() + (1 - torch.sigmoid(fake)).log().mean())
    return {
        "ls": lambda: ((real - 1) ** 2).mean() / 2 + (fake**2).mean() / 2,
        "hinge": lambda: torch.clamp(1 - real, min=0).mean() + torch.clamp(1 + fake, min=0).mean(),
        "wgan": lambda: fake.mean() - real.mean(),
        "gp": lambda: fake.mean() - real.mean(),
    }[name]()


def wish_of(name, fake):
    return {
        "saturating": lambda: (1 - torch.sigmoid(fake)).log().mean(),
        "nonsaturating": lambda: -torch.sigmoid(fake).log().mean(),
        "ls": lambda: ((fake - 1) ** 2).mean() / 2,
    }.get(name, lambda: -fake.mean())()


def squares(D, x, y, pack):
    """‖∇D‖² of every pack, (N / pack,)."""
    x = x.detach().requires_grad_(True)
    (by_x,) = torch.autograd.grad(D(x, y).sum(), x, create_graph=True)
    return by_x.square().reshape(len(x) // pack, -1).sum(1)


def by_hand(settings):
    """The run with nothing but its networks, its world and PyTorch's plain Adam: (G, D) at the end."""
    world, (G, D) = worlds.world_of(settings), models.players(settings)
    of_G, of_D = (torch.optim.Adam(net.parameters(), 1.0, betas=(settings.beta, 0.999)) for net in (G, D))
    draw, w, method, pack = seeded(settings.seed), settings.data, settings.method, settings.pack
    for step in range(STEPS):
        share = min(1, 2 * (STEPS - step) / STEPS) if settings.decay else 1
        of_G.param_groups[0]["lr"], of_D.param_groups[0]["lr"] = share * w.g_rate, share * w.d_rate
        for _ in range(method.critic_steps):
            real, y = world.sample(w.batch, draw)
            fake = G(world.codes(w.batch, draw, w.latent)[0], y)
            cost = cost_of(method.name, D(real, y), D(fake.detach(), y))
            if method.name == "gp":
                u = (
                    torch.rand(w.batch // pack, generator=draw)
                    .repeat_interleave(pack)
                    .view(-1, *[1] * (real.dim() - 1))
                )
                norms = (squares(D, u * real + (1 - u) * fake, y, pack) + 1e-12).sqrt()
                cost = cost + method.penalty * ((norms - 1) ** 2).mean()
            if settings.r1:
                cost = cost + settings.r1 / 2 * squares(D, real, y, pack).mean()
            of_D.zero_grad()
            cost.backward()
            of_D.step()
            if method.name == "wgan":
                for weight in D.parameters():
                    weight.data = weight.data.clip(-method.clip, method.clip)
        of_G.zero_grad()
        wish_of(method.name, D(fake, y)).backward()
        of_G.step()
    return G, D


BY_HAND = (
    {name: {"method": method} for name, method in METHODS.items()}
    | OTHERS
    | {"momentum": {"beta": 0.9, "decay": False}}
)
del BY_HAND["spectral"]  # whose power iterations count the passes


@pytest.mark.parametrize("knobs", BY_HAND.values(), ids=BY_HAND)
@pytest.mark.parametrize("world", ["ring", "digits"])
def test_the_same_duel_by_hand(world, knobs):
    """Of how far the weights have gone, the two differ by rounding only, of which Adam makes much where gradients are small."""
    little = 0.02 if world == "ring" else 0.15
    settings = GanSettings(data=WORLDS[world], **knobs)
    ours, begins = players(run(settings)), models.players(settings)
    for name, net, start in zip("GD", by_hand(settings), begins, strict=True):
        wanted, start = dict(net.named_parameters()), dict(start.named_parameters())
        off = sum((torch.from_numpy(ours[name][key]) - wanted[key]).square().sum().item() for key in wanted) ** 0.5
        way = sum((wanted[key] - start[key]).square().sum().item() for key in wanted) ** 0.5
        assert way > 0.05 and off < little * way, (name, off, way)


# ---- the end ----


@pytest.mark.parametrize("who, players", [("G", "both"), ("D", "both"), ("G", "g"), ("D", "d")])
def test_a_run_that_diverges_ends_and_says_so(who, players):
    """A weight becomes no number after the look at step 5; also where only that player learns, and only its loss is computed."""
    settings, duels = PLAIN.model_copy(update={"players": players}), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "begin", lambda settings, begin=train.begin: duels.append(begin(settings)) or duels[0])
        events = []
        for event in train.train(settings):
            events.append(event)
            if isinstance(event, Metrics) and event.step == 5:
                with torch.no_grad():
                    getattr(duels[0], who).layers[0].weight[0] = math.nan
    *before, warned, finished = events
    assert (
        isinstance(warned, Warned) and (warned.kind, warned.step) == ("diverged", 6) and warned.sentence.endswith(".")
    )
    assert finished == Finished(6, {"diverged": True}) and finished.models == {}
    assert_same_run(before, run(settings)[: len(before)])


def test_a_run_can_be_stopped_anywhere():
    running = train.train(PICTURES)
    for _ in range(5):
        next(running)
    running.close()
    with pytest.raises(StopIteration):
        next(running)


def test_an_empty_drawing_is_refused_before_anything_is_told():
    nothing = "A" * (784 * 4 // 3 // 4 * 4) + "AA=="
    with pytest.raises(ValueError, match="^Nothing is drawn yet"):
        list(train.train(GanSettings(data=s.Drawn(drawing=nothing, **SMALL))))


def test_players_are_stored_as_they_are_and_not_as_a_view():
    events = run(PLAIN)
    net = models.player(events[-1].models["G"])
    before = events[-1].models["G"].weights["layers.0.weight"].copy()
    with torch.no_grad():
        net.layers[0].weight.zero_()
    assert np.array_equal(events[-1].models["G"].weights["layers.0.weight"], before)
    assert to_model(net).arch == events[-1].models["G"].arch
