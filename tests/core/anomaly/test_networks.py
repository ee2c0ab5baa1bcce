"""Detectors that are networks: their losses and scores by hand, scipy and torch.distributions; what keeps each from collapsing."""

import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax, logsumexp, softmax
from scipy.stats import entropy
from torch import nn
from torch.distributions import Normal, kl_divergence

from core.anomaly import datasets, models, networks
from core.anomaly import settings as s
from core.anomaly.detector import scores
from core.anomaly.networks import NETWORKS, centre, divergence, four_turns, noisy, soft_boundary, squared_error, unsure
from core.anomaly.settings import AnomalySettings
from core.loop import fresh, seeded
from core.nets import DigitNet, from_model, to_model

PLANE = s.Plane()


def some(*shape, seed=0, **more):
    return torch.randn(*shape, generator=seeded(seed), **more)


def autoencoder(*args):
    """Of weights that no other test has a say in."""
    return fresh(models.AutoEncoder, 0, *args)


def press_of(*args):
    return fresh(models.Press, 0, *args)


def begun(method, data=None, seed=0):
    data = data or s.OneClass()
    detector = NETWORKS[type(method)](method, seed)
    detector.begin(datasets.dataset_of(AnomalySettings(data=data, method=method, seed=seed)))
    return detector


def learned(method, data=None, steps=60, rate=1e-3, seed=0):
    """A detector after some steps, and what its loss was at each of them."""
    detector, generator, losses = begun(method, data, seed), seeded(seed), []
    optimizer = torch.optim.Adam(detector.net.parameters(), rate)
    for _ in range(steps):
        loss = detector.loss(torch.randint(len(detector.x), (32,), generator=generator))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return detector, losses


# ---- formulas ----


def test_squared_error_is_the_sum_over_all_that_an_example_has():
    x, back = some(3, 1, 4, 5), some(3, 1, 4, 5, seed=1)
    by_hand = [
        sum((a - b) ** 2 for a, b in zip(one.flatten().tolist(), other.flatten().tolist()))
        for one, other in zip(x, back)
    ]
    assert squared_error(x, back).tolist() == pytest.approx(by_hand, rel=1e-5)
    assert squared_error(x[:, 0, 0], back[:, 0, 0]).shape == (3,) and squared_error(x, x).abs().max() == 0


@pytest.mark.parametrize("sigma", [0, 0.1, 0.5, 2])
def test_noise_has_the_deviation_that_was_asked_for_and_no_mean(sigma):
    x = torch.linspace(0, 1, 784).view(1, 1, 28, 28).expand(200, -1, -1, -1)
    added = noisy(x, sigma, seeded(0)) - x
    n = added.numel()
    assert abs(added.mean().item()) <= 4 * sigma / math.sqrt(n) and added.std().item() == pytest.approx(
        sigma, rel=4 / math.sqrt(2 * n)
    )
    assert sigma == 0 or abs((added[:, :, 0] * added[:, :, 27]).mean().item()) < 0.02 * sigma**2 + 1e-9, (
        "each pixel by itself"
    )
    if sigma:
        one, again, other = (noisy(x[:1], sigma, seeded(i)) for i in (1, 1, 2))
        assert torch.equal(one, again) and not torch.equal(one, other)


@given(st.integers(0, 99), st.integers(1, 5), st.integers(1, 6))
def test_the_divergence_is_that_of_torch_distributions(seed, n, d):
    mean, log_var = 2 * some(n, d, seed=seed), some(n, d, seed=seed + 1)
    theirs = kl_divergence(Normal(mean, (log_var / 2).exp()), Normal(torch.zeros(()), torch.ones(()))).sum(1)
    assert (
        torch.allclose(divergence(mean, log_var), theirs, rtol=1e-4, atol=1e-5)
        and (divergence(mean, log_var) > -1e-5).all()
    )
    picture = (each.view(n, d, 1, 1) for each in (mean, log_var))
    assert torch.allclose(divergence(*picture), theirs, rtol=1e-4, atol=1e-5), "of a code that is a picture"


def test_a_standard_cloud_costs_nothing():
    assert divergence(torch.zeros(2, 3), torch.zeros(2, 3)).tolist() == [0, 0]
    assert divergence(torch.ones(1, 3), torch.zeros(1, 3)).item() == 1.5


def test_the_soft_boundary_by_hand():
    square = torch.tensor([1.0, 2.0, 5.0, 9.0])
    assert soft_boundary(square, torch.tensor(4.0), 0.1).item() == pytest.approx(4 + (1 + 5) / 4 / 0.1)
    assert soft_boundary(square, torch.tensor(10.0), 0.1).item() == 10
    at = square.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(soft_boundary(at, torch.tensor(4.0), 0.5), at)
    assert gradient.tolist() == [0, 0, 0.5, 0.5], "only those outside are pulled in"


def test_the_best_radius_leaves_the_share_outside_that_may_lie_there():
    """R² + 1/ν mean max(0, d² − R²) is least at the 1 − ν quantile of d²: where the radius is put."""
    square, nu = some(400).square(), 0.2
    radii = square.sort().values
    best = radii[torch.stack([soft_boundary(square, radius, nu) for radius in radii]).argmin()]
    assert (square > best).float().mean().item() == pytest.approx(nu, abs=0.01)
    assert best.item() == pytest.approx(square.quantile(1 - nu).item(), rel=0.02)


def test_no_coordinate_of_a_centre_is_near_zero():
    features = torch.tensor([[0.05, -0.02, 1.0, -3.0, 0.0, 0.1], [0.01, -0.04, 3.0, -1.0, 0.0, 0.1]])
    assert centre(features).tolist() == pytest.approx([0.1, -0.1, 2, -2, 0.1, 0.1])
    assert (centre(some(50, 200)).abs() >= networks.NEAR_ZERO - 1e-7).all()


# ---- how unsure a classifier is ----

LOGITS = 3 * some(1, 6, 4)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_unsure_is_scipy_s(temperature):
    z = LOGITS[0].double().numpy() / temperature
    p = softmax(z, axis=1)
    assert unsure(LOGITS, "softmax", temperature).numpy() == pytest.approx(1 - p.max(1), rel=1e-9)
    assert unsure(LOGITS, "entropy", temperature).numpy() == pytest.approx(entropy(p, axis=1), rel=1e-9)
    assert unsure(LOGITS, "energy", temperature).numpy() == pytest.approx(-temperature * logsumexp(z, axis=1), rel=1e-9)


@pytest.mark.parametrize("kind", ["softmax", "entropy", "energy"])
def test_the_temperature_divides_the_logits(kind):
    by_t, factor = unsure(LOGITS, kind, 5.0), 5 if kind == "energy" else 1
    assert torch.allclose(by_t, factor * unsure(LOGITS / 5, kind, 1.0))
    assert not torch.allclose(by_t, unsure(LOGITS, kind, 1.0))


@pytest.mark.parametrize("kind", ["softmax", "entropy"])
@pytest.mark.parametrize("temperature", [0.1, 1.0])
def test_very_sure_is_not_equally_sure(kind, temperature):
    """1 − p of such logits is 1e-13 and less: subtracted from 1 in the end, all of them would be 0 and tied."""
    apart = torch.tensor([5.0, 12, 20, 25, 30, 35, 40, 60]) * temperature
    logits = torch.stack([apart, torch.zeros(8), torch.zeros(8)], 1)[None]
    found = unsure(logits, kind, temperature)
    assert found.tolist() == sorted(set(found.tolist()), reverse=True) and (found > 0).all()
    z = logits[0].double().numpy() / temperature
    log_p = log_softmax(z, axis=1)
    others = (
        np.exp(logsumexp(log_p[:, 1:], axis=1))
        if kind == "softmax"
        else (-np.exp(log_p[:, 1:]) * log_p[:, 1:]).sum(1) - log_p[:, 0]
    )
    assert found.numpy()[:5] == pytest.approx(others[:5], rel=0.01)


def test_energy_in_words():
    """All logits raised by one: as sure by probability, and one lower by energy."""
    for kind, less in (("softmax", 0), ("entropy", 0), ("energy", 1)):
        assert torch.allclose(unsure(LOGITS + 1, kind, 2.0), unsure(LOGITS, kind, 2.0) - less)


def test_of_turned_pictures_it_counts_whether_the_turn_is_recognised():
    """Logits of two pictures in their four turns: the first is always recognised, the second is always taken for upright."""
    sure = torch.eye(4)[:, None] * 8
    fooled = torch.eye(4)[:1, None].expand(4, 1, 4) * 8
    logits = torch.cat([sure, fooled], 1)
    p = softmax(np.array([8.0, 0, 0, 0]))
    assert unsure(logits, "softmax", 1.0, True).tolist() == pytest.approx([1 - p[0], 1 - (p[0] + 3 * p[1]) / 4])
    assert unsure(logits, "softmax", 1.0).tolist() == pytest.approx([1 - p[0]] * 2), (
        "of classes the largest counts, whichever it is"
    )
    assert unsure(logits, "entropy", 1.0, True).tolist() == pytest.approx([entropy(p)] * 2)


def test_it_is_the_mean_over_turns():
    logits = some(4, 3, 5)
    for kind in ("softmax", "entropy", "energy"):
        each = torch.stack([unsure(turn[None], kind, 2.0) for turn in logits])
        assert (
            torch.allclose(unsure(logits, kind, 2.0), each.mean(0)) and unsure(logits, kind, 2.0).dtype == torch.float64
        )


# ---- turns ----


def test_four_turns_are_numpy_s():
    x = some(3, 1, 28, 28)
    turns = four_turns(x)
    assert turns.shape == (4, 3, 1, 28, 28)
    for turn in range(4):
        assert np.array_equal(turns[turn].numpy(), np.rot90(x.numpy(), turn, (2, 3)))
    assert torch.equal(turns[2], x.flip(2, 3)) and torch.equal(four_turns(turns[1])[3], x)


def test_where_all_normals_are_of_one_class_turns_are_learned():
    detector = begun(s.Confidence())
    fit = datasets.dataset_of(AnomalySettings()).train_x
    assert detector.turning and detector.x.shape == (4 * len(fit), 1, 28, 28)
    for turn in range(4):
        own = detector.x[detector.y == turn]
        assert torch.equal(own, torch.rot90(fit, turn, (2, 3)))
    logits = detector.logits(fit[:3])
    assert logits.shape == (4, 3, 10) and torch.allclose(
        logits[1], detector.net.eval()(torch.rot90(fit[:3], 1, (2, 3))), atol=1e-5
    )


@pytest.mark.parametrize(
    "data, classes", [(s.OneClass(normal="135"), {1, 3, 5}), (s.Damaged(), set(range(10)))], ids=str
)
def test_where_there_are_several_the_classes_are_learned(data, classes):
    detector = begun(s.Confidence(), data)
    assert not detector.turning and type(detector.net) is DigitNet and set(detector.y.tolist()) == classes
    x = detector.x[:4]
    assert torch.equal(detector.logits(x)[0], detector.net.eval()(x)) and len(detector.logits(x)) == 1


def test_points_of_several_parts_are_told_apart():
    for shape, classes in (("moons", 2), ("spots", 3)):
        detector, losses = learned(s.Confidence(), s.Plane(shape=shape), rate=0.01)
        assert detector.logits(detector.x[:5]).shape == (1, 5, classes) and losses[-1] < 0.5 * losses[0]
        assert (detector.logits(detector.x)[0].argmax(1) == detector.y).float().mean() > 0.9


def test_a_classifier_learns_its_turns():
    _, losses = learned(s.Confidence(), steps=40, rate=0.005)
    assert losses[0] > 1.2 and np.mean(losses[-5:]) < 0.5, "chance is log 4 of four turns"


# ---- autoencoders ----

SHAPES = {(1, 28, 28): ("dense", "conv", "local"), (30,): ("dense",), (2,): ("dense",)}
NETS = [(shape, net) for shape, nets in SHAPES.items() for net in nets]


@pytest.mark.parametrize("variational", [False, True])
@pytest.mark.parametrize("bottleneck", [1, 7, 60])
@pytest.mark.parametrize("shape, net", NETS, ids=str)
def test_an_autoencoder_gives_back_the_shape_and_its_code_has_the_size(shape, net, bottleneck, variational):
    x = torch.rand(3, *shape, generator=seeded(0))
    ae = autoencoder(shape, net, bottleneck, 16, variational)
    code = (3, math.ceil(bottleneck / 49), 7, 7) if net == "local" else (3, bottleneck)
    assert ae.encode(x).shape == code and ae(x).shape == x.shape
    assert ae(x).min() >= 0 and ae(x).max() <= 1 or len(shape) == 1, "pictures are pictures again"
    if variational:
        mean, log_var = ae.cloud(x)
        assert (
            mean.shape == log_var.shape == code and torch.equal(ae.encode(x), mean) and not torch.equal(mean, log_var)
        )
        assert torch.equal(ae(x), ae.decoder(mean))


def test_the_dense_network_is_as_wide_as_the_knobs_say():
    ae = autoencoder((1, 28, 28), "dense", 32, 100)
    assert [(layer.in_features, layer.out_features) for layer in ae.modules() if isinstance(layer, nn.Linear)] == [
        (784, 100),
        (100, 32),
        (32, 100),
        (100, 784),
    ]


def test_a_code_of_numbers_is_not_bounded_below():
    """A ReLU on the code would halve what it can say."""
    for shape, net in NETS:
        ae = autoencoder(shape, net, 20, 16)
        code = ae.encode(torch.rand(40, *shape, generator=seeded(1)))
        assert code.min() < 0 < code.max()


def test_a_local_code_knows_only_its_neighbourhood_and_a_dense_one_everything():
    for net, whole in (("local", False), ("conv", True), ("dense", True)):
        ae = autoencoder((1, 28, 28), net, 49, 16)
        x = torch.rand(1, 1, 28, 28, generator=seeded(2))
        changed = x.clone()
        changed[..., :3, :3] = 1 - changed[..., :3, :3]
        far = (ae(changed) - ae(x))[0, 0, 20:, 20:].abs().max()
        assert (far > 0) == whole


@pytest.mark.parametrize("net", ["dense", "conv", "local"])
@pytest.mark.parametrize("method", [s.AutoEncoder, s.Denoising, s.Variational], ids=lambda m: m.__name__)
def test_the_loss_is_the_mean_squared_error_and_falls(method, net):
    detector, losses = learned(method(net=net, hidden=32), s.OneClass(normal="1"), steps=40, rate=3e-3)
    assert np.mean(losses[-5:]) < 0.7 * losses[0]
    x = detector.x[:9]
    assert torch.allclose(detector.score(x), squared_error(x, detector.net(x)), rtol=1e-4)
    assert torch.equal(detector.expects(x), detector.net(x)) and torch.allclose(
        detector.error(x), (x - detector.net(x)).square()
    )


@torch.no_grad()
def test_the_loss_of_an_autoencoder_by_hand():
    detector, index = begun(s.AutoEncoder()), torch.tensor([3, 1, 4])
    x = detector.x[index]
    assert detector.loss(index).item() == pytest.approx(((x - detector.net(x)) ** 2).sum().item() / 3, rel=1e-5)


@torch.no_grad()
def test_the_loss_of_a_denoising_one_is_against_the_clean_picture():
    detector, index, seed = begun(s.Denoising(noise=0.7)), torch.tensor([3, 1, 4]), 0
    x = detector.x[index]
    seen = x + 0.7 * torch.randn(x.shape, generator=seeded(seed + 1))
    assert detector.loss(index).item() == pytest.approx(squared_error(x, detector.net(seen)).mean().item(), rel=1e-5)
    assert not torch.equal(detector.loss(index), detector.loss(index)), "fresh noise each time"
    assert torch.equal(detector.score(x), detector.score(x)) and torch.equal(detector.expects(x), detector.net(x)), (
        "none when it is asked"
    )
    assert begun(s.Denoising(noise=0)).loss(index).item() == pytest.approx(
        begun(s.AutoEncoder()).loss(index).item(), rel=1e-6
    )


@torch.no_grad()
@pytest.mark.parametrize("weight", [0.1, 5.0])
def test_the_loss_of_a_variational_one_by_hand(weight):
    """Both parts summed over what an example has; the code is drawn as μ + σ ε."""
    detector, index, seed = begun(s.Variational(weight=weight)), torch.tensor([3, 1, 4]), 0
    x = detector.x[index]
    mean, log_var = detector.net.cloud(x)
    code = mean + log_var.exp().sqrt() * torch.randn(mean.shape, generator=seeded(seed + 1))
    by_hand = squared_error(x, detector.net.decoder(code)) + weight * divergence(mean, log_var)
    assert detector.loss(index).item() == pytest.approx(by_hand.mean().item(), rel=1e-5)


@torch.no_grad()
def test_a_variational_one_scores_from_the_middle_of_each_cloud():
    by_error, by_bound = (begun(s.Variational(judge=judge, weight=3)) for judge in ("error", "elbo"))
    x = by_error.x[:5]
    assert torch.equal(by_error.score(x), by_error.score(x)) and torch.equal(by_bound.score(x), by_bound.score(x))
    assert torch.allclose(
        by_error.score(x), squared_error(x, by_error.net.decoder(by_error.net.cloud(x)[0])), rtol=1e-5
    )
    assert torch.allclose(
        by_bound.score(x) - by_error.score(x), 3 * divergence(*by_bound.net.cloud(x)), rtol=1e-3, atol=1e-3
    )


def test_the_weight_presses_the_clouds_together():
    x = begun(s.Variational()).x
    weak, strong = (learned(s.Variational(weight=weight), steps=80)[0] for weight in (0.01, 100))
    with torch.no_grad():
        assert divergence(*strong.net.cloud(x)).mean() < 0.1 * divergence(*weak.net.cloud(x)).mean()


# ---- Deep SVDD ----


def each_press():
    return [press_of((1, 28, 28), 16), press_of((30,), 16), press_of((2,), 4)]


def test_nothing_lets_the_network_ignore_its_input():
    """No bias and no bounded activation anywhere, nor learned shifts in BatchNorm (Ruff et al. 2018, propositions 2 and 3)."""
    for press in each_press():
        names = [name for name, _ in press.named_parameters()]
        assert names and not [name for name in names if "bias" in name]
        kinds = {type(layer) for layer in press.layers}
        assert kinds <= {nn.Conv2d, nn.Linear, nn.BatchNorm2d, nn.BatchNorm1d, nn.LeakyReLU, nn.MaxPool2d, nn.Flatten}
        assert not any(layer.affine for layer in press.modules() if isinstance(layer, nn.BatchNorm2d | nn.BatchNorm1d))
        assert isinstance(list(press.layers)[-1], nn.Linear), "its last word is not bounded"


def test_a_press_gives_the_squared_distance_to_its_centre():
    for press, shape in zip(each_press(), ((1, 28, 28), (30,), (2,))):
        press.centre.copy_(some(len(press.centre)))
        x = torch.rand(5, *shape, generator=seeded(0))
        press.eval()
        by_hand = [math.dist(row, press.centre.tolist()) ** 2 for row in press.layers(x).tolist()]
        assert press(x).tolist() == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("objective", ["one", "soft"])
@pytest.mark.parametrize("data", [s.OneClass(), s.Tumours(), PLANE], ids=lambda data: data.name)
def test_svdd_learns_and_does_not_collapse(data, objective):
    """The figures that a broken one fails (PyOD 3.6.0 to 3.6.2): the loss falls, the centre is not zero, scores differ."""
    detector, losses = learned(s.SVDD(objective=objective, dimensions=16), data, steps=50)
    here = datasets.dataset_of(AnomalySettings(data=data))
    with torch.no_grad():
        found = scores(detector, here.test_x)
    assert np.mean(losses[-5:]) < 0.7 * losses[0] and (detector.net.centre.abs() >= networks.NEAR_ZERO - 1e-6).all()
    assert len(found.unique()) > 0.95 * len(found) and found.std() > 1e-3 * found.abs().mean()


@torch.no_grad()
def test_the_centre_is_chosen_before_the_first_step_and_stays():
    detector = begun(s.SVDD())
    assert torch.allclose(detector.net.centre, centre(copy.deepcopy(detector.net).eval().layers(detector.x)), atol=1e-6)
    before = detector.net.centre.clone()
    with torch.enable_grad():
        after = learned(s.SVDD())[0].net.centre
    assert torch.equal(before, after) and "centre" not in dict(detector.net.named_parameters())


@torch.no_grad()
def test_the_loss_of_svdd_by_hand():
    one, soft, index = begun(s.SVDD()), begun(s.SVDD(objective="soft", outside=0.25)), torch.arange(40)
    square = copy.deepcopy(one.net).train()(one.x[index])
    assert one.loss(index).item() == pytest.approx(square.mean().item(), rel=1e-5) and one.net.radius == 0
    radius = square.quantile(0.75)
    assert soft.loss(index).item() == pytest.approx(
        (radius + (square - radius).clamp(min=0).mean() / 0.25).item(), rel=1e-5
    )
    assert soft.net.radius.item() == pytest.approx(radius.item(), rel=1e-5)
    x = one.x[:7]
    assert torch.allclose(soft.score(x), soft.net.eval()(x) - radius, rtol=1e-4) and torch.equal(
        one.score(x), one.net.eval()(x)
    )


def test_the_more_may_lie_outside_the_more_do():
    """The radius is that of the last batch, in training mode: over everything the share is near ν and no more than that."""
    few, many = (learned(s.SVDD(objective="soft", outside=outside), PLANE, steps=100)[0] for outside in (0.05, 0.5))
    with torch.no_grad():
        outside = [(detector.score(detector.x) > 0).float().mean().item() for detector in (few, many)]
    assert outside[0] < 0.15 and outside[0] + 0.1 < outside[1] < 0.75


# ---- all of them ----

ALL = [s.Confidence(), s.AutoEncoder(), s.Denoising(), s.Variational(), s.SVDD(), s.SVDD(objective="soft")]
each_network = pytest.mark.parametrize(
    "method", ALL, ids=lambda method: f"{method.name}-{getattr(method, 'objective', '')}"
)


@each_network
def test_asking_leaves_no_trace_and_batches_do_not_matter(method):
    detector, _ = learned(method, s.OneClass(normal="3"), steps=3)
    x = datasets.dataset_of(AnomalySettings()).test_x[:24]
    state = {name: value.clone() for name, value in detector.net.state_dict().items()}
    one, alone = scores(detector, x), scores(detector, x, batch=1)
    assert torch.allclose(one, alone, rtol=1e-3, atol=1e-4), "BatchNorm in evaluation mode: neighbours do not count"
    assert all(torch.equal(value, state[name]) for name, value in detector.net.state_dict().items())
    assert torch.equal(one, scores(detector, x)) and len(one.unique()) == len(one) and one.dtype.is_floating_point


@each_network
def test_the_seed_decides_and_nothing_around_it_does(method):
    state = torch.random.get_rng_state()
    one, (again, _), other = (
        learned(method, PLANE, 3)[0],
        learned(method, PLANE, 3),
        learned(method, PLANE, 3, seed=1)[0],
    )
    torch.rand(3)
    weights = [torch.cat([p.flatten() for p in each.net.parameters()]) for each in (one, again, other)]
    assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])
    torch.random.set_rng_state(state)
    begun(method)
    assert torch.equal(torch.random.get_rng_state(), state)


@each_network
@pytest.mark.parametrize("data", [s.OneClass(), PLANE], ids=lambda data: data.name)
def test_a_network_comes_back_from_what_is_stored_of_it(method, data):
    detector, _ = learned(method, data, steps=2)
    model = to_model(detector.net)
    back = models.from_model(model)
    assert type(back) is type(detector.net) and back.arch == detector.net.arch and not back.training
    x = datasets.dataset_of(AnomalySettings(data=data)).test_x[:9]
    again = NETWORKS[type(method)](method, 0)
    again.net = back
    with torch.no_grad():
        assert torch.equal(again.score(x), detector.score(x))


def test_only_a_classifier_of_digits_says_that_it_reads_digits():
    several = begun(s.Confidence(), s.OneClass(normal="12"))
    assert to_model(several.net).reads_digits and from_model(to_model(several.net))(several.x[:2]).shape == (2, 10)
    for method in ALL:
        assert not to_model(begun(method).net).reads_digits and not to_model(begun(method, PLANE).net).reads_digits
