"""Training on the enemy: the inner maximum, catastrophic overfitting told from its neighbours, and whole small runs."""

from functools import cache

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from core import together
from core.attack import training
from core.attack.ball import Ball
from core.attack.gradient import gradient
from core.attack.models import Aim, folded
from core.attack.settings import METRICS, Digit, Digits, Drawing, Photo, Training
from core.attack.training import due, enemy, judge, moved, overfitted, rising, train_robust, warning
from core.data import digits, pictures
from core.events import Finished, Metrics, Picture, Started, Warned, pack, unpack
from core.loop import seeded
from core.nets import accuracy, from_model, predict
from core.subject.models import digit_at

LITTLE = Training(epochs=1, width=4, steps=1, judged=100)
BALL = Ball("inf", 0.3)
WATCHED = Digit(digit=5, number=2)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The last judgement by fewer steps: what it counts is the same."""
    monkeypatch.setattr(training, "LONG", (8, 0.2, 2))


@cache
def run(method, seed=0, watched=WATCHED):
    return tuple(train_robust(method, seed, watched))


@cache
def net():
    """A network that has learned something, so that its gradients lead somewhere."""
    return from_model(run(LITTLE)[-1].models["model"])


def some(n=32):
    data = digits.load()
    return data.train_x[:n], data.train_y[:n]


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


# the inner maximum


@pytest.mark.parametrize("inner", ["pgd", "fgsm"])
@pytest.mark.parametrize("begin", ["random", "digit"])
def test_the_enemy_stays_in_the_ball_and_raises_the_loss(inner, begin):
    x, y = some()
    kept = x.clone()
    found = enemy(folded(net()), x, y, Training(inner=inner, begin=begin, steps=3), BALL, seeded(0))
    assert torch.equal(x, kept) and found.min() >= 0 and found.max() <= 1
    assert (found - x).abs().max() <= 0.3 + 1e-6
    before, noise, after = (float(F.cross_entropy(predict(net(), z), y)) for z in (x, BALL.noise(x, seeded(0)), found))
    assert after > 2 * before and after > 2 * noise


def test_one_step_from_the_digit_is_fgsm():
    x, y = some()
    expected = (x + 0.3 * gradient(net(), x, Aim(y))[0].sign()).clamp(0, 1)
    assert torch.allclose(
        enemy(net(), x, y, Training(inner="fgsm", begin="digit"), BALL, seeded(0)), expected, atol=1e-6
    )


def test_more_steps_raise_the_loss_further():
    x, y = some(100)

    def loss(**knobs):
        return float(F.cross_entropy(predict(net(), enemy(net(), x, y, Training(**knobs), BALL, seeded(0))), y))

    assert loss(inner="pgd", steps=7) > loss(inner="fgsm")


def test_nobody_leaves_the_batch_as_it_is():
    x, y = some()
    assert enemy(net(), x, y, Training(inner="none"), BALL, seeded(0)) is x


def test_the_ball_grows_for_a_third_of_the_run():
    radii = [rising(BALL, progress).epsilon for progress in (0, 1 / 6, 1 / 3, 1)]
    assert np.allclose(radii, [0, 0.15, 0.3, 0.3])


def test_digits_are_moved_by_whole_pixels_and_no_ink_is_lost():
    x, _ = some(200)
    found = moved(x, seeded(0))
    assert found.shape == x.shape and not torch.equal(found, x)
    wide = F.pad(x, (1, 1, 1, 1))
    places = torch.stack([wide[:, :, row : row + 28, column : column + 28] for row in range(3) for column in range(3)])
    same = (places == found).flatten(2).all(2)
    assert same.any(0).all() and same.any(1).all(), "each is one of the nine places, and each place occurs"


def test_points_are_spread_evenly_and_the_last_step_is_one():
    steps = [step for step in range(1, 64) if due(step, 63, 16)]
    assert len(steps) == 16 and steps[-1] == 63 and set(np.diff(steps)) <= {3, 4}


# catastrophic overfitting


def points(*pairs):
    return [(100 * i, {"fgsm": fgsm, "pgd": pgd}) for i, (fgsm, pgd) in enumerate(pairs)]


@pytest.mark.parametrize(
    "pairs, expected",
    [
        ([(75, 60), (90, 10), (95, 5)], True),
        ([(75, 60), (90, 70), (95, 80)], False),  # robust
        ([(75, 60), (90, 70), (95, 10)], False),  # a dip so far
        ([(75, 60), (20, 1), (30, 0)], False),  # withstands not even the one step: it has learned too little
        ([(90, 5)], False),
        ([], False),
    ],
)
def test_overfitted(pairs, expected):
    assert overfitted(points(*pairs), warm_up=50) is expected


def test_nothing_is_said_while_the_ball_still_grows():
    assert not overfitted(points((90, 5), (90, 5), (90, 5)), warm_up=150)
    assert overfitted(points((90, 5), (90, 5), (90, 5), (90, 5)), warm_up=150)


def test_it_is_said_once_and_only_where_there_was_an_enemy():
    collapse = points((75, 60), (90, 10), (95, 5), (95, 4))
    method = Training(inner="fgsm")
    said = [list(warning(method, collapse[:n], 50)) for n in range(1, 5)]
    assert [len(each) for each in said] == [0, 0, 1, 0]
    assert said[2][0].kind == "overfitted" and "95 %" in said[2][0].sentence and "5 %" in said[2][0].sentence
    assert not list(warning(Training(inner="none"), collapse[:3], 50))


# whole runs


def test_a_run_tells_what_it_does():
    first, *between, last = run(LITTLE)
    assert isinstance(first, Started) and first.total_steps == 63 and first.facts["axis"] == "training steps"
    found = of(Metrics, between)
    assert len(found) == 1 + training.PER_EPOCH and found[-1].step == 63
    assert all(set(each.values) <= set(METRICS) for each in found)
    assert all(set(each.values) == {"loss", "clean", "noise", "fgsm", "pgd"} for each in found[1:])
    shown = of(Picture, between)
    assert [p.name for p in shown] == ["clean"] + training.PICTURES * ["attacked"]
    change = np.abs(shown[-1].array.astype(int) - shown[0].array)
    assert shown[0].array.shape == (28, 28) and 0 < change.max() <= 76
    assert (
        isinstance(last, Finished)
        and last.summary["judged"] == 100
        and str(last.summary["judged"]) in last.summary["note"]
    )
    assert all(unpack(pack(event)) is not None for event in run(LITTLE))


def test_the_end_is_what_the_kept_network_does():
    summary, kept = run(LITTLE)[-1].summary, net()
    data = digits.load()
    assert summary["clean"] == accuracy(kept, data.test_x, data.test_y)
    assert judge(kept, 100, Ball("inf", LITTLE.epsilon / 255), 0) == {
        name: summary[name] for name in ("noise", "fgsm", "pgd", "worst")
    }
    assert summary["worst"] <= min(summary["fgsm"], summary["pgd"])
    assert run(LITTLE)[-1].models["model"].arch["conv"] == [4, 8, 16]


def test_the_same_settings_give_the_same_events():
    again = list(train_robust(LITTLE, 0, WATCHED))
    assert repr([pack(e) for e in again]) == repr([pack(e) for e in run(LITTLE)])


def test_the_events_are_the_same_bits_on_one_core_and_on_two(monkeypatch):
    seen, both = [], together.both
    monkeypatch.setattr(together, "both", lambda *two: seen.append(two) or both(*two))
    on_two = list(train_robust(LITTLE, 0, WATCHED))
    assert len(seen) > 63, "every batch is cut"
    monkeypatch.setattr(together, "_helper", lambda: None)
    on_one = list(train_robust(LITTLE, 0, WATCHED))
    assert [pack(e) for e in on_two] == [pack(e) for e in on_one]


def test_another_seed_gives_another_run_and_global_randomness_is_left_alone():
    state = torch.random.get_rng_state()
    events = train_robust(LITTLE, 1, WATCHED)
    first = [next(events) for _ in range(4)]
    events.close()
    assert torch.equal(torch.random.get_rng_state(), state)
    assert repr(pack(first[3])) != repr(pack(run(LITTLE)[3]))


def test_learning_from_the_enemy_protects_and_ordinary_training_does_not():
    small = {"epochs": 1, "width": 4, "judged": 100, "epsilon": 25.5}
    robust, bare = (run(Training(inner=inner, **small))[-1].summary for inner in ("pgd", "none"))
    assert robust["worst"] > bare["worst"] + 20 and robust["clean"] > 80


def test_a_photo_or_many_digits_watch_a_shipped_digit():
    assert torch.equal(training.picture_of(Photo()), training.picture_of(Digits()))
    assert torch.equal(training.picture_of(WATCHED), digit_at(5, 2))


def test_a_drawing_is_attacked_away_from_what_the_network_says():
    drawing = Drawing(drawing=pictures.digit_from((255 * digit_at(7, 3)[0]).byte().numpy()))
    picture = training.picture_of(drawing)
    found = training.attacked(net(), picture, drawing, BALL, 0)
    assert (found - picture).abs().max() <= 0.3 + 1e-6
    before, after = predict(net(), torch.stack([picture, found])).argmax(1)
    assert before != after


def test_a_run_that_breaks_says_so(monkeypatch):
    def broken_network(width):
        made = training.DigitNet((width,), ())
        nn.init.constant_(made.head.weight, float("nan"))
        return made

    monkeypatch.setattr(training, "network", broken_network)
    *_, said, last = train_robust(LITTLE, 0, WATCHED)
    assert isinstance(said, Warned) and said.kind == "diverged" and last.summary == {"diverged": True}
