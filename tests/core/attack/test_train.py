"""Whole runs of the lab, small: every method, what is promised of its events, who may see a gradient, refusals, and formulas."""

import base64
import inspect
import io
import itertools
import json
import math
from functools import cache

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from scipy.ndimage import median_filter

from core import labs, runs
from core.attack import detect, formulas, gradient, minimal, models
from core.attack import settings as s
from core.attack.ball import Ball, saved
from core.attack.craft import ball_of, craft, last
from core.attack.report import as_long
from core.attack.settings import BY_NAME, EXPERIMENTS, METRICS, SCENES, SHIPPED, AttackSettings, Digits
from core.attack.train import CannotAttack, train
from core.data import photos
from core.data.pictures import BadPicture, photo_from
from core.events import Finished, Metrics, Picture, Started, pack, unpack
from core.loop import seeded
from core.nets import DigitNet
from core.runs import RunError
from core.settings import flatten
from core.subject.models import as_bytes, digit_at, digit_net, look_at
from core.subject.settings import SHIPPED_NETWORK, Digit, Drawing, Photo, Upload
from pages.parts import lecture

E = {"epsilon": 50.5}  # no whole number: a saved pixel may go 50 levels
ATTACKS = [
    s.Noise(**E),
    s.FGSM(**E),
    s.IFGSM(**E, steps=3, stride=40),
    s.PGD(**E, steps=2, restarts=2, stride=60),
    s.MIFGSM(**E, steps=3, stride=40),
    s.DIM(**E, steps=3, stride=40),
    s.DeepFool(steps=10),
    s.CW(searches=2, steps=10, learning_rate=0.3),
    s.OnePixel(pixels=2, population=20, generations=3),
    s.APGD(**E, steps=3),
    s.Square(**E, queries=20),
]
CHEAP = [s.Curve(highest=48, steps=1), s.Transfer(with_attack="fgsm"), s.Defend(steps=2), s.Detect(steps=2)]
SLOW = [
    s.Universal(**E, rounds=1),
    s.Training(epochs=1, width=4, judged=100, inner="none", epsilon=128),
    s.Backdoor(epochs=1, width=4),
    s.Smoothing(epochs=1, width=4, draws=100, certified=20),
    s.Patch(steps=5),
]
GRADIENTS = [s.FGSM(**E), s.IFGSM(**E, steps=2), s.PGD(**E, steps=2), s.MIFGSM(**E, steps=2), s.DIM(**E, steps=2)]
DIGIT, TWENTY, TEN, AWAY = Digit(), Digits(count=20), Digits(count=10), s.Away()
each_attack = pytest.mark.parametrize("method", ATTACKS, ids=lambda method: method.name)
each_run = pytest.mark.parametrize("method", [*ATTACKS, *CHEAP], ids=lambda method: method.name)


@cache
def run(method, subject=DIGIT, goal=AWAY, seed=0):
    return tuple(train(AttackSettings(subject=subject, method=method, goal=goal, seed=seed)))


def small(method):
    """A small run of any method: an attack on one digit, an experiment on ten."""
    return run(method, TEN if isinstance(method, EXPERIMENTS) else DIGIT)


def same(a, b):
    return repr(pack(a)) == repr(pack(b))


def pictures(events, name):
    return [e.array for e in events if isinstance(e, Picture) and e.name == name]


def tensor(picture):
    """A stored picture as the network sees it, (1, C, H, W)."""
    x = torch.from_numpy(picture.astype(np.float32) / np.float32(255))
    return (x.permute(2, 0, 1) if x.ndim == 3 else x[None])[None].contiguous()


def own_photo(name):
    file = io.BytesIO()
    Image.fromarray(as_bytes(photos.load(name))).save(file, "PNG")
    return Upload(upload=photo_from(file.getvalue()))


def plain(events):
    """What every run of the lab promises."""
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    assert sum(isinstance(e, Started | Finished) for e in events) == 2
    steps = [0] + [e.step for e in events[1:]]
    assert all(type(step) is int for step in steps) and steps == sorted(steps) and steps[-1] <= events[0].total_steps
    measured = [e.step for e in events if isinstance(e, Metrics)]
    assert len(set(measured)) == len(measured) > 0, "no step is reported twice"
    assert all(same(unpack(pack(event)), event) for event in events)
    for values in (e.values for e in events if isinstance(e, Metrics)):
        assert set(values) <= set(METRICS) and all(type(v) is float and math.isfinite(v) for v in values.values()), (
            values
        )
    for facts in (events[0].facts, events[-1].summary):
        assert json.loads(json.dumps(facts, allow_nan=False)) == facts
    return events


# ---- every method ----


def test_there_is_a_small_run_of_every_method():
    assert {type(method) for method in [*ATTACKS, *CHEAP, *SLOW]} == set(BY_NAME.values())


@pytest.mark.parametrize("method", [*ATTACKS, *CHEAP, *SLOW], ids=lambda method: method.name)
def test_events_come_in_order_and_are_plain(method):
    events = plain(small(method))
    if not isinstance(method, s.DeepFool | s.OnePixel | s.Square):  # these end when all are fooled
        assert events[-1].step == events[0].total_steps
    assert events[0].facts["axis"] and len(events) > 3


@each_attack
def test_pictures_are_of_8_bits_and_in_the_ball(method):
    events, ball = run(method), ball_of(method)
    (clean,), attacked = pictures(events, "clean"), pictures(events, "attacked")
    assert np.array_equal(clean, as_bytes(digit_at(3, 2))) and attacked
    assert all(picture.dtype == np.uint8 and picture.shape == (28, 28) for picture in attacked)
    change = attacked[-1].astype(int) - clean
    if ball:
        assert all(abs(picture.astype(int) - clean).max() <= math.floor(E["epsilon"]) for picture in attacked)
        assert abs(change).max() > 20, "and it uses its room"
    if isinstance(method, s.OnePixel):
        assert 1 <= (change != 0).sum() <= method.pixels
    end = events[-1].summary
    assert (end["largest"], end["changed"]) == (pytest.approx(abs(change).max(), abs=1e-3), (change != 0).sum())
    assert end["length"] == pytest.approx(np.sqrt(((change / 255) ** 2).sum()), rel=1e-4)


@pytest.mark.parametrize(
    "method",
    [
        s.FGSM(norm="2", epsilon=20.3),
        s.PGD(norm="2", epsilon=20.3, steps=3, stride=80),
        s.Noise(norm="2", epsilon=20.3),
    ],
    ids=lambda method: method.name,
)
def test_in_l2_epsilon_is_the_root_mean_square(method):
    events = plain(run(method))
    change = pictures(events, "attacked")[-1].astype(float) - pictures(events, "clean")[0]
    assert 10 < np.sqrt((change**2).mean()) <= 20.3 and abs(change).max() > 21


@each_attack
def test_what_is_told_is_what_the_network_says_to_the_saved_picture(method):
    events, net = run(method), digit_net(SHIPPED_NETWORK)
    reports = {e.step: e.values for e in events if isinstance(e, Metrics)}
    for event in [e for e in events if isinstance(e, Picture) and e.name == "attacked" and e.step in reports]:
        said = 100 * net(tensor(event.array)).softmax(1)[0]
        assert reports[event.step]["truth"] == pytest.approx(said[3].item(), abs=0.01)
        assert reports[event.step]["wrong"] == pytest.approx(
            max(v for i, v in enumerate(said.tolist()) if i != 3), abs=0.01
        )
    name, sure = events[-1].summary["answers_after"][0]
    assert name == str(int(said.argmax())) and sure == pytest.approx(said.max().item(), abs=0.01)
    assert events[0].facts["answers"][0][0] == events[0].facts["truth"] == "3"
    assert {key: events[-1].summary[key] for key in ("truth", "wrong")} == {
        key: reports[events[-1].step][key] for key in ("truth", "wrong")
    }
    assert f"“{name}” ({sure:.0f} %)" in events[-1].summary["note"]


def states():
    return torch.random.get_rng_state().tolist(), np.random.get_state()[1].tolist()


@each_run
def test_the_same_settings_give_the_same_events_and_nobody_elses_numbers_are_drawn(method):
    first, before = small(method), states()
    settings = AttackSettings(subject=TEN if isinstance(method, EXPERIMENTS) else DIGIT, method=method, goal=AWAY)
    for i, event in enumerate(train(settings)):
        assert same(event, first[i]) and states() == before, event
        torch.manual_seed(i)
        np.random.seed(i)
        before = states()


@pytest.mark.parametrize(
    "method", [m for m in ATTACKS if m.name in ("noise", "pgd", "dim", "one_pixel")], ids=lambda m: m.name
)
def test_another_seed_gives_another_picture(method):
    assert not np.array_equal(pictures(run(method), "attacked")[-1], pictures(run(method, seed=1), "attacked")[-1])


@pytest.mark.parametrize("stop", [1, 3])
@each_run
def test_a_run_can_be_closed_anywhere(method, stop):
    events = train(AttackSettings(subject=TEN, method=method, goal=AWAY))
    assert len(list(itertools.islice(events, stop))) == stop
    events.close()
    assert list(events) == []


# ---- many digits, photos, pictures of one's own ----


@each_attack
def test_on_many_digits(method):
    events = plain(run(method, TWENTY))
    (clean,), (attacked,), (becomes,) = (pictures(events, name) for name in ("many_clean", "many_attacked", "becomes"))
    end, ball = events[-1].summary, ball_of(method)
    assert (
        clean.shape == attacked.shape == (20, 28, 28) and attacked.dtype == np.uint8 and events[0].facts["count"] == 20
    )
    if ball:
        assert abs(attacked.astype(int) - clean).max() <= math.floor(E["epsilon"])
    assert becomes.shape == (10, 10) and becomes.sum() == 20 and (becomes.sum(1) == 2).all()
    assert np.trace(becomes) * 5 == pytest.approx(end["right"])
    said = digit_net(SHIPPED_NETWORK)(torch.from_numpy(attacked / np.float32(255))[:, None]).argmax(1)
    assert (said == torch.arange(10).repeat_interleave(2)).float().mean() * 100 == pytest.approx(end["right"]), (
        "all are shown"
    )
    assert f"{end['right']:.1f} % of 20 digits" in end["note"] and f"{end['right_noise']:.1f} %." in end["note"]


def test_the_attacks_work_where_noise_does_not():
    ends = {method.name: run(method, TWENTY)[-1].summary for method in ATTACKS}
    assert ends["noise"]["right"] == ends["noise"]["right_noise"] >= 85 and ends["pgd"]["right"] <= 20
    assert ends["fgsm"]["right"] <= 50 and ends["deepfool"]["right"] <= 10 and ends["cw"]["right"] <= 30


def test_of_few_digits_none_is_shown_twice():
    (clean,) = pictures(run(s.FGSM(**E), TEN), "many_clean")
    assert len({digit.tobytes() for digit in clean}) == 10 == len(clean)


def test_on_a_photo():
    events = plain(run(s.IFGSM(steps=3, stride=40), Photo(photo="coffee"), s.ToThing()))
    (clean,), attacked = pictures(events, "clean"), pictures(events, "attacked")[-1]
    assert clean.shape == attacked.shape == (224, 224, 3) and attacked.dtype == np.uint8
    assert abs(attacked.astype(int) - clean).max() == 8
    assert (
        events[0].facts["truth"] == "espresso"
        and events[0].facts["wanted"] == "giant panda"
        and events[0].facts["photo"]
    )
    assert not pictures(events, "becomes")
    truth, wish = ([e.values[name] for e in events if isinstance(e, Metrics)] for name in ("truth", "wrong"))
    assert truth[-1] < truth[0] / 2 and wish[-1] > 10 * wish[0]


def test_a_photo_of_ones_own_is_held_against_what_the_network_says():
    events = plain(run(s.FGSM(), own_photo("coffee")))
    assert events[0].facts["truth"] == events[0].facts["answers"][0][0] == "espresso"
    assert events[-1].summary["truth"] < events[0].facts["answers"][0][1] / 2


def test_a_digit_of_ones_own_is_attacked_like_any_other():
    drawing = Drawing(drawing=base64.b64encode(as_bytes(digit_at(3, 2)).tobytes()).decode())
    for method in (s.IFGSM(**E, steps=3, stride=40), s.Universal(**E, rounds=1)):
        mine, shipped = plain(run(method, drawing)), run(method)
        assert np.array_equal(pictures(mine, "attacked")[-1], pictures(shipped, "attacked")[-1])


# ---- what the attack wants ----


def test_goals_lead_to_what_they_say():
    method = s.IFGSM(epsilon=76.5, steps=8, stride=30)
    least = look_at(DIGIT).probabilities.argmin()
    for goal, wanted in ((s.Least(), str(int(least))), (s.ToDigit(wish_digit=8), "8"), (s.ToThing(wish=s.PANDA), "8")):
        events = run(method, DIGIT, goal)
        assert events[0].facts["wanted"] == wanted and events[0].facts["targeted"]
        assert events[-1].summary["answers_after"][0][0] == wanted
        assert events[-1].summary["wrong"] == pytest.approx(events[-1].summary["answers_after"][0][1]), (
            "the wanted answer's"
        )
    away = run(method, DIGIT, s.Away())
    assert (
        away[0].facts["wanted"] == ""
        and not away[0].facts["targeted"]
        and away[-1].summary["answers_after"][0][0] != "3"
    )


def test_many_towards_one_answer_count_what_says_it():
    events = plain(run(s.IFGSM(epsilon=76.5, steps=6, stride=30), TWENTY, s.ToDigit(wish_digit=8)))
    (becomes,) = pictures(events, "becomes")
    assert becomes[8, 8] == 2 and becomes[:, 8].sum() > 10
    assert events[-1].summary["reached"] == pytest.approx(100 * (becomes[:, 8].sum() - 2) / 18)
    assert "reached" not in run(s.FGSM(**E), TWENTY)[-1].summary


WRONG = Digit(digit=9, number=1)  # the shipped network reads it as a 5
MANY = Digits(count=200)  # two of them are wrong, and more than twenty are read as 8 or become one


@pytest.mark.parametrize(
    "method", [m for m in ATTACKS if m.name in ("fgsm", "deepfool", "one_pixel")], ids=lambda m: m.name
)
def test_what_was_wrong_before_is_no_success(method):
    note = run(method, WRONG)[-1].summary["note"]
    assert note.startswith(
        "Before the attack the network said “5”, which was wrong already (it is a 9): the attack had nothing to win."
    )
    assert ("still says “5”" in note) == (run(method, WRONG)[-1].summary["answers_after"][0][0] == "5")


def test_what_said_the_wanted_answer_before_is_no_success():
    note = run(s.FGSM(**E), DIGIT, s.ToDigit(wish_digit=3))[-1].summary["note"]
    assert note.startswith("Before the attack the network said “3”, which was the wanted answer already")


@pytest.mark.parametrize("goal", [AWAY, s.ToDigit(wish_digit=8)], ids=lambda goal: goal.name)
def test_without_a_change_nothing_is_won(goal):
    """Every figure of success is 0 at ε = 0: it counts only what the attack changed."""
    end = run(s.FGSM(epsilon=0), MANY, goal)[-1].summary
    assert end["fooled"] == end["fooled_noise"] == 0 and 0 < 100 - end["right"] == 100 - end["right_before"]
    assert end.get("reached") == (None if goal is AWAY else 0)
    one = run(s.FGSM(epsilon=0))[-1].summary["note"]
    assert "still says “3”" in one and one.endswith(
        "No pixel changed. ε = 0/255 is small for digits: 25 to 77 (0.1 to 0.3) is usual."
    )


def test_success_is_counted_among_those_that_could_still_be_won():
    goal, method = s.ToDigit(wish_digit=8), s.IFGSM(epsilon=40, steps=4, stride=40)
    events, victims = run(method, MANY, goal), models.victims(MANY)
    before = models.answers(victims.net, victims.x)
    kept = saved(
        victims.x, last(craft(victims.net, victims.x, models.aim_for(victims, goal), method, 0)), ball_of(method)
    )
    after, was, other = models.answers(victims.net, kept), before == victims.y, before != 8
    end = events[-1].summary
    assert end["fooled"] == pytest.approx(100 * float((after[was] != victims.y[was]).float().mean()), abs=1e-3)
    assert end["reached"] == pytest.approx(100 * float((after[other] == 8).float().mean()), abs=1e-3)
    assert {name: end[name] for name in ("fooled", "reached")} == {
        name: [e.values for e in events if isinstance(e, Metrics)][-1][name] for name in ("fooled", "reached")
    }
    assert f"the attack turned {end['fooled']:.1f} %, noise {end['fooled_noise']:.1f} %" in end["note"]
    assert f"{end['reached']:.1f} % say what was wanted, under noise {end['reached_noise']:.1f} %" in end["note"]


def test_knobs_made_for_the_other_kind_of_picture_are_told():
    """A digit with the page's first settings: a panda is wanted, and ε is that of a photo."""
    note = run(s.PGD(), DIGIT, s.ToThing())[-1].summary["note"]
    assert "knows no “giant panda”: of its class number 388 the last digit counts, so the answer wanted was 8." in note
    assert "ε = 8/255 is small for digits" in note
    photo = run(s.FGSM(), Photo(photo="coffee"), s.ToDigit(wish_digit=7))[-1].summary["note"]
    assert "class number 7, “cock”" in photo and "small for digits" not in photo
    for method, goal in ((s.IFGSM(epsilon=76.5, steps=8, stride=30), s.ToDigit()), (s.DeepFool(steps=10), AWAY)):
        assert "digits" not in run(method, DIGIT, goal)[-1].summary["note"]


# ---- the control, and what is said at the end ----


@pytest.mark.parametrize("subject", [DIGIT, TWENTY], ids=["digit", "digits"])
def test_the_control_is_noise_in_the_same_ball(subject):
    """What stands beside an attack is what the method Noise itself leaves, with the same seed."""
    control = run(s.Noise(**E), subject)[-1].summary
    for method in (s.FGSM(**E), s.MIFGSM(**E, steps=3, stride=40)):
        end = run(method, subject)[-1].summary
        assert end["truth_noise"] == control["truth"] and end["length_noise"] == control["length"]
        assert end.get("answers_noise") == control.get("answers_after") and end.get("right_noise") == control.get(
            "right"
        )
        curve = {e.values.get("noise") for e in run(method, subject) if isinstance(e, Metrics)}
        assert curve == {end.get("right_noise")}, "and it is a line in the curves of many"


@pytest.mark.parametrize("name", ["deepfool", "cw", "one_pixel"])
@pytest.mark.parametrize("subject", [DIGIT, TWENTY], ids=["digit", "digits"])
def test_the_control_of_the_smallest_change_is_as_long(subject, name):
    end = run(next(m for m in ATTACKS if m.name == name), subject)[-1].summary
    assert end["length"] > 0.5 and end["length_noise"] == pytest.approx(end["length"], rel=0.02)


@pytest.mark.parametrize("length", [0.0, 0.01, 0.2, 3.0])
def test_noise_is_as_long_as_the_change_even_where_rounding_would_lose_it(length):
    x = torch.stack([photos.load("coffee"), photos.load("chelsea")])
    change = torch.zeros_like(x)
    change[0, 0, 0, 0] = length
    noisy = as_long(x, change, seeded(0))
    found = (noisy - x).flatten(1).norm(dim=1)
    assert found[0] == pytest.approx(length, rel=0.02, abs=0.001) and torch.equal(noisy[1], x[1])
    assert torch.equal(255 * noisy, (255 * noisy).round()) or (255 * noisy - (255 * noisy).round()).abs().max() < 1e-3
    assert noisy.min() >= 0 and noisy.max() <= 1


def rounded(method, subject):
    """Where the attack reaches its goal before and after it is saved, found apart from the run."""
    victims = models.victims(subject)
    aim = models.Aim(victims.y)
    attacked = last(craft(victims.net, victims.x, aim, method, 0))
    kept = saved(victims.x, attacked, ball_of(method))
    return [aim.reached(models.ask(victims.net, x)) for x in (attacked, kept)]


LOST = "so small a change is lost in rounding"


def test_a_change_lost_in_rounding_is_said_to_be():
    events = run(s.DeepFool(steps=3), Photo())
    assert np.array_equal(pictures(events, "clean")[0], pictures(events, "attacked")[-1]), (
        "not one pixel moved by a level"
    )
    end = events[-1].summary
    before, after = end["answers_unrounded"][0][0], end["answers_after"][0][0]
    assert (
        after == "Egyptian cat" != before and f"“{before}”: {LOST}" in end["note"] and f"says “{after}”" in end["note"]
    )


@each_attack
def test_nothing_is_said_to_be_lost_that_is_not(method):
    before, after = rounded(method, DIGIT)
    assert (LOST in run(method)[-1].summary["note"]) == bool(before & ~after)


def test_of_many_the_share_that_rounding_undid_is_told():
    method = s.DeepFool(steps=10, overshoot=1)
    before, after = rounded(method, TWENTY)
    end, undone = run(method, TWENTY)[-1].summary, 5 * (int(before.sum()) - int(after.sum()))
    assert undone > 0 and end["right"] - end["right_unrounded"] == pytest.approx(undone)
    assert f"undid the attack on {undone:.1f} %" in end["note"]
    assert "undid" not in run(s.FGSM(**E), TWENTY)[-1].summary["note"]


# ---- the black box ----


@pytest.mark.parametrize("method", GRADIENTS, ids=lambda method: method.name)
def test_who_does_not_have_the_network_never_asks_it(method):
    """Of two networks that lend no gradients, and that are as different as can be, the attacked picture is the same to the bit."""
    black = method.model_copy(update={"access": "black"})
    two = [run(black, Digit(network=name)) for name in ("compression-two-bits", "compression-deep-compression")]
    first, second = (pictures(events, "attacked") for events in two)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert two[0][-1].summary["truth"] != two[1][-1].summary["truth"], "but they answer differently"
    white = pictures(run(method, Digit(network="compression-two-bits")), "attacked")
    assert not np.array_equal(white[-1], first[-1])


def test_the_black_box_is_the_mean_of_all_other_networks():
    method = s.FGSM(**E, access="black")
    x, label = digit_at(3, 2)[None], torch.tensor([3])
    others = [digit_net(name) for name in s.SURROGATES if not name.startswith(SHIPPED_NETWORK)]
    assert len(others) == len(s.SURROGATES) - 1, "without the victim's own run"
    x.requires_grad_()
    F.cross_entropy(sum(net(x) for net in others) / len(others), label).backward()
    wanted = saved(x.detach(), (x.detach() + 50.5 / 255 * x.grad.sign()).clamp(0, 1), Ball("inf", 50.5 / 255))
    black, white = (pictures(run(each), "attacked")[-1] for each in (method, s.FGSM(**E)))
    off = (black != as_bytes(wanted[0])).mean(), (white != as_bytes(wanted[0])).mean()
    assert off[0] < 0.08 and off[1] > 0.2, (
        "networks so sure have gradients so small that rounding turns the sign of some"
    )


@pytest.mark.parametrize("subject", [Photo(), own_photo("coffee")], ids=["photo", "upload"])
def test_a_photo_has_no_black_box(subject):
    with pytest.raises(CannotAttack, match=r"only one network for photos.*attack a digit\.$"):
        next(train(AttackSettings(subject=subject, method=s.PGD(access="black"))))


# ---- what cannot be attacked ----

NONE = [
    (Upload(), "Choose a photo"),
    (Upload(upload="/9j/AAAA"), "choose it again"),
    (Drawing(), "draw a digit"),
    (Drawing(drawing="AAAA"), "draw it again"),
]


@pytest.mark.parametrize(
    "subject, words, method",
    [
        (subject, words, method)
        for subject, words in NONE
        for method in [*ATTACKS[:2], s.Universal(rounds=1), SLOW[1]]
        if not isinstance(method, s.Training) or isinstance(subject, Drawing)
    ],
)
def test_a_picture_that_is_none_gives_one_sentence(subject, words, method):
    with pytest.raises(BadPicture, match=words):
        next(train(AttackSettings(subject=subject, method=method)))


@pytest.mark.parametrize(
    "method", [ATTACKS[1], s.FGSM(access="black"), SLOW[0], *CHEAP], ids=lambda method: method.name
)
@pytest.mark.parametrize("network", ["attack-gone", f"{SHIPPED_NETWORK}/gone"])
@pytest.mark.parametrize("subject", [Digit, Digits, Drawing])
def test_a_network_that_is_not_on_the_shelf_gives_one_sentence(subject, network, method):
    with pytest.raises(RunError, match="gone"):
        next(train(AttackSettings(subject=subject(network=network), method=method)))


def test_a_training_asks_no_other_network():
    assert isinstance(next(train(AttackSettings(subject=Digit(network="attack-gone"), method=SLOW[1]))), Started)


# ---- the network that is trained ----


def test_a_training_hands_over_the_network_that_it_judged():
    events = small(SLOW[1])
    assert list(events[-1].models) == ["model"]
    run_ = runs.make("attack-tiny", "attack", {}, list(events), 1.0, "finished")
    net, attacked = run_.net(), pictures(events, "attacked")[-1]
    assert isinstance(net, DigitNet)
    assert str(int(net(tensor(attacked)).argmax())) == events[-1].summary["answers_after"][0][0]


# ---- formulas, by plain autograd on the teacher ----


@pytest.fixture(scope="module")
def asked():
    """(the teacher, two digits, their truth, a ball of 0.2)"""
    x = torch.stack([digit_at(3, 2), digit_at(7, 5)])
    return digit_net(SHIPPED_NETWORK), x, torch.tensor([3, 7]), Ball("inf", 0.2)


def gradient_of(net, x, y):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(net(x), y, reduction="sum"), x)[0]


def inside(x, attacked, epsilon):
    return torch.minimum(torch.maximum(attacked, x - epsilon), x + epsilon).clamp(0, 1)


def test_the_formula_of_fgsm(asked):
    net, x, y, ball = asked
    expected = (x + 0.2 * gradient_of(net, x, y).sign()).clamp(0, 1)
    assert torch.allclose(last(gradient.fgsm(net, x, models.Aim(y), ball)), expected, atol=1e-6)


def test_the_formula_of_a_step_of_pgd(asked):
    """x₁ = Π(x₀ + α sign ∇L(x₀)) from a random x₀; of both points the one that leads by more."""
    net, x, y, ball = asked
    start = ball.anywhere(x, seeded(4))
    moved = inside(x, start + 0.5 * 0.2 * gradient_of(net, start, y).sign(), 0.2)

    def lead(z):
        logits = net(z)
        return logits.scatter(1, y[:, None], -torch.inf).amax(1) - logits.gather(1, y[:, None])[:, 0]

    expected = torch.where((lead(moved) > lead(start))[:, None, None, None], moved, start)
    found = last(gradient.pgd(net, x, models.Aim(y), ball, 1, 0.5, 1, seeded(4)))
    assert torch.allclose(found, expected, atol=1e-6) and not torch.allclose(found, start)


def test_the_formula_of_mifgsm(asked):
    net, x, y, ball = asked
    at, gathered = x, 0
    for _ in range(3):
        g = gradient_of(net, at, y)
        gathered = 0.7 * gathered + g / g.abs().mean((1, 2, 3), keepdim=True)
        at = inside(x, at + 0.4 * 0.2 * gathered.sign(), 0.2)
    assert torch.allclose(last(gradient.mifgsm(net, x, models.Aim(y), ball, 3, 0.4, 0.7)), at, atol=1e-6)


@pytest.mark.parametrize("confidence", [0.0, 100.0])  # the second is across already: by enough, and not yet
def test_the_formula_of_carlini_and_wagner(asked, confidence):
    """The gradient that Adam gets is that of ‖x' − x‖² + c max(f_y − max f_k, −κ), x' = (tanh w + 1) / 2."""
    net, x, *_ = asked
    w, c = torch.randn(x.shape, generator=seeded(1)).requires_grad_(), torch.tensor([2.0, 5.0])
    attacked = (w.tanh() + 1) / 2
    logits = net(attacked)
    y = torch.stack([logits[0].argmax(), logits[1].argmin()])
    rival = torch.stack([logits[i, [k for k in range(10) if k != y[i]]].max() for i in range(2)])
    behind = logits[torch.arange(2), y] - rival
    loss = ((attacked - x) ** 2).sum() + (c * torch.clamp(behind, min=-confidence)).sum()
    gradient, pictures_, lead = minimal.pull(net, x, w.detach(), models.Aim(y), c, confidence)
    assert torch.allclose(gradient, torch.autograd.grad(loss, w)[0], atol=1e-5) and gradient.abs().max() > 0
    assert torch.allclose(pictures_, attacked.detach()) and torch.allclose(lead, -behind.detach(), atol=1e-5)


def test_the_formula_of_feature_squeezing(asked):
    """s = max over one bit and a median of 2 × 2 of ‖p(x) − p(g(x))‖₁; the median is SciPy's."""
    net, x, *_ = asked
    x = Ball("inf", 0.3).noise(x, seeded(2))
    smooth = torch.from_numpy(np.stack([median_filter(digit[0], 2, mode="nearest") for digit in x.numpy()]))[:, None]
    p, bit, soft = (net(z).softmax(1) for z in (x, x.round(), smooth))
    expected = torch.maximum((p - bit).abs().sum(1), (p - soft).abs().sum(1))
    assert torch.allclose(detect.Detector(net, "squeeze").score(x), expected, atol=1e-5) and expected.max() > 0


# ---- the tab Theory, and shipped runs ----


@pytest.mark.parametrize("formula", formulas.THEORY, ids=lambda formula: formula.title)
def test_every_formula_shows_its_function_and_has_its_words(formula):
    assert inspect.getsource(formula.function) and formula.function.__doc__
    assert len(lecture.read("attack").theory[formula.title]) >= 40


def test_every_method_has_its_formula_and_no_words_are_left_over():
    titles = {formula.title for formula in formulas.THEORY}
    assert titles == set(lecture.read("attack").theory) and len(titles) == len(formulas.THEORY)
    other = {
        "universal": "Universal change",
        "transfer": "Transfer",
        "defend": "BPDA",
        "detect": "Feature squeezing",
    }
    of = {name: other.get(name, method.TITLE) for name, method in BY_NAME.items()}
    assert {name for name, title in of.items() if title not in titles} == {"noise"}, "it is no attack"
    assert titles - set(of.values()) == {"EOT", "DLR loss", "Activation clustering", "Clopper–Pearson"}


@pytest.mark.parametrize("run_id", SHIPPED)
def test_shipped_runs_are_the_ones_that_the_settings_make(run_id):
    shipped = runs.load(run_id)
    assert shipped.about.settings == flatten(SHIPPED[run_id])
    assert shipped.about.state == "finished" and shipped.about.shipped and plain(shipped.events)


def test_scenes_are_shipped_first():
    assert (
        list(SHIPPED)[: len(SCENES)] == [f"attack-{scene.slug}" for scene in SCENES]
        and SCENES[0].settings == AttackSettings()
    )
    assert labs.of("attack").settings is AttackSettings
    assert set(lecture.read("attack").scenes) == {scene.slug for scene in SCENES}


@pytest.mark.parametrize(
    "subject, method",
    [
        (s.Digits(count=1000), s.OnePixel(population=400, generations=100)),
        (Photo(), s.OnePixel(population=400, generations=100)),
        (s.Digits(count=1000), s.CW(searches=9, steps=300)),
    ],
    ids=["digits", "photo", "smallest change"],
)
def test_what_would_take_hours_is_refused_before_it_begins(subject, method):
    with pytest.raises(CannotAttack, match="choose fewer"):
        next(train(AttackSettings(subject=subject, method=method, goal=s.Away())))
