"""Networks destroyed layer by layer: nothing learned is left, and a map that stays shows the picture."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from core.attribution import inputs, trust
from core.data import digits, imagenet, photos
from core.explain import randomise
from core.nets import MLP, Columns, DigitNet
from core.subject.models import DIGITS, Subject, digit_net, photo_net


def trained_like(net: nn.Module) -> nn.Module:
    """Every tensor away from what a fresh network has, and BatchNorm statistics that fit; no gradients, evaluation."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for tensor in net.parameters():
            tensor += 0.1 * torch.randn(tensor.shape, generator=generator)
        for norm in (part for part in net.modules() if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d)):
            norm.momentum = None  # one pass is all there is to average
        net.train()(digits.load().train_x[::40])
    return net.eval().requires_grad_(False)


NETS = {
    "DigitNet": lambda: DigitNet((8, 16), (12,)),
    "slim": lambda: DigitNet((3, 1, 5), (7,)),
    "separable": lambda: DigitNet((4, 6, 8), (), separable=True),
    "no dense": lambda: DigitNet((4, 8), ()),
    "MLP": lambda: MLP((20, 15)),
    "Columns": lambda: Columns((12, 9), columns=3),
}
each_net = pytest.mark.parametrize("make", NETS.values(), ids=NETS)


@each_net
def test_layer_by_layer_nothing_learned_is_left(make):
    net = trained_like(make())
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    parts = list(randomise.stages(net).values())
    ids = [{id(tensor) for part in layer for tensor in part.parameters()} for layer in parts]
    assert sum(len(each) for each in ids) == len(list(net.parameters())) == len(set.union(*ids)), "every tensor once"
    destroyed = list(randomise.destroyed(net, 0))
    assert [name for name, _ in destroyed] == [randomise.TRAINED, *randomise.stages(net)]
    own = {name: id(tensor) for name, tensor in net.named_parameters()}
    for depth, (_, copy) in enumerate(destroyed):
        reached = set().union(*ids[:depth])
        same = {name: torch.equal(tensor, before[name]) for name, tensor in copy.named_parameters()}
        assert same == {name: own[name] not in reached for name in same}
        assert not copy.training and not any(module.training for module in copy.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items()), (
        "the network itself stays"
    )


@each_net
def test_activations_neither_die_nor_explode(make):
    net, x = trained_like(make()), digits.load().test_x[::10]
    trained = deviations(net, x)
    for name, copy in randomise.destroyed(net, 1):
        found = deviations(copy, x)
        assert np.isfinite(found).all() and (found / trained).min() > 0.1 and (found / trained).max() < 10, name


def deviations(net: nn.Module, x: Tensor) -> np.ndarray:
    """Standard deviation over pictures of each layer's output, and of the logits."""
    found = []
    hooks = [
        layer.register_forward_hook(lambda _, __, y: found.append(y.std(0).mean().item()))
        for layer in inputs.layers(net).values()
    ]
    with torch.no_grad():
        found.append(net(x).std(0).mean().item())
    for hook in hooks:
        hook.remove()
    return np.array(found)


def test_statistics_are_measured_anew_and_untouched_layers_keep_theirs():
    net = trained_like(DigitNet((4, 6), (8,)))
    copies = dict(randomise.destroyed(net, 0))
    half = copies["dense 1"]
    for ours, theirs in zip(half.units()[:2], net.units()[:2]):
        assert torch.equal(ours.norm.running_mean, theirs.norm.running_mean)
    for copy in (half, copies["convolution 1"]):  # what was redrawn before is measured again, its input being another
        last, found = copy.units()[-1], []
        last.norm.register_forward_hook(lambda _, __, y, found=found: found.append(y))
        with torch.no_grad():
            copy(digits.load().train_x[:: randomise.EVERY])
        assert torch.allclose(found[0].mean(0), last.norm.bias, atol=1e-4)
        assert torch.allclose(found[0].std(0), last.norm.weight.abs(), atol=2e-2)
        assert last.norm.momentum is None


def test_the_same_seed_destroys_in_the_same_way():
    net, x = trained_like(DigitNet((4, 8), (6,))), digits.load().test_x[:5]
    first, again, other = ([copy(x) for _, copy in randomise.destroyed(net, seed)] for seed in (0, 0, 1))
    assert all(torch.equal(a, b) for a, b in zip(first, again))
    assert not any(torch.equal(a, b) for a, b in zip(first[1:], other[1:]))


def test_a_photo_network_is_destroyed_as_well():
    net, x = photo_net(), photos.load("coffee")[None, :, 64:160, 64:160]  # small, to be quick
    names, last = [], None
    trained = deviations_within(net, x)
    for name, copy in randomise.destroyed(net, 0):
        names.append(name)
        last = copy
    assert (
        names
        == [
            "trained",
            "output layer",
            "last convolution",
            *(f"block {i}" for i in range(len(names) - 4, 0, -1)),
            "first convolution",
        ]
        and len(names) == 20
    )
    before = dict(net.named_parameters())
    assert not any(torch.equal(tensor, before[key]) for key, tensor in last.named_parameters())
    found = deviations_within(last, x)
    assert np.isfinite(found).all() and (found / trained).min() > 0.1 and (found / trained).max() < 20


def deviations_within(net: nn.Module, x: Tensor) -> np.ndarray:
    found = []
    hooks = [
        layer.register_forward_hook(lambda _, __, y: found.append(y.std().item()))
        for layer in inputs.layers(net).values()
    ]
    with torch.no_grad():
        found.append(net(x).std().item())
    for hook in hooks:
        hook.remove()
    return np.array(found)


def gradient(subject: Subject, target: int) -> np.ndarray:
    x = subject.x[None].clone().requires_grad_()
    return torch.autograd.grad(subject.net(x)[0, target], x)[0][0, 0].numpy()


def test_the_gradient_forgets_and_the_gradient_times_the_picture_only_seems_not_to():
    """Adebayo et al. 2018: on sparse pictures the absolute input × gradient stays, whatever the network."""
    net = digit_net("compression-teacher")
    subject = Subject(net, digits.load().test_x[350], DIGITS)
    answer = subject.answer()
    plain = list(randomise.run(subject, answer, lambda now: gradient(now, answer), 0))
    times = list(randomise.run(subject, answer, lambda now: gradient(now, answer) * now.x[0].numpy(), 0))
    assert [stage.name for stage in plain] == [randomise.TRAINED, *randomise.stages(net)]
    assert [plain[0].signed, plain[0].absolute, plain[0].strokes] == pytest.approx([1, 1, 1])
    assert plain[0].probability == pytest.approx(subject.probabilities[answer].item(), abs=1e-5)
    assert abs(plain[-1].signed) < 0.25 and abs(times[-1].signed) < 0.25
    assert times[-1].absolute > 0.9 and times[-1].input_only > 0.9
    assert len({stage.input_only for stage in times}) == 1 and all(stage.map.shape == (28, 28) for stage in plain)


def test_a_map_that_never_asks_the_network_passes_no_test():
    subject = Subject(trained_like(MLP((8,))), digits.load().test_x[0], DIGITS)
    stages = list(randomise.run(subject, 0, lambda now: trust.input_only(now.x), 0))
    for stage in stages:
        assert [stage.signed, stage.absolute, stage.strokes, stage.input_only] == pytest.approx([1, 1, 1, 1])


def test_photos_have_no_strokes():
    subject = Subject(photo_net(), photos.load("coffee")[:, 64:128, 64:128], imagenet.names())
    stage = next(randomise.run(subject, 0, lambda now: trust.input_only(now.x), 0))
    assert stage.strokes is None and stage.name == randomise.TRAINED


def test_the_global_random_state_is_left_alone():
    net = MLP((5,))
    before, old = torch.get_rng_state(), np.random.get_state()[1].copy()
    list(randomise.destroyed(net, 0))
    assert torch.equal(before, torch.get_rng_state()) and np.array_equal(old, np.random.get_state()[1])
