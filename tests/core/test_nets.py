"""The digit classifier: what a description means, that a stored network answers as before, and closed forms of its size."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from core import together
from core.attack.models import folded
from core.data import digits
from core.events import Model
from core.nets import (
    FLAT,
    MEAN,
    MLP,
    STD,
    Columns,
    DigitNet,
    Unit,
    accuracy,
    build,
    count,
    from_model,
    predict,
    to_model,
)

ARCHS = [
    {},
    {"conv": (4,), "dense": ()},
    {"conv": (3, 5), "dense": (7,)},
    {"conv": (4, 8), "dense": (6, 5), "kernel": 5},
    {"conv": (4, 6, 8), "dense": (), "separable": True},
    {"conv": (2, 3), "kernel": 5, "separable": True},
]
each_arch = pytest.mark.parametrize("arch", ARCHS, ids=str)


def net_of(arch, seed=0):
    torch.manual_seed(seed)
    net = DigitNet(**arch)
    with torch.no_grad():  # running statistics that a fresh network does not have
        net(torch.rand(64, 1, 28, 28))
    return net.eval()


@pytest.fixture(scope="module")
def x():
    return digits.load().test_x[::50]


@each_arch
def test_ten_logits(arch, x):
    assert predict(net_of(arch), x).shape == (len(x), 10)


@each_arch
def test_stored_and_opened_again_it_answers_the_same(arch, x):
    net = net_of(arch)
    model = to_model(net)
    again = from_model(model)
    assert not again.training and again.arch == net.arch == model.arch
    assert torch.equal(predict(again, x), predict(net, x))
    assert all(isinstance(array, np.ndarray) for array in model.weights.values())
    assert build(model.arch).arch == net.arch


def test_stored_weights_do_not_follow_the_training():
    net = net_of({"conv": (4,)})
    model = to_model(net)
    before = model.weights["head.weight"].copy()
    with torch.no_grad():
        net.head.weight.add_(1)
    assert np.array_equal(model.weights["head.weight"], before)


@pytest.mark.parametrize("kernel", [3, 5])
def test_parameters_in_closed_form(kernel):
    conv, dense = (4, 6, 8), (7, 5)
    widths = [1, *conv]
    convolutions = sum(kernel**2 * a * b + 2 * b for a, b in zip(widths, conv, strict=False))
    widths = [conv[-1] * 3 * 3, *dense]  # 28 halved three times
    layers = sum(a * b + 2 * b for a, b in zip(widths, dense, strict=False)) + dense[-1] * 10 + 10
    assert count(DigitNet(conv, dense, kernel)) == convolutions + layers
    convolutions = kernel**2 * 1 * 4 + 2 * 4  # the first one stays a full convolution
    convolutions += sum(kernel**2 * a + 2 * a + a * b + 2 * b for a, b in ((4, 6), (6, 8)))
    assert count(DigitNet(conv, dense, kernel, separable=True)) == convolutions + layers


@each_arch
def test_every_unit_has_one_scale_per_channel_or_neuron(arch):
    net = net_of(arch)
    assert all(isinstance(unit, Unit) for unit in net.units())
    assert len(net.units()) == sum(isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d) for m in net.modules())
    for unit in net.units():
        assert len(unit.norm.weight) == len(unit.weights.weight)
    assert all(unit.weights.bias is None for unit in net.units()), "BatchNorm's β takes the place of a bias"


def test_normalisation_is_that_of_mnist():
    """The two constants are those of the 60,000 digits; ours are a sample of them."""
    x = digits.load().train_x
    assert x.mean().item() == pytest.approx(MEAN, abs=0.005) and x.std().item() == pytest.approx(STD, abs=0.005)


def test_normalisation_is_inside():
    net = net_of({"conv": (4,)})
    x = torch.rand(5, 1, 28, 28)
    assert torch.allclose(net(x), net.head(net.layers((x - MEAN) / STD)))
    assert not torch.allclose(net(x), net.head(net.layers(x)))


@each_arch
def test_predictions_do_not_depend_on_the_batch(arch, x):
    net = net_of(arch)
    assert torch.allclose(predict(net, x, batch=3), predict(net, x), atol=1e-5)
    assert torch.allclose(predict(net, x.flip(0)).flip(0), predict(net, x), atol=1e-5)


def test_batches_on_two_cores_are_answered_as_on_one(x, monkeypatch):
    net = net_of({})
    on_two = predict(net, x, batch=3)
    monkeypatch.setattr(together, "_helper", lambda: None)
    assert torch.equal(predict(net, x, batch=3), on_two)
    assert torch.equal(torch.cat([predict(net, part) for part in x.split(3)]), on_two)


@each_arch
def test_relu_after_the_pooling_gives_the_bits_of_layer_after_layer(arch, x):
    """Also where γ is negative, and where all four numbers of a window are equal, as in a digit's margin."""
    net = net_of(arch).train()
    with torch.no_grad():
        for unit in net.units():
            unit.norm.weight[::2] *= -1
            unit.norm.bias += 0.3
    plain = copy.deepcopy(net)
    one, other = net(x), plain.head(plain.layers(plain.normalise(x)))
    for logits in (one, other):
        logits.square().sum().backward()
    assert torch.equal(one, other)
    assert all(torch.equal(a.grad, b.grad) for a, b in zip(net.parameters(), plain.parameters(), strict=True))
    assert all(torch.equal(a, b) for a, b in zip(net.buffers(), plain.buffers(), strict=True))


@pytest.mark.parametrize("training", [True, False])
def test_predict_leaves_no_trace(training, x):
    net = net_of({"conv": (4,)}).train(training)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    logits = predict(net, x)
    assert net.training is training and not logits.requires_grad
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())


def test_accuracy_is_a_percentage():
    class Always(nn.Module):
        def forward(self, x):
            return nn.functional.one_hot(torch.full((len(x),), 3), 10).float()

    data = digits.load()
    assert accuracy(Always(), data.test_x, data.test_y) == pytest.approx(10)
    assert accuracy(Always(), data.test_x[data.test_y == 3], data.test_y[data.test_y == 3]) == 100


def test_a_description_that_is_not_ours_is_refused():
    with pytest.raises(TypeError):
        build({"conv": [4], "layers": 3})
    model = to_model(DigitNet((4,), (8,)))
    with pytest.raises(RuntimeError):
        from_model(Model({**model.arch, "dense": [9]}, model.weights))
    with pytest.raises(RuntimeError):
        from_model(Model(model.arch, {"head.weight": model.weights["head.weight"]}))


# ---- dense networks, and columns of them ----

DENSE = [
    {"kind": "mlp", "hidden": [], "outputs": 10},
    {"kind": "mlp", "hidden": [7, 5], "outputs": 20},
    {"kind": "columns", "hidden": [7, 5], "outputs": 4, "columns": 1},
    {"kind": "columns", "hidden": [6, 5, 4], "outputs": 10, "columns": 3},
]
each_dense = pytest.mark.parametrize("arch", DENSE, ids=str)


@each_dense
def test_dense_networks_are_stored_and_opened_like_any_other(arch, x):
    torch.manual_seed(0)
    net = build(arch)
    model = to_model(net)
    again = from_model(model)
    assert again.arch == net.arch == model.arch == arch and not again.training
    assert predict(net, x).shape == (len(x), arch["outputs"]) and torch.equal(predict(again, x), predict(net, x))
    with pytest.raises(TypeError):
        build(arch | {"conv": [4]})
    with pytest.raises(RuntimeError):
        from_model(Model(arch | {"outputs": 3}, model.weights))


def test_a_dense_network_by_hand(x):
    net = MLP((7,), 4)
    (w, b), (v, c) = ((layer.weight, layer.bias) for layer in net.layers)
    hidden = (((x.flatten(1) - MEAN) / STD) @ w.T + b).clamp(min=0)
    assert torch.allclose(net(x), hidden @ v.T + c, atol=1e-5)
    assert count(net) == 785 * 7 + 8 * 4


def test_columns_by_hand(x):
    """Rusu et al. 2016, equation 1, for two columns of two hidden layers; the first never hears of the second."""
    torch.manual_seed(0)
    net, inputs = Columns((6, 5), 3, 2), (x.flatten(1) - MEAN) / STD
    old, new, (u_2, u_3) = net.own[0], net.own[1], net.lateral[1]
    h_1, g_1 = old[0](inputs).relu(), new[0](inputs).relu()
    h_2, g_2 = old[1](h_1).relu(), (new[1](g_1) + u_2(h_1)).relu()
    first, second = net.each(x, 1)
    assert torch.allclose(first, old[2](h_2), atol=1e-5)
    assert torch.allclose(second, new[2](g_2) + u_3(h_2), atol=1e-5) and torch.allclose(net(x), first)
    assert count(net) == 2 * count(MLP((6, 5), 3)) + 6 * 5 + 5 * 3


# ---- colour, pictures brought to their own mean, pooling first ----

NEW = [
    {"channels": 3},
    {"standardise": True},
    {"pool_first": True},
    {"channels": 3, "standardise": True, "pool_first": True},
    {"pool_first": True, "separable": True, "kernel": 5},
]
each_new = pytest.mark.parametrize("arch", [{"conv": (4, 6), "dense": (7,)} | more for more in NEW], ids=str)


@each_new
def test_new_descriptions_are_stored_and_opened_again(arch, x):
    net = net_of(arch)
    model = to_model(net)
    again = from_model(model)
    assert (
        again.arch == net.arch == build(net.arch).arch
        and arch.items() <= (net.arch | {"conv": tuple(net.arch["conv"]), "dense": tuple(net.arch["dense"])}).items()
    )
    assert torch.equal(predict(again, x), predict(net, x)) and predict(net, x).shape == (len(x), 10)
    assert (net.features(x) >= 0).all() and torch.allclose(net.head(net.features(x)), predict(net, x), atol=1e-5)
    with pytest.raises(RuntimeError):
        from_model(Model({**model.arch, "channels": 2}, model.weights))


def test_old_descriptions_stay_as_they_were(x):
    """Runs that were stored before there was colour: no new name in the description, and the same answers."""
    old = {"conv": [4, 6], "dense": [7], "kernel": 3, "separable": False}
    net = net_of(old)
    assert build(old).arch == net.arch == old
    plain = net_of(old | {"channels": 1, "standardise": False, "pool_first": False})
    assert plain.arch == old and torch.equal(predict(plain, x), predict(net, x))
    assert (
        not any(hasattr(unit, "pool") for unit in net.units())
        and sum(isinstance(m, nn.MaxPool2d) for m in net.layers) == 2
    )


@pytest.mark.parametrize("standardise", [False, True])
def test_a_grey_picture_is_one_whose_three_channels_are_equal(standardise, x):
    net = net_of({"conv": (4, 6), "dense": (7,), "channels": 3, "standardise": standardise})
    same = predict(net, x.expand(-1, 3, -1, -1))
    assert torch.allclose(predict(net, x), same, atol=2e-3 * same.abs().max().item()), "but for n − 1 in the deviation"
    assert not torch.allclose(
        predict(net, x), predict(net, x.expand(-1, 3, -1, -1) * torch.tensor([1, 0.5, 0])[:, None, None]), atol=0.01
    )


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("a, b", [(0.5, 0.0), (0.5, 0.5), (1.0, 0.2), (0.2, 0.7), (2.0, -0.3)])
def test_standardised_pictures_have_neither_brightness_nor_contrast(a, b, channels):
    net, x = DigitNet((4,), channels=channels, standardise=True), torch.rand(6, channels, 28, 28)
    one, other = net.normalise(x), net.normalise(a * x + b)
    deviation = x.std((1, 2, 3), keepdim=True)
    assert torch.allclose(other, one * (deviation + FLAT) / (deviation + FLAT / a), atol=1e-4), (
        "FLAT is all that differs"
    )
    assert (one - other).abs().max() < 2 * FLAT / min(a, 1) / deviation.min() * one.abs().max()
    assert torch.allclose(one.mean((1, 2, 3)), torch.zeros(6), atol=1e-5)
    assert torch.allclose(one.std((1, 2, 3)), torch.ones(6), atol=1.5 * FLAT / deviation.min().item())


def test_each_picture_is_standardised_by_itself_and_an_empty_one_stays_empty(x):
    net = DigitNet((4,), standardise=True)
    assert torch.allclose(net.normalise(x)[3:4], net.normalise(x[3:4]), atol=1e-6)
    assert (net.normalise(torch.full((2, 1, 28, 28), 0.7)).abs() < 1e-3).all() and torch.isfinite(
        net(torch.zeros(2, 1, 28, 28))
    ).all()
    inverted = net.normalise(1 - x)
    assert torch.allclose(inverted, -net.normalise(x), atol=1e-4), "a negative is not undone"


def test_pooling_first_by_hand(x):
    net = net_of({"conv": (4, 6), "dense": (), "pool_first": True})
    h = (x - MEAN) / STD
    for unit in net.units():
        h = nn.functional.max_pool2d(unit.weights(h), 2)
        shape = (1, -1, 1, 1)
        h = (h - unit.norm.running_mean.view(shape)) / (unit.norm.running_var.view(shape) + unit.norm.eps).sqrt()
        h = (h * unit.norm.weight.view(shape) + unit.norm.bias.view(shape)).clamp(min=0)
    assert torch.allclose(net.features(x), h.flatten(1), atol=1e-4)
    assert count(net) == count(DigitNet((4, 6), ()))


@pytest.mark.parametrize("separable", [False, True])
def test_folded_for_an_attack_it_answers_the_same_whatever_the_sign_of_gamma(separable, x):
    """Where pooling comes first, BatchNorm may not be drawn into the weights: a negative γ makes the largest the smallest."""
    net = net_of({"conv": (4, 6), "dense": (7,), "pool_first": True, "separable": separable})
    with torch.no_grad():
        for i, unit in enumerate(net.units()):
            unit.norm.weight.copy_(torch.where(torch.arange(len(unit.norm.weight)) % 2 == i % 2, -1.3, 0.7))
            unit.norm.bias.normal_(generator=torch.Generator().manual_seed(i))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    answers, found = predict(net, x), folded(net)
    assert torch.allclose(predict(found, x), answers, atol=1e-4 * answers.abs().max().item()) and answers.std() > 0.01
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert isinstance(found.units()[-1].norm, nn.Identity), "what can be folded is"
