"""Passive defences: what they do to a picture, the gradients an attacker gets, and that knowing a defence breaks it."""

from functools import cache

import numpy as np
import pytest
import torch
from scipy.ndimage import median_filter
from skimage.metrics import peak_signal_noise_ratio
from torch import nn

from core.attack import defences, models
from core.attack import settings as s
from core.attack.ball import Ball
from core.attack.defences import Defended, Knowing, defend, fewer_greys, jpeg, median, resized, squeeze
from core.attack.gradient import pgd
from core.attack.models import Aim
from core.data import photos
from core.events import Finished, Metrics, Picture, Started, Warned, pack, unpack
from core.loop import seeded

DEFENCES = ("bits", "smooth", "jpeg", "resize")
STORY = s.Defend(defence="smooth", epsilon=38, steps=10)


@cache
def digits():
    """Forty test digits and the teacher."""
    return models.crowd(s.Digits(count=40))


@cache
def photo():
    return photos.load("chelsea")[None]


@cache
def run(method, seed=0):
    return tuple(defend(method, digits(), seed))


def end(method):
    return run(method)[-1].summary


class Linear(nn.Module):
    """Two classes: nothing, and a weighted sum of the pixels, so that the second logit's gradient is the weights."""

    def __init__(self):
        super().__init__()
        self.register_buffer("weight", torch.randn(784, generator=seeded(5)))

    def forward(self, x):
        sums = x.flatten(1) @ self.weight
        return torch.stack([torch.zeros_like(sums), sums], 1)


def gradient_of(net, x):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(net(x)[:, 1].sum(), x)[0]


# what a defence does to a picture


def test_one_bit_is_a_threshold_at_one_half():
    x = torch.arange(256).float().reshape(1, 1, 16, 16) / 255
    assert torch.equal(fewer_greys(x, 2), (x > 0.5).float())
    assert fewer_greys(x, 4).unique().tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert torch.equal(squeeze(x, "bits", 5), fewer_greys(x, 2))
    assert len(squeeze(x, "bits", 3).unique()) == 8


def test_fewer_greys_takes_the_nearest_level():
    x, levels = torch.rand(1, 1, 20, 20, generator=seeded(0)), torch.linspace(0, 1, 8)
    nearest = levels[(x[..., None] - levels).abs().argmin(-1)]
    torch.testing.assert_close(fewer_greys(x, 8), nearest)


def test_the_median_of_a_known_patch():
    x = torch.tensor([[1, 2, 3], [4, 9, 6], [7, 8, 5]]).float()[None, None] / 10
    assert median(x, 3, 3)[0, 0, 1, 1] == 0.5
    assert median(x, 3, 3)[0, 0, 0, 0].item() == pytest.approx(0.2)  # of 1 1 2, 1 1 2, 4 4 9
    assert median(x, 2, 2)[0, 0, 1, 1].item() == pytest.approx(0.4)  # of 1 2 4 9 the upper middle


@pytest.mark.parametrize("window", [(1, 2), (2, 2), (3, 3), (2, 3), (4, 4)])
def test_the_median_is_scipys(window):
    x = torch.rand(2, 3, 11, 9, generator=seeded(1))
    oracle = median_filter(x.numpy(), size=(1, 1, *window), mode="nearest")
    np.testing.assert_array_equal(median(x, *window).numpy(), oracle)


def test_the_medians_gradient_is_one_at_the_pixel_that_is_handed_on():
    x = torch.rand(1, 1, 5, 5, generator=seeded(2), dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: median(x, 3, 3), x)
    gradient = torch.autograd.grad(median(x, 3, 3)[0, 0, 2, 2], x)[0]
    assert gradient.sum() == 1 and gradient.max() == 1
    assert x[0, 0][gradient[0, 0] == 1] == x[0, 0, 1:4, 1:4].median()


@pytest.mark.parametrize("picture", [digits, photo])
def test_jpeg_is_an_8_bit_picture_and_close_at_high_quality(picture):
    x = picture()[:3] if picture is photo else picture().x[:3]
    fine, coarse = jpeg(x, 95), jpeg(x, 5)
    for squeezed in (fine, coarse):
        assert torch.equal(squeezed, (squeezed * 255).round() / 255) and squeezed.shape == x.shape
    assert peak_signal_noise_ratio(x.numpy(), fine.numpy(), data_range=1) > 30
    assert (fine - x).abs().mean() < (coarse - x).abs().mean()


def test_resizing_keeps_the_shape_and_is_seeded():
    for x in (digits().x[:4], photo()):
        one, same, other = (resized(x, 0.8, seeded(seed)) for seed in (1, 1, 2))
        assert one.shape == x.shape and torch.equal(one, same) and not torch.equal(one, other)
        assert one.min() >= 0 and one.max() <= 1
    repeated = resized(digits().x[:1].repeat(2, 1, 1, 1), 0.8, seeded(1))
    assert not torch.equal(repeated[0], repeated[1])  # each picture has its own draw


def test_nothing_resized_is_the_picture_itself():
    torch.testing.assert_close(resized(digits().x[:4], 1.0, seeded(0)), digits().x[:4], atol=1e-5, rtol=0)


def test_a_shrunk_white_square_stays_whole_and_in_the_frame():
    white = resized(torch.ones(50, 1, 28, 28), 0.5, seeded(0))
    areas = white.sum((1, 2, 3)) / 784
    assert 0.22 < areas.min() < 0.4 and 0.8 < areas.max() <= 1.001  # sides from 0.5 to 1, none cut off
    margin = resized(torch.ones(1, 3, 32, 32), 0.5, seeded(3))[0, :, 0]
    assert margin.min() == 0.5  # a photo's margin is grey


def test_stronger_smoothing_looks_at_more_pixels():
    areas = [rows * columns for rows, columns in defences.WINDOWS]
    assert areas == sorted(set(areas))
    for strength, window in enumerate(defences.WINDOWS, start=1):
        assert torch.equal(squeeze(digits().x, "smooth", strength), median(digits().x, *window))


@pytest.mark.parametrize("defence", ["bits", "jpeg", "resize"])
def test_more_strength_distorts_more(defence):
    for x in (digits().x, photo()):
        far = [float((squeeze(x, defence, strength, seeded(0)) - x).square().mean()) for strength in range(1, 6)]
        assert far == sorted(far) and len(set(far)) == 5 and far[0] > 0


@pytest.mark.parametrize("defence", DEFENCES)
def test_the_default_strength_costs_digits_little(defence):
    victims = models.crowd(s.Digits())
    assert defences.percent(defences.right(Defended(victims.net, defence, 3, seeded(0)), victims.x, victims.y)) >= 95


def test_an_unknown_defence_is_an_error():
    with pytest.raises(ValueError, match="prayer"):
        squeeze(digits().x, "prayer", 3)


# the networks behind them


@pytest.mark.parametrize("defence", DEFENCES)
def test_defended_is_the_network_after_the_defence(defence):
    x, net = digits().x[:5], digits().net
    for seen in (Defended, Knowing):
        behind = seen(net, defence, 4, seeded(7), **({"samples": 1} if seen is Knowing else {}))
        torch.testing.assert_close(behind(x), net(squeeze(x, defence, 4, seeded(7))))


@pytest.mark.parametrize("defence", ["bits", "jpeg"])
def test_steps_hide_the_gradient_and_bpda_goes_straight_through(defence):
    net, x = Linear(), digits().x[:3]
    assert torch.equal(gradient_of(Knowing(net, defence, 3), x), net.weight.reshape(1, 1, 28, 28).expand(3, -1, -1, -1))
    if defence == "bits":
        assert not gradient_of(Defended(net, defence, 3), x).any()


def test_bpda_takes_the_gradient_where_the_network_looks():
    """Of the network at the squeezed picture, not at the picture."""
    net, x = digits().net, digits().x[:3]
    at_squeezed = gradient_of(net, squeeze(x, "bits", 4))
    torch.testing.assert_close(gradient_of(Knowing(net, "bits", 4), x), at_squeezed)
    assert not torch.allclose(at_squeezed, gradient_of(net, x))


def test_eot_is_the_mean_over_the_draws():
    net, x, dice = Linear(), digits().x[:3], seeded(4)
    singly = [gradient_of(Defended(net, "resize", 4, dice), x) for _ in range(5)]
    found = gradient_of(Knowing(net, "resize", 4, seeded(4), samples=5), x)
    torch.testing.assert_close(found, torch.stack(singly).mean(0))
    assert not torch.allclose(found, singly[0])


def test_eot_of_a_photo_may_forget_and_ask_again():
    net = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Tanh(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).requires_grad_(False)
    x, dice = torch.rand(2, 3, 16, 16, generator=seeded(0)), seeded(4)
    singly = [gradient_of(Defended(net, "resize", 4, dice), x) for _ in range(3)]
    torch.testing.assert_close(
        gradient_of(Knowing(net, "resize", 4, seeded(4), samples=3), x), torch.stack(singly).mean(0)
    )


def test_pgd_runs_through_every_defence_and_stays_in_the_ball():
    victims, ball = digits().only(torch.arange(5)), Ball("inf", 0.2)
    for defence in DEFENCES:
        net = Knowing(victims.net, defence, 3, seeded(0), 2)
        *_, attacked = pgd(net, victims.x, Aim(victims.y), ball, 2, 0.2, 1, seeded(0))
        assert (attacked - victims.x).abs().max() <= 0.2 + 1e-6 and attacked.min() >= 0 and attacked.max() <= 1


# the experiment


def test_the_defence_that_was_not():
    summary = end(STORY)
    assert summary["clean_defended"] >= 95 and summary["noise_defended"] >= 90
    assert summary["bare"] <= 20 and summary["blind"] >= summary["knowing"] + 30
    assert summary["knowing"] <= 25
    assert [e.kind for e in run(STORY) if isinstance(e, Warned)] == ["false_security"]
    assert f"{summary['blind']:.0f} %" in summary["note"] and f"{summary['knowing']:.0f} %" in summary["note"]


@pytest.mark.parametrize("defence", DEFENCES)
def test_who_knows_leaves_no_more_than_who_does_not(defence):
    for event in run(s.Defend(defence=defence, steps=5, samples=2)):
        if isinstance(event, Metrics):
            assert event.values["knowing"] <= event.values["blind"] + (5 if defence == "resize" else 0)


def test_following_gradients_that_are_zero_leads_nowhere():
    summary = end(s.Defend(defence="bits", steps=10))
    assert summary["naive"] >= 90 and summary["knowing"] <= 30
    net = Defended(digits().net, "bits", 3)
    *_, attacked = pgd(net, digits().x, Aim(digits().y), Ball("inf", 0.2), 3, 0.2, 1, seeded(0))
    assert torch.equal(attacked, Ball("inf", 0.2).anywhere(digits().x, seeded(0)))


def test_no_room_means_no_attack():
    summary = end(s.Defend(defence="smooth", epsilon=0, steps=2))
    assert summary["bare"] == summary["clean"]
    assert summary["blind"] == summary["knowing"] == summary["clean_defended"] == summary["noise_defended"]


def test_the_events_are_what_the_page_expects():
    events = run(STORY)
    assert isinstance(events[0], Started) and events[0].total_steps == 10
    assert {"axis", "count", "photo", "clean", "clean_defended", "noise_defended"} <= events[0].facts.keys()
    assert isinstance(events[-1], Finished)
    metrics = [e for e in events if isinstance(e, Metrics)]
    assert [e.step for e in metrics] == list(range(11))
    assert all(e.values.keys() == {"bare", "blind", "knowing", "noise"} <= s.METRICS.keys() for e in metrics)
    (noise,) = {e.values["noise"] for e in metrics}
    assert (
        noise == events[-1].summary["noise_defended"]
        and f"Noise of the same size leaves {noise:.0f} %" in events[-1].summary["note"]
    )
    pictures = {e.name: e.array for e in events if isinstance(e, Picture)}
    assert list(pictures) == ["clean", "clean_defended", "attacked", "attacked_defended", "knowing", "knowing_defended"]
    assert all(p.shape == (28, 28) and p.dtype == np.uint8 for p in pictures.values())
    for name in ("attacked", "knowing"):
        assert 0 < np.abs(pictures[name].astype(int) - pictures["clean"].astype(int)).max() <= 38


def test_the_same_settings_give_the_same_events_and_nothing_global_moves():
    method = s.Defend(defence="resize", steps=2, samples=2)
    before = torch.random.get_rng_state()
    again = [repr(pack(e)) for e in defend(method, digits(), 3)]
    assert again == [repr(pack(e)) for e in run(method, 3)]
    assert again != [repr(pack(e)) for e in run(method, 4)]
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(repr(pack(unpack(pack(e)))) == repr(pack(e)) for e in run(method, 3))


def test_a_run_that_is_stopped_leaves_nothing_behind():
    x, kept = digits().x.clone(), {name: p.clone() for name, p in digits().net.state_dict().items()}
    attack = defend(s.Defend(defence="jpeg", steps=5), digits(), 0)
    for _ in range(6):
        next(attack)
    attack.close()
    assert torch.equal(x, digits().x) and not digits().net.training
    assert all(torch.equal(kept[name], p) and p.grad is None for name, p in digits().net.state_dict().items())


def test_photos_go_through_every_defence():
    """One photo, one step: the colours, the sizes and the memory of the network for photos."""
    victims = models.victims(s.Photo())
    for defence in ("jpeg", "resize"):
        events = list(defend(s.Defend(defence=defence, epsilon=4, steps=1, samples=2), victims, 0))
        assert events[0].facts["photo"] and events[0].facts["clean"] == 100
        shapes = {e.array.shape for e in events if isinstance(e, Picture)}
        assert shapes == {(224, 224, 3)}
