"""The networks taken apart and put together: features, twins, what is frozen, and statistics measured anew."""

import copy

import pytest
import torch
from torch import nn

from core.loop import seeded
from core.nets import DigitNet
from core.transfer import models
from core.transfer import settings as s
from core.transfer.settings import TransferSettings

GREY, COLOURED, PLANE = (TransferSettings(target=target) for target in (s.Inverted(), s.Coloured(), s.Moons()))
each_digit = pytest.mark.parametrize("settings", [GREY, COLOURED], ids=lambda settings: settings.target.name)
each_world = pytest.mark.parametrize("settings", [GREY, COLOURED, PLANE], ids=lambda settings: settings.target.name)


def network(settings, seed=0):
    """With running statistics and γ that a fresh network does not have."""
    torch.manual_seed(seed)
    net = models.network(settings)
    net(some(settings, 64))
    for norm in norms(net):
        nn.init.uniform_(norm.weight, 0.5, 1.5)
    return net.eval()


def some(settings, n, seed=0):
    shape = {"moons": (2,), "coloured": (3, 28, 28)}.get(settings.target.name, (1, 28, 28))
    return torch.rand(n, *shape, generator=seeded(seed))


def norms(net):
    return [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d)]


def state(net):
    return {name: value.clone() for name, value in net.state_dict().items()}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


# ---- parts ----


@each_world
def test_extractor_and_predictor_are_the_whole_network(settings):
    net, x = network(settings), some(settings, 5)
    h = models.extractor(net)(net.normalise(x))
    assert torch.allclose(models.predictor(net)(h), net(x), atol=1e-5)
    again, f = models.through(net, net.normalise(x))
    assert (
        torch.equal(again, h)
        and torch.allclose(f, net.features(x), atol=1e-5)
        and torch.allclose(net.head(f), net(x), atol=1e-5)
    )
    assert h.dim() == f.dim() == 2 and (f >= 0).all()
    own = {id(p) for part in (models.extractor(net), models.predictor(net)) for p in part.parameters()}
    assert own == {id(p) for p in net.parameters()}, "a part is the network's own, not a copy"


def test_a_digit_classifier_is_parted_behind_its_convolutions():
    net = network(COLOURED)
    assert isinstance(net, DigitNet) and net.channels == 3 and network(GREY).channels == 1
    assert [name for name, layer in models.extractor(net).named_modules() if isinstance(layer, nn.Linear)] == []
    assert not any(isinstance(layer, nn.Conv2d) for layer in models.predictor(net).modules())


@each_world
def test_the_domain_classifier_reads_the_extractor_s_features(settings):
    net = network(settings)
    h = models.extractor(net)(net.normalise(some(settings, 5)))
    critic = models.critic(net)
    assert critic(h).shape == (5, 1)
    assert not {id(p) for p in critic.parameters()} & {id(p) for p in net.parameters()}


@pytest.mark.parametrize("pixels", ["standardised", "raw"])
def test_pixels_are_as_chosen(pixels):
    net = models.network(GREY.model_copy(update={"pixels": pixels}))
    assert net.standardise == (pixels == "standardised")


# ---- twins ----


@each_world
def test_a_twin_has_the_same_weights_and_statistics_of_its_own(settings):
    net = network(settings)
    twin = models.twin(net)
    assert [id(p) for p in twin.parameters()] == [id(p) for p in net.parameters()]
    assert list(dict(twin.named_parameters())) == list(dict(net.named_parameters()))
    buffers = dict(net.named_buffers())
    for name, value in twin.named_buffers():
        assert (
            value is not buffers[name]
            and value.data_ptr() != buffers[name].data_ptr()
            and torch.equal(value, buffers[name])
        )


@each_world
def test_a_twin_stays_one_when_the_other_learns_and_keeps_its_own_statistics(settings):
    net = network(settings).train()
    twin, optimizer = models.twin(net).train(), torch.optim.Adam(net.parameters(), 0.01, fused=True)
    before = state(net)
    net(some(settings, 16)).square().mean().backward()
    optimizer.step()
    assert not same(before, state(net))
    assert all(a is b for a, b in zip(net.parameters(), twin.parameters(), strict=True))
    for name, value in twin.named_buffers():
        assert torch.equal(value, before[name]), "what the source saw has reached the target's statistics"
    held = [norm.running_mean.clone() for norm in norms(net)]
    twin(some(settings, 16, 1) / 2)
    assert all(torch.equal(a, norm.running_mean) for a, norm in zip(held, norms(net)))
    twin(some(settings, 16, 2)).square().mean().backward()
    assert all(a.grad is b.grad for a, b in zip(net.parameters(), twin.parameters(), strict=True))


# ---- what is frozen ----

FROZEN = {"none": 0, "first": 1, "convolutions": 3, "features": 4}


@pytest.mark.parametrize("frozen", FROZEN)
def test_what_is_frozen_neither_learns_nor_measures(frozen):
    net = network(COLOURED)
    learned = models.thawed(net, frozen)
    held = net.units()[: FROZEN[frozen]]
    still = {id(p) for unit in held for p in unit.parameters()}
    assert {id(p) for p in learned} == {id(p) for p in net.parameters()} - still and len(learned) == len(
        set(map(id, learned))
    )
    before, optimizer = state(net), torch.optim.Adam(learned, 0.01)
    net(some(COLOURED, 16, 1) / 3).square().mean().backward()
    optimizer.step()
    for unit in net.units():
        stays = [
            torch.equal(value, before[name])
            for name, value in net.state_dict().items()
            if value.data_ptr() in pointers(unit)
        ]
        assert len(stays) == 6 and (all(stays) if unit in held else not any(stays)), (
            "weights and statistics stay together"
        )
    assert not torch.equal(net.head.weight, before["head.weight"])


def pointers(unit):
    return {value.data_ptr() for value in [*unit.parameters(), *unit.buffers()]}


def test_frozen_choices_are_those_of_the_settings():
    assert set(FROZEN) == set(s.FineTune.model_fields["frozen"].annotation.__args__)


# ---- AdaBN ----


def by_hand(net, x, count):
    """Mean and mean unbiased variance of what the first BatchNorm reads, over so many batches in the order of `refresh`."""
    unit, order = net.units()[0], torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    parts = [part.flatten(1) for part in unit.pool(unit.weights(x[order])).permute(1, 0, 2, 3).chunk(count, 1)]
    return torch.stack([p.mean(1) for p in parts]).mean(0), torch.stack([p.var(1) for p in parts]).mean(0)


@each_digit
@pytest.mark.parametrize("n, batches", [(30, 1), (60, 2), (70, 2)])
@torch.no_grad()
def test_refreshed_statistics_are_the_target_s(settings, n, batches):
    net = network(settings)
    x = net.normalise(some(settings, n, 1) ** 2)
    before, first = state(net), norms(net)[0]
    assert models.refresh(net, x, batch=30) is net and not net.training
    mean, variance = by_hand(net, x, batches)
    assert torch.allclose(first.running_mean, mean, atol=1e-5) and torch.allclose(
        first.running_var, variance, rtol=1e-4
    )
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name]) != ("running" in name) or "num_batches" in name, name


@torch.no_grad()
def test_pictures_that_lie_sorted_by_class_are_mixed_first():
    """In batches of one class each the variance would be the classes' own, without what lies between them."""
    net = DigitNet((4,), (8,))
    x = torch.cat([torch.zeros(50, 1, 28, 28), torch.ones(50, 1, 28, 28)])
    models.refresh(net, x, batch=50)
    whole = net.units()[0].weights(x).permute(1, 0, 2, 3).flatten(1).var(1)
    assert torch.allclose(norms(net)[0].running_var, whole, rtol=0.1)


@each_digit
@torch.no_grad()
def test_with_its_own_statistics_a_network_answers_as_it_does_while_it_trains(settings):
    """All layers at once: after `refresh` on one batch, evaluation and training mode differ by n/(n − 1) alone."""
    net = network(settings)
    x = net.normalise(some(settings, 300, 1) ** 2)
    before = net.head(net.layers(x))
    after = models.refresh(net, x, batch=500).head(net.layers(x))
    while_training = copy.deepcopy(net).train()
    while_training = while_training.head(while_training.layers(x))
    assert torch.allclose(after, while_training, atol=0.02) and not torch.allclose(before, after, atol=0.1)


@each_world
def test_refreshing_leaves_no_trace(settings):
    net = network(settings)
    x, momenta = net.normalise(some(settings, 40)), [norm.momentum for norm in norms(net)]
    once = state(models.refresh(net, x, batch=20))
    assert same(once, state(models.refresh(net, x, batch=20))), "what was measured before counts"
    assert [norm.momentum for norm in norms(net)] == momenta == [0.1] * len(momenta)
    assert all(p.requires_grad and p.grad is None for p in net.parameters()) and torch.is_grad_enabled()


@torch.no_grad()
def test_a_change_of_scale_and_place_is_undone():
    """What AdaBN is for: W(ax + b) has the mean and deviation of Wx, shifted and scaled, so nothing of them is left."""
    net, source = nn.Module(), some(PLANE, 300)
    net.layers = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    target = 0.4 * source + 3
    right, wrong = models.refresh(net, source).layers(source), net.layers(target)
    assert torch.allclose(models.refresh(net, target).layers(target), right, atol=0.01)
    assert not torch.allclose(wrong, right, atol=0.2)
