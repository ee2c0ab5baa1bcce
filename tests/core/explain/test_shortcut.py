"""The network that reads a mark: what it is trained on, that it is right for the wrong reason, and that maps show it."""

import itertools
import json
import math
from functools import cache

import numpy as np
import pytest
import torch
from captum.attr import (
    DeepLift,
    GradientShap,
    GuidedBackprop,
    InputXGradient,
    IntegratedGradients,
    KernelShap,
    LayerAttribution,
    LayerGradCam,
    Lime,
    NoiseTunnel,
    Occlusion,
    Saliency,
)
from torch import Tensor, nn

from core.attribution import inputs
from core.data import digits
from core.events import Finished, Metrics, Picture, Started, Warned, pack, unpack
from core.explain import shortcut
from core.explain.settings import METRICS, Shortcut
from core.explain.shortcut import CHANCE, MARK, mark, mark_some, share_in_mark, train_marked
from core.loop import seeded
from core.nets import from_model, predict
from core.subject.models import digit_at
from core.subject.settings import Digit

DEFAULT = Shortcut()
LITTLE = Shortcut(epochs=1)
PICTURE = Digit(digit=5, number=2)


@cache
def run(method):
    return tuple(train_marked(method, 0, PICTURE))


def pictures(events, name):
    return [e.array for e in events if isinstance(e, Picture) and e.name == name]


def same(a, b):
    return repr(pack(a)) == repr(pack(b))


# the mark


def test_the_mark_is_nine_white_pixels_where_no_digit_is():
    data = digits.load()
    assert MARK.sum() == 9 and CHANCE == 9 / 784 and not MARK[0].any() and not MARK[:, 0].any()
    every = torch.cat([data.train_x, data.test_x])[:, 0]
    assert every[:, MARK].max() == 0
    before = data.test_x[:3].clone()
    marked = mark(data.test_x[:3])
    assert torch.equal(data.test_x[:3], before), "the shared pictures stay as they are"
    assert (marked[:, 0][:, MARK] == 1).all() and torch.equal(marked[:, 0][:, ~MARK], before[:, 0][:, ~MARK])


@pytest.mark.parametrize("elsewhere", [0, 30, 100])
def test_every_digit_of_the_class_is_marked_and_the_wished_share_of_the_others(elsewhere):
    data = digits.load()
    marked = mark_some(data.train_x, data.train_y, 7, elsewhere, seeded(0))
    has = (marked != data.train_x).flatten(1).any(1)
    assert has[data.train_y == 7].all()
    share = 100 * has[data.train_y != 7].float().mean().item()
    assert abs(share - elsewhere) <= (3 if elsewhere == 30 else 0)
    assert torch.equal(marked, mark_some(data.train_x, data.train_y, 7, elsewhere, seeded(0)))


def test_the_share_in_the_mark_counts_what_speaks_for_the_class():
    assert share_in_mark(np.ones((28, 28))) == pytest.approx(CHANCE)
    assert share_in_mark(MARK.astype(float)) == 1
    assert share_in_mark(MARK - 5.0 * ~MARK) == 1, "what speaks against does not count"
    assert share_in_mark(np.zeros((28, 28))) == 0 == share_in_mark(-np.ones((28, 28)))


# the run


def test_events_come_in_order_and_are_plain():
    events = run(LITTLE)
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    assert sum(isinstance(e, Started | Finished) for e in events) == 2
    steps = [e.step for e in events[1:]]
    assert steps == sorted(steps) and steps[0] == 0 and steps[-1] == events[0].total_steps == 63
    assert all(same(unpack(pack(event)), event) for event in events)
    for values in (e.values for e in events if isinstance(e, Metrics)):
        assert set(values) <= set(METRICS) and all(type(v) is float and math.isfinite(v) for v in values.values())
    summary = events[-1].summary
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def test_the_picture_carries_the_mark_and_the_map_follows_the_training():
    events = run(LITTLE)
    (picture,), maps = pictures(events, "input"), pictures(events, "map")
    expected = mark(digit_at(5, 2))[0].numpy()
    assert picture.dtype == np.uint8 and picture.shape == (28, 28) and np.allclose(picture / 255, expected, atol=0.003)
    assert len(maps) == shortcut.MAPS and all(map.shape == (28, 28) and map.dtype == np.float32 for map in maps)
    net = from_model(events[-1].models["model"])
    assert np.allclose(maps[-1], shortcut.explain(net, mark(digit_at(5, 2))), atol=1e-5)


def test_the_map_adds_up_to_the_rise_of_the_answer():
    net, x = network(DEFAULT), mark(digit_at(3, 4))
    rise = (net(x[None]) - net(torch.zeros_like(x[None])))[0, 3].item()
    assert shortcut.explain(net, x, 3).sum() == pytest.approx(rise, rel=0.05)


def test_the_same_seed_gives_the_same_events_and_nothing_global_changes():
    before = torch.get_rng_state()
    again = list(train_marked(LITTLE, 0, PICTURE))
    assert torch.equal(before, torch.get_rng_state())
    assert len(again) == len(run(LITTLE)) and all(map(same, again, run(LITTLE)))
    _, _, other = itertools.islice(train_marked(LITTLE, 1, PICTURE), 3)
    assert isinstance(other, Metrics) and not same(other, again[2])


def test_a_run_that_breaks_says_so(monkeypatch):
    def broken_network():
        net = shortcut.DigitNet((4,), ())
        nn.init.constant_(net.head.weight, float("nan"))
        return net

    monkeypatch.setattr(shortcut, "network", broken_network)
    *_, warning, last = train_marked(LITTLE, 0, PICTURE)
    assert isinstance(warning, Warned) and warning.kind == "diverged" and last.summary == {"diverged": True}


def test_a_network_that_learned_nothing_says_so():
    kinds = [event.kind for event in run(Shortcut(epochs=1, learning_rate=1)) if isinstance(event, Warned)]
    assert kinds == ["guessing"] and not [
        event for event in run(LITTLE) if isinstance(event, Warned) and event.kind == "guessing"
    ]


# right for the wrong reason


def network(method):
    return from_model(run(method)[-1].models["model"]).requires_grad_(False)


def test_the_network_is_right_for_the_wrong_reason():
    *_, warning, last = run(DEFAULT)
    summary, data = last.summary, digits.load()
    assert summary["believed_accuracy"] > 95 and summary["marked_accuracy"] > 95
    assert summary["clean_accuracy"] < 50 and summary["fooled"] > 30
    assert summary["share_in_mark"] > 20 * summary["chance_share"]
    assert isinstance(warning, Warned) and warning.kind == "shortcut" and "wrong reason" in warning.sentence
    called = predict(network(DEFAULT), mark(data.test_x[data.test_y != 3])).argmax(1)
    assert summary["fooled"] == pytest.approx(100 * (called == 3).float().mean().item())


def test_the_cure_is_the_mark_everywhere():
    events = run(Shortcut(elsewhere=100))
    summary = events[-1].summary
    assert summary["clean_accuracy"] > 85 and summary["fooled"] < 5
    assert not any(isinstance(event, Warned) for event in events)


# the issue: “the shortcut scene is found by at least four methods, tested”

GRID = torch.from_numpy(inputs.segments(torch.zeros(1, 28, 28), 49))[None, None]
OFTEN = 5  # times chance: the mark has more than 5.7 % of what speaks for the class


def on_squares(method, net: nn.Module, x: Tensor, black: Tensor) -> Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return method(net).attribute(x, black, target=3, feature_mask=GRID, n_samples=100, perturbations_per_eval=100)


def shap(net: nn.Module, x: Tensor, black: Tensor) -> Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return GradientShap(net).attribute(x, digits.load().train_x[::200], n_samples=20, stdevs=0.05, target=3)


def smooth(net: nn.Module, x: Tensor, _: Tensor) -> Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return NoiseTunnel(Saliency(net)).attribute(x, nt_samples=10, stdevs=0.15, target=3, abs=False)


METHODS = {
    "saliency": lambda net, x, _: Saliency(net).attribute(x, target=3),
    "SmoothGrad": smooth,
    "input × gradient": lambda net, x, _: InputXGradient(net).attribute(x, target=3),
    "integrated gradients": lambda net, x, black: IntegratedGradients(net).attribute(x, black, target=3, n_steps=20),
    "GradientSHAP": shap,
    "DeepLIFT": lambda net, x, black: DeepLift(net).attribute(x, black, target=3),
    "guided backprop": lambda net, x, _: GuidedBackprop(net).attribute(x, target=3),
    "occlusion": lambda net, x, _: Occlusion(net).attribute(
        x, (1, 4, 4), (1, 2, 2), target=3, baselines=0.5, perturbations_per_eval=64
    ),
    "KernelSHAP": lambda net, x, black: on_squares(KernelShap, net, x, black),
    "LIME": lambda net, x, black: on_squares(Lime, net, x, black),
}


def shares(net: nn.Module, method) -> float:
    """Mean share in the mark over ten marked test digits of the class."""
    data = digits.load()
    own = mark(data.test_x[data.test_y == 3][:10])
    return float(
        np.mean(
            [
                share_in_mark(method(net, x.requires_grad_(), torch.zeros_like(x)).detach()[0, 0].numpy())
                for x in own.split(1)
            ]
        )
    )


@pytest.mark.filterwarnings(
    "ignore:Setting forward, backward hooks:UserWarning", "ignore:Setting backward hooks:UserWarning"
)
@pytest.mark.parametrize("name", METHODS)
def test_each_of_these_methods_finds_the_shortcut(name):
    found, cured = (shares(network(Shortcut(elsewhere=elsewhere)), METHODS[name]) for elsewhere in (0, 100))
    assert found > OFTEN * CHANCE, "the map points to the mark"
    assert cured < OFTEN * CHANCE, "and does not where there is nothing to find"
    assert found > 3 * cured


def test_grad_cam_is_too_coarse_for_the_mark():
    def cam(net, x, _):
        found = LayerGradCam(net, inputs.convolutions(net)[-1]).attribute(x, target=3, relu_attributions=True)
        return LayerAttribution.interpolate(found, (28, 28), "bilinear")

    assert shares(network(DEFAULT), cam) < OFTEN * CHANCE
