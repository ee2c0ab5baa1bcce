"""What excites a unit: painted from noise, against priors and answers known beforehand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.data import imagenet, photos
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
