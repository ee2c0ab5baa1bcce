"""Detectors of attacks: their scores, the area under the curve, and what is left of them once the attacker knows."""

from functools import cache

import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu
from sklearn.metrics import roc_auc_score
from torch import nn

from core.attack import models
from core.attack import settings as s
from core.attack.ball import Ball
from core.attack.defences import fewer_greys, median
from core.attack.detect import Detector, Hidden, Trial, auc, detect, squeezed
from core.attack.gradient import pgd
from core.attack.models import Aim
from core.events import Finished, Metrics, Picture, Started, Warned, pack, unpack
from core.loop import seeded

STORY = s.Detect(detector="squeeze", epsilon=20)
SURE = s.Detect(detector="confidence", epsilon=25, steps=8)


@cache
def digits():
    """Fifty test digits and the teacher."""
    return models.crowd(s.Digits(count=50))


@cache
def run(method, seed=0):
    return tuple(detect(method, digits(), seed))


def end(method):
    return run(method)[-1].summary


def last(events, name):
    return [e.array for e in events if isinstance(e, Picture) and e.name == name][-1]


# scores


def test_the_score_is_the_largest_difference_between_two_answers():
    x, net = digits().x[:8], digits().net
    said, bit, middle = (net(view).softmax(1) for view in (x, fewer_greys(x, 2), median(x, 2, 2)))
    expected = [max(float((p - b).abs().sum()), float((p - m).abs().sum())) for p, b, m in zip(said, bit, middle)]
    assert Detector(net, "squeeze").score(x).tolist() == pytest.approx(expected, abs=1e-5)
    assert Detector(net, "confidence").score(x).tolist() == pytest.approx((1 - said.max(1).values).tolist(), abs=1e-6)


def test_a_network_that_sees_no_difference_scores_zero():
    blind = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    nn.init.zeros_(blind[1].weight)
    assert not Detector(blind, "squeeze").score(digits().x[:4]).any()


def test_a_detector_hands_on_the_networks_answers_and_their_mean():
    x, net = digits().x[:4], digits().net
    outputs = Detector(net, "squeeze")(x)
    assert outputs.shape == (4, 21)
    torch.testing.assert_close(outputs[:, :10], net(x))
    torch.testing.assert_close(outputs[:, 10:20], sum(net(view) for view in [x, *squeezed(x)]) / 3)
    torch.testing.assert_close(*Detector(net, "confidence")(x)[:, :20].chunk(2, 1))


def test_one_bit_has_the_gradient_of_a_soft_step():
    x = torch.tensor([0.0, 0.4, 0.5, 0.9]).reshape(1, 1, 2, 2).requires_grad_()
    bit = squeezed(x)[0]
    assert bit.flatten().tolist() == [0, 0, 0, 1]
    soft = torch.sigmoid(16 * (x - 0.5))
    torch.testing.assert_close(torch.autograd.grad(bit.sum(), x)[0], torch.autograd.grad(soft.sum(), x)[0])


def test_who_hides_wants_a_wrong_answer_first_and_a_low_score_then():
    right, wrong = [3.0, 1.0], [1.0, 2.0]
    outputs = torch.tensor([[*right, *right, 0.0], [*right, *wrong, 2.0], [*wrong, *right, 1.5], [*wrong, *wrong, 0.5]])
    aim = Hidden(torch.zeros(4, dtype=torch.long))
    assert aim.lead(outputs).tolist() == [-2, -2, 1.5, 2.5]
    mean_logits = Aim(aim.label).loss(outputs[:, 2:4])
    torch.testing.assert_close(aim.loss(outputs), mean_logits)
    assert aim.only(slice(1, 3)).lead(outputs[1:3]).tolist() == [-2, 1.5]


# areas and alarms


@pytest.mark.parametrize("levels", [3, 1000])
def test_the_area_is_sklearns(levels):
    numbers = torch.randint(levels, (90,), generator=seeded(levels)) / levels
    clean, suspicious = numbers[:60], numbers[60:] + 0.1 * (levels > 3)
    oracle = roc_auc_score([0] * 60 + [1] * 30, torch.cat([clean, suspicious]))
    assert auc(clean, suspicious) == pytest.approx(100 * oracle)
    assert auc(clean, suspicious) == pytest.approx(100 * mannwhitneyu(suspicious, clean).statistic / 1800)
    assert auc(clean, clean) == 50


def test_no_more_than_five_in_a_hundred_clean_digits_raise_an_alarm():
    victims = models.crowd(s.Digits(count=100))
    for kind in ("squeeze", "confidence"):
        trial = Trial.of(victims, kind)
        assert 0 < trial.found(trial.clean) <= 5
        assert trial.found(trial.clean[:0]) == 0


def test_only_what_fools_counts_as_an_attack():
    trial = Trial.of(digits(), "squeeze")
    nothing = trial.judge(digits().x)
    assert len(nothing.scores) == 0 and nothing.right == 2 * int(trial.was_right.sum())
    *_, attacked = pgd(digits().net, digits().x, Aim(digits().y), Ball("2", 0.05), 5, 0.3, 1, seeded(0))
    some = trial.judge(attacked)
    still = digits().net(attacked).argmax(1) == digits().y
    assert 0 < len(some.scores) == int((~still & trial.was_right).sum()) < 50


# the experiment


def test_a_detector_works_until_the_attacker_knows_it():
    summary = end(STORY)
    assert summary["fooled_blind"] >= 90 and summary["fooled_knowing"] >= 80
    assert summary["auc_blind"] >= 90 and summary["auc_noise"] <= 75
    assert summary["auc_knowing"] <= summary["auc_blind"] - 10
    assert summary["unseen_knowing"] >= summary["unseen_blind"] + 30
    assert [e.kind for e in run(STORY) if isinstance(e, Warned)] == ["false_security"]
    assert f"{summary['found_blind']:.0f} %" in summary["note"]


def test_attacks_are_as_sure_as_clean_digits():
    summary = end(SURE)
    assert summary["fooled_blind"] >= 90 and summary["auc_blind"] <= 60 and summary["found_blind"] <= 10


def test_the_numbers_follow_from_the_scores():
    events, summary = run(STORY), end(STORY)
    clean = last(events, "score clean")
    for name in ("noise", "blind", "knowing"):
        scores = last(events, f"score {name}")
        assert scores.dtype == np.float32
        oracle = 100 * roc_auc_score([0] * len(clean) + [1] * len(scores), np.concatenate([clean, scores]))
        assert summary[f"auc_{name}"] == pytest.approx(oracle)
        assert summary[f"found_{name}"] == pytest.approx(100 * float((scores > summary["threshold"]).mean()))
    for name in ("blind", "knowing"):
        assert summary[f"unseen_{name}"] == pytest.approx(
            summary[f"fooled_{name}"] * (1 - summary[f"found_{name}"] / 100)
        )
        assert len(last(events, f"score {name}")) == round(summary[f"fooled_{name}"] / 100 * 50)


def test_no_room_means_nothing_to_find():
    events = run(s.Detect(epsilon=0, steps=2))
    summary = events[-1].summary
    assert summary["fooled_blind"] == summary["fooled_knowing"] == 0 and "auc_blind" not in summary
    assert summary["auc_noise"] == 50 and "ε is too small" in summary["note"]
    assert not [e for e in events if isinstance(e, Picture) and e.name == "score blind"]


def test_the_events_are_what_the_page_expects():
    events = run(STORY)
    assert isinstance(events[0], Started) and events[0].total_steps == 20 and events[0].facts["count"] == 50
    assert isinstance(events[-1], Finished)
    metrics = [e for e in events if isinstance(e, Metrics)]
    assert [e.step for e in metrics] == list(range(21))
    assert metrics[0].values.keys() == {"auc_noise", "right"}
    assert metrics[-1].values.keys() == {"auc_noise", "auc_blind", "auc_knowing", "right"} <= s.METRICS.keys()
    assert metrics[0].values["right"] >= metrics[-1].values["right"]
    assert all(np.isfinite(list(e.values.values())).all() for e in metrics)
    assert last(events, "score clean").shape == last(events, "score noise").shape == (50,)


def test_the_same_settings_give_the_same_events_and_nothing_global_moves():
    method = s.Detect(epsilon=25, steps=3)
    before = torch.random.get_rng_state()
    again = [repr(pack(e)) for e in detect(method, digits(), 3)]
    assert again == [repr(pack(e)) for e in run(method, 3)]
    assert again != [repr(pack(e)) for e in run(method, 4)]
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(repr(pack(unpack(pack(e)))) == repr(pack(e)) for e in run(method, 3))


def test_a_run_that_is_stopped_leaves_nothing_behind():
    x, kept = digits().x.clone(), {name: p.clone() for name, p in digits().net.state_dict().items()}
    attack = detect(s.Detect(epsilon=25, steps=5), digits(), 0)
    for _ in range(6):
        next(attack)
    attack.close()
    assert torch.equal(x, digits().x) and not digits().net.training
    assert all(torch.equal(kept[name], p) and p.grad is None for name, p in digits().net.state_dict().items())
