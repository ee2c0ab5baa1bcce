"""Whole runs, small: the order of events, the same again, closing midway, and what each method promises."""

import json
import math
from functools import cache

import numpy as np
import pytest
import torch

from core.events import Finished, Metrics, Picture, Started, Warned, pack, unpack
from core.lifelong import models
from core.lifelong import settings as s
from core.lifelong.dreams import VAE
from core.lifelong.expand import parameters_of
from core.lifelong.method import Context, Finetune
from core.lifelong.monitor import Monitor, stuck
from core.lifelong.settings import METRICS, SCENES, SHIPPED, LifelongSettings
from core.lifelong.tasks import stream
from core.lifelong.train import METHODS, train
from core.loop import seeded
from core.nets import accuracy, count, from_model
from core.settings import bounds_of

EACH = [s.Generative(generator_steps=150) if member is s.Generative else member() for member in METHODS]
SHORT = {"tasks": 2, "epochs": 1, "batch": 128}
each_method = pytest.mark.parametrize("method", EACH, ids=lambda method: method.name)


@cache
def run(**flat):
    return tuple(train(LifelongSettings(**SHORT | flat)))


def same(a, b):
    return repr(pack(a)) == repr(pack(b))


def pictures(events, name):
    return [e.array for e in events if isinstance(e, Picture) and e.name == name]


@each_method
def test_events_come_in_order_and_are_plain(method):
    events = run(method=method)
    assert isinstance(events[0], Started) and isinstance(events[1], Metrics) and events[1].step == 0
    assert isinstance(events[-1], Finished) and sum(isinstance(e, Started | Finished) for e in events) == 2
    steps = [e.step for e in events[1:]]
    assert steps == sorted(steps) and steps[-1] == events[0].total_steps == 2 * 32
    assert all(same(unpack(pack(event)), event) for event in events)
    for values in (e.values for e in events if isinstance(e, Metrics)):
        assert set(values) <= set(METRICS) and all(type(v) is float and math.isfinite(v) for v in values.values())
    summary = events[-1].summary
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


@each_method
def test_the_matrix_fills_row_by_row(method):
    first, last = pictures(run(method=method), "matrix")
    assert np.isnan(first[1]).all() and np.array_equal(first[0], last[0], equal_nan=True)
    assert np.isnan(last[0, 1]) == (method.name == "progressive"), "a column that is not there answers nothing"
    assert last[1].tolist() == run(method=method)[-1].summary["accuracies"]


@each_method
def test_pictures_of_what_is_held(method):
    events, held = run(method=method), method.name in ("ewc", "online_ewc", "mas", "si", "rwalk", "scp")
    assert len(pictures(events, "omega")) == 2 * held and len(pictures(events, "moved")) == held
    assert ("free_share" in events[-1].summary) == held
    if held:
        (whole,) = pictures(events, "importance_1")
        first = whole[: 784 * 100].reshape(100, 784).sum(0).reshape(28, 28)
        assert np.allclose(pictures(events, "omega")[0], first, rtol=1e-4) and (whole >= 0).all() and whole.sum() > 0


@each_method
def test_the_plane_holds_both_solutions(method):
    events = run(method=method)
    if method.name in ("progressive", "packnet"):
        assert not pictures(events, "plane")
        return
    (plane,), (path,) = pictures(events, "plane"), pictures(events, "path")
    assert np.allclose(plane @ plane.T, np.eye(2), atol=1e-4)
    a, b = (
        np.concatenate([w.ravel() for w in events[-1].models[name].weights.values()]) for name in ("after_1", "model")
    )
    assert np.allclose(path[0], 0, atol=1e-5) and np.allclose(path[-1], plane @ (b - a), atol=1e-3)
    assert np.allclose(path[-1], [np.linalg.norm(b - a), 0], atol=1e-3)


@each_method
def test_the_stored_network_classifies_plain_digits(method):
    told = method.name in ("progressive", "packnet")  # their other columns and weights answer for the first task, too
    events = run(method=method, **({"incremental": "task"} if told else {}))
    task, finished = stream(LifelongSettings(**SHORT))[0], events[-1]
    net = from_model(finished.models["model"])
    found, told = accuracy(net, task.test_x, task.test_y), finished.summary["accuracies"][0]
    assert found == pytest.approx(told, abs=6 if method.name == "icarl" else 0.2), (
        "iCaRL's means are not in the network"
    )
    assert count(net) == finished.summary["parameters"] - (1010 if method.name == "packnet" else 0), "its ten outputs"


@pytest.mark.parametrize(
    "method", [s.EWC(estimate="sampled"), s.RWalk(), s.GEM(), s.Progressive()], ids=lambda method: method.name
)
def test_the_same_settings_give_the_same_events_whatever_happens_around(method):
    flat = SHORT | {"method": method}
    first = run(method=method)
    for i, event in enumerate(train(LifelongSettings(**flat))):
        torch.manual_seed(i)
        torch.rand(3)
        assert same(event, first[i])
    other = next(e for e in train(LifelongSettings(**flat, seed=1)) if isinstance(e, Metrics) and e.step == 1)
    assert other.values != next(e for e in first if isinstance(e, Metrics) and e.step == 1).values


@pytest.mark.parametrize("stop", [0, 1, 3, 30])
def test_a_run_can_be_closed_anywhere(stop):
    state, events = torch.random.get_rng_state(), train(LifelongSettings(**SHORT))
    for _ in range(stop):
        next(events)
    events.close()
    assert list(events) == [] and torch.equal(torch.random.get_rng_state(), state)


def test_divergence_ends_the_run_with_a_sentence(monkeypatch):
    monkeypatch.setattr(METHODS[s.L2], "pull", lambda *_: (torch.tensor(math.inf), None))
    warning, end = list(train(LifelongSettings(**SHORT, method=s.L2())))[-2:]
    assert isinstance(warning, Warned) and warning.kind == "diverged" and "learning rate" in warning.sentence
    assert end.summary == {"diverged": True} and not end.models


@pytest.mark.parametrize("method", [s.Finetune(), s.Joint(), s.Replay()], ids=lambda method: method.name)
def test_a_network_that_the_steps_have_killed_says_so(method):
    warned = {e.kind: e.sentence for e in run(method=method, learning_rate=0.1, epochs=2) if isinstance(e, Warned)}
    assert "next to nothing" in warned["guessing"] and "learning rate" in warned["guessing"]
    assert "guessing" not in [e.kind for e in run(method=method) if isinstance(e, Warned)]


@pytest.mark.parametrize(
    "accuracy, chance, is_stuck",
    [
        (10, 10, True),
        (16, 10, True),
        (39, 10, False),
        (55, 50, True),
        (61, 50, False),
        (11, 2, True),
        (100, 100, False),
        (99, 100, True),
    ],
)
def test_stuck_is_hardly_better_than_guessing(accuracy, chance, is_stuck):
    """Two classes have their chance level elsewhere, and one class alone leaves no room above it."""
    assert bool(stuck(1, accuracy, chance)) == is_stuck
    assert not is_stuck or "strength" in stuck(1, accuracy, chance, held=True).sentence


@pytest.mark.parametrize(
    "incremental, diagonal, now, kinds",
    [
        ("domain", 60, 11, {"forgot"}),
        ("domain", 16, 11, set()),
        ("class", 60, 4, {"forgot"}),
        ("class", 12, 4, set()),
        ("domain", 60, 30, set()),
    ],
)
def test_only_what_was_learned_can_be_forgotten(incremental, diagonal, now, kinds):
    """Task 1 of three, by its accuracy when just learned and at the end; in class-incremental guessing was 10 % once, now 3 %."""
    settings = LifelongSettings(tasks=3, incremental=incremental)
    watch = Monitor(Finetune(Context(settings, stream(settings), models.widths_of(settings), seeded(0))))
    watch.matrix[:] = [[diagonal, np.nan, np.nan], [diagonal, 90, np.nan], [now, 90, 90]]
    watch.latest = 2
    assert {e.kind for e in watch.verdicts(5)} == kinds


def test_the_stiffest_bowl_is_pointed_out():
    stiff = run(method=s.EWC(lam=bounds_of(s.EWC.model_fields["lam"])[1]))
    assert [e.kind for e in stiff if isinstance(e, Warned)] == ["stiff"]
    assert not [e for e in run(method=s.EWC()) if isinstance(e, Warned)]


# ---- what each method promises ----

LONGER = {"tasks": 2, "epochs": 4, "batch": 128, "learning_rate": 0.003}
NOT_HERE = ("finetune", "progressive", "packnet", "generative", "joint", "lwf")  # each has a test of its own


@pytest.mark.parametrize("method", [each for each in EACH if each.name not in NOT_HERE], ids=lambda method: method.name)
def test_every_method_forgets_less_than_fine_tuning(method):
    bare, held = (run(**LONGER, method=each)[-1].summary for each in (s.Finetune(), method))
    assert held["forgetting"] < bare["forgetting"] / 2 and held["average"] > bare["average"] + 2


def test_lwf_helps_where_the_old_network_has_something_to_say_about_new_images():
    """Digits that are split; of permuted pixels the old network knows nothing, and LwF is no better than fine-tuning."""
    flat = {"stream": "split", "incremental": "task", "tasks": 5, "epochs": 4, "batch": 32, "learning_rate": 0.003}
    bare, held = (run(**flat, method=each)[-1].summary for each in (s.Finetune(), s.LwF()))
    assert held["forgetting"] < bare["forgetting"] and held["average"] > bare["average"]


def test_squares_of_batch_means_hold_far_less_at_the_same_strength():
    bare, batch, exact = (
        run(**LONGER, method=each)[-1].summary["forgetting"]
        for each in (s.Finetune(), s.EWC(estimate="batch"), s.EWC())
    )
    assert exact + (bare - exact) / 3 < batch


def test_replay_remembers_classes_where_ewc_cannot():
    flat = {"tasks": 5, **s.SPLIT}
    replay, ewc = (run(**flat, method=each) for each in (s.Replay(), s.EWC(lam=100)))
    assert replay[-1].summary["average"] > 70 and ewc[-1].summary["average"] < 25
    assert "forgot" in [e.kind for e in ewc if isinstance(e, Warned)]
    told = run(**flat | {"incremental": "task"}, method=s.EWC(lam=100))[-1].summary["average"]
    assert told > 90, "the same training, and the task's number: a different question"


def test_joint_training_is_the_upper_bound():
    joint = run(**LONGER, method=s.Joint())[-1].summary["average"]
    assert all(
        joint >= run(**LONGER, method=each)[-1].summary["average"] - 1 for each in (s.Finetune(), s.EWC(), s.Replay())
    )


def test_columns_do_not_forget_and_grow():
    events = run(method=s.Progressive(), incremental="task", tasks=3)
    told, matrix = events[-1], np.array(pictures(events, "matrix")[-1])
    assert all(math.isfinite(v) for e in events if isinstance(e, Metrics) for v in e.values.values()), "columns to come"
    assert (matrix[:, 0] == matrix[0, 0]).all() and matrix[1, 1] == matrix[2, 1]
    assert told.summary["forgetting"] == 0 == told.summary["backward_transfer"]
    first, last = (from_model(told.models[name]) for name in ("after_1", "model"))
    for name, value in first.state_dict().items():
        assert torch.equal(value, last.state_dict()[name]), f"{name} of a frozen column moved"
    assert told.summary["growth"] == parameters_of((784, 100, 100, 10), 3)
    assert [count(first), count(last)] == [told.summary["growth"][0], told.summary["growth"][-1]]


def test_memory_is_what_is_kept():
    size = 4 * (784 * 100 + 100 + 100 * 100 + 100 + 100 * 10 + 10)
    kept = {name: run(method=METHOD)[-1].summary["memory_bytes"] for name, METHOD in ((m.name, m) for m in EACH)}
    assert kept["finetune"] == kept["progressive"] == 0
    assert (
        kept["l2"] == kept["lwf"] == size and kept["mas"] == kept["si"] == kept["scp"] == kept["online_ewc"] == 2 * size
    )
    assert kept["ewc"] == 2 * 2 * size and kept["rwalk"] == 3 * size
    assert kept["generative"] == size + 4 * sum(p.numel() for p in VAE(16).parameters())
    assert kept["packnet"] == size / 4, "a byte for each weight"
    assert kept["replay"] == kept["gem"] == kept["agem"] == kept["icarl"] == 500 * (784 * 4 + 8)
    assert kept["joint"] == 2 * 4000 * (784 * 4 + 8)


def test_every_method_has_a_scene_or_a_preset():
    every = {method.name for method in EACH} | {"orders"}  # which train in a loop of their own
    assert {settings.method.name for settings in SHIPPED.values()} == every
    assert list(SHIPPED)[: len(SCENES)] == [f"lifelong-{scene.slug}" for scene in SCENES]
    assert 4 <= sum(not scene.more for scene in SCENES) <= 5
    assert LifelongSettings() in [scene.settings for scene in SCENES]
