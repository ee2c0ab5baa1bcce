"""What is seen of a run: the choice of pictures, clouds, the confusion matrix, the domain classifier's score, the border."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from core.data.digits import Digits
from core.loop import confusion, seeded
from core.nets import predict
from core.transfer import monitor
from core.transfer import settings as s
from core.transfer.dann import DaNN
from core.transfer.domains import domains
from core.transfer.method import SourceOnly, World
from core.transfer.monitor import Monitor, Seen
from core.transfer.settings import TransferSettings

MOONS = TransferSettings(target=s.Moons(), steps=50)


def some(labels):
    """Test pictures that are their own numbers."""
    y = torch.tensor(labels)
    return Digits(y, y, torch.arange(len(y)), y)


# ---- which pictures ----


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(1, 80))
def test_any_first_part_is_balanced(labels, count):
    data = some(labels)
    few = monitor.every_class(data, count)
    classes, smallest = len(set(labels)), min(labels.count(which) for which in set(labels))
    assert len(few.test_y) == min(count, classes * smallest)
    assert torch.equal(few.test_y, data.test_y[few.test_x]) and len(set(few.test_x.tolist())) == len(few.test_x)
    for first in range(len(few.test_y) + 1):
        many = few.test_y[:first].unique(return_counts=True)[1].tolist() + [0] * (
            classes - len(few.test_y[:first].unique())
        )
        assert max(many) - min(many) <= 1


@pytest.mark.parametrize("target", [s.Inverted(), s.Scanned(), s.Moons()], ids=str)
def test_the_cloud_shows_every_class_of_both_domains_alike(target):
    pair = domains(target)
    for data in (pair.source, pair.target):
        few = monitor.every_class(data, monitor.EACH)
        assert few.test_y[: monitor.SHOWN].bincount().tolist() == [monitor.SHOWN // pair.classes] * pair.classes


# ---- numbers ----


def test_confusion_by_hand():
    answers, truth = torch.tensor([0, 2, 2, 1, 0]), torch.tensor([0, 2, 1, 1, 2])
    found = confusion(truth, answers, 3)
    assert found.tolist() == [[1, 0, 0], [0, 1, 1], [1, 0, 1]], "rows are the truth"
    assert confusion(torch.tensor([2]), torch.tensor([0]), 3).tolist() == [[0, 0, 0], [0, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize("training", [True, False])
def test_the_domain_classifier_s_score_by_hand(training):
    class First(nn.Module):
        def forward(self, h):
            assert not self.training
            return h[:, :1]

    critic = First().train(training)
    s_, t = torch.tensor([[-1.0, 9], [-2, 9], [3, 9]]), torch.tensor([[4.0, -9]])
    assert monitor.domain_accuracy(critic, s_, t) == 75 and monitor.domain_accuracy(critic, t, s_) == 25
    assert critic.training is training


def test_label_free_judges_probabilities():
    sure = monitor.label_free(1000 * torch.eye(4))
    assert sure["entropy"] == pytest.approx(0, abs=1e-6) and sure["information"] == pytest.approx(np.log(4))
    assert set(sure) == {"entropy", "information", "snd"}


# ---- clouds ----


@given(st.integers(0, 99), st.integers(3, 30), st.integers(2, 8))
def test_axes_are_orthonormal_with_fixed_signs_and_hold_the_most_spread(seed, n, wide):
    f = torch.randn(n, wide, generator=seeded(seed)) * torch.linspace(3, 1, wide) + 5
    middle, axes = monitor.main_axes(f)
    assert torch.allclose(middle, f.mean(0)) and torch.allclose(axes.T @ axes, torch.eye(2), atol=1e-4)
    assert all(axis[axis.abs().argmax()] > 0 for axis in axes.T)
    points = monitor.seen_from(f, (middle, axes))
    assert torch.allclose(points.mean(0), torch.zeros(2), atol=1e-4)
    other, _ = torch.linalg.qr(torch.randn(wide, 2, generator=seeded(seed + 1)))
    assert points.square().sum() >= ((f - middle) @ other).square().sum() - 1e-3


def test_points_on_a_line_are_seen_from_the_side():
    f = torch.stack([torch.tensor([1.0, 2, 2]) * k for k in (-2, -1, 0, 3)])
    points = monitor.seen_from(f, monitor.main_axes(f))
    assert torch.allclose(points[:, 0], torch.tensor([-6.0, -3, 0, 9]), atol=1e-4) and points[:, 1].abs().max() < 1e-4


def test_the_live_cloud_is_always_seen_from_the_first_place():
    look = Monitor(SourceOnly(World(MOONS)))
    f = torch.randn(20, 32, generator=seeded(0))
    (*_, first), (*_, moved) = list(look.cloud(0, f)), list(look.cloud(1, 2 * f + 1))
    axes = monitor.main_axes(f)
    for event, features in ((first, f), (moved, 2 * f + 1)):
        assert np.allclose(event.array, monitor.seen_from(features, axes).numpy(), atol=0.02)
    assert event.array.dtype == np.float16 and len(look.way) == 2


# ---- networks that are asked ----


@pytest.fixture
def method():
    return DaNN(World(TransferSettings(target=s.Coloured(), steps=50)))


@pytest.mark.parametrize("training", [True, False])
def test_a_look_is_what_the_network_answers_and_leaves_no_trace(method, training):
    net, data = method.net.train(training), monitor.every_class(method.world.pair.target, 30)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    with monitor.answering([net, net]):
        assert not net.training
        seen = Seen(net, net.normalise(data.test_x), data.test_y, batch=7)
    assert net.training is training and all(
        torch.equal(value, before[name]) for name, value in net.state_dict().items()
    )
    assert torch.allclose(seen.logits, predict(net, data.test_x), atol=1e-5) and torch.equal(seen.y, data.test_y)
    with torch.no_grad():
        assert torch.allclose(seen.f, net.eval().features(data.test_x), atol=1e-5)
    assert method.critic(seen.h.clone()).shape == (30, 1)


def test_classes_that_are_never_answered_are_named(method):
    look = Monitor(method)
    y = torch.arange(10).repeat(100)
    answers = y.clone()
    answers[y == 3], answers[y == 7] = 5, 1
    answers[:5] = 3  # 0.5 %: hardly ever
    (found,) = look.worse(9, SimpleNamespace(logits=nn.functional.one_hot(answers, 10).float(), y=y))
    assert found.kind == "collapsed" and found.step == 9 and "hardly ever answers 3, 7:" in found.sentence
    assert not list(look.worse(9, SimpleNamespace(logits=nn.functional.one_hot(y, 10).float(), y=y)))


def test_of_the_moons_nothing_collapses():
    look = Monitor(SourceOnly(World(MOONS)))
    assert not list(look.worse(9, SimpleNamespace(logits=torch.eye(2)[[0] * 50], y=torch.arange(50) % 2)))


def test_the_border_is_drawn_from_below_and_from_the_left():
    class Place(nn.Module):
        def __init__(self, axis):
            super().__init__()
            self.axis = axis

        def forward(self, x):
            return torch.stack([torch.zeros(len(x)), x[:, self.axis]], 1)

    axis = torch.linspace(-monitor.REACH, monitor.REACH, monitor.GRID).sigmoid()
    across, up = monitor.border(Place(0)), monitor.border(Place(1).train())
    assert across.shape == (monitor.GRID, monitor.GRID)
    assert torch.allclose(across, axis.expand_as(across)) and torch.allclose(up, axis[:, None].expand_as(up))
    assert domains(s.Moons(turn=45)).target.train_x.abs().max() < monitor.REACH, "points outside the plane"


def test_facts_before_the_first_step():
    settings = TransferSettings(target=s.Inverted(), method=s.SelfTraining(rounds=2), steps=50, rare=10, granted=3)
    facts = Monitor(SourceOnly(World(settings))).facts()
    assert facts["marks"] == [50, 56] and facts["classes"] == 10 and facts["granted"] == 30
    assert facts["source"] == 4000 and facts["target"] == 2200 == sum(facts["target_classes"])
    assert facts["target_classes"] == [400] * 5 + [40] * 5


def test_rare_classes_show_in_the_answers_without_labels():
    """A network whose mistakes are known: it takes every second 5 to 9 for a 0, in both domains."""

    class Sees(nn.Module):
        def forward(self, x):
            y = x[:, 0, 0, 0].long()
            return nn.functional.one_hot(torch.where((y >= 5) & (x[:, 0, 0, 1] > 0), 0, y), 10).float()

    def pictures(y):
        x = torch.zeros(len(y), 1, 28, 28)
        x[:, 0, 0, 0], x[:, 0, 0, 1] = y, torch.arange(len(y)) % 2
        return x

    balanced, few = (
        torch.arange(10).repeat_interleave(20),
        torch.arange(10).repeat_interleave(torch.tensor([36] * 5 + [4] * 5)),
    )
    source, target = (Digits(pictures(y), y, pictures(balanced), balanced) for y in (balanced, few))
    method = SimpleNamespace(
        settings=TransferSettings(rare=10),
        net=None,
        critic=None,
        net_for=lambda domain: Sees(),
        shares=None,
        world=SimpleNamespace(pair=SimpleNamespace(source=source, target=target, classes=10)),
    )
    found = Monitor(method).label_shift()
    assert found["rare_true"] == pytest.approx(10) and found["rare_answered"] == pytest.approx(5)
    assert found["rare_estimated"] == pytest.approx(10)
    method.settings = TransferSettings()
    assert Monitor(method).label_shift() == {}


@pytest.mark.parametrize(
    "target, method, told",
    [(s.Inverted(), s.SourceOnly(), "10.0 %"), (s.Moons(), s.SourceOnly(), "50.0 %"), (s.Inverted(), s.OnTarget(), "")],
)
def test_a_network_that_learned_nothing_is_told(target, method, told, monkeypatch):
    """Of the domain whose labels it had: trained on the target it may fail on the source."""
    look = Monitor(SourceOnly(World(TransferSettings(target=target, method=method, steps=50))))
    y = torch.arange(10 if told != "50.0 %" else 2).repeat(50)
    same, right = (nn.functional.one_hot(each, len(y.unique())).float() for each in (torch.zeros_like(y), y))
    seen = {"source": same, "target": right}
    look.way = [torch.randn(10, 4)]
    monkeypatch.setattr(look, "normalised", lambda data: {name: name for name in data})
    monkeypatch.setattr(
        monitor, "Seen", lambda net, x, _: SimpleNamespace(logits=seen[x], y=y, f=torch.randn(len(y), 4))
    )
    found = [event.sentence for event in look.run_ends(9) if getattr(event, "kind", "") == "guessing"]
    assert bool(told) == bool(found) and told in " ".join(found)
