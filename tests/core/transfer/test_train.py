"""Whole runs, small: the order of events, the same again, closing midway, and what each method leaves behind."""

import json
import math
from functools import cache

import numpy as np
import pytest
import torch

from core import runs, together
from core.data import digits
from core.events import Finished, Metrics, Picture, Started, Warned, pack, unpack
from core.nets import accuracy, count, from_model
from core.settings import flatten
from core.transfer import domains, monitor, train
from core.transfer import settings as s
from core.transfer.settings import METRICS, TransferSettings, phases

SHORT = {"steps": 50, "batch": 16}
EACH, SHOWN = 100, 60
SMALL = {s.SelfTraining: s.SelfTraining(rounds=2), s.Tent: s.Tent(tent_batch=20, tent_steps=20)}
METHODS = [SMALL.get(method) or method() for method in train.METHODS]
TARGETS = [
    s.Coloured(),
    s.Scanned(),
    s.Rotated(),
    s.Inverted(),
    s.Blurred(),
    s.Scanned(direction="from_mnist"),
    s.Shares(),
    s.Unseen(),
]
OF_SHARES = {"off_answered", "off_estimated", "unadapted"}  # what the correction of a label shift reports as well
ON_DIGITS = [(method, TARGETS[i % len(TARGETS)]) for i, method in enumerate(METHODS)]
IN_THE_PLANE = [method for method in METHODS if method.name not in ("adabn", "tent")]  # no BatchNorm
EVERY = [(method, s.Moons()) for method in IN_THE_PLANE] + ON_DIGITS
TWO_PHASES = ("adda", "selftrain", "finetune", "tent")


def named(value):
    return value.name


every_run = pytest.mark.parametrize("method, target", EVERY, ids=named)
every_digit_run = pytest.mark.parametrize("method, target", ON_DIGITS, ids=named)


@pytest.fixture(scope="module", autouse=True)
def hardly_looked_at():
    """Looks take most of the time of a run as short as these."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"LOOKS": 2, "EACH": EACH, "SHOWN": SHOWN}.items():
            patch.setattr(monitor, name, value)
        yield


@cache
def run(method, target, **flat):
    return tuple(train.train(TransferSettings(**SHORT | {"method": method, "target": target} | flat)))


def same(a, b):
    return repr(pack(a)) == repr(pack(b))


def pictures(events, name):
    return [e.array for e in events if isinstance(e, Picture) and e.name == name]


def looks(events):
    return [e for e in events if isinstance(e, Metrics)]


def weights(target):
    """How much each class counts in the target's accuracy."""
    y = domains.domains(target).target.test_y
    return np.array(target.shares()) if target.name == "shares" else y.bincount().numpy() / len(y)


def counted(net, target):
    """Accuracy in percent on the target's test part."""
    data = domains.domains(target).target
    each = [accuracy(net, data.test_x[data.test_y == c], data.test_y[data.test_y == c]) for c in range(10)]
    return float(np.array(each) @ weights(target))


def test_every_target_and_method_is_tried_here():
    assert {type(target) for _, target in EVERY} == {type(t) for t in TARGETS} | {s.Moons} and len(TARGETS) <= len(
        METHODS
    )


# ---- events ----


@every_run
def test_events_come_in_order_and_are_plain(method, target):
    events = run(method, target)
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    assert sum(isinstance(e, Started | Finished) for e in events) == 2
    steps = [e.step for e in events[1:]]
    assert steps == sorted(steps) and steps[-1] == events[0].total_steps == sum(
        phases(TransferSettings(**SHORT, method=method))
    )
    assert all(same(unpack(pack(event)), event) for event in events)
    for values in (e.values for e in looks(events)):
        assert set(values) <= set(METRICS) and all(type(v) is float and math.isfinite(v) for v in values.values())
    summary, facts = events[-1].summary, events[0].facts
    assert (
        json.loads(json.dumps(summary, allow_nan=False)) == summary
        and json.loads(json.dumps(facts, allow_nan=False)) == facts
    )


@every_run
def test_it_looks_at_the_start_at_the_end_of_each_phase_and_now_and_then(method, target):
    events, ends = run(method, target), np.cumsum(phases(TransferSettings(**SHORT, method=method))).tolist()
    assert events[0].facts["marks"] == ends[:-1]
    usual = {0, *monitor.EARLY, *ends, *range(0, ends[-1] + 1, ends[-1] // 2)}
    more = set(range(50, 70, 2)) if method.name == "tent" else set()  # after every tenth of its batches
    assert [e.step for e in looks(events)] == sorted(usual | more)
    assert [e.step for e in events if isinstance(e, Picture) and e.name == "cloud"] == [e.step for e in looks(events)]


@every_run
def test_what_is_measured(method, target):
    events = run(method, target)
    first, *_, last = looks(events)
    always = {"source", "target", "probe", "entropy", "information", "snd"}
    assert set(first.values) - always <= {"domain", "lam", "unadapted", "worst"}, (
        "before the first step there is no loss"
    )
    adversary = method.name in ("dann", "adda", "selftrain")
    adversary = adversary or method.name == "pada"
    always |= {"worst"} if target.name == "unseen" else set()
    assert set(last.values) - always == {
        "pada": {"domain", "lam", "loss", "domain_loss"},
        "tent": {"entropy_loss", "unadapted", "still"},
        "dann": {"domain", "lam", "loss", "domain_loss"},
        "adda": {"domain", "passing_loss"},
        "selftrain": {"domain", "lam", "loss", "domain_loss"},
        "mmd": {"loss", "distance"},
        "coral": {"loss", "distance"},
        "bbse": {"loss", "unadapted"},
    }.get(method.name, {"loss"})
    assert ("domain" in last.values) == adversary and 0 <= min(
        last.values[name] for name in ("source", "target", "probe")
    )


@every_run
def test_the_summary(method, target):
    events = run(method, target)
    summary = events[-1].summary
    always = {"source", "target", "accuracy", "probe", "a_distance", "entropy", "information", "snd"}
    more = {"tent": {"unadapted", "still"}, "bbse": OF_SHARES, "pada": OF_SHARES - {"unadapted"}}.get(
        method.name, set()
    )
    more |= {"shares": OF_SHARES - {"unadapted"}, "unseen": {"worst"}}.get(target.name, set())
    assert set(summary) - always <= more and always <= set(summary)
    assert (summary["accuracy"] == summary["target"]) == (method.name != "tent") and 0 <= summary["probe"] <= 100
    assert summary["a_distance"] == pytest.approx(max(0, 4 * summary["probe"] / 100 - 2))
    (confusion,), pair = pictures(events, "confusion"), domains.domains(target)
    assert confusion.sum(1).tolist() == pair.target.test_y.bincount().tolist(), (
        "rows are the truth, of the whole test part"
    )
    each = confusion.diagonal() / confusion.sum(1)
    assert 100 * float(each @ weights(target)) == pytest.approx(summary["target"], abs=1e-3)


@every_run
def test_pictures(method, target):
    events = run(method, target)
    times, classes = len(looks(events)), domains.domains(target).classes
    (who,), (way,), (features,), (confusion,) = (
        pictures(events, name) for name in ("who", "way", "features", "confusion")
    )
    clouds, n = pictures(events, "cloud"), 2 * SHOWN
    assert len(clouds) == times and all(cloud.shape == (n, 2) and cloud.dtype == np.float16 for cloud in clouds)
    assert who.shape == (2, n) and who.dtype == np.uint8 and who[0].tolist() == [0] * SHOWN + [1] * SHOWN
    for domain in (0, 1):
        assert np.bincount(who[1, who[0] == domain]).tolist() == [SHOWN // classes] * classes
    assert way.shape == (times, n, 2) and way.dtype == features.dtype == np.float16 and features.shape[0] == n
    assert confusion.shape == (classes, classes) and confusion.dtype == np.int32
    f = torch.from_numpy(features).float()
    assert np.allclose(way[-1], monitor.seen_from(f, monitor.main_axes(f)).numpy(), atol=0.05), (
        "way ends where the last look is best seen"
    )
    assert np.isfinite(way).all() and all(np.isfinite(cloud).all() for cloud in clouds)


@pytest.mark.parametrize("method", IN_THE_PLANE, ids=named)
def test_of_the_moons_the_border_is_drawn_and_no_model_kept(method):
    events = run(method, s.Moons())
    borders, (points,) = pictures(events, "border"), pictures(events, "points")
    assert len(borders) == len(looks(events)) and not events[-1].models
    assert all(b.shape == (41, 41) and b.dtype == np.float16 and 0 <= b.min() and b.max() <= 1 for b in borders)
    assert points.shape == (2 * SHOWN, 2) and not np.array_equal(borders[0], borders[-1])
    assert not pictures(run(METHODS[0], s.Rotated()), "border")


# ---- models ----


@every_digit_run
def test_the_stored_network_answers_for_the_target(method, target):
    finished = run(method, target)[-1]
    assert list(finished.models) == ["model"] + ["before"] * (method.name in TWO_PHASES)
    net = from_model(finished.models["model"])
    assert counted(net, target) == pytest.approx(finished.summary["accuracy"], abs=0.2)
    assert count(net) == run(method, target)[0].facts["parameters"]
    assert net.channels == (3 if target.name == "coloured" else 1)
    assert 0 <= accuracy(net, digits.load().test_x, digits.load().test_y) <= 100, "any lab may show it grey digits"


@pytest.mark.parametrize(
    "method, target", [pair for pair in ON_DIGITS if pair[0].name in ("adda", "finetune")], ids=named
)
def test_before_is_the_source_s_network_of_the_first_phase(method, target):
    """Both methods leave it as it is: at the end it still answers for the source."""
    events, data = run(method, target), domains.domains(target).source
    before = from_model(events[-1].models["before"])
    assert accuracy(before, data.test_x, data.test_y) == pytest.approx(events[-1].summary["source"], abs=0.2)
    model = from_model(events[-1].models["model"])
    assert any(not torch.equal(a, b) for a, b in zip(before.parameters(), model.parameters()))


def test_a_stored_run_comes_back(own_runs):
    method, target = METHODS[0], s.Rotated()
    events = run(method, target)
    settings = TransferSettings(**SHORT, method=method, target=target)
    runs.save(runs.make("transfer-1", "transfer", flatten(settings), list(events), 1.0, "finished"))
    back = runs.load("transfer-1")
    assert back.settings == settings and back.about.summary == events[-1].summary and back.about.models == ["model"]
    assert len(back.events) == len(events) and all(same(a, b) for a, b in zip(back.events, events))
    data = domains.domains(target).target
    assert accuracy(back.net(), data.test_x, data.test_y) == pytest.approx(events[-1].summary["accuracy"], abs=0.2)


# ---- the same again ----


@pytest.mark.parametrize(
    "method, target", [(method, s.Moons()) for method in IN_THE_PLANE] + [(s.AdaBN(), s.Rotated())], ids=named
)
def test_the_same_settings_give_the_same_events_whatever_happens_around(method, target):
    first = run(method, target)
    for i, event in enumerate(train.train(TransferSettings(**SHORT, method=method, target=target))):
        torch.manual_seed(i)
        torch.rand(3)
        assert same(event, first[i])
    assert i == len(first) - 1


@pytest.mark.parametrize(
    "method, target", [(s.DaNN(), s.Coloured()), (s.SourceOnly(), s.Unseen()), (SMALL[s.Tent], s.Rotated())], ids=named
)
def test_one_core_computes_the_same_bits_as_two(method, target, monkeypatch):
    """The second thread is taken away: where there is one core the run is the same to the last bit."""
    on_two = run(method, target)
    monkeypatch.setattr(together, "_helper", lambda: None)
    on_one = tuple(train.train(TransferSettings(**SHORT, method=method, target=target)))
    assert len(on_one) == len(on_two) and all(same(a, b) for a, b in zip(on_one, on_two))
    assert all(
        np.array_equal(on_one[-1].models[name].weights[key], value)
        for name, model in on_two[-1].models.items()
        for key, value in model.weights.items()
    )


@pytest.mark.parametrize("target", [s.Moons(), s.Inverted()], ids=named)
def test_another_seed_is_another_run(target):
    one, other = (looks(run(s.DaNN(), target, seed=seed)) for seed in (0, 1))
    assert all(a.values != b.values for a, b in zip(one, other)) and [e.step for e in one] == [e.step for e in other]


def test_how_often_it_looks_does_not_change_the_run(monkeypatch):
    rare = run(s.DaNN(), s.Moons())[-1].summary
    monkeypatch.setattr(monitor, "LOOKS", 50)
    often = list(train.train(TransferSettings(**SHORT, target=s.Moons())))
    assert len(looks(often)) == 51 and often[-1].summary == rare


# ---- its end ----


@pytest.mark.parametrize("stop", [0, 1, 2, 3, 6, 15])
def test_a_run_can_be_closed_anywhere(stop):
    state = torch.random.get_rng_state()
    events = train.train(TransferSettings(**SHORT, target=s.Moons(), method=s.SelfTraining(rounds=1)))
    for _ in range(stop):
        next(events)
    events.close()
    assert list(events) == [] and torch.equal(torch.random.get_rng_state(), state)
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


def test_between_two_events_gradients_are_as_they_were():
    for _ in train.train(TransferSettings(**SHORT, target=s.Moons(), method=s.ADDA())):
        assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


@pytest.mark.parametrize("target", [s.Moons(), s.Rotated()], ids=named)
@pytest.mark.parametrize("method", [s.SourceOnly(), s.DaNN()], ids=named)
def test_divergence_ends_the_run_with_a_sentence(method, target):
    """A learning rate that no knob allows."""
    settings = TransferSettings(**SHORT, target=target, method=method).model_copy(update={"learning_rate": 1e38})
    *events, warning, end = train.train(settings)
    assert isinstance(warning, Warned) and warning.kind == "diverged" and "learning rate" in warning.sentence
    assert end == Finished(warning.step, {"diverged": True}) and warning.step < events[0].total_steps


def test_shared_pictures_are_never_written_into():
    pair = domains.domains(s.Inverted())
    before = pair.source.train_x.clone(), pair.target.train_x.clone(), pair.target.test_x.clone()
    list(train.train(TransferSettings(**SHORT, target=s.Inverted(), method=s.AdaBN(), pixels="raw")))
    after = pair.source.train_x, pair.target.train_x, pair.target.test_x
    assert all(torch.equal(a, b) for a, b in zip(before, after))


# ---- what methods promise, in the plane ----


def plane(method, **more):
    """What is reached on moons turned by 35°, trained to the end."""
    return run(method, s.Moons(turn=35), **{"steps": 600, "batch": 32} | more)[-1].summary


def test_dann_carries_the_border_over_to_the_turned_moons():
    bare, dann, upper = (plane(method)["target"] for method in (s.SourceOnly(), s.DaNN(lam=3), s.OnTarget()))
    assert bare + 3 < dann <= upper + 3 and upper > 95


def test_granted_labels_help():
    assert plane(s.SourceOnly(), granted=20)["target"] > plane(s.SourceOnly())["target"] + 3


def test_the_source_is_learned_by_all_that_look_at_it():
    assert all(plane(method)["source"] > 95 for method in (s.SourceOnly(), s.DaNN(lam=3)))
