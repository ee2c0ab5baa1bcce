"""Whole runs of the lab, small: the order of events, the same again, closing midway, refusals, and formulas with a source."""

import copy
import inspect
import itertools
import json
import math
import threading
from functools import cache

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import spearmanr
from torch import nn

from core import labs, runs
from core.attribution import inputs, lime_image, methods, trust
from core.attribution import settings as attribution
from core.attribution.settings import METHODS
from core.data import digits
from core.data.pictures import BadPicture
from core.events import Finished, Metrics, Picture, Started, pack, unpack
from core.explain import counterfactual, formulas, randomise, shortcut
from core.explain import pictures as kinds
from core.explain import settings as s
from core.explain.settings import METRICS, SCENES, SHIPPED, ExplainSettings
from core.explain.train import POINTS, as_bytes, shrunk, train
from core.explain.yardsticks import YARDSTICKS
from core.runs import RunError
from core.settings import build, flatten
from core.subject.models import digit_at, digit_net, look_at
from core.subject.settings import SHIPPED_NETWORK, Digit, Drawing, Photo, Upload
from pages.parts import lecture

MAPS = [
    attribution.Saliency(),
    attribution.SmoothGrad(samples=5),
    attribution.InputXGradient(),
    attribution.IntegratedGradients(steps=20),
    attribution.GradientShap(samples=5),
    attribution.DeepLift(),
    attribution.GuidedBackprop(),
    attribution.GradCam(),
    attribution.GuidedGradCam(),
    attribution.Occlusion(window=50),
    attribution.FeatureAblation(segments=10),
    attribution.KernelShap(segments=10, samples=20),
    attribution.CaptumLime(segments=10, samples=20),
    attribution.Lime(segments=10, samples=20, repeats=2),
]
EXPERIMENTS = [
    s.Randomise(),
    s.Excite(steps=16),
    s.Shortcut(epochs=1),
    s.Probe(examples=200, types=10),
    s.Concept(sets=5, each=10),
    s.Counterfactual(walk=40),
]
DIGIT = Digit(digit=4, number=35)
CURVES = [f"{way} {name}" for name in ("map", "random", "input only") for way in ("deletion", "insertion")]
each_map = pytest.mark.parametrize("method", MAPS, ids=lambda method: method.name)
each_run = pytest.mark.parametrize("method", [*MAPS, *EXPERIMENTS], ids=lambda method: method.name)


@cache
def run(method, subject=DIGIT, **more):
    return tuple(train(ExplainSettings(subject=subject, method=method, **more)))


def same(a, b):
    return repr(pack(a)) == repr(pack(b))


def pictures(events, name):
    return [e.array for e in events if isinstance(e, Picture) and e.name == name]


def plain(events):
    """What every run of the lab promises."""
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    assert sum(isinstance(e, Started | Finished) for e in events) == 2
    steps = [0] + [e.step for e in events[1:]]
    assert all(type(step) is int for step in steps) and steps == sorted(steps) and steps[-1] <= events[0].total_steps
    assert all(same(unpack(pack(event)), event) for event in events)
    for values in (e.values for e in events if isinstance(e, Metrics)):
        assert set(values) <= set(METRICS) and all(type(v) is float and math.isfinite(v) for v in values.values()), (
            values
        )
    for facts in (events[0].facts, events[-1].summary):
        assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    return events


# ---- every method ----


def test_there_is_a_small_run_of_every_method():
    assert {type(method) for method in MAPS} == set(METHODS.values()) and {type(m) for m in EXPERIMENTS} == set(
        s.EXPERIMENTS
    )


@each_run
def test_events_come_in_order_and_are_plain(method):
    events = plain(run(method))
    if not isinstance(method, attribution.IntegratedGradients):  # it ends sooner where the sum adds up sooner
        assert events[-1].step == events[0].total_steps
    assert events[0].facts.get("axis", "training step")


@each_run
def test_every_picture_is_declared(method):
    declared = labs.of("explain").pictures
    for event in (e for e in run(method) if isinstance(e, Picture)):
        assert declared[event.name].fits(event.array.shape) and declared[event.name].meaning


@each_map
def test_a_map_comes_with_its_six_curves_and_what_was_said(method):
    events = run(method)
    (input,), (map,), summary = pictures(events, "input"), pictures(events, "map"), events[-1].summary
    x = digit_at(4, 35)
    assert input.dtype == np.uint8 and np.array_equal(input, np.rint(255 * x[0].numpy()))
    assert map.shape == (28, 28) and map.dtype == np.float32 and np.isfinite(map).all() and map.any()
    assert [e.name for e in events if isinstance(e, Picture)][-7:] == ["map", *CURVES], "as the page waits for them"
    for name in CURVES:
        (curve,) = pictures(events, name)
        assert curve.shape == (POINTS + 1,) and summary[name] == pytest.approx(100 * trust.area(curve))
        said = summary["probability"] / 100
        assert curve[-1 if name.startswith("insertion") else 0] == pytest.approx(said, abs=1e-5), "the whole picture"
    assert summary["note"] and summary["passes"] == events[-1].step - 6 * (POINTS + 1)
    assert summary["target"] == int(summary["answer"]) == 9 and summary["answers"][0][0] == "9", (
        "a 4 that it takes for a 9"
    )
    assert events[0].facts["answers"] == summary["answers"] and len(summary["answers"]) == 5
    last = {name: value for e in events if isinstance(e, Metrics) for name, value in e.values.items()}
    assert last["deletion"] == summary["deletion map"] and last["insertion"] == summary["insertion map"]


@each_map
def test_the_map_is_that_of_the_method_itself(method):
    subject = look_at(ExplainSettings(subject=DIGIT).subject)
    assert np.array_equal(pictures(run(method), "map")[0], methods.answer(subject, 9, method).map)


@each_run
def test_the_same_settings_give_the_same_events_whatever_happens_around(method):
    first = run(method)
    for i, event in enumerate(train(ExplainSettings(subject=DIGIT, method=method))):
        torch.manual_seed(i)
        np.random.seed(i)
        assert same(event, first[i]), event


@pytest.mark.parametrize(
    "method",
    [attribution.SmoothGrad(samples=5), attribution.Lime(segments=10, samples=20), s.Randomise()],
    ids=lambda method: method.name,
)
def test_another_seed_gives_another_map(method):
    other = pictures(run(method, seed=1), "map")[-1]
    assert not np.array_equal(other, pictures(run(method, seed=0), "map")[-1])


@pytest.mark.parametrize("stop", [0, 1, 3, 5])
@each_run
def test_a_run_can_be_closed_anywhere(method, stop):
    events = train(ExplainSettings(subject=DIGIT, method=method))
    for _ in range(stop):
        next(events)
    events.close()
    assert list(events) == [] and not [thread for thread in threading.enumerate() if thread.name == "captum"]


def states():
    return torch.random.get_rng_state().tolist(), np.random.get_state()[1].tolist()


@each_run
def test_a_run_draws_nothing_from_the_generators_of_others(method):
    events = train(ExplainSettings(subject=DIGIT, method=method))
    next(events)
    before = states()
    assert all(states() == before for _ in itertools.islice(events, 8))


def test_opening_a_network_draws_nothing_from_the_generators_of_others():
    before = states()
    look_at(ExplainSettings(subject=DIGIT).subject)
    assert states() == before


@pytest.mark.parametrize("method", [attribution.Saliency(), attribution.GradCam()], ids=lambda method: method.name)
def test_on_a_photo(method):
    events = plain(run(method, Photo(photo="coffee")))
    (input,), (map,) = pictures(events, "input"), pictures(events, "map")
    assert (
        input.shape == (224, 224, 3) and map.shape == (224, 224) and map.dtype == np.float16 and np.isfinite(map).all()
    )
    assert events[-1].summary["answer"] == "espresso" and events[-1].summary["probability"] > 80
    assert all(grown.shape == (56, 56) for grown in pictures(events, "growing"))


def test_the_answer_asked_about_is_the_one_explained():
    first, second = run(attribution.Saliency()), run(attribution.Saliency(), answer=2)
    assert [first[-1].summary["answer"], second[-1].summary["answer"]] == [
        name for name, _ in first[0].facts["answers"][:2]
    ]
    assert second[-1].summary["probability"] < first[-1].summary["probability"]
    assert not np.array_equal(pictures(first, "map")[0], pictures(second, "map")[0])


def test_what_hides_the_pixels_is_the_settings_choice():
    ends = {
        hide: pictures(run(attribution.Saliency(), hide=hide), "deletion map")[0][-1]
        for hide in ("black", "mean", "blur")
    }
    net, x = digit_net(SHIPPED_NETWORK), digit_at(4, 35)
    for hide, end in ends.items():
        assert net(inputs.baseline(x, hide)[None]).softmax(1)[0, 9].item() == pytest.approx(float(end), abs=1e-5)
    assert len(set(map(float, ends.values()))) == 3


def test_a_map_that_grows_is_shown_growing():
    events = run(attribution.FeatureAblation(segments=10))
    grown = pictures(events, "growing")
    assert len(grown) >= 2 and np.array_equal(grown[-1], pictures(events, "map")[0])
    assert (grown[0] != 0).sum() < (grown[-1] != 0).sum()


# ---- the experiments ----


def test_every_stage_of_the_randomisation_has_its_map():
    events = run(s.Randomise())
    stages, maps = events[0].facts["stages"], pictures(events, "map")
    net = digit_net(SHIPPED_NETWORK)
    assert (
        stages == [randomise.TRAINED, *randomise.stages(net)] and len(maps) == len(stages) == events[0].total_steps + 1
    )
    steps, columns = runs.table(list(events))
    assert steps == list(range(len(stages))) and columns["signed"][0] == pytest.approx(1) == columns["absolute"][0]
    for map, signed, absolute in zip(maps, columns["signed"], columns["absolute"]):
        assert spearmanr(map.ravel(), maps[0].ravel()).statistic == pytest.approx(signed, abs=1e-4)
        assert spearmanr(abs(map).ravel(), abs(maps[0]).ravel()).statistic == pytest.approx(absolute, abs=1e-4)
    rivals = ("input_only", "random")
    assert {name: events[-1].summary[name] for name in ("signed", "absolute", *rivals)} == {
        name: columns[name][-1] for name in ("signed", "absolute", *rivals)
    }
    assert all(len(set(columns[name])) == 1 for name in rivals) and abs(columns["random"][0]) < 0.15


@pytest.mark.parametrize(
    "network, stages",
    [("lifelong-forget-everything/model", 3), ("compression-teacher", 5), ("lifelong-progressive", 3)],
)
def test_any_network_of_the_shelf_can_be_destroyed(network, stages):
    events = plain(run(s.Randomise(ask="saliency"), Digit(network=network)))
    assert len(pictures(events, "map")) == len(events[0].facts["stages"]) >= stages


def test_what_excites_is_painted_with_and_without_a_prior():
    events = run(s.Excite(steps=16))
    for name in ("painted", "painted_plain"):
        assert {p.shape for p in pictures(events, name)} == {(28, 28, 1)} and pictures(events, name)[
            0
        ].dtype == np.uint8
        assert 0 <= events[-1].summary[f"probability_{name}"] <= 100
    __, columns = runs.table(list(events))
    assert columns["excited"][-1] > columns["excited"][0] and columns["excited_plain"][-1] > columns["excited_plain"][0]
    alone = plain(run(s.Excite(steps=16, prior=False, unit="filter", layer=2)))
    assert not pictures(alone, "painted") and pictures(alone, "painted_plain") and "filter" in alone[-1].summary["name"]


def test_the_shortcut_trains_the_network_that_it_hands_over():
    events = run(s.Shortcut(epochs=1))
    assert list(events[-1].models) == ["model"] and events[-1].summary["chance_share"] == pytest.approx(
        100 * shortcut.CHANCE
    )


# ---- knobs ----

IDLE = [
    (attribution.Saliency(), {}),
    (s.Randomise(ask="saliency"), {}),
    (s.Excite(steps=16), {}),
    (s.Excite(steps=16, unit="filter", layer=2), {}),
    (s.Shortcut(epochs=1), {}),
    (s.Probe(examples=200, types=10), {}),
    (s.Concept(sets=5, each=10), {}),
    (s.Counterfactual(walk=40), {}),
    (s.Counterfactual(walk=40, start="noise"), {}),
]
FAR = {
    "digit": 7,
    "number": 30,
    "network": "compression-thin-by-gamma",
    "answer": 2,
    "hide": "black",
    "seed": 5,
    "ask": "grad_cam",
    "unit": "filter",
    "wish": 5,
    "layer": 3,
    "channel": 5,
    "steps": 32,
    "prior": False,
    "marked": 5,
    "elsewhere": 50,
    "epochs": 2,
    "learning_rate": 0.5,
    "trait": "loop",
    "examples": 300,
    "types": 20,
    "penalty": 10,
    "concept": "bar",
    "sketch": "AAAA",
    "against": "digits",
    "sets": 10,
    "each": 20,
    "depth": 1,
    "goal": 5,
    "start": "noise",
    "near": 0.5,
    "walk": 60,
}
OTHER = {"unit": "class", "layer": 2, "start": "digit"}


@pytest.mark.parametrize("method", [method for method, _ in IDLE], ids=lambda m: f"{m.name}-{getattr(m, 'unit', '')}")
def test_every_knob_changes_the_run_or_says_that_it_does_not(method, monkeypatch):
    """A knob that a page offers and that does nothing is a riddle; one that is called idle and is not is a lie."""
    flat = flatten(ExplainSettings(subject=DIGIT, method=method))
    idle = ExplainSettings.idle(flat)
    assert all(words.endswith(".") for words in idle.values())
    monkeypatch.setattr(counterfactual, "LOOK", 4)
    enough = {"shortcut": 5, "probe": 4}.get(method.name)  # a training need not end to tell whether it is the same

    def begun(values, many):
        events = train(build(ExplainSettings, values))
        found = list(itertools.islice(events, many))
        events.close()
        return [repr(pack(event)) for event in found]

    before = begun(flat, enough)
    for name in set(flat) - {"subject", "method"}:
        value = FAR[name] if FAR[name] != flat[name] else OTHER[name]
        many = 3 if method.name == "probe" and name != "network" else enough  # pixels know no network
        assert (begun(flat | {name: value}, many) == before[:many]) == (name in idle), name


def test_on_a_photo_the_picture_does_not_count_while_one_is_made():
    for method, expected in (
        ("excite", {"photo", "answer", "hide", "layer", "channel"}),
        ("shortcut", {"photo", "answer", "hide"}),
    ):
        assert expected <= set(ExplainSettings.idle({"subject": "photo", "method": method, "unit": "class"}))
    assert "wish" in ExplainSettings.idle({"subject": "photo", "method": "excite", "unit": "filter"})
    assert not ExplainSettings.idle({"subject": "photo", "method": "lime"})


# ---- what cannot be explained ----

NONE = [
    (Upload(), "Choose a photo"),
    (Upload(upload="/9j/AAAA"), "choose it again"),
    (Drawing(), "draw a digit"),
    (Drawing(drawing="AAAA"), "draw it again"),
]
ASKED = [
    attribution.Saliency(),
    s.Randomise(),
    s.Excite(steps=16),
    s.Shortcut(epochs=1),
    s.Probe(examples=200, types=10),
]


@pytest.mark.parametrize(
    "subject, words, method",
    [
        (subject, words, method)
        for subject, words in NONE
        for method in ASKED
        if not isinstance(method, s.Shortcut | s.Probe)
        or isinstance(method, s.Shortcut)
        and isinstance(subject, Drawing)
    ],
)
def test_a_picture_that_is_none_gives_one_sentence(subject, words, method):
    with pytest.raises(BadPicture, match=words):
        list(train(ExplainSettings(subject=subject, method=method)))


@pytest.mark.parametrize("network", ["compression-gone", "compression-teacher/gone"])
def test_a_network_that_is_not_on_the_shelf_gives_one_sentence(network):
    with pytest.raises(RunError, match="gone"):
        next(train(ExplainSettings(subject=Digit(network=network), method=attribution.Saliency())))


@pytest.mark.parametrize(
    "method",
    [attribution.GuidedBackprop(), attribution.GradCam(), attribution.GuidedGradCam(), s.Randomise()],
    ids=lambda m: m.name,
)
@pytest.mark.parametrize("network", ["lifelong-forget-everything/model", "lifelong-progressive"])
def test_a_method_that_does_not_fit_gives_one_sentence(network, method):
    """Some fit a dense network and some do not; none ends in anything but a map or a sentence."""
    settings = ExplainSettings(subject=Digit(network=network), method=method)
    try:
        assert pictures(plain(tuple(train(settings))), "map")
    except methods.CannotExplain as error:
        assert len(str(error)) > 20 and str(error).endswith(".") and "\n" not in str(error)


def test_grad_cam_needs_a_convolution():
    dense = Digit(network="lifelong-forget-everything/model")
    for method in (attribution.GradCam(), s.Randomise(ask="grad_cam")):
        with pytest.raises(methods.CannotExplain, match="convolution"):
            list(train(ExplainSettings(subject=dense, method=method)))


def test_a_shortcut_is_built_into_digits_whatever_is_looked_at():
    events = plain(run(s.Shortcut(epochs=1, marked=5), Photo()))
    (input,) = pictures(events, "input")
    assert input.shape == (28, 28) and (input[shortcut.MARK] == 255).all() and events[-1].models


# ---- small helpers of the run ----


def test_a_photo_shrinks_to_the_means_of_its_squares():
    values = np.arange(224 * 224, dtype=np.float32).reshape(224, 224) / 50_000
    small = shrunk(values)
    assert small.shape == (56, 56) and small[1, 2] == pytest.approx(values[4:8, 8:12].mean(), rel=1e-3)
    assert np.array_equal(shrunk(values[:28, :28]), values[:28, :28])


def test_a_picture_as_bytes_is_a_copy_with_colours_last():
    x = torch.tensor([[[0.0, 0.5]], [[1.0, 2.0]], [[-1.0, 0.2]]])
    assert as_bytes(x).tolist() == [[[0, 255, 0], [128, 255, 51]]]
    digit = digits.load().test_x[0]
    copy = as_bytes(digit)
    copy[:] = 7
    assert not np.array_equal(as_bytes(digit), copy)


# ---- formulas and shipped runs ----


@pytest.mark.parametrize("formula", formulas.THEORY, ids=lambda formula: formula.title)
def test_every_formula_shows_its_function_and_has_its_words(formula):
    assert inspect.getsource(formula.function) and formula.function.__doc__ and formula.latex
    assert len(lecture.read("explain").theory[formula.title]) > 40


def test_every_method_has_its_formula_and_no_words_are_left_over():
    titles = {formula.title for formula in formulas.THEORY}
    assert titles == set(lecture.read("explain").theory)
    named = {name for key, name in s.NAMES.items() if key in METHODS} - {"LIME (Captum)"}
    assert named <= titles and {formula.function for formula in formulas.THEORY} >= {
        function
        for method, function in methods.METHODS.items()
        if method not in (attribution.CaptumLime, attribution.Lime)
    }


@pytest.fixture(scope="module")
def asked():
    return look_at(ExplainSettings(subject=DIGIT).subject)


def seen_and_gradients(net, layer, x):
    """A layer's maps A (K, h, w) and ∂f₉/∂A, by autograd alone."""
    held = []
    hook = layer.register_forward_hook(lambda module, given, answer: held.append(answer))
    logit = net(x[None].clone().requires_grad_())[0, 9]
    hook.remove()
    (gradients,) = torch.autograd.grad(logit, held[0])
    return held[0][0].detach(), gradients[0]


@pytest.mark.parametrize("back", [1, 3])
def test_the_formula_of_grad_cam(asked, back):
    net = copy.deepcopy(asked.net)
    maps, gradients = seen_and_gradients(net, inputs.convolutions(net)[-back], asked.x)
    weighted = (gradients.mean((1, 2))[:, None, None] * maps).sum(0).relu()
    large = F.interpolate(weighted[None, None], (28, 28), mode="bilinear")[0, 0]
    found = methods.answer(asked, 9, attribution.GradCam(back=back)).map
    assert found == pytest.approx(large.numpy(), abs=1e-4) and found.any()


def test_the_formula_of_guided_backprop_and_its_product_with_grad_cam(asked):
    net = copy.deepcopy(asked.net)
    for module in [module for module in net.modules() if isinstance(module, nn.ReLU)]:
        module.inplace = False
        module.register_full_backward_hook(lambda module, back, given: (back[0].clamp(min=0),))  # 1[z > 0] is in back
    x = asked.x[None].clone().requires_grad_()
    guided = torch.autograd.grad(net(x)[0, 9], x)[0][0, 0].numpy()
    assert (
        methods.answer(asked, 9, attribution.GuidedBackprop()).map == pytest.approx(guided, abs=1e-4) and guided.any()
    )
    both = guided * methods.answer(asked, 9, attribution.GradCam()).map
    assert methods.answer(asked, 9, attribution.GuidedGradCam()).map == pytest.approx(both, abs=1e-4)


@pytest.mark.parametrize("fill, reference", [("black", 0.0), ("white", 1.0)])
def test_the_formula_of_integrated_gradients(asked, fill, reference):
    """Against two thousand equal steps."""
    way = reference + (torch.arange(2000) + 0.5).view(-1, 1, 1, 1) / 2000 * (asked.x - reference)
    gradients = torch.zeros_like(asked.x)
    for part in way.split(250):
        part = part.requires_grad_()
        gradients += torch.autograd.grad(asked.net(part)[:, 9].sum(), part)[0].sum(0)
    expected = ((asked.x - reference) * gradients / 2000)[0].numpy()
    found = methods.answer(asked, 9, attribution.IntegratedGradients(baseline=fill)).map
    assert np.abs(found - expected).sum() < 0.1 * np.abs(expected).sum()


def test_the_formula_of_kernel_shap_gives_shapley_values(asked):
    """Nine superpixels: all 512 coalitions asked, each superpixel's mean over all orders, beside the regression."""
    parts, nothing = inputs.segments(asked.x, 10), torch.zeros_like(asked.x)
    coalitions = np.array(list(itertools.product((0, 1), repeat=9)))
    p = torch.cat(
        [
            asked.net(part).softmax(1)[:, 9]
            for part in lime_image.painted(asked.x, nothing, parts, coalitions).split(128)
        ]
    ).numpy()
    worth = dict(zip(map(tuple, coalitions), p))
    expected = np.zeros(9)
    for on in coalitions:
        for j in np.flatnonzero(on == 0):
            share = math.factorial(on.sum()) * math.factorial(8 - on.sum()) / math.factorial(9)
            expected[j] += share * (worth[tuple(np.where(np.arange(9) == j, 1, on))] - worth[tuple(on)])
    assert expected.sum() == pytest.approx(p[-1] - p[0], abs=1e-5)
    found = methods.answer(asked, 9, attribution.KernelShap(segments=10, samples=1000, fill="black")).map
    values = np.array([found[parts == number].mean() for number in range(9)])
    assert values.sum() == pytest.approx(p[-1] - p[0], abs=1e-3)
    assert values == pytest.approx(expected, abs=0.1 * np.abs(expected).max()) and values.argmax() == expected.argmax()


def test_the_kernel_of_lime_is_the_formulas():
    """min Σ π(z) (p − wᵀ z − b)² + ‖w‖², π = √exp(−D²/σ²) with the cosine distance: the normal equations, by hand."""
    rng = np.random.default_rng(0)
    on = np.vstack([np.ones(5, int), rng.integers(0, 2, (40, 5))])
    p = np.clip(0.1 + on @ [0.3, 0.0, -0.1, 0.2, 0.05] + 0.05 * rng.standard_normal(41), 0, 1)
    distance = 1 - on.sum(1) / np.sqrt(5 * np.maximum(on.sum(1), 1e-12))
    weight = np.sqrt(np.exp(-(distance**2) / 0.25**2))
    centred = on - np.average(on, axis=0, weights=weight), p - np.average(p, weights=weight)
    expected = np.linalg.solve((centred[0].T * weight) @ centred[0] + np.eye(5), (centred[0].T * weight) @ centred[1])
    found, __, r2 = lime_image.fitted(on, p, 0.25)
    assert found == pytest.approx(expected, abs=1e-6)
    rest = centred[1] - centred[0] @ expected
    assert r2 == pytest.approx(1 - (weight * rest**2).sum() / (weight * centred[1] ** 2).sum(), abs=1e-6)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_picture_of_a_shipped_run_is_declared(name):
    declared = labs.of("explain").pictures
    assert all(declared[e.name].fits(e.array.shape) for e in runs.load(name).events if isinstance(e, Picture))


def test_every_curve_has_its_kind():
    assert list(CURVES) == [kind.name for kind in kinds.CURVES.values()] and set(kinds.CURVES) == set(
        itertools.product(kinds.WAYS, kinds.ORDERS)
    )
    assert all(kind.name == f"{way} {order}" for (way, order), kind in kinds.CURVES.items())


def test_shipped_runs_are_the_ones_that_the_settings_make():
    for run_id, settings in SHIPPED.items():
        about = runs.load(run_id).about
        assert about.settings == flatten(settings) and about.state == "finished" and about.shipped
    assert (
        list(SHIPPED)[: len(SCENES)] == [f"explain-{scene.slug}" for scene in SCENES]
        and SCENES[0].settings == ExplainSettings()
    )
    assert labs.of("explain").settings is ExplainSettings


@pytest.mark.parametrize("yardstick", YARDSTICKS, ids=lambda yardstick: yardstick.title)
def test_every_yardstick_is_a_sweep_that_is_allowed(yardstick):
    flags = [flag.split() for flag in f" {yardstick.sweep}".split(" --")[1:]]
    for name, *values in flags:
        for value in values:
            chosen = {n.replace("-", "_"): v[0] for n, *v in flags} | {name.replace("-", "_"): value}
            assert build(ExplainSettings, chosen)
