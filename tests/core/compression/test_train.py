"""Whole runs, small: the order of events, the same again, closing midway, divergence, and what each method promises."""

import dataclasses
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
import torch

from core import runs, together
from core.compression import bitstream, loop, monitor
from core.compression.models import weighted
from core.compression.settings import (
    METRICS,
    SCENES,
    SHIPPED,
    CompressionSettings,
    Deep,
    Distill,
    Exits,
    LowRank,
    Prune,
    Quantize,
    Redesign,
    Slim,
    Slimmable,
    Teacher,
    Ticket,
)
from core.compression.train import train
from core.data import digits
from core.events import Finished, Metrics, Picture, Started, Warned, pack, unpack
from core.loop import seeded
from core.nets import accuracy, count, from_model, predict
from core.settings import BadSettings, build, flatten
from tests.core.compression.conftest import SMALL_TEACHER

METHODS = {
    "distill": Distill(epochs=1, student_channels=2, labels=5, omit=3),
    "slim": Slim(sparse_epochs=1, tune_epochs=1, lam=0.1),
    "prune": Prune(rounds=2, tune_epochs=1, sparsity=90),
    "quantize": Quantize(tune_epochs=1),
    "shared": Quantize(tune_epochs=1, scheme="shared"),
    "deep": Deep(rounds=1, tune_epochs=1, share_epochs=1, sparsity=80),
    "redesign": Redesign(epochs=1, channels=4),
    "ticket": Ticket(sparsity=80, rounds=2, epochs=1),
    "exits": Exits(epochs=1, channels=4),
    "lowrank": LowRank(tune_epochs=1),
    "slimmable": Slimmable(epochs=1, channels=4),
}
logs = {}


@pytest.fixture(scope="module", autouse=True)
def fewer_digits(small_run):
    """Every third digit to learn from. The teacher, which other files share, has learned from all of them before."""
    whole = digits.load()
    some = dataclasses.replace(whole, train_x=whole.train_x[::3], train_y=whole.train_y[::3])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digits, "load", lambda: some)
        yield


def log_of(name, teacher):
    if name not in logs:
        logs[name] = list(train(CompressionSettings(method=METHODS[name]), teacher))
    return logs[name]


@pytest.fixture(scope="module", params=METHODS)
def log(request, small_teacher, fewer_digits):
    """(name of the method, its event log), each trained once."""
    return request.param, log_of(request.param, small_teacher)


def same(a, b):
    return repr(pack(a)) == repr(pack(b))


def test_events_come_in_order_and_are_plain(log):
    name, events = log
    assert isinstance(events[0], Started) and isinstance(events[1], Metrics) and events[1].step == 0
    assert isinstance(events[-1], Finished) and sum(isinstance(e, Started | Finished) for e in events) == 2
    steps = [e.step for e in events[1:]]
    assert steps == sorted(steps) and steps[-1] == events[0].total_steps
    for event in events:
        assert same(unpack(pack(event)), event)


def test_every_metric_is_declared_and_finite(log):
    _, events = log
    for event in events:
        if isinstance(event, Metrics):
            assert set(event.values) <= set(METRICS)
            assert all(type(v) in (int, float) and math.isfinite(v) for v in event.values.values())


def test_the_summary_is_that_of_the_model(log):
    name, events = log
    data, finished = digits.load(), events[-1]
    net = from_model(finished.models["model"])
    assert finished.summary["exit3_accuracy" if name == "exits" else "accuracy"] == accuracy(
        net, data.test_x, data.test_y
    )
    assert name in ("exits", "lowrank", "slimmable") or finished.summary["parameters"] == count(
        net
    )  # their own tests count these
    assert finished.summary["bytes"] > 0 and finished.summary["macs"] > 0


def test_every_declared_metric_is_used(small_run, small_teacher):
    events_of = [log_of(name, small_teacher) for name in METHODS] + [small_run]
    used = {key for events in events_of for e in events if isinstance(e, Metrics) for key in e.values}
    assert used == set(METRICS)


@pytest.mark.parametrize("name", ["distill", "slim", "deep"])
def test_the_same_settings_give_the_same_events_whatever_happens_around(name, small_teacher):
    """A second run, its events interleaved with foreign use of PyTorch's global random numbers."""
    first = log_of(name, small_teacher)
    for i, event in enumerate(train(CompressionSettings(method=METHODS[name]), small_teacher)):
        torch.manual_seed(i)
        torch.rand(3)
        assert same(event, first[i])


class SecondFirst:
    """A helper that has always finished the second piece, on a thread of its own, before the first one begins."""

    def submit(self, piece):
        with ThreadPoolExecutor(1, "lectern-second") as pool:
            return pool.submit(piece)


@pytest.mark.parametrize("name", ["distill", "redesign", "exits", "slimmable"])
def test_networks_that_learn_side_by_side_do_not_touch_each_other(name, small_teacher, monkeypatch):
    """The same events from both cores at once, from one core, and with the second network's step before the first one's."""
    at_once = [repr(pack(event)) for event in train(CompressionSettings(method=METHODS[name]), small_teacher)]
    steps, zero_grad = [], torch.optim.Optimizer.zero_grad
    monkeypatch.setattr(
        torch.optim.Optimizer,
        "zero_grad",
        lambda self: (steps.append(threading.current_thread().name), zero_grad(self)),
    )
    for helper in (None, SecondFirst()):
        monkeypatch.setattr(together, "_helper", partial(lambda found: found, helper))
        again = [repr(pack(event)) for event in train(CompressionSettings(method=METHODS[name]), small_teacher)]
        assert again == at_once
    elsewhere = sum(name.startswith("lectern-second") for name in steps)
    assert elsewhere >= 10, "a network that learns beside another one does so on the second thread"


def test_another_seed_gives_another_run():
    first, second = (
        next(
            e
            for e in train(CompressionSettings(seed=s, method=METHODS["redesign"]))
            if isinstance(e, Metrics) and "loss" in e.values
        )
        for s in (0, 1)
    )
    assert first.values != second.values
    assert not torch.equal(*(torch.rand(4, generator=seeded(s)) for s in (0, 1)))


def test_training_leaves_the_teacher_and_the_random_state_alone(log, small_teacher, small_run):
    name, _ = log
    state = torch.random.get_rng_state()
    run = train(CompressionSettings(method=METHODS[name]), small_teacher)
    for _ in range(4):
        next(run)
    run.close()
    assert torch.equal(torch.random.get_rng_state(), state)
    for key, value in small_run[-1].models["model"].weights.items():
        assert np.array_equal(small_teacher.state_dict()[key].numpy(), value)


@pytest.mark.parametrize("stop", [0, 1, 3, 6])
def test_a_run_can_be_closed_anywhere(stop, small_teacher):
    run = train(CompressionSettings(method=Slim()), small_teacher)
    for _ in range(stop):
        next(run)
    run.close()
    assert list(run) == []


@pytest.mark.parametrize(
    "method",
    [
        Teacher(epochs=1, channels=4, neurons=16, learning_rate=10),
        Distill(epochs=1, student_channels=2, learning_rate=10, control=False),
        Quantize(tune_epochs=1, learning_rate=10),
    ],
    ids=lambda method: method.name,
)
def test_a_rate_that_is_too_high_is_told(method, small_teacher):
    """The highest allowed rate: the run breaks or its network only guesses; both get a sentence, and no number is none. So wild a
    network may end on a lucky step, so most runs of seven must be told."""
    told = []
    for seed in range(7):
        events = list(train(CompressionSettings(method=method, seed=seed), small_teacher))
        assert all(math.isfinite(v) for e in events if isinstance(e, Metrics) for v in e.values.values())
        warning, end = events[-2:]
        if isinstance(warning, Warned):
            told.append(warning.kind)
            assert warning.kind in ("diverged", "guessing") and "learning rate" in warning.sentence
            assert warning.kind == "guessing" or end.summary == {"diverged": True}
            assert warning.kind == "diverged" or end.summary["accuracy"] < 14.5
        else:
            assert end.summary["accuracy"] >= 14.5
    assert len(told) >= 4


def test_a_good_network_gets_no_warning(small_run):
    assert not [e for e in small_run if isinstance(e, Warned)] and small_run[-1].summary["accuracy"] > 50


def test_a_student_that_learns_from_nothing_is_refused():
    with pytest.raises(BadSettings, match="α = 0 and β = 0"):
        build(CompressionSettings, {"method": "distill", "alpha": 0, "beta": 0})
    assert build(CompressionSettings, {"method": "distill", "alpha": 0}).method.beta > 0


def test_a_network_of_nan_is_reported_not_trained(small_teacher):
    import copy

    ill = copy.deepcopy(small_teacher)
    ill.head.weight.data.fill_(float("nan"))
    for method in (METHODS["slim"], METHODS["prune"], METHODS["shared"], METHODS["distill"]):
        events = list(train(CompressionSettings(method=method), ill))
        warning, end = events[-2:]
        assert isinstance(warning, Warned) and warning.kind == "diverged" and "learning rate" in warning.sentence
        assert isinstance(end, Finished) and end.summary == {"diverged": True} and not end.models


def test_the_start_network_is_that_of_the_stored_run(small_run, small_teacher, own_runs):
    run = runs.make("my-teacher", "compression", flatten(SMALL_TEACHER), small_run, 1.0, "finished")
    runs.save(run)
    stored = CompressionSettings(teacher="my-teacher", method=Prune(rounds=1, tune_epochs=0))
    assert all(map(same, train(stored), train(stored, small_teacher)))
    with pytest.raises(runs.RunError, match="no stored run"):
        next(train(CompressionSettings(teacher="nobody")))


def test_slimming_reports_its_cut_and_its_control(small_teacher):
    events = log_of("slim", small_teacher)
    summary, models = events[-1].summary, events[-1].models
    assert list(models) == ["model", "sparse", "control"]
    assert models["model"].arch == models["control"].arch != models["sparse"].arch
    assert sum(summary["widths"]) < sum(summary["widths_before"])
    assert summary["channels_removed"] == pytest.approx(
        100 * (1 - sum(summary["widths"]) / sum(summary["widths_before"]))
    )
    gammas = [e.array for e in events if isinstance(e, Picture) and e.name == "gamma"]
    assert gammas[0].shape == gammas[-1].shape == (sum(summary["widths_before"]),)
    assert gammas[-1].sum() < 0.9 * gammas[0].sum()


def test_a_single_channel_left_is_pointed_out(small_teacher):
    method = Slim(sparse_epochs=0, tune_epochs=0, ratio=95, control=False)
    events = list(train(CompressionSettings(method=method), small_teacher))
    assert [e.kind for e in events if isinstance(e, Warned)] == ["floor", "guessing"]


def test_pruned_weights_stay_zero_through_fine_tuning(small_teacher):
    events = log_of("prune", small_teacher)
    net = from_model(events[-1].models["model"])
    weights = torch.cat([layer.weight.flatten() for layer in weighted(net)])
    assert int((weights == 0).sum()) == int(0.9 * len(weights))
    assert events[-1].summary["sparsity"] == 100 * int(0.9 * len(weights)) / len(weights)


def test_rounded_networks_have_few_values(small_teacher):
    for name in ("quantize", "shared"):
        events = log_of(name, small_teacher)
        net = from_model(events[-1].models["model"])
        for layer in weighted(net):
            groups = layer.weight.flatten(1) if name == "quantize" else layer.weight.flatten()[None]
            assert all(len(group.unique()) <= 4 for group in groups)


def test_deep_compression_s_bytes_are_those_of_a_stream_that_decodes(small_teacher):
    events = log_of("deep", small_teacher)
    summary = events[-1].summary
    net = from_model(events[-1].models["model"])
    assert len(bitstream.encode(net)) == summary["bytes"] == summary["steps"][-1][1]
    assert [name for name, _ in summary["steps"]] == ["float32", "pruned", "shared", "Huffman"]
    assert summary["rate"] == summary["steps"][0][1] / summary["bytes"]


def test_an_omitted_digit_is_never_shown_and_its_bias_is_corrected(small_teacher):
    events = log_of("distill", small_teacher)
    data, summary = digits.load(), events[-1].summary
    assert events[0].facts["transfer_set"] == int((data.train_y != 3).sum())
    assert summary["bias_correction"] > 0
    assert summary["omitted_accuracy"] >= summary["omitted_before_correction"]
    assert summary["omitted_control"] == 0


def test_confusion_counts_every_test_digit(small_run):
    pictures = [e for e in small_run if isinstance(e, Picture) and e.name == "confusion"]
    assert all((p.array.sum(1) == 100).all() for p in pictures)
    assert 100 * np.trace(pictures[-1].array) / 1000 == small_run[-1].summary["accuracy"]


def test_augmentation_at_zero_is_the_identity():
    x = digits.load().train_x[:5]
    assert torch.allclose(loop.augment(x, seeded(0), 0, 0, 0), x, atol=1e-5)
    moved = loop.augment(x, seeded(0))
    assert moved.shape == x.shape and not torch.allclose(moved, x, atol=0.1)


def test_shipped_runs_start_with_the_teacher_and_hold_every_scene():
    assert next(iter(SHIPPED)) == CompressionSettings().teacher
    assert list(SHIPPED)[1:] == [f"compression-{scene.slug}" for scene in SCENES]
    assert (
        all(dataclasses.is_dataclass(scene) for scene in SCENES) and 4 <= sum(not scene.more for scene in SCENES) <= 5
    )


def test_the_pictures_tell_what_the_networks_say_what_is_left_and_how_large_it_is(small_teacher):
    """Each against the network that the run ends with."""

    def last(events, name):
        return [np.array(e.array) for e in events if isinstance(e, Picture) and e.name == name][-1]

    x, pictures = monitor.asked()
    assert x.shape == (10, 1, 28, 28) and np.array_equal(pictures, last(log_of("distill", small_teacher), "asked"))
    events = log_of("distill", small_teacher)
    nets = [from_model(events[-1].models["model"]), small_teacher]
    T = events[0].facts["temperature"]
    expected = torch.stack([(predict(net, x) / T).softmax(1) for net in nets]).numpy()
    assert np.allclose(last(events, "says"), expected, atol=2e-3) and events[0].facts["says"] == ["model", "teacher"]
    assert last(events, "size").tolist() == [4 * count(net) for net in nets[::-1]]
    events = log_of("slim", small_teacher)
    widths = np.split(last(events, "kept"), np.cumsum(events[-1].summary["widths_before"])[:-1])
    assert [int(part.sum()) for part in widths] == events[-1].summary["widths"]
    for name in ("prune", "deep"):
        events = log_of(name, small_teacher)
        largest = max((layer.weight for layer in weighted(small_teacher)), key=torch.Tensor.numel)
        first = next(e.array for e in events if isinstance(e, Picture) and e.name == "weights")
        assert np.allclose(first, largest.detach().flatten(1)[: monitor.SIDE, : monitor.SIDE].numpy(), atol=2e-3)
        assert (last(events, "weights") == 0).mean() > 0.5 and last(events, "size")[1] < last(events, "size")[0]
    assert last(log_of("deep", small_teacher), "size")[1] == log_of("deep", small_teacher)[-1].summary["bytes"]
