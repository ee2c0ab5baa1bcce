"""Filters, what excites them, and features: against answers known beforehand."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from core.attribution import filters, inputs
from core.data import digits, imagenet, photos
from core.nets import MLP, Columns, DigitNet
from core.subject.models import DIGITS, Subject, digit_at, digit_net, photo_net


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def fresh(make, *args, **more):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return make(*args, **more).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def digit():
    return Subject(digit_net("compression-teacher"), digit_at(3, 1), DIGITS)


@pytest.fixture(scope="module")
def photo():
    return Subject(photo_net(), photos.load("chelsea"), imagenet.names())


@pytest.fixture(autouse=True)
def global_randomness_is_left_alone():
    before, legacy = torch.random.get_rng_state(), np.random.get_state()[1].copy()
    yield
    assert torch.equal(before, torch.random.get_rng_state()) and np.array_equal(legacy, np.random.get_state()[1])


# ---- maps and patches ----


class Plain(nn.Module):
    """One convolution whose answer can be computed by hand."""

    def __init__(self, weight):
        super().__init__()
        self.conv = nn.Conv2d(1, len(weight), weight.shape[-1], bias=False)
        self.conv.weight.data = weight

    def forward(self, x):
        return self.conv(x).mean((2, 3))


def test_activations_are_the_convolution_by_hand():
    weight = torch.randn(2, 1, 3, 3, generator=generator())
    net, x = fresh(Plain, weight), torch.rand(450, 1, 6, 5, generator=generator(1))
    by_hand = torch.zeros(450, 2, 4, 3)
    for row, column in itertools.product(range(4), range(3)):
        by_hand[:, :, row, column] = torch.einsum(
            "nij,kij->nk", x[:, 0, row : row + 3, column : column + 3], weight[:, 0]
        )
    assert torch.allclose(filters.activations(net, x, net.conv), by_hand, atol=1e-5)
    assert not net.conv._forward_hooks


def test_a_dense_layer_has_one_place_for_each_neuron():
    net, x = fresh(MLP, hidden=(7,)), torch.rand(3, 1, 28, 28, generator=generator())
    found = filters.activations(net, x, net.layers[0])
    assert found.shape == (3, 7, 1, 1)
    assert torch.allclose(found[..., 0, 0], net.layers[0]((x.flatten(1) - 0.1307) / 0.3081), atol=1e-5)


def test_before_the_relu_there_are_negative_numbers(digit, photo):
    for subject in (digit, photo):
        layer, x = inputs.convolutions(subject.net)[0], subject.x.unsqueeze(0)
        after = filters.activations(subject.net, x, layer)
        before = filters.activations(subject.net, x, filters.before_relu(layer))
        assert before.min() < 0 and torch.equal(before.clamp(0, 6 if subject.photo else torch.inf), after)
    block = inputs.layers(photo.net)["block 3"]
    assert filters.before_relu(block) is block


def test_the_receptive_field_after_one_pooling_by_hand():
    """A unit of the second 3 × 3 convolution sees 3 pooled pixels, so 6 of the first map's, so 8 of the picture."""
    net = fresh(DigitNet, conv=(4, 4, 4), dense=(8,))
    one, two, three, dense = inputs.layers(net).values()
    field = filters.receptive_field(net, one, (1, 28, 28))
    assert (field.size, field.first[0], field.last[0], field.first[27]) == (3, -1, 2, 26)
    field = filters.receptive_field(net, two, (1, 28, 28))
    assert field.size == 8 and field.first.tolist() == [2 * i - 3 for i in range(14)]
    assert field.last.tolist() == [2 * i + 5 for i in range(14)]
    field = filters.receptive_field(net, three, (1, 28, 28))
    assert field.size == 18 and field.first.tolist() == [4 * i - 7 for i in range(7)]
    field = filters.receptive_field(net, dense, (1, 28, 28))
    assert (field.size, field.first.tolist(), field.last.tolist()) == (28, [0], [28])


def test_nothing_outside_the_receptive_field_changes_the_unit(photo):
    net, layer, at = photo.net, inputs.layers(photo.net)["block 5"], 13
    field = filters.receptive_field(net, layer, (3, 224, 224))
    inside, noise = slice(int(field.first[at]), int(field.last[at])), torch.rand(3, 224, 224, generator=generator())
    mixed, hole = noise.clone(), photo.x.clone()
    mixed[:, inside, inside] = photo.x[:, inside, inside]
    hole[:, inside.start, inside] = noise[:, inside.start, inside]  # only the first row that it sees
    same, kept, changed = filters.activations(net, torch.stack([photo.x, mixed, hole]), layer)[:, :, at, at]
    assert torch.allclose(same, kept, atol=1e-4) and not torch.allclose(same, changed, atol=1e-7)


def test_strongest_finds_a_planted_patch():
    net = fresh(DigitNet, conv=(4, 4), dense=(8,))
    x = 0.2 * torch.rand(30, 1, 28, 28, generator=generator())
    layer = inputs.layers(net)["convolution 1"]
    layer.weights.weight[2, 0] = torch.tensor([[-1.0, 2, -1], [2, -4, 2], [-1, 2, -1]])  # looks for this very pattern
    planted = (layer.weights.weight[2] > 0).float()
    x[17, :, 9:12, 20:23] = planted
    first, second, *_ = found = filters.strongest(net, layer, x, 2)
    assert (first.index, first.row, first.column) == (17, 10, 21) and torch.equal(first.pixels, planted)
    assert first.value > 2 * second.value and len({patch.index for patch in found}) == len(found) == 9
    again = filters.strongest(net, layer, x, 2, 3, filters.maxima(net, layer, x))
    assert [patch.index for patch in again] == [patch.index for patch in found[:3]]


def test_maxima_are_the_brute_force_ones(digit):
    layer, x = inputs.layers(digit.net)["convolution 3"], digits.load().test_x[:250]
    maps, found = filters.activations(digit.net, x, layer), filters.maxima(digit.net, layer, x)
    assert torch.equal(found.values, maps.amax((2, 3)))
    rows, columns = found.places.unbind(2)
    assert torch.equal(maps[torch.arange(250)[:, None], torch.arange(maps.shape[1]), rows, columns], found.values)


def test_a_patch_beyond_the_edge_is_black():
    field = filters.Field(torch.tensor([-1, 3]), torch.tensor([3, 7]), 4)
    patch = filters.cut(torch.ones(1, 6, 6), field, 0, 1)
    assert torch.equal(patch[0], torch.tensor([[0.0, 0, 0, 0], [1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 0]]))
    whole = filters.Field(torch.tensor([-9]), torch.tensor([9]), 6)
    assert torch.equal(filters.cut(torch.ones(1, 6, 6), whole, 0, 0), torch.ones(1, 6, 6))


def test_first_filters_are_the_weights_on_the_pixels(digit, photo):
    assert torch.equal(filters.first_filters(digit.net), digit.net.units()[0].weights.weight)
    assert filters.first_filters(photo.net).shape == (32, 3, 3, 3)
    for net, weights in (
        (m := fresh(MLP, hidden=(5,)), m.layers[0]),
        (c := fresh(Columns, hidden=(5, 4)), c.own[0][0]),
    ):
        found = filters.first_filters(net)
        assert found.shape == (5, 1, 28, 28) and torch.equal(found.flatten(1), weights.weight)
