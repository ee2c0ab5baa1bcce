"""Whole runs, small: every detector on all data, the order of events, the same again, its end, and the two lessons."""

import json
import math
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
import torch
from sklearn.ensemble import IsolationForest

from core import runs
from core.anomaly import by_kind, datasets, decide, detectors, monitor, nearest, train
from core.anomaly import settings as s
from core.anomaly.detector import scores
from core.anomaly.monitor import Monitor
from core.anomaly.networks import NETWORKS
from core.anomaly.settings import METRICS, AnomalySettings
from core.events import Finished, Metrics, Picture, Started, Warned, pack, unpack
from core.loop import seeded
from core.nets import count
from core.settings import flatten, union_members

EACH, STEPS = 40, 20
SHORT = {"steps": STEPS, "batch": 16}
ONE, SEVERAL, DAMAGED, PLANE = s.OneClass(normal="1"), s.OneClass(normal="35"), s.Damaged(normal="4"), s.Plane()
DATA = [ONE, DAMAGED, s.Faces(), s.Tumours(), PLANE, s.Oddities(kind="photos")]
# every detector on all data that it is allowed on, and some with other knobs on one sort of data
PLAIN = [
    s.PCA(),
    s.KMeans(),
    s.KNN(),
    s.LOF(),
    s.Forest(trees=10),
    s.OneClassSVM(),
    s.Mixture(),
    s.KDE(),
    s.SVDD(**SHORT),
    s.Confidence(**SHORT),
    *(method(**SHORT, hidden=16) for method in (s.AutoEncoder, s.Denoising, s.Variational)),
]
OTHERS = [
    (s.PCA(components=300, smooth=1), ONE),
    (s.Forest(cuts="values"), s.Plane(shape="spots")),
    (s.Mixture(rest=False), ONE),
    (s.AutoEncoder(**SHORT, net="conv"), ONE),
    (s.AutoEncoder(**SHORT, net="local", smooth=1), DAMAGED),
    (s.Denoising(**SHORT, net="conv"), s.Faces()),
    (s.Variational(**SHORT, net="local", judge="elbo"), ONE),
    (s.SVDD(**SHORT, objective="soft"), PLANE),
    (s.Confidence(**SHORT, unsure="energy", temperature=10), s.Plane(shape="spots")),
    (s.Confidence(**SHORT, unsure="entropy"), SEVERAL),
    (s.KMeans(), SEVERAL),
    (s.AutoEncoder(**SHORT, hidden=16), SEVERAL),
]
EVERY = [
    (method, data) for method, data in product(PLAIN, DATA) if (method.name, data.name) != ("confidence", "tumours")
] + OTHERS


def learns(method):
    """Whether it is a network, which is trained step by step."""
    return "steps" in type(method).model_fields


ONE_OF_EACH = [(method, ONE if learns(method) else PLANE) for method in PLAIN] + OTHERS[:-2]
WHOLE = [(method, data) for method, data in ONE_OF_EACH if learns(method)]


def named(value):
    return "-".join(str(part) for part in flatten(value).values())[:40]


every_run = pytest.mark.parametrize("method, data", EVERY, ids=named)
one_of_each = pytest.mark.parametrize("method, data", ONE_OF_EACH, ids=named)
each_network = pytest.mark.parametrize("method, data", WHOLE, ids=named)


@pytest.fixture(scope="module", autouse=True)
def small_worlds():
    """Of the test digits every seventh, of the learned ones 200 at most, and few looks: these take most of the time of a short run."""
    original = datasets.pool.__wrapped__

    @cache
    def pool(data):
        whole = original(data)
        some = slice(None, None, 7 if len(whole.test_x) > 500 else 1)
        test = {name: getattr(whole, name)[some] for name in ("test_x", "test_y", "test_is_anomaly")}
        return replace(whole, masks=None if whole.masks is None else whole.masks[some], **test)

    with pytest.MonkeyPatch.context() as patch:
        for where, name, value in (
            (monitor, "EVALUATIONS", 2),
            (monitor, "EACH", EACH),
            (datasets, "pool", pool),
            (datasets, "MOST", 250),
        ):
            patch.setattr(where, name, value)
        forget()
        yield
    forget()


def forget():
    datasets._dataset.cache_clear()
    detectors.learned.cache_clear()


def settings_of(method, data, **more):
    return AnomalySettings(method=method, data=data, **more)


@cache
def run(method, data, **more):
    return tuple(train.train(settings_of(method, data, **more)))


def stored(method, data, **more):
    """A finished run as the store gives it back."""
    flat = flatten(settings_of(method, data, **more))
    return runs.from_bytes(
        runs.to_bytes(runs.make("anomaly-1", "anomaly", flat, list(run(method, data, **more)), 1.0, "finished"))
    )


def same(a, b):
    return repr(pack(a)) == repr(pack(b))


def pictures(events, name):
    return [e.array for e in events if isinstance(e, Picture) and e.name == name]


def picture(events, name):
    (array,) = pictures(events, name)
    return array


def looks(events):
    return [e for e in events if isinstance(e, Metrics)]


def warned(events):
    return [e.kind for e in events if isinstance(e, Warned)]


def rebuilds(method):
    return method.name in ("pca", "autoencoder", "denoising", "vae")


BY_KIND = {"on_known", "on_unseen"}  # where anomalies are of several kinds
SURE = {"right", "sure", "ece", "fitted_ece", "fitted"}  # what is asked of a classifier besides


def expects(method):
    return rebuilds(method) or method.name in ("kmeans", "knn")


def test_every_detector_and_every_sort_of_data_is_tried_here():
    methods, data = (union_members(AnomalySettings.model_fields[name]) for name in ("method", "data"))
    assert {type(method) for method in PLAIN} == set(methods.values()) and {type(each) for each in DATA} == set(
        data.values()
    )
    there = {(method.name, each.name) for method, each in EVERY}
    assert there == set(product(methods, data)) - {("confidence", "tumours")}


# ---- events ----


@every_run
def test_events_come_in_order_and_are_plain(method, data):
    events = run(method, data)
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    assert sum(isinstance(e, Started | Finished) for e in events) == 2
    steps = [e.step for e in events[1:]]
    assert (
        steps == sorted(steps)
        and steps[0] == 0
        and steps[-1] == events[0].total_steps == (STEPS if learns(method) else 1)
    )
    assert all(same(unpack(pack(event)), event) for event in events)
    for values in (e.values for e in looks(events)):
        assert set(values) <= set(METRICS) and all(type(v) is float and math.isfinite(v) for v in values.values())
    summary, facts = events[-1].summary, events[0].facts
    assert (
        json.loads(json.dumps(summary, allow_nan=False)) == summary
        and json.loads(json.dumps(facts, allow_nan=False)) == facts
    )
    assert warned(events) == []


@every_run
def test_facts(method, data):
    facts, here = run(method, data)[0].facts, datasets.dataset_of(settings_of(method, data))
    assert facts == {
        "fit": len(here.train_x),
        "held": len(here.calibration_x),
        "hidden": 0,
        "test": len(here.test_x),
        "odd": int(here.test_is_anomaly.sum()),
        "dimensions": {4: 784, 2: here.train_x.shape[1]}[here.train_x.ndim],
        "whole": True,
        "parameters": facts["parameters"],
    }
    assert (facts["parameters"] > 0) == learns(method)


@every_run
def test_when_it_looks(method, data):
    """A network at its start, early on, now and then and at its end; what is learned at once is looked at once."""
    events = run(method, data)
    seen = [e.step for e in looks(events)]
    assert seen == ([0, 1, 5, 10, STEPS] if learns(method) else [1])
    assert [e.step for e in events if isinstance(e, Picture) and e.name == "seen"] == (
        seen[:-1] if learns(method) else []
    )


@every_run
def test_what_is_measured(method, data):
    events = run(method, data)
    *before, last = looks(events)
    what = "error" if rebuilds(method) else "score"
    curves = {"auroc", what, f"held_{what}", f"odd_{what}"}
    where = {"where"} if data.name == "damaged" and expects(method) else set()
    curves |= SURE if method.name == "confidence" else set()
    curves |= BY_KIND if data.name == "oddities" else set()
    assert all(set(e.values) == curves for e in before)
    assert set(last.values) == (curves if learns(method) else {"only"}) | {"precision", "missed"} | where | (
        BY_KIND if data.name == "oddities" else set()
    )
    for name in ("auroc", "only", "precision", "missed", "where"):
        assert all(0 <= e.values.get(name, 0) <= 100 for e in looks(events))
    if learns(method):
        fit, calibration, test, is_anomaly = (picture(events, name) for name in ("fit", "held", "test", "odd"))
        means = [fit[: monitor.LEARNED].mean(), calibration.mean(), test[is_anomaly == 1].mean()]
        assert [last.values[name] for name in (what, f"held_{what}", f"odd_{what}")] == pytest.approx(
            means, rel=1e-4, abs=1e-6
        )
        asked, seen = picture(events, "asked"), pictures(events, "seen")[-1]
        assert before[-1].values[f"odd_{what}"] == pytest.approx(
            seen[is_anomaly[asked] == 1].mean(), rel=1e-4, abs=1e-6
        )
        assert before[-1].values["auroc"] == pytest.approx(100 * decide.auroc(seen, is_anomaly[asked]))


@every_run
def test_pictures_have_their_shapes(method, data):
    events, here = run(method, data), datasets.dataset_of(settings_of(method, data))
    is_anomaly, asked = picture(events, "odd"), picture(events, "asked")
    assert is_anomaly.dtype == np.uint8 and is_anomaly.tolist() == here.test_is_anomaly.int().tolist()
    few = len(asked)
    assert (
        asked.dtype == np.int16
        and few <= EACH * (monitor.KINDS_MORE if data.name == "oddities" else 1)
        and sorted(set(asked.tolist())) == sorted(asked.tolist())
        and 0 < is_anomaly[asked].sum() < few
    )
    assert all(seen.shape == (few,) and seen.dtype == np.float32 for seen in pictures(events, "seen"))
    for name, x in (("fit", here.train_x), ("held", here.calibration_x), ("test", here.test_x)):
        array = picture(events, name)
        assert array.shape == (len(x),) and array.dtype.kind == "f" and np.isfinite(array).all()
    times = len(looks(events))
    shown = [pictures(events, name) for name in ("inputs", "expects", "points", "field")]
    assert [len(each) for each in shown] == {
        True: [1, times if expects(method) else 0, 0, 0],
        False: [0, 0, *((1, times) if data.name == "plane" else (0, 0))],
    }[here.pictures]
    inputs, expected, points, fields = shown
    assert all(each.shape == (2 * monitor.SHOWN, 28, 28) and each.dtype == np.uint8 for each in inputs + expected)
    assert all(each.shape == (len(here.test_x), 2) and each.dtype == np.float16 for each in points)
    assert all(
        each.shape == (monitor.GRID, monitor.GRID) and each.dtype.kind == "f" and np.isfinite(each).all()
        for each in fields
    )


@every_run
def test_scores_differ_and_the_summary_is_what_they_say(method, data):
    events = run(method, data)
    summary, test, is_anomaly, calibration = (
        events[-1].summary,
        picture(events, "test"),
        picture(events, "odd").astype(bool),
        picture(events, "held"),
    )
    assert len(np.unique(test)) > (0.5 if method.name == "forest" else 0.9) * len(test)
    keys = {"auroc", "precision", "missed", "alarms_at_10", "found_at_10", "held_score", "fit_score", "odd_score"}
    more = ({"where"} if data.name == "damaged" and expects(method) else set()) | (
        SURE if method.name == "confidence" else set()
    )
    if data.name == "oddities":
        more |= BY_KIND | set(by_kind.KINDS)
        y, kind = datasets.dataset_of(settings_of(method, data)).test_y.numpy(), by_kind.KINDS.index(data.kind)
        for i, name in enumerate(by_kind.KINDS):
            apart = np.subtract.outer(test[y == 8 + i], test[y < 8])
            assert summary[name] == pytest.approx(100 * ((apart > 0) + (apart == 0) / 2).mean())
        assert summary["on_known"] == summary[data.kind]
        assert summary["on_unseen"] == pytest.approx(
            np.mean([summary[name] for i, name in enumerate(by_kind.KINDS) if i != kind])
        )
    assert set(summary) == keys | more
    pairs = (test[is_anomaly][:, None] > test[~is_anomaly][None]) + (
        test[is_anomaly][:, None] == test[~is_anomaly][None]
    ) / 2
    assert summary["auroc"] == pytest.approx(100 * pairs.mean())
    assert summary["precision"] == pytest.approx(100 * decide.average_precision(test, is_anomaly))
    assert summary["missed"] == pytest.approx(
        100 * (test[~is_anomaly] >= np.sort(test[is_anomaly])[int(0.05 * is_anomaly.sum() + 1e-9)]).mean()
    )
    rings = np.array([(1 + (calibration >= each).sum()) / (len(calibration) + 1) <= 0.1 for each in test])
    assert summary["alarms_at_10"] == pytest.approx(100 * rings[~is_anomaly].mean())
    assert summary["found_at_10"] == pytest.approx(100 * rings[is_anomaly].mean())
    assert [summary[name] for name in ("held_score", "fit_score", "odd_score")] == pytest.approx(
        [each.mean() for each in (calibration, picture(events, "fit"), test[is_anomaly])], rel=1e-4, abs=1e-6
    )


def test_a_tie_with_a_held_out_normal_rings_only_where_p_is_small_enough():
    """Scores are float32: the threshold just above a held-out score must not be rounded down onto it."""
    here = datasets.dataset_of(settings_of(s.PCA(), s.OneClass(normal="1")))
    look = Monitor(here, detectors.learned(settings_of(s.PCA(), s.OneClass(normal="1"))), 1)
    calibration = torch.linspace(0, 1, 19)
    test = torch.full((len(here.test_x),), 0.0)
    for at, p in ((18, 0.1), (17, 0.15)):
        test[:] = calibration[at]
        assert decide.p_values(test.numpy(), calibration.numpy())[0] == pytest.approx(p)
        found = look.judged({"fit": calibration, "held": calibration, "test": test})
        assert found["alarms_at_10"] == found["found_at_10"] == (100 if p <= 0.1 else 0)


@pytest.mark.parametrize("method", [method for method in PLAIN + [OTHERS[4][0]] if expects(method)], ids=named)
def test_where_the_damage_is_found(method):
    """The AUROC of pixels, over damaged pictures alone: each pair of a damaged and a sound pixel counted."""
    data = DAMAGED
    events, here = run(method, data), datasets.dataset_of(settings_of(method, data))
    with torch.no_grad():
        error = detectors.of(stored(method, data)).error(here.test_x[here.test_is_anomaly]).flatten().numpy()
    damaged = here.masks[here.test_is_anomaly].flatten().numpy()
    sound = np.sort(error[~damaged])
    below, not_above = (np.searchsorted(sound, error[damaged], side) for side in ("left", "right"))
    assert events[-1].summary["where"] == pytest.approx(50 * (below + not_above).mean() / len(sound), abs=0.01)
    assert looks(events)[-1].values["where"] == events[-1].summary["where"]


# ---- what is stored ----


@every_run
def test_a_stored_run_s_detector_gives_its_scores(method, data):
    kept, here = stored(method, data), datasets.dataset_of(settings_of(method, data))
    detectors.learned.cache_clear()
    detector = detectors.of(kept)
    assert np.array_equal(detector.learned_scores(here.train_x).numpy(), picture(kept.events, "fit"))
    for name, x in (("held", here.calibration_x), ("test", here.test_x)):
        assert np.array_equal(scores(detector, x).numpy(), picture(kept.events, name))
    if here.pictures and expects(method):
        shown = monitor.as_bytes(detector.expects(here.test_x[monitor.some_of_each(here, 2 * monitor.SHOWN)]).detach())
        assert np.array_equal(shown, pictures(kept.events, "expects")[-1])
    if learns(method):
        assert count(detector.net) == kept.events[0].facts["parameters"]
        assert not any(p.requires_grad for p in detector.net.parameters())


@every_run
def test_only_digit_classifiers_stand_on_the_shelf(method, data):
    about = stored(method, data).about
    reads = method.name == "confidence" and (
        data.name == "oddities" or (data.name == "digits" and len(data.normal) > 1)
    )
    assert about.models == (["model"] if reads else []) and about.summary == run(method, data)[-1].summary
    assert list(stored(method, data).models) == (["model"] if learns(method) else [])
    if reads:
        assert stored(method, data).net()(torch.rand(2, 1, 28, 28)).shape == (2, 10)


def test_a_run_comes_back_from_the_store(own_runs):
    method, data = WHOLE[0]
    settings = settings_of(method, data)
    runs.save(runs.make("anomaly-1", "anomaly", flatten(settings), list(run(method, data)), 1.0, "finished"))
    back = runs.load("anomaly-1")
    assert back.settings == settings and len(back.events) == len(run(method, data))
    assert all(same(a, b) for a, b in zip(back.events, run(method, data)))


def test_of_a_stopped_run_there_is_no_network():
    kept = runs.make("anomaly-1", "anomaly", flatten(settings_of(*WHOLE[0])), list(run(*WHOLE[0]))[:8], 1.0, "stopped")
    with pytest.raises(KeyError):
        detectors.of(kept)
    at_once = runs.make("anomaly-2", "anomaly", flatten(settings_of(s.PCA(), ONE)), [], 1.0, "stopped")
    assert detectors.of(at_once) is detectors.learned(settings_of(s.PCA(), ONE)), "it needs nothing that was stored"


def test_a_detector_learns_the_fit_part_by_the_run_s_seed():
    settings = settings_of(s.KDE(), s.Tumours(), seed=3)
    here, kde = datasets.dataset_of(settings), detectors.fitted(settings)
    by_hand = nearest.KDE(settings.method, 3)
    by_hand.fit(here.train_x)
    assert torch.equal(kde.normal, here.train_x) and kde.bandwidth == by_hand.bandwidth
    forest = IsolationForest(n_estimators=10, random_state=3).fit(here.train_x.numpy())
    ours = detectors.fitted(settings_of(s.Forest(trees=10, cuts="values"), s.Tumours(), seed=3)).score(here.test_x)
    assert ours.numpy() == pytest.approx(-forest.score_samples(here.test_x.numpy()), rel=1e-6)


# ---- the same again ----


@one_of_each
def test_the_same_settings_give_the_same_events_whatever_happens_around(method, data):
    first = run(method, data)
    forget()
    for i, event in enumerate(train.train(settings_of(method, data))):
        torch.manual_seed(i)
        torch.rand(3)
        assert same(event, first[i])
    assert i == len(first) - 1


@one_of_each
def test_another_seed_is_another_run(method, data):
    one, other = (picture(run(method, data, seed=seed), "test") for seed in (0, 1))
    assert one.shape == other.shape and not np.array_equal(one, other)


@one_of_each
def test_hidden_anomalies_change_what_is_learned(method, data):
    clean, dirty = (run(method, data, contamination=part) for part in (0, 20))
    assert not np.array_equal(picture(clean, "test"), picture(dirty, "test"))
    assert dirty[0].facts["hidden"] == round(0.2 * (dirty[0].facts["fit"] + dirty[0].facts["held"])) - int(
        datasets.dataset_of(settings_of(method, data, contamination=20)).calibration_hidden.sum()
    )


@each_network
def test_how_often_it_looks_does_not_change_the_run(method, data, monkeypatch):
    rare = run(method, data)
    monkeypatch.setattr(monitor, "EVALUATIONS", 50)
    often = list(train.train(settings_of(method, data)))
    assert len(looks(often)) == STEPS + 1 and same(often[-1], rare[-1])


def test_shared_examples_are_never_written_into():
    for data in (ONE, DAMAGED, s.Tumours(), PLANE):
        here = datasets.dataset_of(settings_of(s.PCA(), data, contamination=10))
        before = [each.clone() for each in (here.train_x, here.calibration_x, here.test_x)]
        for method in (s.PCA(), s.KMeans(), s.KDE(), s.Denoising(**SHORT), s.SVDD(**SHORT)):
            list(train.train(settings_of(method, data, contamination=10)))
        assert all(torch.equal(a, b) for a, b in zip(before, (here.train_x, here.calibration_x, here.test_x)))


@each_network
def test_a_step_is_a_batch_a_loss_a_gradient_and_adam(method, data):
    """The loop again, without what PyTorch accumulates: gradients are asked for anew, and the rate is that of the cycle."""
    settings = settings_of(method, data)
    detector, generator = NETWORKS[type(method)](method, settings.seed), seeded(settings.seed)
    detector.begin(datasets.dataset_of(settings))
    learned = list(detector.net.parameters())
    optimizer = torch.optim.Adam(learned, method.learning_rate, fused=True)
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, method.learning_rate, total_steps=STEPS, pct_start=0.2, cycle_momentum=False
    )
    for _ in range(STEPS):
        loss = detector.loss(torch.randint(len(detector.x), (method.batch,), generator=generator))
        for weight, gradient in zip(learned, torch.autograd.grad(loss, learned, allow_unused=True)):
            weight.grad = gradient
        optimizer.step()
        cycle.step()
    reached = run(method, data)[-1].models["model"].weights
    for name, weight in detector.net.named_parameters():
        assert np.allclose(reached[name], weight.detach().numpy(), atol=1e-6), "but for rounding"


# ---- its end ----


@pytest.mark.parametrize("method", [WHOLE[0][0], s.LOF()], ids=named)
@pytest.mark.parametrize("stop", [0, 1, 2, 3, 6, 9])
def test_a_run_can_be_closed_anywhere(stop, method):
    state = torch.random.get_rng_state()
    events = train.train(settings_of(method, ONE))
    for _ in range(min(stop, len(run(method, ONE)))):
        next(events)
    events.close()
    assert list(events) == [] and torch.equal(torch.random.get_rng_state(), state)
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


@pytest.mark.parametrize(
    "method, data", [(s.Variational(**SHORT), ONE), (s.Confidence(**SHORT), PLANE), (s.KNN(), DAMAGED)], ids=named
)
def test_between_two_events_gradients_are_as_they_were(method, data):
    for _ in train.train(settings_of(method, data)):
        assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()


@each_network
def test_divergence_ends_the_run_with_a_sentence(method, data):
    """A learning rate that no knob allows."""
    settings = settings_of(method, data)
    settings = settings.model_copy(update={"method": settings.method.model_copy(update={"learning_rate": 1e38})})
    *events, warning, end = train.train(settings)
    assert isinstance(warning, Warned) and warning.kind == "diverged" and "learning rate" in warning.sentence
    assert end == Finished(warning.step, {"diverged": True}) and warning.step < events[0].total_steps


@each_network
def test_at_the_highest_rate_that_is_allowed_all_stays_finite(method, data):
    hot = method.model_copy(update={"learning_rate": 0.1})
    events = list(train.train(settings_of(hot, data)))
    assert all(math.isfinite(v) for e in looks(events) for v in e.values.values())
    assert all(np.isfinite(e.array.astype(float)).all() for e in events if isinstance(e, Picture))


# ---- lessons ----

WIDE = s.AutoEncoder(net="local", bottleneck=1568, steps=300, batch=16, learning_rate=0.01)


def test_a_large_local_code_copies_and_a_small_one_does_not():
    """The homework's lesson: what squeezes nothing rebuilds everything."""
    wide, narrow = (run(method, s.OneClass()) for method in (WIDE, s.AutoEncoder(steps=200, bottleneck=8)))
    assert warned(wide) == ["copies"] and warned(narrow) == []
    here = datasets.dataset_of(settings_of(WIDE, s.OneClass()))
    is_anomaly, mean = here.test_x[here.test_is_anomaly], here.train_x.mean(0)
    whole = np.mean([((each - mean) ** 2).sum().item() for each in is_anomaly])
    share = 100 * (1 - picture(wide, "test")[here.test_is_anomaly.numpy()].mean() / whole)
    (sentence,) = (e.sentence for e in wide if isinstance(e, Warned))
    assert f" {share:.0f} % comes back" in sentence and 90 < share < 100
    assert wide[-1].summary["auroc"] < narrow[-1].summary["auroc"]


def test_what_tells_anomalies_apart_has_not_copied_them_however_small_its_error():
    events = run(s.PCA(components=29), s.Tumours())
    here = datasets.dataset_of(settings_of(s.PCA(), s.Tumours()))
    is_anomaly = here.test_x[here.test_is_anomaly]
    assert (
        picture(events, "test")[here.test_is_anomaly.numpy()].mean()
        < 0.1 * (is_anomaly - here.train_x.mean(0)).square().sum(1).mean()
    )
    assert warned(events) == [] and events[-1].summary["auroc"] > 75


@pytest.mark.parametrize("smooth", [0, 1, 1.5])
def test_a_blurred_error_is_no_copy(smooth):
    """Blurring makes every error small, whatever comes back: of these about two thirds do."""
    events = run(s.PCA(components=20, smooth=smooth), s.Damaged())
    assert warned(events) == [] and events[-1].summary["auroc"] < 75


def test_a_copy_is_one_blurred_or_not():
    assert warned(run(WIDE.model_copy(update={"smooth": 1.0}), s.OneClass())) == ["copies"]


def test_one_score_for_most_is_a_collapse():
    here = datasets.dataset_of(settings_of(s.KNN(), s.OneClass()))
    look, is_anomaly = (
        Monitor(here, detectors.learned(settings_of(s.KNN(), s.OneClass())), 1),
        here.test_is_anomaly.numpy(),
    )
    n = len(is_anomaly)
    few, enough = np.arange(n) % (n // 10 - 1), np.arange(n) % (n // 10 + 1)
    (found,) = look.lessons(7, few.astype(float), is_anomaly)
    assert found.kind == "collapsed" and found.step == 7 and "same score" in found.sentence
    assert not list(look.lessons(7, enough.astype(float), is_anomaly))


def test_a_classifier_that_says_the_same_of_everything_is_told_so():
    """A learning rate that no knob allows kills all neurons."""
    method = s.Confidence(**SHORT).model_copy(update={"learning_rate": 1e3})
    settings = settings_of(s.Confidence(), s.Plane()).model_copy(update={"method": method})
    *_, warning, end = train.train(settings)
    assert isinstance(warning, Warned) and warning.kind == "collapsed" and isinstance(end, Finished)


@pytest.mark.parametrize("worst", [math.inf, math.nan])
def test_scores_that_are_no_numbers_become_large_ones_and_a_sentence(worst):
    settings = settings_of(s.KNN(), s.OneClass())

    class Far(type(detectors.learned(settings))):
        def score(self, x):
            found = super().score(x)
            return torch.where(found > 7, worst, found)

    detector, here = Far(settings.method, 0), datasets.dataset_of(settings)
    detector.fit(here.train_x)
    events = list(Monitor(here, detector, 1).run_ends(1))
    plain = picture(run(s.KNN(), s.OneClass()), "test")
    assert warned(events)[0] == "overflow" and all(
        np.isfinite(picture(events, name)).all() for name in ("fit", "held", "test")
    )
    assert all(math.isfinite(value) for value in events[-1].summary.values())
    assert (picture(events, "test")[plain > 7] > 1e20).all() and np.array_equal(
        picture(events, "test")[plain <= 7], plain[plain <= 7]
    )


# ---- what is seen ----


@pytest.mark.parametrize("data", DATA, ids=named)
@pytest.mark.parametrize("many", [2, 10, 40, 5000])
def test_some_of_each_are_normals_then_anomalies_spread_over_all(data, many):
    here = datasets.dataset_of(settings_of(s.PCA(), data))
    chosen = monitor.some_of_each(here, many)
    truth = here.test_is_anomaly[chosen].tolist()
    assert (
        truth == sorted(truth) and True in truth and False in truth and len(set(chosen.tolist())) == len(chosen) <= many
    )
    if many <= 40:
        normals = min(many // 2, int((~here.test_is_anomaly).sum()))
        assert (truth.count(False), truth.count(True)) == (normals, many - normals)
    for truth in (False, True):
        there = torch.nonzero(here.test_is_anomaly == truth).flatten().tolist()
        part = [place for place in chosen.tolist() if bool(here.test_is_anomaly[place]) is truth]
        assert part == [there[i * len(there) // len(part)] for i in range(len(part))], (
            "at equal distances, from the first on"
        )
    if many == 5000:
        assert len(chosen) == len(here.test_x)


def test_the_field_is_asked_row_by_row_from_below():
    class Place:
        def __init__(self, axis):
            self.axis = axis

        def score(self, x):
            return x[:, self.axis]

    axis = torch.linspace(-datasets.REACH, datasets.REACH, monitor.GRID)
    across, up = (monitor.field(Place(i)) for i in (0, 1))
    assert torch.equal(across, axis.expand_as(across)) and torch.equal(up, axis[:, None].expand_as(up))


def test_the_last_field_is_the_score_of_its_detector():
    kept = stored(s.KDE(), s.Plane())
    axis, field = np.linspace(-datasets.REACH, datasets.REACH, monitor.GRID), pictures(kept.events, "field")[-1]
    for row, column in ((0, 0), (30, 7), (60, 59)):
        point = torch.tensor([[axis[column], axis[row]]]).float()
        assert field[row, column] == pytest.approx(detectors.of(kept).score(point).item(), rel=1e-4)


def test_pictures_are_bytes_of_what_is_seen():
    x = torch.tensor([-0.2, 0, 0.5, 1, 1.7]).view(5, 1, 1, 1).expand(5, 1, 28, 28)
    assert monitor.as_bytes(x)[:, 0, 0].tolist() == [0, 0, 128, 255, 255] and monitor.as_bytes(x).shape == (5, 28, 28)


# ---- what detectors promise ----


def reached(method, data):
    return run(method, data)[-1].summary["auroc"]


def test_detectors_find_what_is_odd():
    assert all(
        reached(method, s.Plane(shape="spots")) > 95 for method in (s.KNN(), s.KDE(), s.Mixture(), s.LOF(), s.KMeans())
    )
    assert all(
        reached(method, s.Tumours()) > 90 for method in (s.PCA(components=5), s.KNN(), s.Forest(), s.SVDD(steps=100))
    )
    assert all(
        reached(method, s.OneClass(normal="0")) > 94 for method in (s.PCA(), s.KNN(), s.LOF(), s.AutoEncoder(steps=300))
    )


def test_half_the_density_is_half_the_truth():
    """What the components leave over carries the signal (research: .816 without it, .953 with it)."""
    with_it, without = (reached(s.Mixture(rest=rest, gaussians=1), s.OneClass(normal="0")) for rest in (True, False))
    assert with_it > without + 1


# ---- a classifier of the shelf ----


def test_a_classifier_of_another_lab_is_asked_as_it_is():
    settings = AnomalySettings(data=s.Damaged(), method=s.Confidence(network="compression-teacher"))
    log = list(train.train(settings))
    net, dataset = runs.load("compression-teacher").net(None), datasets.dataset_of(settings)
    with torch.no_grad():
        doubt = 1 - net(dataset.test_x).double().softmax(1).amax(1)
    found = next(event.array for event in log if isinstance(event, Picture) and event.name == "test")
    assert np.allclose(found, doubt.numpy(), atol=1e-5)
    assert not log[-1].models, "the network stays the other lab's"
    assert log[-1].summary["auroc"] > 60, "50 is guessing"


@pytest.mark.parametrize("data", [s.Plane(shape="moons"), s.Tumours()])
def test_a_classifier_of_digits_is_not_asked_about_anything_else(data):
    with pytest.raises(ValueError, match="asked about digits, and these data are none; choose digits"):
        AnomalySettings(data=data, method=s.Confidence(network="compression-teacher"))


def test_a_classifier_that_is_not_there_gives_one_sentence():
    with pytest.raises(runs.RunError):
        list(train.train(AnomalySettings(data=s.Damaged(), method=s.Confidence(network="nobody"))))
