"""One change for all pictures: the closed form, the ball, what it is learned from, and the course of a run."""

import json
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from core.attack import settings as s
from core.attack.ball import Ball, saved
from core.attack.models import Aim, Victims, answers, ask
from core.attack.report import measured
from core.attack.universal import (
    Clipped,
    aim_at,
    others,
    train_universal,
    under_noise,
    universal,
    wish,
)
from core.data import digits, photos
from core.events import Finished, Metrics, Picture, Started, pack
from core.loop import hits, seeded
from core.subject.settings import Digit, Photo, Upload

AWAY = s.Away()
HOW_FAR = {"largest", "length", "changed"}
MANY = s.Digits(count=100)
STRONG = s.Universal(epsilon=76.5, rounds=4)


class Linear(nn.Module):
    """Two classes: logits 0 and w · x."""

    def __init__(self, w):
        super().__init__()
        self.register_buffer("w", w)

    def forward(self, x):
        score = (x * self.w).flatten(1).sum(1)
        return torch.stack([torch.zeros_like(score), score], 1)


@pytest.fixture
def linear():
    return Linear(torch.randn(1, 6, 5, generator=seeded(0)))


def grey(count, channels=1, side=(6, 5), seed=1):
    return 0.4 + 0.2 * torch.rand(count, channels, *side, generator=seeded(seed))


def last(steps):
    *_, delta = steps
    return delta


@cache
def run(method, subject, goal=AWAY):
    return tuple(train_universal(method, subject, goal, 0))


def all_of(events, kind, name=None):
    return [e for e in events if isinstance(e, kind) and (name is None or e.name == name)]


# the change


def test_of_a_linear_model_it_is_epsilon_sign_w(linear):
    x, ball = grey(20), Ball("inf", 0.1)
    delta = last(universal(linear, x, Aim(torch.zeros(20, dtype=torch.long)), ball, 12, seeded(0)))
    assert torch.allclose(delta[0], 0.1 * linear.w.sign())
    towards = last(universal(linear, x, Aim(torch.zeros(20, dtype=torch.long), targeted=True), ball, 12, seeded(0)))
    assert torch.allclose(towards[0], -0.1 * linear.w.sign())


def test_of_a_linear_model_in_l2_it_lies_along_w(linear):
    x, ball = grey(20), Ball("2", 0.1)
    delta = last(universal(linear, x, Aim(torch.zeros(20, dtype=torch.long)), ball, 12, seeded(0)))
    assert torch.allclose(delta[0], ball.radius(x) * linear.w / linear.w.norm(), atol=1e-5)


def test_pictures_that_pull_in_opposite_directions_are_averaged(linear):
    """Two of class 0 against one of class 1, all as sure: the majority wins."""
    x, y = torch.full((3, 1, 6, 5), 0.5), torch.tensor([0, 0, 1])
    linear.w -= linear.w.mean()  # both classes lead by nothing
    delta = last(universal(linear, x, Aim(y), Ball("inf", 0.01), 12, seeded(0)))
    assert torch.allclose(delta[0], 0.01 * linear.w.sign())


@pytest.mark.parametrize("norm", ["inf", "2"])
def test_it_stays_in_the_ball_and_is_not_clamped_to_grey_levels(norm, linear):
    ball, x = Ball(norm, 0.1), grey(30)
    steps = list(universal(linear, x, Aim(torch.randint(2, (30,), generator=seeded(3))), ball, 30, seeded(0)))
    assert len(steps) == 30 and all(delta.shape == (1, 1, 6, 5) for delta in steps)
    size = [float(delta.abs().max() if norm == "inf" else delta.norm()) for delta in steps]
    assert max(size) <= ball.radius(x) + 1e-6 and max(size) > 0.99 * ball.radius(x)
    assert steps[-1].min() < -0.01 < 0.01 < steps[-1].max()


def test_the_projection_is_onto_the_nearest_point():
    far = torch.tensor([3.0, -4.0]).reshape(1, 1, 1, 2)
    assert Ball("inf", 0.5).inside(far).flatten().tolist() == [0.5, -0.5]
    assert torch.allclose(Ball("2", 1 / 2**0.5).inside(far).flatten(), torch.tensor([0.6, -0.8]))
    near = far / 100
    assert torch.equal(Ball("inf", 0.5).inside(near), near) and torch.equal(Ball("2", 0.5).inside(near), near)


def test_a_picture_fooled_for_good_pushes_no_more():
    logits = torch.tensor([[0.0, 5.0], [0.0, 20.0]], requires_grad=True)
    aim = Clipped(torch.tensor([0, 0]))
    aim.loss(logits).sum().backward()
    assert logits.grad[0].abs().max() > 0.9 and logits.grad[1].abs().max() == 0
    assert isinstance(aim.only(slice(0, 1)), Clipped)


def test_photos_are_taken_by_four_and_digits_by_a_hundred(linear):
    zero = torch.zeros(9, dtype=torch.long)
    assert (
        len(list(universal(Linear(torch.ones(3, 2, 2)), grey(9, 3, (2, 2)), Aim(zero), Ball("inf", 0.1), 2, seeded(0))))
        == 6
    )
    assert len(list(universal(linear, grey(9), Aim(zero), Ball("inf", 0.1), 2, seeded(0)))) == 2


# what it is learned from


def test_it_is_never_learned_from_the_pictures_tried():
    data, net = digits.load(), Linear(torch.randn(3, 224, 224, generator=seeded(0)))
    tried = Victims(Linear(torch.ones(1, 28, 28)), data.test_x[:5], data.test_y[:5], ("0", "1"))
    learned = others(Digit(), tried, seeded(0))
    assert len(learned.x) == 1000
    own = {picture.numpy().tobytes(): int(label) for picture, label in zip(data.train_x, data.train_y)}
    assert all(own[picture.numpy().tobytes()] == label for picture, label in zip(learned.x, learned.y.tolist()))
    assert not {picture.numpy().tobytes() for picture in data.test_x} & {
        picture.numpy().tobytes() for picture in learned.x
    }

    shown = photos.load("coffee")
    seen = Victims(net, shown[None], torch.tensor([0]), ("0", "1"))
    learned = others(Photo(photo="coffee"), seen, seeded(0))
    assert len(learned.x) == 11 and not any(torch.equal(shown, photo) for photo in learned.x)
    assert torch.equal(learned.y, answers(net, learned.x)) and len(others(Upload(), seen, seeded(0)).x) == 12


def test_one_answer_is_wanted_of_all():
    pictures = Victims(
        Linear(torch.full((1, 2, 2), -5.0)), grey(6, side=(2, 2)), torch.zeros(6, dtype=torch.long), ("a", "b")
    )
    assert wish(pictures, s.Away()) is None and wish(pictures, s.Least()) == 1
    assert wish(pictures, s.ToDigit(wish_digit=8)) == 0 and wish(pictures, s.ToThing(wish=7)) == 1
    assert not aim_at(pictures, None).targeted and aim_at(pictures, 1).label.tolist() == [1] * 6


# a run


def test_a_run_tells_its_course_in_order():
    events = run(STRONG, MANY)
    start, clean, end = events[0], events[1], events[-1]
    assert isinstance(start, Started) and start.total_steps == 40 and isinstance(end, Finished) and end.step == 40
    assert set(start.facts) == {
        "axis",
        "whole",
        "photo",
        "wanted",
        "truth",
        "answers",
        "count",
        "targeted",
        "learned_from",
    }
    assert (start.facts["truth"], start.facts["wanted"], start.facts["count"], start.facts["learned_from"]) == (
        "0",
        "",
        100,
        1000,
    )
    assert len(start.facts["answers"]) == 5 and start.facts["answers"][0][0] == "0" and not start.facts["photo"]
    assert isinstance(clean, Picture) and clean.name == "clean" and clean.array.dtype == np.uint8
    assert [e.step for e in events[1:]] == sorted(e.step for e in events[1:])
    for metrics, attacked, change in zip(events[2:-1:3], events[3:-1:3], events[4:-1:3], strict=True):
        assert set(metrics.values) == {"right", "fooled", "truth", "wrong", "noise", *HOW_FAR} <= set(s.METRICS)
        assert (attacked.name, change.name) == ("attacked", "change") and metrics.step == attacked.step == change.step
        assert attacked.array.dtype == np.uint8 and change.array.dtype == np.int16
        assert np.array_equal(clean.array + change.array, attacked.array) and np.abs(change.array).max() <= 76
    json.dumps(end.summary)
    for event in events:
        pack(event)


def test_it_fools_where_noise_does_not_also_on_digits_never_seen():
    events = run(STRONG, MANY)
    metrics, found = all_of(events, Metrics), events[-1].summary
    assert found["right"] == metrics[-1].values["right"] < 40 and found["held_out"] < 40
    assert found["noise"] > 75 and found["noise_held_out"] > 75 and found["truth"] < 40 < found["wrong"]
    assert metrics[0].values["right"] > 90 and len(found["answers_after"]) == 5


def test_a_wanted_answer_is_what_they_become():
    events = run(s.Universal(epsilon=102, rounds=4), MANY, s.ToDigit(wish_digit=8))
    assert events[0].facts["wanted"] == "8" and events[-1].summary["wrong"] > 50


def test_one_digit_is_enough_and_noise_is_drawn_more_than_once():
    events = run(s.Universal(epsilon=64, rounds=1, norm="2"), Digit(digit=7, number=5))
    assert events[0].facts["truth"] == "7" and events[0].facts["count"] == 1
    assert all(set(event.values) == {"truth", "wrong", *HOW_FAR} for event in all_of(events, Metrics)), (
        "of one, right is all or nothing"
    )
    end = events[-1].summary
    assert f"{end['held_out']:.1f} % are still right" in end["note"] and end["noise"] * 20 / 100 == round(
        end["noise"] * 20 / 100
    )


def test_a_photo_is_tried_that_was_not_learned_from():
    events = run(s.Universal(epsilon=8, rounds=1), Photo(photo="flower"))
    assert events[0].facts["photo"] and events[0].facts["learned_from"] == 11 and events[0].total_steps == 3
    assert events[0].facts["truth"] == events[0].facts["answers"][0][0] == "daisy"
    change = all_of(events, Picture, "change")[-1].array
    assert change.shape == (224, 224, 3) and np.abs(change).max() <= 8 and "held_out" not in events[-1].summary


def test_the_same_seed_gives_the_same_events_and_leaves_the_global_state():
    method, state = s.Universal(epsilon=51, rounds=1), torch.random.get_rng_state()
    first, again, other = (list(train_universal(method, MANY, s.Away(), seed)) for seed in (1, 1, 2))
    assert [repr(pack(e)) for e in first] == [repr(pack(e)) for e in again] != [repr(pack(e)) for e in other]
    assert torch.equal(state, torch.random.get_rng_state())


def test_without_a_change_everything_stays_as_it_was():
    events = run(s.Universal(epsilon=0, rounds=1), MANY)
    metrics = all_of(events, Metrics)
    assert all(e.values["right"] == metrics[0].values["right"] == e.values["noise"] for e in metrics)
    assert not all_of(events, Picture, "change")[-1].array.any()
    for (name, before), (same, after) in zip(events[0].facts["answers"], events[-1].summary["answers_after"]):
        assert name == same and after == pytest.approx(before, abs=1e-3)


def test_the_numbers_are_what_they_are_called():
    x, y = grey(40, side=(2, 2)), torch.arange(40) % 2
    tried = Victims(Linear(torch.tensor([[[9.0, -8.0], [5.0, -6.0]]])), x, y, ("a", "b"))
    found = measured(tried, Aim(y), y, x)
    p = ask(tried.net, x).softmax(1)
    assert found["right"] == hits(p, y) and found["truth"] == pytest.approx(
        100 * float(p[range(40), y].mean()), abs=1e-3
    )
    assert found["wrong"] == pytest.approx(100 - found["truth"], abs=1e-3)  # of two classes
    towards = measured(tried, Aim(torch.ones_like(y), targeted=True), y, x)
    assert towards["wrong"] == pytest.approx(100 * float(p[:, 1].mean()), abs=1e-3)
    ball = Ball("inf", 51 / 255)
    levels = (255 * x).round() / 255
    noisy = saved(levels, ball.noise(levels, seeded(4)), ball)
    assert under_noise(Victims(tried.net, levels, y, tried.names), ball, seeded(4)) == hits(ask(tried.net, noisy), y)
