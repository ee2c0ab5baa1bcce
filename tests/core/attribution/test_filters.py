"""Filters, what excites them, and features: against answers known beforehand."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.attribution import features, filters, inputs
from core.data import digits, imagenet, photos
from core.events import Finished, Metrics, Picture, Started
from core.explain import excite
from core.explain.settings import Excite
from core.nets import MLP, Columns, DigitNet
from core.subject.models import DIGITS, PhotoNet, Subject, digit_at, digit_net, photo_net


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


# ---- what excites it ----


def high_share(picture):
    """The share of a picture's power above a quarter of a cycle per pixel, without its mean."""
    grey = picture.mean(0)
    power = torch.fft.fft2(grey - grey.mean()).abs() ** 2
    f = torch.hypot(*torch.meshgrid(torch.fft.fftfreq(len(grey)), torch.fft.fftfreq(len(grey)), indexing="ij"))
    return float(power[f > 0.25].sum() / power.sum())


def last_of(climb):
    *_, (step, value, picture) = climb
    return value, picture


@pytest.mark.parametrize("about, shape", [(excite.DIGIT, (1, 64, 64)), (excite.PHOTO, (3, 64, 64))])
def test_at_the_start_the_spectrum_falls_as_the_prior_says(about, shape):
    rings = []
    for seed in range(40):
        numbers = 0.01 * torch.randn(shape[0], 64, 33, 2, generator=generator(seed))
        x = torch.logit(excite.fourier(numbers, shape, about).double()) - about.dark
        amplitude = torch.fft.fft2(x.mean(0)).abs()
        f = torch.hypot(*torch.meshgrid(torch.fft.fftfreq(64), torch.fft.fftfreq(64), indexing="ij"))
        rings.append([float(amplitude[(f - ring).abs() < 0.01].mean()) for ring in (0.05, 0.1, 0.2, 0.4)])
    slopes = np.diff(np.log(np.mean(rings, 0))) / np.log(2)
    assert slopes == pytest.approx(-about.decay, abs=0.15)


def test_colours_are_correlated_as_in_the_photos():
    root = excite.colours()
    covariance = root @ root.T
    pixels = torch.cat(
        [x.flatten(1) for x in map(photos.load, ("chelsea", "coffee", "motorcycle", "temple", "flower", "rocket"))], 1
    )
    expected = torch.cov(pixels)
    assert torch.allclose(covariance / covariance[0, 0], expected / expected[0, 0], atol=0.35)
    assert root.norm(dim=1).max() == pytest.approx(1) and (covariance > 0).all()  # bright in one is bright in all


def test_shaking_moves_a_spot_and_no_more_than_it_may():
    x = torch.zeros(1, 1, 56, 56)
    x[0, 0, 27:29, 27:29] = 1
    still = excite.Prior(1, 1, 0, shift=0, angle=0, zoom=0)
    assert torch.allclose(excite.shaken(x, still, generator()), x, atol=1e-5)
    centres = []
    for seed in range(60):
        y = excite.shaken(x, excite.Prior(1, 1, 0, shift=1 / 14, angle=0, zoom=0), generator(seed))[0, 0]
        centres.append([float((y.sum(d) * torch.arange(56)).sum() / y.sum()) - 27.5 for d in (0, 1)])
    assert np.abs(centres).max() <= 4.01 and np.ptp(centres, 0).min() > 5  # a fourteenth of 56 is 4


def looking_at(digit, which):
    """The same network; what excites its answer to a test digit of this class."""
    return replace(digit, x=digit_at(which, 2))


@pytest.mark.parametrize("wish", [3, 8])
def test_a_class_is_climbed_on_digits(digit, wish):
    events = list(excite.excite(Excite(steps=64), looking_at(digit, wish), seed=0))
    values = [e.values for e in events if isinstance(e, Metrics)]
    painted = {
        name: [e for e in events if isinstance(e, Picture) and e.name == name] for name in ("painted", "painted_plain")
    }
    end = events[-1]
    assert isinstance(events[0], Started) and events[0].total_steps == 64 and events[0].facts["name"] == str(wish)
    assert isinstance(end, Finished) and len(values) == 65
    for which in ("", "_plain"):
        assert values[-1][f"excited{which}"] > values[0][f"excited{which}"] + 10
        assert end.summary[f"excited{which}"] == values[-1][f"excited{which}"]
        assert end.summary[f"probability_painted{which}"] > 99
    for shots in painted.values():
        assert 10 <= len(shots) <= 14 and shots[-1].step == 64
        assert all(e.array.dtype == np.uint8 and e.array.shape == (28, 28, 1) for e in shots)
    first, last = (painted["painted"][i].array for i in (0, -1))
    assert first.mean() < 60 and not np.array_equal(
        first, last
    )  # a dark ground, and the array is no view of a moving one


def test_it_beats_random_pictures_of_the_same_spectrum(digit):
    __, objective = excite.unit_of(digit, Excite(unit="filter", layer=3, channel=5))
    value, picture = last_of(excite.paint(objective, (1, 28, 28), True, 48, 0))
    spectrum = torch.fft.rfft2(picture).abs()
    for seed in range(20):
        phases = torch.angle(torch.fft.rfft2(torch.rand(1, 28, 28, generator=generator(seed))))
        other = torch.fft.irfft2(torch.polar(spectrum, phases), s=(28, 28)).clamp(0, 1)
        with torch.inference_mode():
            assert value > objective(other.unsqueeze(0)).item()


def test_the_same_seed_paints_the_same_and_another_does_not(digit):
    __, objective = excite.unit_of(digit, Excite())
    for prior in (True, False):
        a, b, c = (last_of(excite.paint(objective, (1, 28, 28), prior, 10, seed))[1] for seed in (1, 1, 2))
        assert torch.equal(a, b) and not torch.equal(a, c)
        assert a.min() >= 0 and a.max() <= 1


def test_what_was_shaken_while_it_was_painted_excites_when_shaken(digit):
    """Without shaking about half of the excitement is lost by a turn and a shift, with it less than a third."""
    __, objective = excite.unit_of(looking_at(digit, 8), Excite())
    value, picture = last_of(excite.paint(objective, (1, 28, 28), True, 48, 0))
    source = generator(9)
    with torch.inference_mode():
        moved = [objective(excite.shaken(picture.unsqueeze(0), excite.DIGIT, source)).item() for _ in range(40)]
    assert np.mean(moved) > 0.6 * value


def test_pictures_already_painted_stay_as_they_are(digit):
    __, objective = excite.unit_of(looking_at(digit, 8), Excite())
    first, *_, last = [picture for *_, picture in excite.paint(objective, (1, 28, 28), False, 5, 0)]
    assert first.std() < 0.02 < 0.05 < last.std()


def test_without_its_prior_a_photo_is_noise(photo):
    events = list(excite.excite(Excite(wish=985, steps=16), photo, seed=0))
    last = {e.name: torch.from_numpy(e.array).permute(2, 0, 1) / 255 for e in events if isinstance(e, Picture)}
    assert events[0].facts["name"] == "daisy" and last["painted"].shape == (3, 160, 160)
    assert high_share(last["painted_plain"]) > 3 * high_share(last["painted"])
    values = [e.values for e in events if isinstance(e, Metrics)]
    assert (
        values[-1]["excited"] > values[0]["excited"] + 3
        and values[-1]["excited_plain"] > values[0]["excited_plain"] + 3
    )


def test_without_a_prior_only_the_pixels_are_climbed(digit):
    events = list(excite.excite(Excite(steps=16, prior=False), digit, seed=0))
    assert {e.name for e in events if isinstance(e, Picture)} == {"painted_plain"}
    assert all(set(e.values) == {"excited_plain"} for e in events if isinstance(e, Metrics))
    assert "excited" not in events[-1].summary


def test_a_filter_that_is_asleep_can_be_woken():
    """Climbed after its ReLU this filter would have no gradient at all."""
    net = fresh(DigitNet, conv=(4, 4), dense=(8,))
    net.units()[0].norm.bias[1] = -2.0
    subject = Subject(net, torch.zeros(1, 28, 28), DIGITS)
    name, objective = excite.unit_of(subject, Excite(unit="filter", layer=1, channel=5))
    assert name == "convolution 1, filter 1"  # five counted round
    climb = [value for _, value, _ in excite.paint(objective, (1, 28, 28), False, 16, 0)]
    assert climb[0] < 0 and climb[-1] > climb[0] + 0.2


@pytest.mark.parametrize(
    "make, layer, name",
    [
        (lambda: fresh(MLP, hidden=(6, 5)), 17, "dense 2, filter 2"),
        (lambda: fresh(Columns, hidden=(6, 5)), 1, "dense 1, filter 1"),
        (lambda: photo_net(), 17, "block 16, filter 7"),
        (lambda: fresh(DigitNet, conv=(3,), dense=()), 9, "convolution 1, filter 1"),
    ],
)
def test_the_unit_is_clamped_to_what_there_is(make, layer, name):
    net = make()
    x = (
        torch.rand(3, 64, 64, generator=generator())
        if isinstance(net, PhotoNet)
        else torch.rand(1, 28, 28, generator=generator())
    )
    found, objective = excite.unit_of(Subject(net, x, DIGITS), Excite(unit="filter", layer=layer, channel=7))
    assert found == name and torch.isfinite(objective(x.unsqueeze(0)))


# ---- features ----


def blobs():
    x = torch.randn(60, 12, generator=generator())
    x[30:, :4] += 12
    return x


def gap(places):
    """Distance of the two groups' centres in units of the largest distance from a centre."""
    a, b = places[:30], places[30:]
    radius = max(np.linalg.norm(each - each.mean(0), axis=1).max() for each in (a, b))
    return np.linalg.norm(a.mean(0) - b.mean(0)) / radius


def test_two_blobs_stay_apart_both_ways():
    x = blobs()
    assert gap(features.pca(x)[0]) > 3
    first, again = features.tsne(x, seed=1, perplexity=10), features.tsne(x, seed=1, perplexity=10)
    assert gap(first) > 1.5 and np.array_equal(first, again)


def test_pca_agrees_with_the_singular_values_by_hand():
    x = blobs()
    places, shares = features.pca(x)
    u, s, __ = np.linalg.svd((x - x.mean(0)).double().numpy(), full_matrices=False)
    assert np.abs(places) == pytest.approx(np.abs(u[:, :2] * s[:2]), abs=1e-5)
    assert shares == pytest.approx(tuple(s[:2] ** 2 / (s**2).sum()), abs=1e-6)


def test_features_are_means_over_space(digit):
    x, layer = digits.load().test_x[:5], inputs.layers(digit.net)["convolution 2"]
    found = features.features(digit.net, layer, x)
    assert torch.allclose(found, filters.activations(digit.net, x, layer).mean((2, 3))) and found.dim() == 2


@pytest.mark.parametrize("x", [torch.ones(8, 3), torch.arange(8.0)[:, None], torch.zeros(8, 1)])
def test_poor_features_have_a_place_all_the_same(x):
    places, shares = features.pca(x)
    assert places.shape == (8, 2) and np.isfinite(places).all() and np.isfinite(shares).all()
    assert np.isfinite(features.tsne(x)).all()
